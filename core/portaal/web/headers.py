"""Security headers on every response, errors included (ASVS 3.4, 14.3.2).

The content security policy allows our own files and nothing else: no inline script or style, no frames. The one thing
that may be added is where a login form is posted to: the makelaars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

HSTS = "max-age=31536000; includeSubDomains"


def content_security_policy(form_targets: tuple[str, ...] = ()) -> str:
    """The policy; ``form_targets`` are origins that forms may also be sent to."""
    form_action = " ".join(["'self'", *form_targets])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


def set_headers(request: Request, response: Response) -> None:
    """Fill in what the view did not set itself; a stricter own policy stays."""
    headers = response.headers
    targets = request.registry.get("portaal.form_targets", ())
    headers.setdefault("Content-Security-Policy", content_security_policy(targets))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("X-Frame-Options", "DENY")
    if request.registry.settings["portaal.public_url"].startswith("https:"):
        headers.setdefault("Strict-Transport-Security", HSTS)
    if not request.path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"


def headers_tween(handler, registry):  # type: ignore[no-untyped-def]
    """Outermost tween: also what an exception view or another tween answers gets the headers."""

    def tween(request: Request) -> Response:
        response = handler(request)
        set_headers(request, response)
        return response

    return tween


def includeme(config: Configurator) -> None:
    config.add_tween("portaal.web.headers.headers_tween", over="pyramid.tweens.excview_tween_factory")
