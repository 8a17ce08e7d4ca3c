"""Who may do what, from the shell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from portaal.shell import config_option, read_settings

if TYPE_CHECKING:
    from pyramid.registry import Registry


@click.command()
@config_option
@click.option(
    "--waarom",
    "asked",
    nargs=3,
    metavar="ACCOUNT GEMEENTE RECHT",
    help="Why an account (id or e-mail address) may do something for a gemeente, or not.",
)
def rechten(config_file: str, asked: tuple[str, str, str] | None) -> None:
    """Show which roles have which rights; or with --waarom why somebody may do something.

    With --waarom the exit code is 0 for yes and 1 for no.
    """
    from portaal.app import make_app

    registry = make_app(read_settings(config_file)).registry
    try:
        if asked:
            sys.exit(0 if _explain(registry, *asked) else 1)
        _list(registry)
    finally:
        registry["portaal.engine"].dispose()


def _explain(registry: Registry, account: str, gemeentecode: str, name: str) -> bool:
    from sqlalchemy.orm import Session

    from portaal.access.finding import NoOneAccountError, find_account
    from portaal.access.identity import identity_of
    from portaal.rechten.explain import UnknownPermissionError, explain
    from portaal.web.i18n import translator

    translate = translator("nl", registry["portaal.catalogues"])
    with Session(registry["portaal.engine"]) as dbsession:
        try:
            person = identity_of(dbsession, find_account(dbsession, account))
            explanation = explain(registry, person, gemeentecode, name)
        except NoOneAccountError as error:
            raise click.ClickException(str(error)) from error
        except UnknownPermissionError as error:
            raise click.ClickException(f"there is no right {name}; 'portaal rechten' lists them") from error
    click.echo(f"{'ja' if explanation.allowed else 'nee'}: {translate(explanation.why)}")
    for grant in person.grants:
        click.echo(f"  {grant.role.value} {grant.product or ''} {grant.gemeentecode or ''}".rstrip())
    return explanation.allowed


def _list(registry: Registry) -> None:
    from portaal.web.i18n import translator

    translate = translator("nl", registry["portaal.catalogues"])
    permissions = registry["portaal.permissions"]
    for owner in permissions.owners:
        for permission in permissions.of_owner(owner):
            roles = ", ".join(role.value for role in permission.roles) or "-"
            click.echo(f"{permission.name:40} {roles:40} {translate(permission.title)}")
