"""The hooks a product may implement. Each returns data; only ``portaal_includeme`` touches the configuration.

A hook that is not implemented, or answers None, means "nothing of that kind". An unknown hook name beginning with
``portaal_`` is refused when the plugin is loaded. A hook without parameters is called once, when the portal starts; its
answer is checked then and kept. The others are called when what they are about happens, each apart from those of other
products. Where the order matters the docstring says so; products always come by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click
    from pydantic import BaseModel
    from translationstring import TranslationString

    from portaal.access.permissions import Permission
    from portaal.login.provider import LoginProvider, LoginSetup
    from portaal.plugins.configurator import PluginConfigurator
    from portaal.plugins.contract import (
        ActivationContext,
        ApiOperation,
        ChainConnector,
        Erasure,
        HealthCheck,
        Job,
        MenuEntry,
        Metric,
        Migrations,
        PersonContext,
        PluginInfo,
        SettingsTab,
        Tile,
        Traffic,
    )

PROJECT = "portaal"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


# ---- what the product is, and what it adds to pages


@hookspec
def portaal_plugin_info() -> PluginInfo:
    """What the plugin is. The one hook that every plugin has.

    :returns: a :class:`~portaal.api.PluginInfo` whose name equals the entry-point name; None is refused.

    Order: the first hook that is called.
    Example: ``voorbeeld`` is a product that keeps notes.
    """


@hookspec
def portaal_permissions() -> Sequence[Permission]:
    """The permissions the product's views ask for, each with the roles that have it.

    :returns: :class:`~portaal.api.Permission` objects whose names begin with ``<name>:``; None is no permissions, and
        then no views either.

    Order: as they stand, within their groups, on the page that shows who may do what.
    Example: ``voorbeeld:notitie:lezen`` and ``voorbeeld:notitie:schrijven``, both for a Gebruiker.
    """


@hookspec
def portaal_includeme(config: PluginConfigurator) -> None:
    """Add the product's routes, views, catalogues, static files and sources of content.

    :param config: knows the plugin: it prefixes names and addresses and sets the product's root factory.
    :returns: None.

    Order: after the hooks that return data, so that the permissions are known.
    Example: ``voorbeeld`` adds a page with a form, a JSON address, a style sheet and its Dutch texts.
    """


@hookspec
def portaal_menu() -> Sequence[MenuEntry]:
    """The product's entries in the menu of a gemeente.

    :returns: :class:`~portaal.api.MenuEntry` objects, each of one of the plugin's own routes and shown to those who may
        open its page; None is no entries.

    Order: by ``MenuEntry.order`` within the product.
    Example: ``voorbeeld`` has one entry, "Notes".
    """


@hookspec
def portaal_tiles() -> Sequence[Tile]:
    """Parts of the overview page of a gemeente.

    :returns: :class:`~portaal.api.Tile` objects; None is no tiles. One that fails, is late or is too large is left out
        and named; after three times in a row it is paused, and the Productbeheerder sees why.

    Order: by ``Tile.order`` within the product.
    Example: ``voorbeeld`` shows how many notes there are.
    """


@hookspec
def portaal_traffic() -> Traffic:
    """The message traffic of the product, for products that exchange messages.

    :returns: a :class:`~portaal.api.Traffic`: the standard, the types that may be sent and received, and the partner;
        None for a product that exchanges no messages.

    Order: does not matter.
    Example: ``voorbeeld`` would exchange iEb messages.
    """


@hookspec
def portaal_chain_connectors() -> Sequence[ChainConnector]:
    """How neighbours in the chain are spoken to that the portal does not connect, or in the place of its own (R-25).

    :returns: :class:`~portaal.api.ChainConnector` objects; None is no connectors. A partner that is connected already
        needs the operator's choice, ``portaal.<partner>.connector = <name>``. What a connector raises counts as a
        failed attempt: the message is tried again later.

    Order: does not matter.
    Example: ``voorbeeld`` brings messages to a neighbour called ``buurman``.
    """


@hookspec
def portaal_login_provider(setup: LoginSetup) -> LoginProvider:
    """Another way to log in, beside the portal's own eHerkenning (R-36, R-39).

    The portal has the pages and addresses of a login, knows which browser asked, takes each answer once, looks at the
    level, and makes the session. The provider makes the request and verifies the answer.

    :param setup: a :class:`~portaal.api.LoginSetup`: the plugin's ini settings, and the kind of environment.
    :returns: a :class:`~portaal.api.LoginProvider`; None is no other way, for example because none is configured.
        Raising keeps the plugin out. What its functions raise later is one login that is refused; only
        :class:`~portaal.api.LoginRefusedError` is more than a failure: it has a reason, which the page explains.

    Order: when the portal starts, before the routes are added; people choose from a list by name.
    Example: ``voorbeeld`` lets a desk vouch for people, with a key that both know.
    """


# ---- settings and tables


@hookspec
def portaal_settings_tab() -> SettingsTab:
    """The product's settings, shown on their own tab to its Productbeheerder (R-84 to R-86).

    :returns: a :class:`~portaal.api.SettingsTab`; None is no settings and no tab.

    Order: the fields stand as the model declares them.
    Example: ``voorbeeld`` has the number of notes that are kept.
    """


@hookspec
def portaal_settings_changed(gemeentecode: str, old: BaseModel, new: BaseModel) -> None:
    """The product's settings changed for a gemeente; for example to forget what was worked out from them.

    Called for the product concerned only, after the change was committed, in the process that saved it; other
    processes read the new settings at their next request. There is no transaction any more, and an error is logged
    but undoes nothing.

    :param gemeentecode: whose settings they are.
    :param old: the settings model before the change, with its secrets.
    :param new: the settings model that holds now.
    :returns: None.

    Order: after the commit.
    Example: ``voorbeeld`` forgets the heading that it made for the gemeente.
    """


@hookspec
def portaal_migrations() -> Migrations:
    """The product's tables, all named ``<name>_...``, and the revisions that make them (``<name>_0001`` ...).

    :returns: a :class:`~portaal.api.Migrations`; None for a product without tables.

    Order: the core's tables are there before any product's.
    Example: ``voorbeeld`` has the table ``voorbeeld_note`` in two revisions.
    """


# ---- on and off per gemeente


@hookspec
def portaal_activation_check(context: ActivationContext) -> Sequence[TranslationString]:
    """What stands in the way of switching the product on for a gemeente.

    :param context: the :class:`~portaal.api.ActivationContext`; its session must not be written to.
    :returns: sentences that say what is missing and what to do, for the person who wants to switch it on; None or
        nothing when the product can be switched on. Raising is an obstacle too.

    Order: after the core's own conditions; all sentences are shown.
    Example: ``voorbeeld`` wants at least one Gebruiker first.
    """


@hookspec
def portaal_activated(context: ActivationContext) -> None:
    """The product was switched on for a gemeente, for the first time or again.

    :param context: the :class:`~portaal.api.ActivationContext`; what is added to its session is committed with the
        activation. Raising undoes the activation, and the person is told that the product could not be prepared.
    :returns: None.

    Order: after the activation is in the session and before the commit.
    Example: ``voorbeeld`` writes a first note.
    """


@hookspec
def portaal_deactivated(context: ActivationContext) -> None:
    """The product was switched off for a gemeente. Its data stays, so that it can be switched on again.

    :param context: the :class:`~portaal.api.ActivationContext`. Raising undoes what this hook did and is logged; the
        product is off all the same.
    :returns: None.

    Order: before the commit.
    Example: ``voorbeeld`` closes what was pinned.
    """


# ---- running it


@hookspec
def portaal_health_checks() -> Sequence[HealthCheck]:
    """What ``/ready`` looks at to see whether the product can do its work.

    :returns: :class:`~portaal.api.HealthCheck` objects; None is nothing to look at. A product that is not well is
        named and makes the portal "degraded", it does not take the portal out of service.

    Order: as they stand.
    Example: ``voorbeeld`` reads its table.
    """


@hookspec
def portaal_metrics() -> Sequence[Metric]:
    """Numbers of the product for Prometheus, at ``/metrics``.

    :returns: :class:`~portaal.api.Metric` objects; None is no numbers. One that cannot be read is left out, and counted
        in ``portaal_metric_failures_total``.

    Order: as they stand.
    Example: ``portaal_voorbeeld_notes``, the number of notes per gemeente.
    """


@hookspec
def portaal_jobs() -> Sequence[Job]:
    """Work that a worker does again and again.

    :returns: :class:`~portaal.api.Job` objects; None is no jobs. One worker at a time does a job; a failure is logged,
        shown by ``/ready``, and the job is tried again at its next time.

    Order: the job that has waited longest goes first.
    Example: ``voorbeeld`` removes old notes.
    """


@hookspec
def portaal_commands() -> Sequence[click.Command]:
    """Subcommands of ``portaal <name>``.

    :returns: click commands or groups; ``@click.pass_obj`` gives each a :class:`~portaal.api.CommandContext`, with the
        settings and the database. None is no subcommands.

    Order: by name.
    Example: ``portaal voorbeeld count`` counts the notes of a gemeente.
    """


@hookspec
def portaal_openapi() -> Sequence[ApiOperation]:
    """The product's part of the OpenAPI description of a gemeente, for the routes that answer in JSON.

    :returns: :class:`~portaal.api.ApiOperation` objects, each of a route and method that the plugin has a view for;
        None for a product without a web service.

    Order: as they stand.
    Example: ``voorbeeld`` describes the list of notes.
    """


# ---- personal data (AVG)


@hookspec
def portaal_personal_data_export(context: PersonContext) -> Mapping[str, Any]:
    """What the product knows of a person who works with the portal (AVG article 15).

    :param context: the :class:`~portaal.api.PersonContext`; its session must not be written to.
    :returns: JSON values by kind of record, e.g. ``{"notes": [{"text": ..., "written_at": ...}]}``; dates, times,
        moments, decimals and UUIDs are allowed too. None is "nothing". Raising is told in the report, and the other
        products go on.

    Order: does not matter.
    Example: ``voorbeeld`` gives the notes that the person wrote.
    """


@hookspec
def portaal_personal_data_erase(context: PersonContext) -> Erasure:
    """Erase what the product knows of a person, or make it say nothing of them (AVG article 17).

    :param context: the :class:`~portaal.api.PersonContext`; what is done in its session is committed when every part
        of the portal is done. Raising undoes the part of this product and is told in the report.
    :returns: an :class:`~portaal.api.Erasure`: how much is gone, what is kept and why. None is "there was nothing".
        Asked a second time it finds nothing left to erase.

    Order: before the account itself is made nameless.
    Example: ``voorbeeld`` keeps the notes and forgets who wrote them.
    """
