"""Before a plugin is taken in: are its tables as its revisions want them?"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from portaal.db.owners import Owner
from portaal.db.pending import pending
from portaal.plugins.errors import PendingMigrationsError

if TYPE_CHECKING:
    from pyramid.config import Configurator

    from portaal.plugins.loader import Plugin, Plugins

log = logging.getLogger(__name__)


def check_tables(config: Configurator, plugins: Plugins, plugin: Plugin) -> None:
    """Refuse a plugin whose pages would fail on a table or column that is not there yet.

    A database that cannot be reached now says nothing against the plugin. ``portaal.check_migrations = false`` leaves
    this out, for tests that make their tables from the models.

    :raises PendingMigrationsError: the tables are behind.
    """
    migrations = plugins.call(plugin, "portaal_migrations")
    if migrations is None or config.registry.settings["portaal.check_migrations"] != "true":
        return
    owner = Owner(plugin.name, migrations.directory, migrations.metadata, f"{plugin.name}_")
    try:
        behind = pending(owner, config.registry["portaal.engine"])
    except DBAPIError:
        log.warning("the tables of plugin %s cannot be looked at: the database is not there", plugin.name)
        return
    if behind:
        raise PendingMigrationsError(behind)
