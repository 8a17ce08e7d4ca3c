"""``portaal oidc``: for whoever connects a broker."""

from __future__ import annotations

import json
from pathlib import Path

import click

from portaal.api import LoginRefusedError


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--development", is_flag=True, help="Allow brokers on this machine, without TLS.")
def test(file: Path, development: bool) -> None:
    """Ask every broker in FILE to describe itself; exit code 1 when one cannot be used."""
    from pydantic import ValidationError

    from portaal_oidc.brokers import BrokersError, read_brokers
    from portaal_oidc.discovery import WELL_KNOWN, Discovery, Metadata, check_metadata, fetch, unusable

    wrong = False
    try:
        brokers = read_brokers(file, "development" if development else "production")
    except BrokersError as error:
        raise click.ClickException(str(error)) from error
    for broker in brokers:
        name = broker.entry.name
        try:
            document = fetch(broker, broker.entry.issuer.rstrip("/") + WELL_KNOWN)
            check_metadata(Metadata.model_validate(document), broker)
            known = Discovery(broker).known()
            click.echo(f"{name}: ready, {len(known.keys.keys)} keys, people log in at {broker.origins[0]}")
        except LoginRefusedError as refusal:
            wrong = True
            click.echo(f"{name}: {refusal.detail}", err=True)
        except (BrokersError, ValidationError) as error:
            wrong = True
            click.echo(unusable(broker, error), err=True)
    if not brokers:
        click.echo(f"{file} names no broker")
    if wrong:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--development", is_flag=True, help="Allow brokers on this machine, without TLS.")
def sleutels(file: Path, development: bool) -> None:
    """Print our public keys (JWKS) for the brokers in FILE that know us by a key; register them there."""
    from portaal_oidc.brokers import BrokersError, read_brokers
    from portaal_oidc.client import client_key

    try:
        brokers = read_brokers(file, "development" if development else "production")
    except BrokersError as error:
        raise click.ClickException(str(error)) from error
    for broker in brokers:
        key = client_key(broker)
        if key is not None:
            click.echo(f"{broker.entry.name}:")
            click.echo(json.dumps({"keys": [key.as_dict(private=False, use="sig")]}, indent=2))


COMMANDS = (test, sleutels)
