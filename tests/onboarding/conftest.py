"""A browser that comes from somewhere: attempts are counted per network."""

from __future__ import annotations

import pytest

from portaal.testing.application import Browser


@pytest.fixture
def browser(browser: Browser) -> Browser:
    browser.extra_environ["REMOTE_ADDR"] = "192.0.2.1"
    return browser
