"""The one cookie that ties a browser to the server: a random token, before and after login.

Before login it only ties a login attempt and the CSRF tokens to this browser. At login it is replaced, so a token
that somebody planted or saw earlier is worth nothing (ASVS 7.2.4).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name(request: Request) -> str:
    """``__Host-portaal`` over https; plain ``portaal`` on a loopback http address in development."""
    return "__Host-portaal" if is_secure(request) else "portaal"


def browser_token(request: Request) -> str:
    """This browser's token: from its cookie, or a new one that goes out with the response.

    A form that comes without our cookie may come from another site (SameSite=Lax left it out). It gets a token of
    nobody, and no cookie that would replace the one it did not bring: else any site could log people out.
    """
    sent = request.cookies.get(cookie_name(request), "")
    if TOKEN.fullmatch(sent):
        return sent
    if request.method not in ("GET", "HEAD"):
        return secrets.token_urlsafe(TOKEN_BYTES)
    return issue_token(request)


def has_token(request: Request) -> bool:
    """Whether this browser came with a token; without one nobody is logged in, and nothing need be looked up."""
    return TOKEN.fullmatch(request.cookies.get(cookie_name(request), "")) is not None


def issue_token(request: Request) -> str:
    """A new token for this browser; the response sets the cookie."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    request.environ["portaal.new_token"] = token
    return token


def token_hash(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def set_cookie(request: Request, response: Response) -> None:
    """Response callback: hand out a token that was issued during this request."""
    token = request.environ.get("portaal.new_token")
    if token:
        response.set_cookie(
            cookie_name(request), token, path="/", secure=is_secure(request), httponly=True, samesite="Lax"
        )


def is_secure(request: Request) -> bool:
    """Whether people reach the portal over https: always, but for a developer's own machine."""
    return request.registry.settings["portaal.public_url"].startswith("https:")


def includeme(config: Configurator) -> None:
    config.add_request_method(browser_token, "browser_binding", reify=True)
    config.add_subscriber(lambda event: event.request.add_response_callback(set_cookie), "pyramid.events.NewRequest")
