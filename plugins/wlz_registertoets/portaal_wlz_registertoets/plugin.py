"""What Wlz-Registertoets tells the portal of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from portaal.api import (
    ApiOperation,
    Erasure,
    HealthCheck,
    Job,
    MenuEntry,
    Metric,
    Migrations,
    Permission,
    PersonContext,
    PluginInfo,
    Role,
    SettingsTab,
    Tile,
    _,
    hookimpl,
)
from portaal_wlz_registertoets import jobs, settings, upkeep, words
from portaal_wlz_registertoets.models import Base

if TYPE_CHECKING:
    from portaal.api import PluginConfigurator

HERE = Path(__file__).parent


@hookimpl
def portaal_plugin_info() -> PluginInfo:
    return PluginInfo(
        name="wlz_registertoets",
        title="Wlz-Registertoets",
        description=_("Ask the CIZ whether a citizen has a Wlz indication"),
        api=(1, 0),
    )


@hookimpl
def portaal_permissions() -> Sequence[Permission]:
    """R-83, R-87: a Gebruiker consults; the Productbeheerder has none of these."""
    consulting, signals, accountability = _("Consultations"), _("Wlz signals"), _("Accountability")
    found = (
        ("raadpleging:doen", _("Consult the Wlz register"), Role.GEBRUIKER, consulting),
        ("raadpleging:bekijken-eigen", _("See one's own consultations"), Role.GEBRUIKER, consulting),
        ("raadpleging:meerdere", _("Consult about several citizens"), Role.GEBRUIKER, consulting),
        ("signaal:aanleveren", _("Deliver residents for Wlz signals"), Role.GEBRUIKER, signals),
        ("signaal:afhandelen", _("Deal with Wlz signals"), Role.GEBRUIKER, signals),
        ("verantwoording:bekijken", _("See who consulted what"), Role.AUDITOR, accountability),
        ("medewerker:beheren", _("Name BSNs that get attention"), Role.AUDITOR, accountability),
    )
    return [Permission(f"wlz_registertoets:{name}", title, (role,), group) for name, title, role, group in found]


@hookimpl
def portaal_menu() -> Sequence[MenuEntry]:
    return (
        MenuEntry("raadplegen", _("Consult"), order=10),
        MenuEntry("lijsten", _("Several citizens"), order=20),
        MenuEntry("eigen", _("What you asked"), order=30),
        MenuEntry("verantwoording", _("Accountability"), order=40),
    )


@hookimpl
def portaal_settings_tab() -> SettingsTab:
    return SettingsTab(model=settings.Settings, test_connection=settings.test_connection)


@hookimpl
def portaal_settings_changed(gemeentecode: str, old: BaseModel, new: BaseModel) -> None:
    """A register that failed with the old settings gets a new chance with the new ones."""
    for version in (old, new):
        if isinstance(version, settings.Settings):
            settings.BREAKERS.forget(str(version.endpoint), version.oin)


@hookimpl
def portaal_migrations() -> Migrations:
    return Migrations(HERE / "migrations", Base.metadata)


@hookimpl
def portaal_tiles() -> Sequence[Tile]:
    from portaal_wlz_registertoets.pages import TEMPLATES, tile

    return (Tile("raadplegen", "wlz_registertoets:raadpleging:doen", f"{TEMPLATES}/tegel.jinja2", tile.load),)


@hookimpl
def portaal_health_checks() -> Sequence[HealthCheck]:
    return upkeep.HEALTH_CHECKS


@hookimpl
def portaal_metrics() -> Sequence[Metric]:
    return upkeep.METRICS


@hookimpl
def portaal_openapi() -> Sequence[ApiOperation]:
    from portaal_wlz_registertoets.pages import own

    return (ApiOperation("eigen.api", "GET", _("What you asked"), answer=own.OwnConsultations),)


@hookimpl
def portaal_personal_data_export(context: PersonContext) -> Mapping[str, Any]:
    return upkeep.personal_data(context)


@hookimpl
def portaal_personal_data_erase(context: PersonContext) -> Erasure:
    return upkeep.erase_personal_data(context)


@hookimpl
def portaal_jobs() -> Sequence[Job]:
    return jobs.JOBS


@hookimpl
def portaal_includeme(config: PluginConfigurator) -> None:
    from portaal_wlz_registertoets.pages import colleagues, consult, own, reports, several, signals

    for part in (consult, several, own, signals, reports, colleagues):
        part.includeme(config)
    config.add_audit_titles(words.ACTS)
    config.add_catalogues(HERE / "locale")
    config.add_static(HERE / "static")
