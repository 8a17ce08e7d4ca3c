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
from portaal.plugins.answers import CHECKS
from portaal.plugins.discovery import discover
from portaal.plugins.names import check_name

log = logging.getLogger(__name__)

CORE = "core"
HOOK = "portaal_migrations"


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

    :param on_broken: told of each plugin that cannot be imported or asked, or answers what it may not; the others go
        on without it.
    """
    found = {CORE: core_owner()}
    points = list(discover().values() if entry_points is None else entry_points)
    for point in points:
        try:
            hook: Any = getattr(point.load(), HOOK, None)
            answer = None if hook is None else hook()
            if answer is not None:
                check_name(point.name, [other.name for other in points])
                migrations = CHECKS[HOOK](point.name, answer)
                found[point.name] = Owner(point.name, migrations.directory, migrations.metadata, f"{point.name}_")
        except (Exception, SystemExit) as error:
            on_broken(point.name, error)
    return found
