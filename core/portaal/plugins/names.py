"""Which names a plugin may have. All that it owns begins with its name, so that must be nobody else's beginning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from portaal.db.models import core_metadata
from portaal.plugins.errors import ContractError

NAME = re.compile(r"[a-z][a-z0-9_]{1,38}")
RESERVED = frozenset({"portaal", "core", "alembic"})

# What the portal owns without the name of an owner before it. A plugin called ``sqlalchemy`` would be handed the
# address of the database as a setting of its own; tests/plugins/test_names.py finds what is missing here.
TAKEN = {
    "a page of the portal": """
        audit cookies eherkenning eigen_handelingen gebruiker gebruikers geverifieerd handleiding health hulp
        hulp_en_contact inloggen inloggen_op_portals instellingen kwetsbaarheid kwetsbaarheid_melden meldingen metrics
        onderdelen openapi overzicht persoonlijke_instellingen privacy ready rechten servicedesk sessie sessies start
        static stuf toegankelijkheid uitloggen veilig_en_zorgvuldig_gebruik verificatie wacht_op_rollen welkom_gezien
    """,
    "a command of the portal": """
        audit bericht db eherkenning geheimen persoon plugin plugins rechten serve servicedesk sleutels standaard web
        worker
    """,
    "a setting of the portal": "demo jinja2 pyramid retry sqlalchemy tm",
    "a right of the portal": "gemeente",
    "an act in the portal's audit trail": "access agreement message person product profile session settings",
    "a number at /metrics": "active job metric outbox partner plugins request requests sessions tiles worker",
}


def check_name(name: str, others: Iterable[str], has_tables: Callable[[str], bool] = lambda name: False) -> None:
    """Refuse a name under which what two owners have would be mixed up.

    Of two plugins of which one name is the beginning of the other's, the one that was here first stays: the one with
    tables in this database, else the one with the shorter name. So no plugin takes out another by its name.

    :param others: the names of all installed plugins.
    :param has_tables: whether a plugin has tables in this database; asked only where it matters.
    :raises ContractError: the name is malformed, the core's, or would be mixed up with another plugin's.
    """
    if not NAME.fullmatch(name) or name in RESERVED or name.endswith("_"):
        raise ContractError(f"the name {name!r} is reserved or not made of lower-case letters, digits and underscores")
    for other in others:
        if other.startswith(f"{name}_") and has_tables(other) and not has_tables(name):
            raise ContractError(f"the name {name!r} is the beginning of {other!r}: their tables would be mixed up")
        if name.startswith(f"{other}_") and (has_tables(other) or not has_tables(name)):
            raise ContractError(f"the name {name!r} begins with {other!r}: their tables would be mixed up")
    for table in core_metadata().tables:
        if table == name or table.startswith(f"{name}_"):
            raise ContractError(f"the name {name!r} is the beginning of {table!r}, a table of the portal")
    for what, names in TAKEN.items():
        if name in names.split():
            raise ContractError(f"the name {name!r} is that of {what}")
