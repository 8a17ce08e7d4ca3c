"""Before the demonstration starts: keys, the database, and invented data, each made once."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from portaal.db import migrate
from portaal.db.owners import owners
from portaal.db.session import make_engine
from portaal.demo.load import load
from portaal.keyring import create_key_file
from portaal.organisations.seed import seed_reference_data

ACCOUNTS = Path(__file__).parent / "accounts.toml"


def prepare(settings: dict[str, str], folder: Path) -> None:
    """Make what is missing in the data folder and bring the database up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    key_file = Path(settings["portaal.key_file"])
    if not key_file.exists():
        create_key_file(key_file, "development-1")
    prepare_eherkenning(settings, folder / "eherkenning")
    engine = make_engine(settings["sqlalchemy.url"])
    for owner in owners().values():
        if migrate.current(owner, engine) != migrate.head(owner, engine):
            click.echo(f"Bringing the tables of {owner.name} up to date ...")
            migrate.upgrade(owner, engine)
    with Session(engine) as dbsession:
        seed_reference_data(dbsession)
        load(dbsession, ACCOUNTS)
        dbsession.commit()
    engine.dispose()
