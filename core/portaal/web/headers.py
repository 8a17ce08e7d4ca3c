"""Security headers on every response, errors included (ASVS 3.4, 14.3.2).

The content security policy allows our own files and nothing else: no inline script or style, no frames. What may be
added is where a login form is posted to (the makelaars), and on a product's own pages the origins that the product
named for images, connections and forms. Scripts and styles are never anybody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

HSTS = "max-age=31536000; includeSubDomains"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
Sources = Mapping[str, Iterable[str]]


def content_security_policy(*added: Sources) -> str:
    """The policy.

    :param added: per directive the origins that are allowed beside our own.
    """
    return "; ".join(
        " ".join([directive, own, *(origin for sources in added for origin in sources.get(directive, ()))])
        for directive, own in POLICY.items()
    )


def set_headers(request: Request, response: Response) -> None:
    """Fill in what the view did not set itself; a stricter own policy stays."""
    registry, headers = request.registry, response.headers
    product = product_of(request)
    policy = content_security_policy(
        {"form-action": registry.get("portaal.form_targets", ())}, registry["portaal.content_sources"].get(product, {})
    )
    if product:
        # Browsers hold a page to every policy it comes with: a product's own one can only take away.
        headers.add("Content-Security-Policy", policy)
        for name in ("X-Content-Type-Options", "X-Frame-Options", "Strict-Transport-Security"):
            headers.pop(name, None)
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("X-Frame-Options", "DENY")
    if registry.settings["portaal.public_url"].startswith("https:"):
        headers.setdefault("Strict-Transport-Security", HSTS)
    kept = response.status_int < 400 and request.path.startswith("/static/")
    if not kept and "no-store" not in headers.get("Cache-Control", ""):
        headers["Cache-Control"] = "no-store"


def product_of(request: Request) -> str | None:
    """The product whose page was asked for."""
    route = getattr(request, "matched_route", None)
    name = route.name.partition(".")[0] if route else None
    return name if name in request.registry["portaal.plugins"] else None


def headers_tween(handler: Callable[[Request], Response], registry: Any) -> Callable[[Request], Response]:
    """Outermost tween: also what an exception view or another tween answers gets the headers."""

    def tween(request: Request) -> Response:
        response = handler(request)
        set_headers(request, response)
        return response

    return tween


def includeme(config: Configurator) -> None:
    config.registry["portaal.content_sources"] = {}
    config.add_tween("portaal.web.headers.headers_tween", over="pyramid_tm.tm_tween_factory")
