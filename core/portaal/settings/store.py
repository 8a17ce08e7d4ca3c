"""Reading and saving the settings of products, per gemeente and in versions."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pydantic
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from portaal import audit, clock
from portaal.keyring import Keyring
from portaal.plugins.errors import ContractError
from portaal.settings.diff import changed_fields
from portaal.settings.fields import fields_of
from portaal.settings.models import SettingsVersion
from portaal.settings.secrets import Sealer
from portaal.settings.stored import Decoded, Stored, decode, encode

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.plugins.contract import SettingsTab

log = logging.getLogger(__name__)
Model = TypeVar("Model", bound=pydantic.BaseModel)


@dataclass(frozen=True)
class Loaded(Generic[Model]):
    """The settings of one version.

    :param number: of the version; 0 where nothing was ever saved and the defaults hold.
    :param faults: the settings whose stored value could not be used, so that the default stands in.
    :param version: the stored row, None for number 0.
    """

    value: Model
    number: int
    faults: frozenset[str]
    version: SettingsVersion | None


@dataclass(frozen=True)
class Saved:
    """What saving did: a new version was added, unless nothing differed."""

    old: pydantic.BaseModel
    new: pydantic.BaseModel
    added: bool


class StaleVersionError(Exception):
    """Somebody else saved in between. ``current`` is what holds now."""

    def __init__(self, current: Loaded[Any]) -> None:
        super().__init__(f"version {current.number} was saved meanwhile")
        self.current = current


class UnknownVersionError(LookupError):
    """There is no version with that number."""


class SettingsStore:
    """The settings of every product with a settings tab."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self.sealer = Sealer(keyring)
        self.tabs: dict[str, SettingsTab] = {}

    def register(self, product: str, tab: SettingsTab) -> None:
        """Give a product its settings.

        :raises ContractError: the model does not keep the rules of :func:`portaal.settings.fields.fields_of`, or is
            that of another product.
        """
        fields_of(tab.model)
        if any(tab.model is other.model for name, other in self.tabs.items() if name != product):
            raise ContractError(f"{tab.model.__name__} is the settings model of another product: derive your own")
        self.tabs[product] = tab

    def read(self, dbsession: Session, gemeentecode: str, model: type[Model]) -> Model:
        """The settings that hold now. The model is the key: who does not have it cannot read them.

        :raises LookupError: no product has this model.
        """
        product = next((name for name, tab in self.tabs.items() if tab.model is model), None)
        if product is None:
            raise LookupError(f"{model.__name__} is not the settings model of a product")
        value: Model = self.load(dbsession, gemeentecode, product).value
        return value

    def load(self, dbsession: Session, gemeentecode: str, product: str, number: int | None = None) -> Loaded[Any]:
        """The settings of the version that holds, or of the one with a number.

        Stored data that the model does not allow falls back to defaults, per field: a page never fails on it.

        :raises UnknownVersionError: no such version.
        """
        query = _versions(gemeentecode, product).limit(1)
        version = dbsession.scalar(query if number is None else query.where(SettingsVersion.number == number))
        if version is None:
            if number:
                raise UnknownVersionError(number)
            return Loaded(self.tabs[product].model(), 0, frozenset(), None)
        decoded = self.decode(gemeentecode, product, Stored(version.content, version.secrets))
        if decoded.faults:
            log.warning(
                "stored settings fell back to defaults",
                extra={
                    "product": product,
                    "gemeentecode": gemeentecode,
                    "version": version.number,
                    "settings": sorted(decoded.faults),
                },
            )
        return Loaded(decoded.value, version.number, decoded.faults, version)

    def decode(self, gemeentecode: str, product: str, stored: Stored) -> Decoded[Any]:
        """The model of what was stored, with fallbacks named."""
        return decode(self.tabs[product].model, stored, self.sealer, gemeentecode, product)

    def save(
        self,
        dbsession: Session,
        gemeentecode: str,
        product: str,
        value: pydantic.BaseModel,
        *,
        based_on: int,
        by: uuid.UUID | None,
        activated_by: uuid.UUID | None = None,
        reason: str = "",
    ) -> Saved:
        """Add a version, unless nothing changed.

        :param based_on: the number of the version that the change started from.
        :param by: the account whose change it is, None for the portal itself.
        :param activated_by: the account that made a prepared change hold.
        :raises StaleVersionError: another version holds already.
        """
        current = self.load(dbsession, gemeentecode, product)
        if current.number != based_on:
            raise StaleVersionError(current)
        changed = changed_fields(current.value, value)
        if not changed and not current.faults:
            return Saved(current.value, value, added=False)
        stored = encode(value, self.sealer, gemeentecode, product)
        version = SettingsVersion(
            gemeentecode=gemeentecode,
            product=product,
            number=based_on + 1,
            content=dict(stored.content),
            secrets=_unreadable_secrets(current, value) | dict(stored.secrets),
            changed=[field.name for field in changed],
            reason=reason,
            saved_at=clock.now(),
            saved_by=by,
            activated_by=activated_by,
        )
        try:
            with dbsession.begin_nested():
                dbsession.add(version)
        except IntegrityError:
            newest = self.load(dbsession, gemeentecode, product)
            if newest.number == based_on:
                raise
            raise StaleVersionError(newest) from None
        audit.record(
            dbsession,
            action="settings.save",
            outcome=audit.Outcome.DONE,
            actor=activated_by or by,
            gemeentecode=gemeentecode,
            product=product,
            object_kind="settings",
            object_id=version.number,
            details={"settings": version.changed},
        )
        return Saved(current.value, value, added=True)

    def history(self, dbsession: Session, gemeentecode: str, product: str) -> list[SettingsVersion]:
        """Every version with its author, the newest first."""
        people = joinedload(SettingsVersion.author), joinedload(SettingsVersion.activator)
        return list(dbsession.scalars(_versions(gemeentecode, product).options(*people)))


def product_settings(request: Request, model: type[Model], gemeentecode: str | None = None) -> Model:
    """The settings of the product whose settings model this is, as they hold now.

    :param model: the plugin's own settings model; it doubles as the key, so no product reads another's settings.
    :param gemeentecode: left out, that of the page (``request.context.code``).
    :raises LookupError: the model is not that of a product.
    """
    store: SettingsStore = request.registry["portaal.settings"]
    return store.read(request.dbsession, gemeentecode or request.context.code, model)


def _versions(gemeentecode: str, product: str) -> sa.Select[SettingsVersion]:
    return (
        sa.select(SettingsVersion)
        .where(SettingsVersion.gemeentecode == gemeentecode, SettingsVersion.product == product)
        .order_by(SettingsVersion.number.desc())
    )


def _unreadable_secrets(current: Loaded[Any], value: pydantic.BaseModel) -> dict[str, dict[str, str]]:
    """Sealed secrets that do not open now and were not replaced: their key may come back."""
    if current.version is None:
        return {}
    return {
        name: sealed
        for name, sealed in current.version.secrets.items()
        if name in current.faults and getattr(value, name) is None
    }
