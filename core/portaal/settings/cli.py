"""The secrets of product settings from the shell."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from portaal.shell import config_option, read_settings


@click.group()
def geheimen() -> None:
    """Look after the secrets in the settings of products."""


@geheimen.command()
@config_option
def roteer(config_file: str) -> None:
    """Seal every secret again under the current key. Exit code 1 when one does not open.

    First 'portaal sleutels wissel PATH' and a restart of the portal and its workers; after this command the
    old key is not needed any more for settings.
    """
    from sqlalchemy.orm import Session

    from portaal.audit import keep_head_elsewhere
    from portaal.configuration import DEFAULTS
    from portaal.db.session import make_engine
    from portaal.keyring import Keyring
    from portaal.settings.rotation import rotate

    settings = read_settings(config_file)
    keyring = Keyring.from_file(Path(settings["portaal.key_file"]))
    engine = make_engine(settings["sqlalchemy.url"])
    keep_head_elsewhere(engine, DEFAULTS | settings)  # that it was done is recorded
    with Session(engine) as dbsession, dbsession.begin():
        done = rotate(dbsession, keyring)
    engine.dispose()
    click.echo(f"{done.renewed} sealed again under key {keyring.current}, {done.already_current} already were.")
    for place, versions in Counter(done.unreadable).items():
        where = f"{place.setting} of {place.product} for gemeente {place.gemeentecode}"
        click.echo(f"does not open, in {versions} versions: {where}", err=True)
    sys.exit(1 if done.unreadable else 0)
