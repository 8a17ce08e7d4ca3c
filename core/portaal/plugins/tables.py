"""The tables of plugins: whose they are, and whether they are as their revisions want them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from portaal.db.owners import CORE, Owner, core_owner
from portaal.db.pending import pending
from portaal.plugins.answers import ask
from portaal.plugins.contract import Migrations
from portaal.plugins.discovery import discover
from portaal.plugins.errors import PendingMigrationsError
from portaal.plugins.names import check_name

if TYPE_CHECKING:
    from pyramid.config import Configurator

    from portaal.plugins.loader import Plugin, Plugins

log = logging.getLogger(__name__)

HOOK = "portaal_migrations"


def plugin_owner(name: str, migrations: Migrations) -> Owner:
    """A plugin as the owner of its tables."""
    return Owner(name, migrations.directory, migrations.metadata, f"{name}_")


def _log_broken(name: str, error: BaseException) -> None:
    log.error("the tables of plugin %s are left alone: it cannot be used", name, exc_info=error)


def owners(
    entry_points: Iterable[EntryPoint] | None = None,
    on_broken: Callable[[str, BaseException], None] = _log_broken,
) -> dict[str, Owner]:
    """The core first, then every installed plugin that has tables.

    :param on_broken: told of each plugin that cannot be imported or asked, or answers what it may not; the others go
        on without it.
    """
    found = {CORE: core_owner()}
    points = list(discover().values() if entry_points is None else entry_points)
    for point in points:
        try:
            migrations = ask(point, HOOK)
            if migrations is not None:
                check_name(point.name, [other.name for other in points])
                found[point.name] = plugin_owner(point.name, migrations)
        except (Exception, SystemExit) as error:
            on_broken(point.name, error)
    return found


def has_tables(config: Configurator, plugin: str) -> bool:
    """Whether a plugin's tables were made in the database; no where it cannot be reached."""
    try:
        return sa.inspect(config.registry["portaal.engine"]).has_table(f"alembic_version_{plugin}")
    except DBAPIError:
        return False


def check_tables(config: Configurator, plugins: Plugins, plugin: Plugin) -> None:
    """Refuse a plugin whose pages would fail on a table or column that is not there yet.

    A database that cannot be reached now says nothing against the plugin. ``portaal.check_migrations = false`` leaves
    this out, for tests that make their tables from the models.

    :raises PendingMigrationsError: the tables are behind.
    """
    migrations = plugins.call(plugin, HOOK)
    if migrations is None or config.registry.settings["portaal.check_migrations"] != "true":
        return
    try:
        behind = pending(plugin_owner(plugin.name, migrations), config.registry["portaal.engine"])
    except DBAPIError:
        log.warning("the tables of plugin %s cannot be looked at: the database is not there", plugin.name)
        return
    if behind:
        raise PendingMigrationsError(behind)
