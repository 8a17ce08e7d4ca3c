"""What the kit sees in a browser."""

from __future__ import annotations

from typing import Any

import pytest

from portaal.testing.chromium import accessibility_faults

GOOD = '<!doctype html><html lang="nl"><title>Proef</title><main><h1>Proef</h1><p>Een tekst.</p></main></html>'


@pytest.mark.browser
def test_what_axe_finds_is_told(page: Any) -> None:
    page.set_content(GOOD)
    assert accessibility_faults(page) == ""
    page.set_content(GOOD.replace("<p>", '<p style="color: #aaa"><img src="data:,">'))
    for _ in range(2):  # axe is in this page already the second time
        assert "image-alt" in accessibility_faults(page)
        assert "color-contrast" in accessibility_faults(page)
    page.set_content(GOOD)
    assert accessibility_faults(page) == ""
