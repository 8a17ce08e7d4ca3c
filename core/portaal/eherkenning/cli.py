"""``portaal eherkenning``: for whoever connects the portal to a makelaar (docs/eherkenning/aansluiten.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from portaal import clock
from portaal.eherkenning import configuration
from portaal.eherkenning.catalogus import Edition, service_catalogue
from portaal.eherkenning.commands import command, the_one
from portaal.eherkenning.expiry import expiring
from portaal.eherkenning.makelaar_cli import makelaar_group
from portaal.eherkenning.metadata import is_web_address, our_metadata
from portaal.eherkenning.parties import ServiceProvider


@click.group()
def eherkenning() -> None:
    """Connect the portal to a makelaar, and see whether it works."""


eherkenning.add_command(makelaar_group)


@command(eherkenning)
def metadata(settings: dict[str, str]) -> None:
    """Print the metadata that a makelaar wants of us."""
    provider = configuration.service_provider(settings)
    file = Path(settings.get("eherkenning.makelaars", ""))
    known = configuration.makelaars(settings).values() if file.is_file() else ()
    by_post = any(makelaar.answers_by_post for makelaar in known)
    _warn(provider)
    click.echo(our_metadata(provider, clock.now(), answers_by_post=by_post).decode())


@command(eherkenning)
@click.option(
    "--definition", required=True, type=click.UUID, help="The UUID of the service of which ours is an instance."
)
@click.option("--version", type=click.IntRange(1), default=1, show_default=True, help="Counts up with each catalogue.")
@click.option("--makelaar", "name", help="For which makelaar; needed when there are several.")
@click.option("--privacy-url", help="The privacy statement; without it the portal's own page.")
def catalogus(
    settings: dict[str, str], definition: Any, version: int, name: str | None, privacy_url: str | None
) -> None:
    """Print our part of the service catalogue."""
    public_url = settings["portaal.public_url"]
    if privacy_url and not is_web_address(privacy_url, "https", "http"):
        raise click.ClickException(f"{privacy_url} is no web address")
    edition = Edition(
        str(definition),
        public_url,
        privacy_url or f"{public_url}/privacy",
        version,
        production=settings["portaal.environment"] == "production",
    )
    provider = configuration.service_provider(settings)
    chosen = the_one(list(configuration.makelaars(settings).values()), name)
    _warn(provider)
    click.echo(service_catalogue(provider, chosen, edition, clock.now()).decode())


def _warn(provider: ServiceProvider) -> None:
    """Beside what is printed, so that it does not end up in the makelaar's file."""
    for expiry in expiring(provider, (), clock.now()):
        click.echo(f"WARNING {expiry}", err=True)
