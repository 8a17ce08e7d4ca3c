"""The makelaar as a WSGI application."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.events import BeforeRender, NewResponse
from pyramid.httpexceptions import HTTPBadRequest

from portaal.simulators.makelaar import exchange, screens
from portaal.simulators.makelaar.texts import Words

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.router import Router

    from portaal.simulators.makelaar.state import Makelaar

LANGUAGE, LANGUAGE_COOKIE = "taal", "makelaar_taal"
TEMPLATES = "portaal.simulators.makelaar:templates"
PAGES = (
    ("home", "/", screens.home, ("GET",), "home"),
    ("metadata", "/metadata", exchange.metadata, ("GET",), None),
    ("sso", "/sso", exchange.sso, ("GET", "POST"), None),
    ("keuze", "/keuze", screens.choose_supplier, ("GET", "POST"), "supplier"),
    ("inloggen", "/inloggen", screens.password, ("GET", "POST"), "password"),
    ("sms", "/sms", screens.sms, ("GET", "POST"), "sms"),
    ("nieuwe_code", "/nieuwe-code", screens.new_code, ("POST",), None),
    ("organisatie", "/organisatie", screens.organisation, ("GET", "POST"), "organisation"),
    ("annuleren", "/annuleren", exchange.cancel, ("POST",), None),
    ("artifact", "/artifact", exchange.resolve, ("POST",), None),
    ("telefoons", "/telefoon", screens.phones, ("GET",), "phones"),
    ("telefoon", "/telefoon/{number}", screens.phone, ("GET",), "phone"),
    ("hulp", "/hulp/{topic}", screens.help_page, ("GET",), "help"),
)


def make_app(makelaar: Makelaar) -> Router:
    """The screens and the exchange of this makelaar."""
    config = Configurator(settings={"jinja2.trim_blocks": True, "jinja2.lstrip_blocks": True})
    config.include("pyramid_jinja2")
    config.add_request_method(lambda request: makelaar, "makelaar", property=True)
    config.add_request_method(_words, "words", reify=True)
    config.add_subscriber(_add_words, BeforeRender)
    config.add_subscriber(_finish_response, NewResponse)
    config.add_static_view("static", str(Path(__file__).parent / "static"))
    for name, path, view, methods, template in PAGES:
        config.add_route(name, path)
        renderer = f"{TEMPLATES}/{template}.jinja2" if template else None
        config.add_view(view, route_name=name, request_method=methods, renderer=renderer)
    config.add_exception_view(screens.refused, context=HTTPBadRequest, renderer=f"{TEMPLATES}/refused.jinja2")
    return config.make_wsgi_app()


def _words(request: Request) -> Words:
    return Words(request.GET.get(LANGUAGE) or request.cookies.get(LANGUAGE_COOKIE, "nl"))


def _add_words(event: BeforeRender) -> None:
    request = event["request"]
    event["w"] = request.words
    event["other_language"] = urlencode({**request.GET, LANGUAGE: request.words.other})


def _finish_response(event: NewResponse) -> None:
    request, headers = event.request, event.response.headers
    if request.GET.get(LANGUAGE) in ("nl", "en"):
        event.response.set_cookie(LANGUAGE_COOKIE, request.GET[LANGUAGE], httponly=True, samesite="Lax")
    headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {request.makelaar.portal.origin}"
    )
    headers["Cache-Control"], headers["Pragma"] = "no-cache, no-store", "no-cache"
    headers["X-Content-Type-Options"] = "nosniff"
