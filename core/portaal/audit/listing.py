"""Finding lines in the audit trail: for a gemeente, for one person, or about a citizen."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.access.models import Account
from portaal.access.names import account_names
from portaal.audit.models import AuditEvent, AuditLink, AuditSubject, Outcome
from portaal.clock import end_of, midnight
from portaal.web.addresses import as_id, read_page
from portaal.web.dates import day_in_address

PAGE_SIZE = 50
MOST_EXPORTED = 50_000
RELINKING = "relinking."  # what the Servicedesk does with somebody's identity is theirs to see (portaal.relinking)
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Filters:
    """What somebody wants to see; what is None or empty does not count. Days are those of Amsterdam."""

    since: date | None = None
    until: date | None = None
    actor: uuid.UUID | None = None
    action: str = ""
    product: str = ""
    outcome: Outcome | None = None
    about: str = ""
    page: int = 1

    def at_page(self, page: int) -> Filters:
        return replace(self, page=page)

    @property
    def query(self) -> dict[str, str]:
        """These filters as the query of an address; :func:`read_filters` reads it back."""
        found = {
            "van": self.since.isoformat() if self.since else "",
            "tot": self.until.isoformat() if self.until else "",
            "wie": str(self.actor or ""),
            "handeling": self.action,
            "product": self.product,
            "uitkomst": self.outcome or "",
            "over": self.about,
            "pagina": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in found.items() if value}

    @property
    def conditions(self) -> list[Condition]:
        found: list[Condition] = []
        if self.since:
            found.append(AuditEvent.at >= midnight(self.since))
        if self.until:
            found.append(AuditEvent.at < end_of(self.until))
        if self.actor:
            found.append(AuditEvent.actor == self.actor)
        if self.action:
            found.append(AuditEvent.action == self.action)
        if self.product:
            found.append(AuditEvent.product == self.product)
        if self.outcome:
            found.append(AuditEvent.outcome == self.outcome)
        if self.about:
            found.append(AuditEvent.object_id == self.about)
        return found


def read_filters(query: Mapping[str, str]) -> Filters:
    """The filters in an address; what makes no sense is left out."""
    outcome = query.get("uitkomst", "")
    return Filters(
        since=day_in_address(query.get("van", "")),
        until=day_in_address(query.get("tot", "")),
        actor=as_id(query.get("wie", "")),
        action=query.get("handeling", "")[:80],
        product=query.get("product", "")[:40],
        outcome=Outcome(outcome) if outcome in set(Outcome) else None,
        about=query.get("over", "").strip()[:80],
        page=read_page(query),
    )


def of_gemeente(gemeentecode: str) -> Condition:
    """The lines of a gemeente."""
    return AuditEvent.gemeentecode == gemeentecode


def of_person(dbsession: Session, account_id: uuid.UUID) -> Condition:
    """What one person did and tried, also as the newcomer they were before a relinking, and that relinking itself."""
    # Asked for first: with a subquery in it, no index would serve the whole.
    merged = dbsession.scalars(sa.select(Account.id).where(Account.merged_into == account_id)).all()
    relinked = sa.and_(AuditEvent.object_id == str(account_id), AuditEvent.action.startswith(RELINKING))
    return sa.or_(AuditEvent.actor.in_([account_id, *merged]), relinked)


def about_citizen(digests: Sequence[str]) -> Condition:
    """The lines about a citizen, by the keyed hashes of the BSN."""
    return AuditEvent.id.in_(sa.select(AuditSubject.event_id).where(AuditSubject.digest.in_(digests)))


def count(dbsession: Session, conditions: Iterable[Condition]) -> int:
    return dbsession.scalar(sa.select(sa.func.count()).select_from(AuditEvent).where(*conditions)) or 0


def lines(dbsession: Session, conditions: Iterable[Condition], *, offset: int = 0, limit: int) -> Sequence[Any]:
    """Lines with their place in the chain, newest first."""
    query = (
        sa.select(AuditLink.seq, *AuditEvent.__table__.columns)
        .outerjoin(AuditLink, AuditLink.event_id == AuditEvent.id)
        .where(*conditions)
        .order_by(AuditEvent.at.desc(), AuditLink.seq.desc())
    )
    return dbsession.execute(query.offset(offset).limit(limit)).all()


def names(dbsession: Session, found: Sequence[Any]) -> dict[str, str]:
    """The names of the people in these lines, by account id: who acted, and on whom."""
    ids = {line.actor for line in found}
    ids |= {as_id(line.object_id) for line in found if line.object_kind == "account"}
    return {str(account_id): name for account_id, name in account_names(dbsession, ids - {None}).items()}


def actors(dbsession: Session, scope: Condition) -> list[tuple[str, str]]:
    """Everybody who did something there, id and name, by name."""
    acted = dbsession.scalars(sa.select(AuditEvent.actor).where(scope, AuditEvent.actor.is_not(None)).distinct())
    found = account_names(dbsession, [actor for actor in acted if actor])
    return sorted(((str(actor), name) for actor, name in found.items()), key=lambda item: item[1].casefold())


def choices(dbsession: Session, scope: Condition) -> tuple[list[str], list[str]]:
    """The actions and the products that occur."""
    actions = dbsession.scalars(sa.select(AuditEvent.action).where(scope).distinct()).all()
    products = dbsession.scalars(sa.select(AuditEvent.product).where(scope).distinct()).all()
    return sorted(actions), sorted(product for product in products if product)
