"""The desk from the shell: what no page can do while nobody works there yet."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit
from portaal.access.models import Role
from portaal.configuration import DEFAULTS
from portaal.db.models import core_metadata
from portaal.db.session import make_engine
from portaal.organisations.models import Organisation, OrganisationKind
from portaal.roles.errors import NotPossibleError
from portaal.roles.grants import holders
from portaal.servicedesk.appointments import admit_colleague, colleagues
from portaal.shell import config_option, read_settings


@click.group()
def servicedesk() -> None:
    """Set up the operator of the portal, and let in the first colleague of the Servicedesk."""


@contextmanager
def database(config_file: str) -> Iterator[Session]:
    """A session that is committed at the end; a rule that stands in the way becomes a message."""
    core_metadata()
    settings = read_settings(config_file)
    engine = make_engine(settings["sqlalchemy.url"])
    audit.keep_head_elsewhere(engine, DEFAULTS | settings)  # what is done here is recorded
    try:
        with Session(engine) as dbsession, dbsession.begin():
            yield dbsession
    except NotPossibleError as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()


@servicedesk.command()
@config_option
@click.argument("kvk_nummer")
@click.argument("naam")
def organisatie(config_file: str, kvk_nummer: str, naam: str) -> None:
    """Make an organisation the operator of this portal. It has this KVK_NUMMER and is called NAAM."""
    if not (kvk_nummer.isascii() and kvk_nummer.isdecimal() and len(kvk_nummer) == 8):
        raise click.ClickException("a KvK number has 8 digits")
    with database(config_file) as dbsession:
        if dbsession.scalar(sa.select(Organisation.id).where(Organisation.kvk_nummer == kvk_nummer)):
            raise click.ClickException("there is an organisation with this KvK number already")
        operator = Organisation(kvk_nummer=kvk_nummer, naam=naam, kind=OrganisationKind.OPERATOR)
        dbsession.add(operator)
        dbsession.flush()
        audit.record(
            dbsession,
            action="organisation.operator",
            outcome=audit.Outcome.DONE,
            actor=None,
            object_kind="organisation",
            object_id=operator.id,
        )
    click.echo(f"{naam} is the operator. Its people log in, fill in their data, and are let in with 'toelaten'.")


@servicedesk.command()
@config_option
def medewerkers(config_file: str) -> None:
    """List the operator's people: id, state and e-mail address."""
    with database(config_file) as dbsession:
        at_the_desk = {account.id for account in holders(dbsession, Role.SERVICEDESK, None)}
        for account in colleagues(dbsession):
            state = "ended" if account.ended_at else "works" if account.id in at_the_desk else "waits"
            click.echo(f"{account.id}  {state:5}  {account.email}")


@servicedesk.command()
@config_option
@click.argument("account", type=click.UUID)
def toelaten(config_file: str, account: uuid.UUID) -> None:
    """Let ACCOUNT work at the Servicedesk. It is an id from 'medewerkers'."""
    with database(config_file) as dbsession:
        admit_colleague(dbsession, account, by=None)
    click.echo("Done. This colleague can log in now.")
