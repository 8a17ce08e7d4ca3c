"""Who owns tables: the core and each plugin, every one with its own revisions and its own version table.

So a plugin that is taken away blocks nobody, and its tables can be upgraded and downgraded alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData

from portaal.db.models import core_metadata

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
