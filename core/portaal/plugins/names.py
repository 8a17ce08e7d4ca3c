"""Which names a plugin may have. All that it owns begins with its name, so that must be nobody else's beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from portaal.cli import COMMANDS
from portaal.db.models import core_metadata
from portaal.plugins.errors import ContractError

if TYPE_CHECKING:
    from pyramid.config import Configurator

NAME = re.compile(r"[a-z][a-z0-9_]{1,38}")
RESERVED = frozenset({"portaal", "core", "alembic"})
UNDER_GEMEENTE = re.compile(r"/g/\{gemeentecode[^/]*/([a-z_-]+)")


def check_name(name: str, others: Iterable[str], core: Configurator) -> None:
    """Refuse a name under which the tables, addresses or commands of two owners would be mixed up.

    :param others: the names of all installed plugins.
    :param core: the configuration with the core's routes.
    :raises ContractError: the name is malformed, the core's, or the beginning of another plugin's.
    """
    check_free(name, others)
    for item in core.registry.introspector.get_category("routes") or ():
        route = item["introspectable"]
        address = UNDER_GEMEENTE.match(route["pattern"])
        if route["name"].split(".")[0] == name or (address and address.group(1) == name):
            raise ContractError(f"the name {name!r} is that of a page of the portal")


def check_free(name: str, others: Iterable[str]) -> None:
    """The same as far as it can be told without making the portal's configuration: all but its pages."""
    if not NAME.fullmatch(name) or name in RESERVED or name.endswith("_"):
        raise ContractError(f"the name {name!r} is reserved or not made of lower-case letters, digits and underscores")
    for other in others:
        if other.startswith(f"{name}_"):
            raise ContractError(f"the name {name!r} is the beginning of {other!r}: their tables would be mixed up")
    if name in COMMANDS:
        raise ContractError(f"the name {name!r} is a command of the portal")
    for table in core_metadata().tables:
        if table == name or table.startswith(f"{name}_"):
            raise ContractError(f"the name {name!r} is the beginning of {table!r}, a table of the portal")
