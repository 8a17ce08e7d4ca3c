"""Looking for BSNs where they do not belong: known test BSNs, and a browser that looks at what leaves the portal."""

from __future__ import annotations

import os
import re
from typing import Any

import webtest

from portaal.bsn import elfproef
from portaal.testing.application import Browser

HOW_MANY = int(os.environ.get("PORTAAL_CANARIES", "100"))
# In a range of their own, and none of them ever given to anybody.
CANARIES = [bsn for bsn in map(str, range(999_980_000, 999_999_990)) if elfproef(bsn)][:HOW_MANY]
_ANY = re.compile("|".join(CANARIES))
# Pages that show again what was typed in a form; it stands in the form and nowhere else.
WITH_FORM = frozenset({422, 429})


def holds_canary(text: str) -> bool:
    """Whether one of the known BSNs stands in a text; spaces, dots and hyphens hide nothing."""
    return _ANY.search(re.sub(r"(?<=\d)[ .\-](?=\d)", "", text)) is not None


class WatchedBrowser(Browser):
    """Looks at what leaves the portal with every answer: its address, headers and title, and error pages whole."""

    def do_request(self, req: Any, *args: Any, **kwargs: Any) -> webtest.TestResponse:
        response = super().do_request(req, *args, **kwargs)
        title = re.search(r"<title>(.*?)</title>", response.text if response.content_type == "text/html" else "", re.S)
        places = [response.request.url, *map(str, response.headers.values()), title[1] if title else ""]
        if response.status_int >= 400 and response.status_int not in WITH_FORM:
            places.append(response.text)
        for place in places:
            assert not holds_canary(place), f"a BSN stands in {response.request.path}"
        return response
