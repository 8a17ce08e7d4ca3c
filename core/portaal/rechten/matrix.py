"""The table of a gemeente: its products and itself, their permissions, and every role's answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session
from translationstring import TranslationString

from portaal import clock
from portaal.access.identity import GemeenteStanding, Grant, Identity, holds
from portaal.access.models import PRODUCT_ROLES, Account, Role, RoleGrant
from portaal.access.permissions import Permission
from portaal.access.resources import GemeenteContext
from portaal.rechten.explain import CORE, Asker, Explanation, allows, explain
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.registry import Registry

ROLES = (Role.GEBRUIKER, Role.PRODUCTBEHEERDER, Role.GEBRUIKERSBEHEERDER, Role.AUDITOR)
OTHER = _("Rights")


@dataclass(frozen=True)
class Row:
    """A permission, and each role's answer."""

    permission: Permission
    answers: dict[Role, Explanation]


@dataclass(frozen=True)
class Group:
    """Permissions that belong together."""

    title: TranslationString
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    """A product, or the gemeente itself (``portaal``)."""

    owner: str
    title: TranslationString | str
    is_active: bool
    groups: tuple[Group, ...]


def sections(registry: Registry, viewer: Identity, standing: GemeenteStanding) -> list[Section]:
    """The whole table for a gemeente."""
    gemeente = GemeenteContext(Asker(registry, viewer, {"gemeentecode": standing.code}))
    of_core = [p for p in registry["portaal.permissions"].of_owner(CORE) if allows(gemeente, p.name)]
    found = [_section(registry, viewer, standing, CORE, _("The gemeente"), of_core)]
    for plugin in registry["portaal.plugins"].products:
        permissions = registry["portaal.permissions"].of_owner(plugin.name)
        found.append(_section(registry, viewer, standing, plugin.name, plugin.info.title, permissions))
    return found


def answer_for(
    registry: Registry, viewer: Identity, standing: GemeenteStanding, owner: str, permission: Permission, role: Role
) -> Explanation:
    """What somebody with just this role would be told."""
    product = owner if role in PRODUCT_ROLES and owner != CORE else None
    if role in PRODUCT_ROLES and owner == CORE:
        product = next(iter(standing.active_products), None)
    somebody = replace(viewer, grants=(Grant(role, standing.code, product),), gemeenten=(standing,))
    return explain(registry, somebody, standing.code, permission.name)


def holders(dbsession: Session, gemeentecode: str, owner: str, role: Role) -> list[Account]:
    """The people who have a role now: for this product, or for the gemeente."""
    query = (
        sa.select(Account)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.gemeentecode == gemeentecode,
            RoleGrant.role == role,
            holds(clock.now()),
            Account.ended_at.is_(None),
        )
        .order_by(Account.achternaam, Account.voornaam)
    )
    if role in PRODUCT_ROLES and owner != CORE:
        query = query.where(RoleGrant.product == owner)
    return list(dbsession.scalars(query.distinct()))


def _section(
    registry: Registry,
    viewer: Identity,
    standing: GemeenteStanding,
    owner: str,
    title: TranslationString | str,
    permissions: Sequence[Permission],
) -> Section:
    def row(permission: Permission) -> Row:
        return Row(
            permission, {role: answer_for(registry, viewer, standing, owner, permission, role) for role in ROLES}
        )

    groups = tuple(Group(title, tuple(map(row, members))) for title, members in _grouped(permissions))
    return Section(owner, title, owner == CORE or owner in standing.active_products, groups)


def _grouped(permissions: Sequence[Permission]) -> Iterator[tuple[TranslationString, list[Permission]]]:
    """Groups in the order in which they first appear."""
    order = list(dict.fromkeys(permission.group or OTHER for permission in permissions))
    ranked = sorted(permissions, key=lambda permission: order.index(permission.group or OTHER))
    for title, members in groupby(ranked, key=lambda permission: permission.group or OTHER):
        yield title, list(members)
