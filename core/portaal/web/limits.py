"""What is refused before any view sees it: a foreign host name, bytes that are no text, too much, an odd method."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pyramid.httpexceptions import HTTPBadRequest, HTTPMethodNotAllowed, HTTPRequestEntityTooLarge
from pyramid.request import Request

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.response import Response
    from webob.multidict import MultiDict

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
FORM_BYTES = 64 * 1024
LARGEST_FORM = 512 * 1024


Handler = Callable[["Request"], "Response"]
UNREADABLE = "portaal.unreadable"
NUL = "\0"


def readable_tween(handler: Handler, registry: Any) -> Handler:
    """Outermost: what everything after this reads can be read.

    An address that is no UTF-8 or holds a NUL, which no database keeps, is emptied and refused. Cookies that are no
    text are left out: they may be those of another site of the same domain.
    """

    def tween(request: Request) -> Response:
        try:
            readable = NUL not in request.path_info and NUL not in "".join(chain(*request.GET.items()))
        except UnicodeError:
            readable = False
        if not readable:
            request.environ |= {"PATH_INFO": "/", "QUERY_STRING": "", UNREADABLE: True}
        try:
            request.cookies.keys()
        except UnicodeError:
            request.environ["HTTP_COOKIE"] = ";".join(filter(_is_plain, request.environ["HTTP_COOKIE"].split(";")))
        return handler(request)

    return tween


def _is_plain(cookie: str) -> bool:
    return cookie.isascii() and "\\" not in cookie


class PortaalRequest(Request):
    """A request whose form never reaches a disk, and is text: WebOb copies what it reads twice to a file in plain text,
    and a file that comes with a form as well. What takes files reads the body by itself.
    """

    request_body_tempfile_limit = LARGEST_FORM

    @property
    def POST(self) -> MultiDict[str, str]:  # noqa: N802 - WebOb's name
        """The fields of a form.

        :raises HTTPBadRequest: it is in another encoding than UTF-8, cannot be read, or has something else than text.
        """
        if self.charset != "UTF-8":
            raise HTTPBadRequest("the form is no UTF-8")
        try:
            posted = super().POST
        except Exception as error:  # WebOb trips over a part in many ways
            raise HTTPBadRequest("the form cannot be read") from error
        if not all(isinstance(text, str) and NUL not in text for text in chain(*posted.items())):
            raise HTTPBadRequest("the form is no text")
        return posted


def limits_tween(handler: Handler, registry: Any) -> Handler:
    """Check host, method and announced size (ASVS 4.1.4, 5.2.1, 13.4.4).

    Routes that take more than a form name their limit with the directive ``add_body_limit``.
    """
    public = urlsplit(registry.settings["portaal.public_url"])
    hosts = {host.lower() for host in (public.netloc, *registry.settings.get("portaal.extra_hosts", "").split())}
    limits: dict[str, int] = registry["portaal.body_limits"]

    def tween(request: Request) -> Response:
        if request.environ.get(UNREADABLE):
            raise HTTPBadRequest("the address is no text")
        if request.method not in METHODS:
            raise HTTPMethodNotAllowed()
        if request.host.lower() not in hosts:
            raise HTTPBadRequest("unknown host name")
        limit = next((size for suffix, size in limits.items() if request.path.endswith(suffix)), FORM_BYTES)
        if (request.content_length or 0) > limit:
            raise HTTPRequestEntityTooLarge()
        return handler(request)

    return tween


def attempts(request: Request) -> int | None:
    """The ``retry.activate_hook``: what streams in (``add_body_limit``) is read once.

    To try again, pyramid_retry would first copy the body, and WebOb copies to a file, in plain text.
    """
    streamed = any(request.environ["PATH_INFO"].endswith(suffix) for suffix in request.registry["portaal.body_limits"])
    return 1 if streamed or (request.content_length or 0) > FORM_BYTES else None


def add_body_limit(config: Configurator, path_suffix: str, size: int) -> None:
    """Directive: paths that end so may have a body of up to ``size`` bytes."""
    config.registry["portaal.body_limits"][path_suffix] = size


def includeme(config: Configurator) -> None:
    config.set_request_factory(PortaalRequest)
    config.registry["portaal.body_limits"] = {}
    config.add_directive("add_body_limit", add_body_limit)
    config.add_settings({"retry.activate_hook": attempts})
    config.add_tween("portaal.web.limits.readable_tween", over="portaal.logs.request_log_tween")
    config.add_tween("portaal.web.limits.limits_tween", under="pyramid.tweens.excview_tween_factory")
