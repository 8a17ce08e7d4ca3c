"""The hooks: everything that the portal asks this product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from pyramid.request import Request
from translationstring import TranslationString

from portaal.api import (
    ActivationContext,
    Answer,
    AnswerOutcome,
    ApiOperation,
    ChainConnector,
    CommandContext,
    Erasure,
    HealthCheck,
    HookContext,
    Job,
    Kept,
    LoginProvider,
    LoginSetup,
    MenuEntry,
    Metric,
    Migrations,
    Permission,
    PersonContext,
    PluginConfigurator,
    PluginInfo,
    Role,
    Sample,
    SettingsTab,
    SoapMessage,
    Tile,
    Traffic,
    _,
    hookimpl,
    now,
)
from portaal_voorbeeld import notes, views
from portaal_voorbeeld.desk import Desk
from portaal_voorbeeld.models import Base
from portaal_voorbeeld.settings import HEADINGS, Settings

HERE = Path(__file__).parent
READ = "voorbeeld:notitie:lezen"
WRITE = "voorbeeld:notitie:schrijven"
NOTES = _("Notes")


@hookimpl
def portaal_plugin_info() -> PluginInfo:
    return PluginInfo(
        name="voorbeeld",
        title="Voorbeeld",
        description=_("Keep notes with your colleagues"),
        api=(1, 1),
    )


@hookimpl
def portaal_permissions() -> Sequence[Permission]:
    return [
        Permission(READ, _("Read notes"), (Role.GEBRUIKER,), group=NOTES),
        Permission(WRITE, _("Write notes"), (Role.GEBRUIKER,), group=NOTES),
    ]


@hookimpl
def portaal_includeme(config: PluginConfigurator) -> None:
    config.add_route("notities", "")
    config.add_view(
        views.list_notes,
        route="notities",
        permission=READ,
        request_method="GET",
        renderer="portaal_voorbeeld:templates/notities.jinja2",
    )
    config.add_view(
        views.write_note,
        route="notities",
        permission=WRITE,
        request_method="POST",
        renderer="portaal_voorbeeld:templates/notities.jinja2",
    )
    config.add_route("lijst", "notities.json")
    config.add_view(views.notes_as_json, route="lijst", permission=READ, request_method="GET", renderer="json")
    config.add_audit_titles({"voorbeeld.write": _("Wrote a note")})
    config.add_catalogues(HERE / "locale")
    config.add_static(HERE / "static")
    config.add_content_source("img-src", "https://service.pdok.nl")


@hookimpl
def portaal_menu() -> Sequence[MenuEntry]:
    return [MenuEntry("notities", NOTES)]


@hookimpl
def portaal_tiles() -> Sequence[Tile]:
    return [Tile("aantal", READ, "portaal_voorbeeld:templates/aantal.jinja2", count_for_tile)]


def count_for_tile(request: Request, gemeentecode: str) -> Mapping[str, Any]:
    return {"count": len(notes.of_gemeente(request.dbsession, gemeentecode))}


@hookimpl
def portaal_traffic() -> Traffic:
    return Traffic(standard="ieb", sends=frozenset({"WMO407"}), receives=frozenset({"WMO408"}), partner="buurman")


@hookimpl
def portaal_chain_connectors() -> Sequence[ChainConnector]:
    return [ChainConnector("buurman", Neighbour)]


class Neighbour:
    """Speaks to the neighbour by putting messages in a folder: ``voorbeeld.folder`` in the ini file."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._folder = Path(settings["folder"])

    def send(self, message: SoapMessage, reference_id: str) -> Answer:
        (self._folder / f"{reference_id}.xml").write_bytes(bytes(message))
        return Answer(AnswerOutcome.BEVESTIGD, "in_de_bus")


@hookimpl
def portaal_login_provider(setup: LoginSetup) -> LoginProvider | None:
    return Desk(setup.settings).login_provider() if "desk" in setup.settings else None


@hookimpl
def portaal_settings_tab() -> SettingsTab:
    return SettingsTab(Settings, intro=_("How the notes of your gemeente are kept."))


@hookimpl
def portaal_settings_changed(gemeentecode: str, old: Settings, new: Settings) -> None:
    if old.title != new.title:
        HEADINGS.pop(gemeentecode, None)


@hookimpl
def portaal_migrations() -> Migrations:
    return Migrations(HERE / "migrations", Base.metadata)


@hookimpl
def portaal_activation_check(context: ActivationContext) -> Sequence[TranslationString]:
    if context.settings(context.gemeentecode, Settings).days < 30:
        return [_("Notes are kept too short: let the Productbeheerder keep them 30 days or more.")]
    return []


@hookimpl
def portaal_activated(context: ActivationContext) -> None:
    if context.gemeentecode not in notes.count_per_gemeente(context.dbsession):
        notes.write(context.dbsession, context.gemeentecode, "Welkom", context.actor, pinned=True)


@hookimpl
def portaal_deactivated(context: ActivationContext) -> None:
    notes.unpin(context.dbsession, context.gemeentecode)


@hookimpl
def portaal_health_checks() -> Sequence[HealthCheck]:
    return [HealthCheck("notes", check_notes)]


def check_notes(context: HookContext) -> str:
    too_many = [code for code, count in notes.count_per_gemeente(context.dbsession).items() if count > 10_000]
    return f"more than 10,000 notes in {', '.join(too_many)}" if too_many else ""


@hookimpl
def portaal_metrics() -> Sequence[Metric]:
    return [Metric("notes", "Notes that are kept, per gemeente", notes_per_gemeente, labels=("gemeentecode",))]


def notes_per_gemeente(context: HookContext) -> Iterable[Sample]:
    for gemeentecode, count in notes.count_per_gemeente(context.dbsession).items():
        yield Sample(count, (gemeentecode,))


@hookimpl
def portaal_jobs() -> Sequence[Job]:
    return [Job("opruimen", remove_old_notes, every=timedelta(hours=1))]


def remove_old_notes(context: HookContext) -> None:
    for gemeentecode in context.gemeenten():
        days = context.settings(gemeentecode, Settings).days
        notes.remove_older(context.dbsession, gemeentecode, now() - timedelta(days=days))


@hookimpl
def portaal_commands() -> Sequence[click.Command]:
    return [count]


@click.command()
@click.argument("gemeentecode")
@click.pass_obj
def count(portal: CommandContext, gemeentecode: str) -> None:
    """Count the notes of a gemeente."""
    with portal.open() as context:
        click.echo(len(notes.of_gemeente(context.dbsession, gemeentecode)))


@hookimpl
def portaal_openapi() -> Sequence[ApiOperation]:
    return [ApiOperation("lijst", "GET", _("The notes of the gemeente"), answer=views.NoteList)]


@hookimpl
def portaal_personal_data_export(context: PersonContext) -> Mapping[str, Any]:
    written = notes.written_by(context.dbsession, context.account_id)
    return {"notes": [{"text": note.text, "written_at": note.written_at} for note in written]}


@hookimpl
def portaal_personal_data_erase(context: PersonContext) -> Erasure:
    forgotten = notes.forget_writer(context.dbsession, context.account_id)
    why = _("The notes are the gemeente's; who wrote them is no longer known.")
    return Erasure(forgotten, (Kept(NOTES, why, forgotten),) if forgotten else ())
