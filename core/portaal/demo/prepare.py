"""Before the demonstration starts: keys, the database, and invented data, each made once."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from portaal import clock
from portaal.audit import keep_head_elsewhere
from portaal.db import migrate
from portaal.db.pending import current
from portaal.db.session import make_engine
from portaal.demo.connect import connect_ciz
from portaal.demo.load import load
from portaal.demo.services import ACCOUNTS
from portaal.eherkenning.configuration import service_provider
from portaal.eherkenning.makelaars import Entry, add_entry
from portaal.eherkenning.metadata import our_metadata
from portaal.keyring import create_key_file
from portaal.organisations.seed import seed_reference_data
from portaal.plugins.tables import owners
from portaal.simulators.makelaar.__main__ import ENTITY_ID, write_metadata
from portaal.simulators.makelaar.keys import read_or_make_pair


def prepare(settings: dict[str, str], folder: Path) -> None:
    """Make what is missing in the data folder and bring the database up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    key_file = Path(settings["portaal.key_file"])
    if not key_file.exists():
        create_key_file(key_file, "development-1")
    prepare_eherkenning(settings, folder / "eherkenning")
    engine = make_engine(settings["sqlalchemy.url"])
    keep_head_elsewhere(engine, settings)
    for owner in owners().values():
        if current(owner, engine) != migrate.head(owner, engine):
            click.echo(f"Bringing the tables of {owner.name} up to date ...")
            migrate.upgrade(owner, engine)
    with Session(engine) as dbsession:
        seed_reference_data(dbsession)
        load(dbsession, ACCOUNTS, ENTITY_ID)
        connect_ciz(dbsession, settings)
        dbsession.commit()
    engine.dispose()


def prepare_eherkenning(settings: dict[str, str], folder: Path) -> None:
    """Keys for the portal, and both parties' metadata: each reads the other's at its start."""
    read_or_make_pair(folder, "portaal")
    (folder / "metadata.xml").write_bytes(our_metadata(service_provider(settings), clock.now()))
    write_metadata(folder.parent / "makelaar", f"http://localhost:{settings['demo.makelaar_port']}")
    makelaars = Path(settings["eherkenning.makelaars"])
    if not makelaars.exists():
        add_entry(makelaars, Entry(name="Voorbeeldmakelaar", metadata="../makelaar/metadata.xml"))
