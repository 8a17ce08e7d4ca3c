"""A person's data from the shell."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from portaal.shell import config_option, read_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portaal.access.models import Account


@click.group()
def persoon() -> None:
    """Export or erase what is known of a person (AVG). ACCOUNT is an id or an e-mail address."""


@contextmanager
def _person(config_file: str, text: str) -> Iterator[tuple[Any, Session, Account]]:
    """The registry, a session that is committed at the end, and the account."""
    from sqlalchemy.orm import Session

    from portaal.access.finding import NoOneAccountError, find_account
    from portaal.app import make_app

    registry = make_app(read_settings(config_file)).registry
    try:
        with Session(registry["portaal.engine"]) as dbsession, dbsession.begin():
            try:
                account = find_account(dbsession, text)
            except NoOneAccountError as error:
                raise click.ClickException(str(error)) from error
            yield registry, dbsession, account
    finally:
        registry["portaal.engine"].dispose()


@persoon.command("export")
@config_option
@click.argument("account")
@click.option("--output", type=click.Path(path_type=Path), help="Write to this new file, readable by its owner only.")
def export_person(config_file: str, account: str, output: Path | None) -> None:
    """Write everything that is known of a person as JSON. Exit code 1 when a product could not answer."""
    from portaal.privacy.export import export

    with _person(config_file, account) as (registry, dbsession, found):
        exported = export(registry, dbsession, found)
    text = json.dumps(exported.content, ensure_ascii=False, indent=2)
    if output is None:
        click.echo(text)
    else:
        try:
            with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text + "\n")
        except OSError as error:
            raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
    _end(exported.failed)


@persoon.command()
@config_option
@click.argument("account")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def wis(config_file: str, account: str, yes: bool) -> None:
    """Erase what is known of a person. Only after their access ended; reports what is kept and why."""
    from portaal.privacy.erase import StillActiveError, erase
    from portaal.web.i18n import translator

    with _person(config_file, account) as (registry, dbsession, found):
        if not yes:
            click.confirm(f"Erase the data of account {found.id}? It cannot be brought back.", abort=True)
        try:
            report = erase(registry, dbsession, found)
        except StillActiveError as error:
            raise click.ClickException("this person still has access: end it first, on the gemeente's page") from error
        translate: Callable[[Any], str] = translator("nl", registry["portaal.catalogues"])
    for owner, part in report.parts.items():
        click.echo(f"{owner}: {part.erased} gewist")
        for kept in part.kept:
            click.echo(f"  {kept.count} bewaard: {translate(kept.what)}. {translate(kept.why)}")
    _end(report.failed)


def _end(failed: tuple[str, ...]) -> None:
    for product in failed:
        click.echo(f"{product} failed; its part is missing. The log says why.", err=True)
    sys.exit(1 if failed else 0)
