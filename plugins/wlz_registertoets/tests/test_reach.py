"""Over every route of the product: who gets in, and that everybody else gets the same as for what is not there."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from portaal.api import Role, audit
from portaal.testing.audit import AuditLines
from portaal.testing.products import Activation
from portaal_wlz_registertoets.plugin import portaal_permissions

from .conftest import GEBRUIKER, PRODUCTBEHEERDER

pytestmark = pytest.mark.portaal_database("sqlite")  # who may what does not depend on it
PRODUCT = "wlz_registertoets"
OURS = {permission.name: permission.roles for permission in portaal_permissions()}
PLACEHOLDER = re.compile(r"\{(\w+)(:(?:[^{}]|\{[^{}]*\})*)?\}")


def addresses(app: Any) -> list[tuple[str, str, str, str]]:
    """(route, method, address in Amsterdam, permission) of every view of the product."""
    found = []
    routes = {item["introspectable"]["name"]: item["introspectable"]["pattern"]
              for item in app.registry.introspector.get_category("routes")}  # fmt: skip
    for item in app.registry.introspector.get_category("views"):
        view = item["introspectable"]
        name = view["route_name"] or ""
        if not name.startswith(f"{PRODUCT}."):
            continue
        (permission,) = {r["value"] for r in item["related"] if r.category_name == "permissions"}
        methods = view["request_methods"]
        methods = {methods} if isinstance(methods, str) else set(methods)
        address = PLACEHOLDER.sub(fill, routes[name])
        found += [(name, method, address, permission) for method in methods - {"HEAD"}]
    return found


def fill(placeholder: re.Match[str]) -> str:
    """A gemeente, a number, or an id that does not exist."""
    name, pattern = placeholder.groups(default="")
    if name == "gemeentecode":
        return "0363"
    return "1" if "0-9" in pattern or "\\d" in pattern else str(uuid.uuid4())


def consulting(app: Any) -> list[tuple[str, str, str, str]]:
    """All but the tab of the settings and other pages of the core under the product's address."""
    return [entry for entry in addresses(app) if entry[3] in OURS]


def statuses(app: Any, browser: Any, entries: Any, prefix: str = "/g/0363/") -> dict[tuple[str, str], int]:
    """What each address answers; with a token, so that what is refused is refused for its own reason."""
    page = browser.get("/persoonlijke-instellingen", status="*")
    token = next((f["csrf_token"].value for f in page.forms.values() if "csrf_token" in f.fields), "")
    found = {}
    for name, method, address, _permission in entries:
        address = address.replace("/g/0363/", prefix)
        if method == "GET":
            response = browser.get(address, status="*")
        else:
            response = browser.post(address, {"csrf_token": token}, status="*")
        found[name, method] = response.status_int
    return found


def test_there_are_enough_of_them(app: Any) -> None:
    assert len(consulting(app)) >= 24


@pytest.mark.parametrize(
    "roles", [[PRODUCTBEHEERDER], [GEBRUIKER, PRODUCTBEHEERDER], [("productbeheerder", "iwmo"), PRODUCTBEHEERDER]]
)
def test_the_productbeheerder_gets_in_nowhere(log_in: Any, app: Any, audit_lines: AuditLines, roles: list[Any]) -> None:
    """R-87, over pages, lists, exports, reports and the service; every refusal leaves a line."""
    entries = consulting(app)
    found = statuses(app, log_in(*roles), entries)
    assert set(found.values()) == {403}, {key: status for key, status in found.items() if status != 403}
    lines = audit_lines(outcome=audit.Outcome.DENIED)
    assert sorted((line.object_id, line.details["method"]) for line in lines) == sorted(found)
    assert {line.product for line in lines} == {PRODUCT}


@pytest.mark.parametrize(
    "roles",
    [
        [("gebruiker", "iwmo"), ("productbeheerder", "ijw")], [Role.GEBRUIKERSBEHEERDER],
        [("gebruiker", "ijw"), Role.GEBRUIKERSBEHEERDER],
    ],
)  # fmt: skip
def test_nor_do_people_of_other_products(log_in: Any, app: Any, roles: list[Any]) -> None:
    assert set(statuses(app, log_in(*roles), addresses(app)).values()) == {403}


@pytest.mark.parametrize("role", [GEBRUIKER, PRODUCTBEHEERDER, Role.AUDITOR, Role.GEBRUIKERSBEHEERDER])
def test_another_gemeente_is_not_there(log_in: Any, app: Any, role: Any) -> None:
    """The same 404 as for a gemeente that does not exist (ASVS 8.2.2)."""
    entries, browser = addresses(app), log_in(role, gemeente="0384")
    assert set(statuses(app, browser, entries).values()) == {404}
    assert set(statuses(app, browser, entries, "/g/9999/").values()) == {404}


@pytest.mark.parametrize("role", [GEBRUIKER, PRODUCTBEHEERDER, Role.AUDITOR])
def test_a_product_that_is_off_is_not_there(
    log_in: Any, app: Any, activation: Activation, audit_lines: AuditLines, role: Any
) -> None:
    browser = log_in(role)
    activation.off(PRODUCT)
    entries = addresses(app)
    assert set(statuses(app, browser, entries).values()) == {404}
    assert "wlz_registertoets" not in browser.get("/g/0363/").text
    lines = audit_lines(outcome=audit.Outcome.DENIED)
    assert {line.details["reason"] for line in lines} == {"product_not_active"}


def test_nobody_gets_in_without_logging_in(browser: Any, app: Any) -> None:
    for _name, method, address, _permission in addresses(app):
        response = browser.get(address, status="*") if method == "GET" else browser.post(address, status="*")
        assert response.status_int in ({303} if method == "GET" else {400, 401}), address


def test_the_gebruiker_and_the_auditor_share_nothing(app: Any) -> None:
    """Who consults does not see the reports, who sees the reports does not consult."""
    assert all(len(roles) == 1 for roles in OURS.values())
    assert {role for roles in OURS.values() for role in roles} == {Role.GEBRUIKER, Role.AUDITOR}
    assert set(OURS) <= {entry[3] for entry in addresses(app)}, "a permission that no page asks for"
