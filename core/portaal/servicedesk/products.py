"""Switching products on and off for a gemeente; from the next request on."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.gebruikersbeheer.roles import active_products
from portaal.organisations.models import Gemeente
from portaal.plugins.models import Activation


def activate(dbsession: Session, gemeentecode: str, product: str, by: uuid.UUID) -> None:
    """Switch a product on. Its data of an earlier time are there again; so are roles that nobody revoked."""
    _lock(dbsession, gemeentecode)
    if product in active_products(dbsession, gemeentecode):
        return
    dbsession.add(Activation(gemeentecode=gemeentecode, product=product, activated_at=clock.now(), activated_by=by))
    _record(dbsession, "product.activate", gemeentecode, product, by)


def deactivate(dbsession: Session, gemeentecode: str, product: str, by: uuid.UUID) -> None:
    """Switch a product off: no page, menu or service of it is left for the gemeente. Its data stay."""
    _lock(dbsession, gemeentecode)
    ended = dbsession.execute(
        sa.update(Activation)
        .where(
            Activation.gemeentecode == gemeentecode,
            Activation.product == product,
            Activation.deactivated_at.is_(None),
        )
        .values(deactivated_at=clock.now(), deactivated_by=by)
        .returning(Activation.id)
    ).all()
    if ended:
        _record(dbsession, "product.deactivate", gemeentecode, product, by)


def _lock(dbsession: Session, gemeentecode: str) -> None:
    dbsession.get_one(Gemeente, gemeentecode, with_for_update=True)


def _record(dbsession: Session, action: str, gemeentecode: str, product: str, by: uuid.UUID) -> None:
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=by,
        gemeentecode=gemeentecode,
        product=product,
        object_kind="product",
        object_id=product,
    )
