"""Switching a product on and off for a gemeente. It holds from the next request on; nothing is restarted.

Whether a product is on is one row that every request reads, so when it is off there is no tab, tile, menu entry, page
or service of it for the gemeente. Its data stays: switched on again, everything is back, roles included.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session
from translationstring import TranslationString

from portaal import audit, clock
from portaal.organisations.activation import Activation
from portaal.organisations.models import Gemeente
from portaal.plugins.contract import ActivationContext, SettingsReader
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.registry import Registry

    from portaal.plugins.loader import Plugin, Plugins

log = logging.getLogger(__name__)


class ActivationRefusedError(Exception):
    """The product cannot be switched on now. ``obstacles`` says why and what to do, for whoever wanted it."""

    def __init__(self, product: str, obstacles: Sequence[TranslationString]) -> None:
        super().__init__(f"{product} cannot be switched on: {len(obstacles)} obstacles")
        self.obstacles = tuple(obstacles)


class Activations:
    """Which product is on where, and the switching of it.

    :param store: where a product's hooks read its settings.
    """

    def __init__(self, plugins: Plugins, store: SettingsReader) -> None:
        self._plugins = plugins
        self._store = store

    def obstacles(
        self, dbsession: Session, gemeentecode: str, product: str, actor: uuid.UUID | None
    ) -> tuple[TranslationString, ...]:
        """What stands in the way of switching a product on; nothing when it can be."""
        plugin = self._plugins.get(product)
        if plugin is None:
            return (_("${product} is not installed, or not ready to be used.", mapping={"product": product}),)
        context = self._context(dbsession, gemeentecode, product, actor)
        try:
            # After a query that failed, PostgreSQL would answer nothing more to the page; and a check changes nothing.
            with dbsession.no_autoflush, dbsession.begin_nested() as savepoint:
                found = self._plugins.call(plugin, "portaal_activation_check", context=context) or ()
                savepoint.rollback()
                return tuple(_sentence(obstacle) for obstacle in found)
        except (Exception, SystemExit):
            log.exception("product %s failed on its activation check", product)
            return (_failed_check(plugin),)

    def activate(self, dbsession: Session, gemeentecode: str, product: str, actor: uuid.UUID | None) -> bool:
        """Switch a product on, in the transaction of the session.

        :param actor: the account that does it; None for the shell.
        :returns: False when it was on already.
        :raises ActivationRefusedError: something stands in the way, or the product could not prepare itself. Nothing
            has changed then.
        """
        _lock(dbsession, gemeentecode)
        if _current(dbsession, gemeentecode, product) is not None:
            return False
        obstacles = self.obstacles(dbsession, gemeentecode, product, actor)
        if obstacles:
            raise ActivationRefusedError(product, obstacles)
        plugin = self._plugins.accepted[product]
        try:
            with dbsession.begin_nested():
                dbsession.add(
                    Activation(gemeentecode=gemeentecode, product=product, activated_at=clock.now(), activated_by=actor)
                )
                dbsession.flush()
                context = self._context(dbsession, gemeentecode, product, actor)
                self._plugins.call(plugin, "portaal_activated", context=context)
        except (Exception, SystemExit) as error:
            log.exception("product %s failed on its activation", product)
            raise ActivationRefusedError(product, [_failed_start(plugin)]) from error
        _record(dbsession, "product.activate", gemeentecode, product, actor)
        return True

    def deactivate(self, dbsession: Session, gemeentecode: str, product: str, actor: uuid.UUID | None) -> bool:
        """Switch a product off, in the transaction of the session; also one that is no longer installed.

        :returns: False when it was off already.
        """
        _lock(dbsession, gemeentecode)
        activation = _current(dbsession, gemeentecode, product)
        if activation is None:
            return False
        activation.deactivated_at, activation.deactivated_by = clock.now(), actor
        dbsession.flush()
        plugin = self._plugins.get(product)
        if plugin is not None:
            try:
                with dbsession.begin_nested():
                    context = self._context(dbsession, gemeentecode, product, actor)
                    self._plugins.call(plugin, "portaal_deactivated", context=context)
            except (Exception, SystemExit):  # a product that fails must not be able to stay on
                log.exception("product %s failed on its deactivation", product)
        _record(dbsession, "product.deactivate", gemeentecode, product, actor)
        return True

    def _context(
        self, dbsession: Session, gemeentecode: str, product: str, actor: uuid.UUID | None
    ) -> ActivationContext:
        return ActivationContext(dbsession, product, self._store, gemeentecode, actor)


def activations(registry: Registry) -> Activations:
    """The activations of this application."""
    return Activations(registry["portaal.plugins"], registry["portaal.settings"])


def _lock(dbsession: Session, gemeentecode: str) -> None:
    """One at a time for a gemeente, so that two people cannot both switch the same product on."""
    dbsession.get_one(Gemeente, gemeentecode, with_for_update=True)


def _current(dbsession: Session, gemeentecode: str, product: str) -> Activation | None:
    return dbsession.scalar(
        sa.select(Activation).where(
            Activation.gemeentecode == gemeentecode,
            Activation.product == product,
            Activation.deactivated_at.is_(None),
        )
    )


def _sentence(obstacle: object) -> TranslationString:
    if not isinstance(obstacle, TranslationString):
        raise TypeError(f"an obstacle must be a text that can be translated, not {type(obstacle).__name__}")
    return obstacle


def _failed_check(plugin: Plugin) -> TranslationString:
    return _(
        "${product} could not check whether it can be switched on. Tell whoever maintains the product.",
        mapping={"product": plugin.info.title},
    )


def _failed_start(plugin: Plugin) -> TranslationString:
    return _(
        "${product} could not prepare itself, so it was not switched on. Tell whoever maintains the product.",
        mapping={"product": plugin.info.title},
    )


def _record(dbsession: Session, action: str, gemeentecode: str, product: str, actor: uuid.UUID | None) -> None:
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=actor,
        gemeentecode=gemeentecode,
        product=product,
        object_kind="product",
        object_id=product,
    )
