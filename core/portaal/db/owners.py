"""Who owns tables: the core and each plugin, every one with its own revisions and its own version table.

So a plugin that is taken away blocks nobody, and its tables can be upgraded and downgraded alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from portaal.db.models import core_metadata
from portaal.plugins.discovery import discover

log = logging.getLogger(__name__)

CORE = "core"


@dataclass(frozen=True)
class Owner:
    """An owner of tables.

    :param prefix: what the names of its tables begin with; empty for the core, which has what no plugin has.
    """

    name: str
    directory: Path
    metadata: MetaData
    prefix: str

    @property
    def version_table(self) -> str:
        return "alembic_version" if self.name == CORE else f"alembic_version_{self.name}"


def core_owner() -> Owner:
    return Owner(CORE, Path(__file__).parent / "migrations" / "versions", core_metadata(), "")


def _log_broken(name: str, error: BaseException) -> None:
    log.error("the tables of plugin %s are left alone: it cannot be used", name, exc_info=error)


def owners(
    entry_points: Iterable[EntryPoint] | None = None,
    on_broken: Callable[[str, BaseException], None] = _log_broken,
) -> dict[str, Owner]:
    """The core first, then every installed plugin that has tables.

    :param on_broken: told of each plugin that cannot be imported or asked; the others go on without it.
    """
    found = {CORE: core_owner()}
    for point in discover().values() if entry_points is None else entry_points:
        try:
            hook: Any = getattr(point.load(), "portaal_migrations", None)
            if hook is not None:
                migrations = hook()
                found[point.name] = Owner(point.name, migrations.directory, migrations.metadata, f"{point.name}_")
        except (Exception, SystemExit) as error:
            on_broken(point.name, error)
    return found
