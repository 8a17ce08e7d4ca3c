"""Who gets in where: a table by hand, held against every view over HTTP and every set of roles (security goal 10).

R-12, R-79 to R-91. What one has to be declared for is written here once more, so that a role that slips into a
declaration, or two lines of an ACL that change places, turn something red.
"""

from __future__ import annotations

import uuid
from itertools import chain, combinations
from types import SimpleNamespace
from typing import Any

import pytest
from pyramid.authorization import ACLHelper
from pyramid.security import NO_PERMISSION_REQUIRED
from sqlalchemy.orm import Session
from tests.routes import views
from tests.web.test_edge import HEADERS

from portaal import clock
from portaal.access.identity import GemeenteStanding, Grant, Identity
from portaal.access.models import Role
from portaal.access.policy import principals
from portaal.access.resources import GemeenteContext, Root, product_factory
from portaal.berichtenverkeer.tracking.models import Direction, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.testing.application import Browser

pytestmark = pytest.mark.portaal_database("sqlite")  # who may what does not depend on it

PRODUCTS = ("ijw", "iwmo", "wlz_registertoets")
ROLES: dict[str, Any] = {
    **{f"{role} {product}": (role, product) for role in ("gebruiker", "productbeheerder") for product in PRODUCTS},
    "gebruikersbeheerder": Role.GEBRUIKERSBEHEERDER,
    "auditor": Role.AUDITOR,
}
OF_GEMEENTE = frozenset(ROLES)
EVERYBODY = OF_GEMEENTE | {"servicedesk"}
BEHEERDERS = {f"productbeheerder {product}" for product in PRODUCTS}


def users(product: str) -> frozenset[str]:
    return frozenset({f"gebruiker {product}"})


def managers(product: str) -> frozenset[str]:
    return frozenset({f"productbeheerder {product}"})


MATRIX: dict[str, frozenset[str]] = {
    "portaal:eigen-aanmelding": EVERYBODY | {"newcomer"},
    "portaal:eigen-account": EVERYBODY,
    "gemeente:bekijken": OF_GEMEENTE,
    "gebruikers:beheren": frozenset({"gebruikersbeheerder"}),
    "audit:bekijken": frozenset({"auditor"}),
    "rechten:bekijken": frozenset({"gebruikersbeheerder", "auditor"}),
    "instellingen:bekijken": frozenset({"auditor", *BEHEERDERS}),
    "servicedesk:beheren": frozenset({"servicedesk"}),
    **{
        f"{product}:bericht:{act}": users(product)
        for product in ("ijw", "iwmo")
        for act in ("aanleveren", "bekijken", "downloaden")
    },
    **{
        f"wlz_registertoets:{act}": users("wlz_registertoets")
        for act in (
            "raadpleging:doen",
            "raadpleging:bekijken-eigen",
            "raadpleging:meerdere",
            "signaal:aanleveren",
            "signaal:afhandelen",
        )
    },
    "wlz_registertoets:verantwoording:bekijken": frozenset({"auditor"}),
    "wlz_registertoets:medewerker:beheren": frozenset({"auditor"}),
    **{f"{product}:instellingen:bekijken": managers(product) | {"auditor"} for product in PRODUCTS},
    **{f"{product}:instellingen:wijzigen": managers(product) for product in PRODUCTS},
    **{f"{product}:onderdelen:hervatten": managers(product) for product in PRODUCTS},
}


def visit(browser: Browser, method: str, path: str, token: str) -> Any:
    headers = {"X-CSRF-Token": token} if method == "POST" else {}
    answer = browser.ask(method, path, headers)
    assert set(answer.headers) >= HEADERS, path  # whatever the answer is (goal 17)
    assert answer.headers["Cache-Control"] == "no-store" or path.startswith("/static/"), path
    return answer


def token_of(browser: Browser) -> str:
    page = browser.get("/persoonlijke-instellingen")
    return str(page.html.find("input", {"name": "csrf_token"})["value"])


def sent_away(answer: Any) -> bool:
    """Whether one is to log in, or to sign up, first."""
    return any(path in str(answer.location) for path in ("/Inloggen-op-portals", "/verificatie"))


def test_every_permission_stands_in_the_table(app: Any) -> None:
    assert {view.permission for view in views(app)} - {NO_PERMISSION_REQUIRED} <= set(MATRIX)
    permissions = app.registry["portaal.permissions"]
    assert {p.name for owner in permissions.owners for p in permissions.of_owner(owner)} == set(MATRIX)


@pytest.mark.parametrize("who", sorted(EVERYBODY | {"newcomer"}))
def test_every_view_for_every_role(app: Any, log_in: Any, who: str) -> None:
    if who == "servicedesk":
        browser = log_in(Role.SERVICEDESK, operator=True)
    elif who == "newcomer":
        browser = log_in(verified=False)
    else:
        browser = log_in(ROLES[who])
    token, wrong = token_of(browser), {}
    for view in views(app):
        if view.permission == NO_PERMISSION_REQUIRED:
            continue
        answer = visit(browser, view.method, view.path(), token)
        if who == "servicedesk" and view.of_gemeente:
            right = answer.status_int == 404  # the desk is of no gemeente
        elif who in MATRIX[view.permission]:
            right = answer.status_int in {200, 204, 303, 400, 404, 409, 422} and not sent_away(answer)
        elif who == "newcomer" and view.method == "GET":
            right = answer.status_int == 303 and answer.location.endswith("/verificatie")
        else:
            right = answer.status_int == 403
        if not right:
            wrong[view.method, view.path()] = answer.status_int
    assert wrong == {}


def test_every_view_for_nobody(app: Any, browser: Browser) -> None:
    for view in views(app):
        if view.permission != NO_PERMISSION_REQUIRED:
            answer = browser.ask(view.method, view.path())
            expected = {303} if view.method == "GET" else {400, 401}
            assert answer.status_int in expected, view
            assert not answer.location or "Inloggen-op-portals" in answer.location


def test_another_gemeente_is_as_one_that_does_not_exist(app: Any, log_in: Any) -> None:
    """Over all routes, for somebody with every role in their own (goal 11, ASVS 8.2.2)."""
    browser = log_in(*ROLES.values(), gemeente="0384")
    token = token_of(browser)
    for view in views(app):
        if view.of_gemeente:
            other, none = (visit(browser, view.method, view.path(code), token) for code in ("0363", "9999"))
            assert other.status_int == none.status_int == 404, view
            assert other.text.replace("0363", "9999") == none.text, view


def test_a_productbeheerder_sees_no_trace_of_a_message(app: Any, log_in: Any, dbsession: Session) -> None:
    """R-87 and R-88: not in lists, counts, tiles, exports, searches or the audit trail."""
    message = Message(
        id=uuid.uuid4(), gemeentecode="0363", product="iwmo", direction=Direction.IN, kind=MessageKind.HEEN,
        berichttype="WMO305", functie_versie=3, functie_subversie=2, reference_id="KANARIE-1",
        conversation_id="KANARIE-2", counterparty="KANARIE-3", afzender="42420001", ontvanger="0363",
        identificatie="KANARIE-4", payload_id=uuid.uuid4(), sha256="0" * 64, size=1, file_name="KANARIE-5.xml",
        own_reference="KANARIE-6", findings=[], state=State.BEZORGD, created_at=clock.now(),
    )  # fmt: skip
    dbsession.add(message)
    dbsession.commit()

    def seen_by(*roles: Any) -> str:
        browser = log_in(*roles)
        return " ".join(
            visit(browser, view.method, view.path(message_id=str(message.id)) + "?q=KANARIE", "").text
            for view in views(app)
            if view.method == "GET"
        )

    assert "KANARIE-5.xml" in seen_by(ROLES["gebruiker iwmo"])
    shown = seen_by(*(ROLES[who] for who in sorted(BEHEERDERS)))
    assert "KANARIE-" not in shown
    assert "WMO305" not in shown


def test_every_set_of_roles(app: Any) -> None:
    """All that somebody can hold in two gemeenten, at the ACLs themselves."""
    standings = tuple(GemeenteStanding(code, code, (), frozenset(PRODUCTS)) for code in ("0363", "0384"))
    acl, combinations_seen = ACLHelper(), 0
    for held in chain.from_iterable(combinations(sorted(ROLES), size) for size in range(1, 5)):
        who = identity(held, standings)
        known = principals(who)
        for code in ("0363", "0384"):
            request = SimpleNamespace(identity=who, matchdict={"gemeentecode": code}, registry=app.registry)
            contexts: dict[str, Any] = {"portaal": Root(request), "gemeente": GemeenteContext(request)}  # type: ignore[arg-type]
            contexts |= {product: product_factory(product)(request) for product in PRODUCTS}  # type: ignore[arg-type]
            for permission, allowed in MATRIX.items():
                if permission == "instellingen:bekijken":  # asks the tabs, over HTTP above
                    continue
                owner = permission.partition(":")[0]
                context = contexts.get(
                    "portaal" if owner in {"portaal", "servicedesk"} else owner, contexts["gemeente"]
                )
                expected = bool(allowed & set(held)) and (code == "0363" or owner == "portaal")
                if f"productbeheerder {owner}" in held and f"productbeheerder {owner}" not in allowed:
                    expected = False
                assert bool(acl.permits(context, known, permission)) == expected, (held, code, permission)
                combinations_seen += 1
    assert combinations_seen > 9_000


def identity(held: tuple[str, ...], gemeenten: tuple[GemeenteStanding, ...]) -> Identity:
    """Somebody with these roles in 0363, of an organisation that acts for both gemeenten."""
    grants = []
    for name in held:
        role = ROLES[name]
        role, product = (role, None) if isinstance(role, Role) else (Role(role[0]), role[1])
        grants.append(Grant(role, "0363", product))
    return Identity(
        account_id=uuid.uuid4(), session_id="", organisation_id=uuid.uuid4(), display_name="", email="", level="loa3",
        last_active_at=clock.now(), ends_at=clock.now(), has_profile=True, is_verified=True, is_ended=False,
        welcomed=True, grants=tuple(grants), gemeenten=gemeenten,
    )  # fmt: skip
