"""The resource tree's answers for every set of roles (R-79 to R-91, security goals 9 to 11)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyramid.authorization import ACLHelper
from pyramid.httpexceptions import HTTPNotFound

from portaal.access.identity import GemeenteStanding, Grant, Identity
from portaal.access.models import PRODUCT_ROLES, Role
from portaal.access.policy import agreements_missing, principals, standing
from portaal.access.reasons import Reason
from portaal.access.resources import GemeenteContext, Root, product_factory
from portaal.clock import now

PRODUCTS = ("iwmo", "ijw", "wlz_registertoets")
CODES = ("0363", "0384")

grants = st.one_of(
    st.builds(Grant, st.sampled_from(PRODUCT_ROLES), st.sampled_from(CODES), st.sampled_from(PRODUCTS)),
    st.builds(Grant, st.sampled_from([Role.GEBRUIKERSBEHEERDER, Role.AUDITOR]), st.sampled_from(CODES), st.none()),
    st.builds(Grant, st.just(Role.SERVICEDESK), st.none(), st.none()),
)


def identity(held: tuple[Grant, ...], **changes: Any) -> Identity:
    gemeenten = tuple(GemeenteStanding(code, code, (), frozenset(PRODUCTS)) for code in CODES)
    values: dict[str, Any] = {
        "account_id": None,
        "session_id": "",
        "organisation_id": None,
        "display_name": "",
        "email": "",
        "level": "loa3",
        "last_active_at": now(),
        "ends_at": now(),
        "has_profile": True,
        "is_verified": True,
        "is_ended": False,
        "welcomed": True,
        "grants": held,
        "gemeenten": gemeenten,
    }
    return Identity(**(values | changes))


def context_for(app: Any, who: Identity, code: str, product: str) -> Any:
    request = SimpleNamespace(identity=who, matchdict={"gemeentecode": code}, registry=app.registry)
    return product_factory(product)(request)  # type: ignore[arg-type]


@settings(max_examples=300)
@given(held=st.lists(grants, max_size=6).map(tuple), code=st.sampled_from(CODES), product=st.sampled_from(PRODUCTS))
def test_only_the_right_role_for_this_product_and_gemeente_opens_anything(
    built_app: Any, held: tuple[Grant, ...], code: str, product: str
) -> None:
    who = identity(held)
    context = context_for(built_app, who, code, product)
    is_beheerder = Grant(Role.PRODUCTBEHEERDER, code, product) in held
    for permission in built_app.registry["portaal.permissions"].of_owner(product):
        allowed = bool(ACLHelper().permits(context, principals(who), permission.name))
        has_role = any(
            Grant(role, code, product if role in PRODUCT_ROLES else None) in held for role in permission.roles
        )
        kept_from_beheerder = is_beheerder and Role.PRODUCTBEHEERDER not in permission.roles
        assert allowed == (has_role and not kept_from_beheerder), permission.name


@given(held=st.lists(grants, max_size=6).map(tuple))
def test_a_productbeheerder_reaches_nothing_but_settings(built_app: Any, held: tuple[Grant, ...]) -> None:
    """R-87 and R-88, also for somebody who somehow holds both roles (R-90)."""
    for product in PRODUCTS:
        who = identity((*held, Grant(Role.PRODUCTBEHEERDER, "0363", product)))
        context = context_for(built_app, who, "0363", product)
        for permission in built_app.registry["portaal.permissions"].of_owner(product):
            if ACLHelper().permits(context, principals(who), permission.name):
                assert Role.PRODUCTBEHEERDER in permission.roles


@given(held=st.lists(grants, max_size=6).map(tuple), code=st.sampled_from(CODES))
def test_people_are_managed_by_the_gebruikersbeheerder_of_the_gemeente_alone(
    held: tuple[Grant, ...], code: str
) -> None:
    who = identity(held)
    request = SimpleNamespace(identity=who, matchdict={"gemeentecode": code})
    allowed = bool(ACLHelper().permits(GemeenteContext(request), principals(who), "gebruikers:beheren"))
    assert allowed == (Grant(Role.GEBRUIKERSBEHEERDER, code, None) in held)


@given(held=st.lists(grants, max_size=6).map(tuple))
def test_the_desk_is_for_the_servicedesk_alone(held: tuple[Grant, ...]) -> None:
    who = identity(held)
    allowed = bool(ACLHelper().permits(Root(SimpleNamespace()), principals(who), "servicedesk:beheren"))
    assert allowed == (Grant(Role.SERVICEDESK, None, None) in held)


def test_a_foreign_gemeente_is_not_found(built_app: Any) -> None:
    who = identity((Grant(Role.GEBRUIKER, "0363", "iwmo"),))
    with pytest.raises(HTTPNotFound):
        context_for(built_app, who, "0599", "iwmo")


def test_a_product_that_is_off_is_not_found(built_app: Any) -> None:
    off = (GemeenteStanding("0363", "Amsterdam", (), frozenset({"ijw"})),)
    who = identity((Grant(Role.GEBRUIKER, "0363", "iwmo"),), gemeenten=off)
    with pytest.raises(HTTPNotFound):
        context_for(built_app, who, "0363", "iwmo")


@pytest.mark.parametrize(
    ("changes", "held", "reason"),
    [
        ({"has_profile": False, "is_verified": False}, (), Reason.PROFILE_MISSING),
        ({"is_verified": False}, (), Reason.NOT_VERIFIED),
        ({"is_verified": False}, (Grant(Role.GEBRUIKER, "0363", "iwmo"),), Reason.NOT_VERIFIED),
        ({}, (), Reason.NO_ROLES),
        ({}, (Grant(Role.GEBRUIKER, "0363", "iwmo"),), None),
    ],
)
def test_what_still_stands_in_the_way(changes: dict[str, Any], held: tuple[Grant, ...], reason: Reason | None) -> None:
    assert standing(identity(held, **changes)) == reason


def test_the_agreements_of_one_gemeente_do_not_open_another() -> None:
    """R-12: within a gemeente its own agreements count; elsewhere it is enough that one gemeente may."""
    closed = GemeenteStanding("0363", "Amsterdam", (("A", "A"),), frozenset())
    who = identity((), gemeenten=(closed, GemeenteStanding("0384", "Diemen", (), frozenset())))

    def within(code: str) -> GemeenteContext:
        return GemeenteContext(SimpleNamespace(identity=who, matchdict={"gemeentecode": code}))

    assert agreements_missing(who, within("0363"))
    assert not agreements_missing(who, within("0384"))
    assert not agreements_missing(who, Root(SimpleNamespace()))
    assert agreements_missing(identity((), gemeenten=(closed,)), Root(SimpleNamespace()))
