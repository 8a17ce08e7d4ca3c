"""The audit trail from the shell, for the officer who checks it (BIO2 8.15.06)."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

import click

from portaal.shell import config_option, read_settings


@click.group()
def audit() -> None:
    """The audit trail: check that it is as it was written, and take out what a logbook of processings needs."""


@audit.command()
@config_option
@click.option(
    "--head", "head_path", type=click.Path(path_type=Path), help="The head file; else the one of portaal.audit_head."
)
def verify(config_file: str, head_path: Path | None) -> None:
    """Check every line and the chain. Exit code 1 when something was changed, removed or slipped in."""
    from portaal.audit.head import HeadFile, HeadFileError
    from portaal.audit.verify import one_moment
    from portaal.audit.verify import verify as check
    from portaal.db.session import make_engine

    settings = read_settings(config_file)
    path = head_path or (Path(settings["portaal.audit_head"]) if settings.get("portaal.audit_head") else None)
    engine = make_engine(settings["sqlalchemy.url"])
    try:
        with one_moment(engine) as connection:
            verdict = check(connection, HeadFile(path) if path else None)
    except HeadFileError as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    click.echo(f"{verdict.checked} lines checked; the last is line {verdict.head.seq}, {verdict.head.hash}")
    if path is None and verdict.checked:
        verdict.report("no head file was named, so lines cut off the end are not missed (portaal.audit_head)")
    for remark in verdict.remarks:
        click.echo(f"Note: {remark}")
    for finding in verdict.findings:
        click.echo(f"NOT INTACT: {finding}", err=True)
    if verdict.intact:
        click.echo("The audit trail is intact.")
    sys.exit(0 if verdict.intact else 1)


DAY = click.DateTime(["%Y-%m-%d"])
YEARS = (1900, 9998)  # at the ends of what a date can be there is no Amsterdam


@audit.command()
@config_option
@click.option("--since", type=DAY, required=True, help="The first day, in Amsterdam.")
@click.option("--until", type=DAY, required=True, help="The last day.")
def ldv(config_file: str, since: datetime, until: datetime) -> None:
    """Write what was done with data of citizens. As JSON lines, for a Logboek Dataverwerkingen."""
    from portaal.audit.ldv import records
    from portaal.audit.verify import one_moment
    from portaal.clock import AMSTERDAM
    from portaal.db.session import make_engine

    if until < since:
        raise click.BadParameter("the last day is before the first", param_hint="--until")
    if not YEARS[0] <= since.year <= until.year <= YEARS[1]:
        raise click.BadParameter("choose days from {} up to {}".format(*YEARS), param_hint="--since, --until")
    engine = make_engine(read_settings(config_file)["sqlalchemy.url"])
    try:
        with one_moment(engine) as connection:
            first, after = (day.replace(tzinfo=AMSTERDAM) for day in (since, until + timedelta(days=1)))
            for record in records(connection, first, after):
                click.echo(json.dumps(record))
    finally:
        engine.dispose()
