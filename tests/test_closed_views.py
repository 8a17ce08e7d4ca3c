"""Every view is closed unless a literal list here opens it (ASVS 8.2.1, security goal 9)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import default_exceptionresponse_view
from pyramid.interfaces import ISecurityPolicy
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal.access.policy import NOBODY

ANONYMOUS = {
    # the start page and what everyone may read
    "start",
    "inloggen_op_portals",
    "handleiding",
    "hulp",
    "veilig_gebruik",
    "toegankelijkheid",
    "privacy",
    "cookies",
    "kwetsbaarheid",
    "security_txt",
    "static",
    "product_static",
    # logging in and out
    "inloggen",
    "inloggen_terug",
    "inloggen_mislukt",
    "eherkenning_acs",
    "eherkenning_metadata",
    "uitloggen",
    "geverifieerd",
    # for whoever watches over the portal; details only for the operator's networks
    "health",
    "ready",
    "metrics",
    # the partner's SOAP calls, which authenticate in their own way
    "stuf_ggk0210",
}
# The SAML answer and the partner's SOAP call cannot carry our token.
WITHOUT_CSRF = {"eherkenning_acs", "stuf_ggk0210"}


def views(app: Any) -> list[tuple[str, str | None, Any]]:
    """(name, permission, introspectable) of every view but Pyramid's own and the static files'."""
    found = []
    for item in app.registry.introspector.get_category("views"):
        view = item["introspectable"]
        permissions = {r["value"] for r in item["related"] if r.category_name == "permissions"}
        if view["exception_only"] or view["callable"].__class__.__name__ == "static_view":
            continue
        if view["callable"] is default_exceptionresponse_view:  # Pyramid's own
            continue
        found.append((view["route_name"], permissions.pop() if permissions else None, view))
    return found


def test_there_are_views(built_app: Any) -> None:
    assert len(views(built_app)) > 10


def test_every_view_has_an_explicit_permission(built_app: Any) -> None:
    for name, permission, _ in views(built_app):
        assert permission not in (None, NOBODY), f"{name}: no permission of its own"
        assert permission != NO_PERMISSION_REQUIRED or name in ANONYMOUS, f"{name}: open to everybody"


def test_every_permission_is_declared(built_app: Any) -> None:
    declared = built_app.registry["portaal.permissions"]
    for name, permission, _ in views(built_app):
        assert permission == NO_PERMISSION_REQUIRED or permission in declared, f"{name}: {permission}"


def test_every_view_names_its_methods(built_app: Any) -> None:
    for name, _, view in views(built_app):
        assert view["request_methods"], f"{name}: no request method"


def test_only_two_machine_endpoints_do_without_csrf_protection(built_app: Any) -> None:
    exempt = {name for name, _, view in views(built_app) if view["require_csrf"] is False}
    assert exempt - WITHOUT_CSRF <= {name for name in exempt if name.endswith((".aanleveren", ".bekijken"))}


def test_nobody_has_the_default_permission(built_app: Any) -> None:
    assert NOBODY not in built_app.registry["portaal.permissions"]
    assert built_app.registry.queryUtility(ISecurityPolicy) is not None
