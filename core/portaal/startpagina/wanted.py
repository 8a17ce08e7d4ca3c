"""The page that somebody asked for while not logged in: after the login they come there, as from a link in a mail.

It waits in a cookie, so that nothing is written for a visitor whom nobody knows. The cookie holds a path of this portal
and no more: no query (people type in those), no other site (ASVS 3.7.2), and no right: whoever comes there is asked
again whether they may.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from portaal.access.cookies import is_secure
from portaal.access.sessions import BACKGROUND

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

LIFETIME = timedelta(minutes=30)
PATH = re.compile(r"/(?!/)[A-Za-z0-9._~%/-]{1,300}")


def cookie_name(request: Request) -> str:
    """``__Host-naar`` over https; plain ``naar`` in development."""
    return "__Host-naar" if is_secure(request) else "naar"


def remember_asked(request: Request, response: Response) -> None:
    """Keep the page that was asked for: one that a person opens in a window, not what a page fetches by itself."""
    is_fetched = BACKGROUND in request.headers or request.headers.get("Sec-Fetch-Dest", "document") != "document"
    if request.method == "GET" and not is_fetched:
        remember(request, response, request.path)


def remember(request: Request, response: Response, path: str) -> None:
    """Keep a path; what is no path of this portal is passed over."""
    if PATH.fullmatch(path):
        _set(request, response, path, LIFETIME)


def take(request: Request) -> str:
    """The path that was asked for, once; empty when there is none, or it is no path."""
    path = request.cookies.get(cookie_name(request), "")
    if path:
        request.add_response_callback(lambda request, response: _set(request, response, "", timedelta()))
    return path if PATH.fullmatch(path) else ""


def _set(request: Request, response: Response, path: str, lifetime: timedelta) -> None:
    response.set_cookie(
        cookie_name(request), path, max_age=lifetime, path="/", secure=is_secure(request), httponly=True, samesite="Lax"
    )
