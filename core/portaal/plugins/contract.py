"""What hooks are given and what they return: frozen data that the core acts on."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import Session
from translationstring import TranslationString

from portaal.organisations.activation import active_gemeenten
from portaal.secrecy import Secrecy

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.keyring import Keyring

API_VERSION = (1, 1)
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class PluginInfo:
    """What a plugin is.

    :param name: its one identifier: lower-case letters, digits and underscores, equal to its entry-point name.
    :param title: the product's name as people know it, e.g. ``iWmo``; a proper name, so not translated.
    :param description: one sentence for tiles and overviews.
    :param api: the version of ``portaal.api`` it was written for, as (major, minor).
    """

    name: str
    title: str
    description: TranslationString
    api: tuple[int, int]


@dataclass(frozen=True)
class MenuEntry:
    """A page of the product that stands in the menu of a gemeente, for those who may open it.

    :param route: the route's own name, without the plugin's prefix, e.g. ``berichten``.
    :param order: smaller stands first within the product.
    """

    route: str
    label: TranslationString
    order: int = 100


@dataclass(frozen=True)
class Tile:
    """A part of the overview page of a gemeente.

    :param name: unique within the plugin.
    :param permission: who sees it; one of the plugin's own permissions.
    :param template: asset spec of a Jinja2 template, rendered inside the product's card.
    :param load: called with the request and the gemeentecode; returns the template's variables. It runs in a thread of
        its own and has a quarter of a second; the request's ``dbsession`` is the tile's own and only reads.
    """

    name: str
    permission: str
    template: str
    load: Callable[[Request, str], Mapping[str, Any]]
    order: int = 100


@dataclass(frozen=True)
class SettingsTab:
    """The product's settings: one pydantic model with a default for every field.

    Fields take their label and hint from ``portaal.api.setting(...)``.

    :param intro: stands above the form.
    :param test_connection: tries whether the other side can be reached with these settings, before a new address or
        certificate holds. It gets the settings model, has 15 seconds, and no database session; raising counts as
        failed.
    """

    model: type[BaseModel]
    intro: TranslationString | None = None
    test_connection: Callable[[Any], ConnectionTest] | None = None


@dataclass(frozen=True)
class ConnectionTest:
    """How a connection test went.

    :param text: what was found, for the Productbeheerder: what answered, or what is wrong and what to do.
    """

    succeeded: bool
    text: TranslationString


@dataclass(frozen=True)
class Migrations:
    """The folder with the plugin's Alembic revisions and the metadata that they lead to."""

    directory: Path
    metadata: Any


class SettingsReader(Protocol):
    """Reads the settings that a product has for a gemeente, and has the keys that secrets are kept under."""

    keyring: Keyring

    def read(self, dbsession: Session, gemeentecode: str, model: type[Model]) -> Model: ...


@dataclass(frozen=True)
class HookContext:
    """What a hook works with outside a page.

    :param dbsession: what may be done with it, and when it is committed, stands with each hook.
    :param product: the plugin's own name.
    """

    dbsession: Session
    product: str
    store: SettingsReader = field(repr=False)

    def settings(self, gemeentecode: str, model: type[Model]) -> Model:
        """The product's settings for a gemeente as they hold now.

        :param model: the plugin's own settings model.
        :raises LookupError: the model is not that of a product.
        """
        return self.store.read(self.dbsession, gemeentecode, model)

    @property
    def secrecy(self) -> Secrecy:
        """Seals and opens what only this product may read."""
        return Secrecy(self.store.keyring, self.product)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A short transaction apart from ``dbsession``, for work that waits for another system in between.

        Whoever uses it leaves ``dbsession`` alone until the waiting is over: its first use takes locks.
        """
        with Session(self.dbsession.get_bind()) as dbsession, dbsession.begin():
            yield dbsession

    def gemeenten(self) -> tuple[str, ...]:
        """The codes of the gemeenten for which the product is active now."""
        query = active_gemeenten(self.product)
        return tuple(self.dbsession.scalars(query))


@dataclass(frozen=True)
class ActivationContext(HookContext):
    """A product is switched on or off for a gemeente.

    :param actor: the account that does it; None for the shell.
    """

    gemeentecode: str
    actor: uuid.UUID | None


@dataclass(frozen=True)
class HealthCheck:
    """Something the portal can look at to see whether the product can do its work.

    :param name: unique within the plugin, e.g. ``register``.
    :param run: called with a context whose session reads; returns what is wrong, in English for the operator and
        without values of people or messages, or an empty text when all is well. Raising, or taking over two seconds,
        counts as wrong.
    """

    name: str
    run: Callable[[HookContext], str]


class MetricKind(enum.StrEnum):
    """A gauge goes up and down; a counter only goes up."""

    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True)
class Sample:
    """One number of a metric.

    :param labels: a value for each of the metric's labels, in their order; never of a person or a message.
    """

    value: float
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A number, or one number per label, for Prometheus.

    :param name: e.g. ``messages_waiting``, which is shown as ``portaal_<plugin>_messages_waiting``.
    :param help: one line in English that says what is counted, and in which unit.
    :param read: called with a context whose session reads, each time the metrics are asked for; at most 500 samples.
    """

    name: str
    help: str
    read: Callable[[HookContext], Iterable[Sample]]
    kind: MetricKind = MetricKind.GAUGE
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """Work that is done again and again, by one worker at a time.

    :param name: unique within the plugin, e.g. ``remind``.
    :param run: called with a context whose session is committed when it returns and undone when it raises. It may be
        called a second time for the same work, after a worker died half-way.
    :param every: from one start to the next; at least ten seconds.
    :param at_most: after this time another worker may take the job over, and what this one did is not committed.
    """

    name: str
    run: Callable[[HookContext], None]
    every: timedelta
    at_most: timedelta = timedelta(minutes=10)


@dataclass(frozen=True)
class Traffic:
    """The messages of one product.

    :param standard: the message standard, e.g. ``iwmo``.
    :param sends: the types a gemeente may send, e.g. ``WMO301``.
    :param receives: the types a gemeente may receive, e.g. ``WMO302``.
    :param partner: the neighbour that carries them, e.g. ``vecozo`` (R-20 to R-25).
    """

    standard: str
    sends: frozenset[str]
    receives: frozenset[str]
    partner: str

    @classmethod
    def of_gemeenten(cls, standard: str, partner: str) -> Traffic:
        """All that a gemeente sends and receives in a standard that the portal knows.

        :raises LookupError: the portal does not know the standard.
        """
        from portaal.berichtenverkeer.standard import Party, all_types

        types = [kind for kind in all_types() if kind.release.standard == standard]
        if not types:
            raise LookupError(f"the portal does not know a message standard {standard!r}")
        sends = frozenset(kind.name for kind in types if kind.sender is Party.GEMEENTE)
        receives = frozenset(kind.name for kind in types if kind.receiver is Party.GEMEENTE)
        return cls(standard, sends, receives, partner)


@dataclass(frozen=True)
class ChainConnector:
    """How a neighbour in the chain is spoken to.

    :param partner: the neighbour's name, which a :class:`Traffic` names too, e.g. ``svb``.
    :param make: called once in a worker, with the plugin's ini settings (``<plugin>.url`` is ``url``); returns an
        object with ``send(message: SoapMessage, reference_id: str) -> Answer``, which several threads use at once.
    """

    partner: str
    make: Callable[[Mapping[str, str]], Any]


@dataclass(frozen=True)
class ApiOperation:
    """One operation of the product's web service, for the OpenAPI description.

    :param route: the route's own name; a view must take this method on it.
    :param method: ``GET``, ``POST`` and so on.
    :param answer: the model of a good answer's JSON, None where it has none.
    :param body: the model of the JSON that is sent.
    """

    route: str
    method: str
    summary: TranslationString
    answer: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    status: int = 200


@dataclass(frozen=True)
class PersonContext(HookContext):
    """A person whose data is asked for or erased: an account of the portal, not somebody in a message."""

    account_id: uuid.UUID


@dataclass(frozen=True)
class Kept:
    """Personal data that is not erased, and the reason that the law or the work gives for it."""

    what: TranslationString
    why: TranslationString
    count: int


@dataclass(frozen=True)
class Erasure:
    """What became of a person's data in the product.

    :param erased: how many records are gone or say nothing of the person any more.
    """

    erased: int
    kept: tuple[Kept, ...] = ()
