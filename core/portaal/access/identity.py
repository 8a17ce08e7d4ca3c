"""Who is asking: the person behind a session, with their roles and the gemeenten they may act for.

Two queries, once per request: the session joined with its account and grants, and the gemeenten of the organisation
with what is active there.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.cookies import token_hash
from portaal.access.models import Account, LoginSession, Role, RoleGrant, display_name
from portaal.access.sessions import alive
from portaal.organisations.activation import Activation
from portaal.organisations.agreements import missing_agreements
from portaal.organisations.models import Gemeente, OrganisationGemeente, acting


@dataclass(frozen=True)
class Grant:
    """A role that holds now. ``gemeentecode`` is None for the operator's roles, ``product`` for a gemeente's."""

    role: Role
    gemeentecode: str | None
    product: str | None

    @property
    def principal(self) -> str:
        return role_principal(self.role, self.gemeentecode, self.product)


@dataclass(frozen=True)
class GemeenteStanding:
    """A gemeente the person's organisation acts for, and whether it may use the portal."""

    code: str
    naam: str
    missing_agreements: tuple[tuple[str, str], ...]
    active_products: frozenset[str]


@dataclass(frozen=True)
class Identity:
    """A logged-in person during one request."""

    account_id: uuid.UUID
    session_id: str
    organisation_id: uuid.UUID
    display_name: str
    email: str
    level: str
    last_active_at: datetime
    ends_at: datetime
    has_profile: bool
    is_verified: bool
    is_ended: bool
    welcomed: bool
    grants: tuple[Grant, ...]
    gemeenten: tuple[GemeenteStanding, ...]
    flashes: tuple[tuple[str, str], ...] = field(default=())

    def gemeente(self, code: str) -> GemeenteStanding | None:
        """The standing of one of this person's gemeenten."""
        return next((standing for standing in self.gemeenten if standing.code == code), None)

    def has_role(self, role: Role, gemeentecode: str | None = None, product: str | None = None) -> bool:
        """Whether the person holds exactly this role."""
        return Grant(role, gemeentecode, product) in self.grants

    @property
    def is_operator(self) -> bool:
        """Whether the person works for the operator of the portal."""
        return any(grant.gemeentecode is None for grant in self.grants)

    @property
    def accessible_gemeenten(self) -> tuple[GemeenteStanding, ...]:
        """Where the person holds a role."""
        codes = {grant.gemeentecode for grant in self.grants}
        return tuple(standing for standing in self.gemeenten if standing.code in codes)


def role_principal(role: str, gemeentecode: str | None, product: str | None) -> str:
    """The principal that stands for a role, e.g. ``role:0363:iwmo:gebruiker``."""
    return f"role:{gemeentecode or 'operator'}:{product or '-'}:{role}"


_SESSION_QUERY = sa.select(
    LoginSession.id.label("session_id"),
    LoginSession.level,
    LoginSession.branch,
    LoginSession.last_active_at,
    LoginSession.ends_at,
    LoginSession.data,
    Account.id.label("account_id"),
    Account.organisation_id,
    Account.voornaam,
    Account.voorletters,
    Account.tussenvoegsel,
    Account.achternaam,
    Account.email,
    Account.profile_saved_at,
    Account.verified_at,
    Account.ended_at,
    Account.welcomed_at,
    RoleGrant.role,
    RoleGrant.gemeentecode,
    RoleGrant.product,
).join(Account, Account.id == LoginSession.account_id)


def load_identity(dbsession: Session, token: str) -> Identity | None:
    """The person whose browser has this token, or None when there is no such session (any more)."""
    now = clock.now()
    rows = dbsession.execute(
        _SESSION_QUERY.outerjoin(RoleGrant, sa.and_(RoleGrant.account_id == Account.id, holds(now))).where(
            LoginSession.id == token_hash(token), alive(now)
        )
    ).all()
    if not rows:
        return None
    row = rows[0]
    gemeenten = load_gemeenten(dbsession, row.organisation_id, row.branch)
    codes = {standing.code for standing in gemeenten}
    grants = (Grant(r.role, r.gemeentecode, r.product) for r in rows if r.role is not None)
    return Identity(
        account_id=row.account_id,
        session_id=row.session_id,
        organisation_id=row.organisation_id,
        display_name=display_name(row.voornaam, row.voorletters, row.tussenvoegsel, row.achternaam, row.email),
        email=row.email,
        level=row.level,
        last_active_at=row.last_active_at,
        ends_at=row.ends_at,
        has_profile=row.profile_saved_at is not None,
        is_verified=row.verified_at is not None,
        is_ended=row.ended_at is not None,
        welcomed=row.welcomed_at is not None,
        grants=tuple(grant for grant in grants if grant.gemeentecode is None or grant.gemeentecode in codes),
        gemeenten=gemeenten,
        flashes=tuple((kind, message) for kind, message in row.data.get("flash", [])),
    )


def holds(now: datetime) -> sa.ColumnElement[bool]:
    """The condition under which a grant holds at a moment."""
    return sa.and_(
        RoleGrant.revoked_at.is_(None),
        sa.or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now),
    )


def load_gemeenten(dbsession: Session, organisation_id: uuid.UUID, branch: str = "") -> tuple[GemeenteStanding, ...]:
    """The gemeenten an organisation acts for today, by name, with their missing agreements and active products.

    :param branch: the vestigingsnummer a mandate is limited to: then only what that branch acts for.
    """
    within = OrganisationGemeente.vestigingsnummer == branch if branch else sa.true()
    rows = dbsession.execute(
        sa.select(Gemeente.gemeentecode, Gemeente.naam, Activation.product)
        .join(OrganisationGemeente, OrganisationGemeente.gemeentecode == Gemeente.gemeentecode)
        .outerjoin(
            Activation, sa.and_(Activation.gemeentecode == Gemeente.gemeentecode, Activation.deactivated_at.is_(None))
        )
        .where(
            OrganisationGemeente.organisation_id == organisation_id,
            within,
            acting(clock.today()),
        )
        .order_by(Gemeente.naam)
    ).all()
    return _standings(dbsession, ((row.gemeentecode, row.naam, row.product) for row in rows))


def _standings(dbsession: Session, rows: Iterable[tuple[str, str, str | None]]) -> tuple[GemeenteStanding, ...]:
    names: dict[str, str] = {}
    products: dict[str, set[str]] = {}
    for code, naam, product in rows:
        names[code] = naam
        products.setdefault(code, set()).update([product] if product else [])
    missing = missing_agreements(dbsession, list(names), clock.today()) if names else {}
    return tuple(
        GemeenteStanding(
            code, naam, tuple((kind.title_nl, kind.title_en) for kind in missing[code]), frozenset(products[code])
        )
        for code, naam in names.items()
    )


def identity_of(dbsession: Session, account: Account) -> Identity:
    """The person of an account as they would be if they were logged in now; for explanations, never for a request."""
    now = clock.now()
    grants = dbsession.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == account.id, holds(now)))
    gemeenten = load_gemeenten(dbsession, account.organisation_id)
    codes = {standing.code for standing in gemeenten} | {None}
    return Identity(
        account_id=account.id,
        session_id="",
        organisation_id=account.organisation_id,
        display_name=account.display_name,
        email=account.email,
        level="",
        last_active_at=now,
        ends_at=now,
        has_profile=account.profile_saved_at is not None,
        is_verified=account.verified_at is not None,
        is_ended=account.ended_at is not None,
        welcomed=account.welcomed_at is not None,
        grants=tuple(Grant(g.role, g.gemeentecode, g.product) for g in grants if g.gemeentecode in codes),
        gemeenten=gemeenten,
    )
