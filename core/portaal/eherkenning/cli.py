"""``portaal eherkenning``: for whoever connects the portal to a makelaar (docs/eherkenning/aansluiten.md)."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from portaal import clock
from portaal.configuration import UnsafeConfigurationError, check
from portaal.eherkenning import configuration, makelaars
from portaal.eherkenning.artifact import WHY
from portaal.eherkenning.catalogus import CatalogueError, Edition, service_catalogue
from portaal.eherkenning.expiry import expiring
from portaal.eherkenning.makelaars import Entry, MakelaarsFileError
from portaal.eherkenning.metadata import MetadataError, our_metadata, read_makelaar
from portaal.eherkenning.parties import Makelaar, ServiceProvider
from portaal.eherkenning.probe import Verdict, probe
from portaal.eherkenning.xml import MAX_BYTES
from portaal.outbound import Endpoint, OutboundError, call, split_address
from portaal.shell import config_option, read_settings

CONTENT_TYPES = ("text/xml", "application/soap+xml")
ANSWERS = ("artifact", "post")
ASK_FOR_METADATA = "Ask the makelaar for its SAML metadata, an XML file with an EntityDescriptor"
MARKS = {Verdict.OK: "ok     ", Verdict.WARNING: "WARNING", Verdict.WRONG: "WRONG  "}


@contextmanager
def _clear_messages() -> Iterator[None]:
    try:
        yield
    except (UnsafeConfigurationError, MakelaarsFileError, MetadataError, CatalogueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:  # reading has words of its own; this is writing
        raise click.ClickException(f"{error.filename} cannot be written: {error.strerror}") from error


def _command(group: click.Group, **kwargs: Any) -> Callable[[Callable[..., None]], click.Command]:
    """A command that reads the settings, and whose known errors are messages."""

    def decorate(function: Callable[..., None]) -> click.Command:
        @wraps(function)
        def run(config_file: str, **options: Any) -> None:
            with _clear_messages():
                function(check(dict(read_settings(config_file))), **options)

        return group.command(**kwargs)(config_option(run))

    return decorate


@click.group()
def eherkenning() -> None:
    """Connect the portal to a makelaar, and see whether it works."""


@_command(eherkenning)
def metadata(settings: dict[str, str]) -> None:
    """Print the metadata that a makelaar wants of us."""
    provider = configuration.service_provider(settings)
    file = Path(settings.get("eherkenning.makelaars", ""))
    known = configuration.makelaars(settings).values() if file.is_file() else ()
    by_post = any(makelaar.answers_by_post for makelaar in known)
    _warn(provider)
    click.echo(our_metadata(provider, clock.now(), answers_by_post=by_post).decode())


@_command(eherkenning)
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
    if privacy_url and not _is_address(privacy_url, "https", "http"):
        raise click.ClickException(f"{privacy_url} is no web address")
    edition = Edition(
        str(definition),
        public_url,
        privacy_url or f"{public_url}/privacy",
        version,
        production=settings["portaal.environment"] == "production",
    )
    provider = configuration.service_provider(settings)
    chosen = _the_one(list(configuration.makelaars(settings).values()), name)
    _warn(provider)
    click.echo(service_catalogue(provider, chosen, edition, clock.now()).decode())


def _warn(provider: ServiceProvider) -> None:
    """Beside what is printed, so that it does not end up in the makelaar's file."""
    for expiry in expiring(provider, (), clock.now()):
        click.echo(f"WARNING {expiry}", err=True)


def _the_one(known: list[Makelaar], name: str | None) -> Makelaar:
    found = [makelaar for makelaar in known if name in (None, makelaar.display_name)]
    if len(found) != 1:
        names = ", ".join(makelaar.display_name for makelaar in known)
        raise click.ClickException(f"name one makelaar with --makelaar: {names}")
    return found[0]


# ---- makelaars


@eherkenning.group("makelaar")
def makelaar_group() -> None:
    """The makelaars people can choose from."""


@_command(makelaar_group)
@click.argument("source")
@click.option("--name", required=True, help="What people choose.")
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What must have signed the metadata (PEM); needed with a web address.",
)
@click.option("--content-type", type=click.Choice(CONTENT_TYPES), default=CONTENT_TYPES[0], show_default=True)
@click.option("--answers", type=click.Choice(ANSWERS), default=ANSWERS[0], show_default=True)
def add(
    settings: dict[str, str], source: str, name: str, certificate: Path | None, content_type: str, answers: str
) -> None:
    """Add a makelaar by its metadata: a file, or an https address with the certificate that signs there."""
    file = _makelaars_file(settings)
    known = makelaars.read_entries(file) if file.exists() else []
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "makelaar"
    is_url = "://" in source
    if is_url and certificate is None:
        raise click.ClickException("name the certificate that signs the metadata there with --certificate")
    entry = makelaars.new_entry(
        name=name,
        metadata=f"{slug}.xml",
        url=source if is_url else None,
        certificate=f"{slug}.crt" if certificate else None,
        content_type=content_type,
        answers=answers,
    )
    if any(other.name == name or other.metadata == entry.metadata for other in known):
        raise click.ClickException(f"{file} has a makelaar of that name: choose another")
    content = _fetch(source) if is_url else _read(Path(source))
    pinned = _load_certificate(certificate) if certificate else None
    try:
        found = read_makelaar(content, name, content_type, answers_by_post=entry.answers == "post", pinned=pinned)
    except MetadataError as error:
        raise click.ClickException(f"{source}: {error}. {ASK_FOR_METADATA}") from error
    configuration.check_allowed(found, settings["portaal.environment"])
    if all(_has_ended(signer) for signer in found.certificates):
        raise click.ClickException(f"{source}: its certificates have ended. Ask the makelaar for newer metadata")
    if found.entity_id in {makelaars.read_entry(other, file).entity_id for other in known}:
        raise click.ClickException(f"{file} has {found.entity_id} already, under another name")
    file.parent.mkdir(parents=True, exist_ok=True)
    (file.parent / entry.metadata).write_bytes(content)
    if certificate:
        shutil.copyfile(certificate, file.parent / f"{slug}.crt")
    makelaars.add_entry(file, entry)
    _describe(found)
    click.echo("Compare the fingerprints with the makelaar, by telephone or letter. Then restart the portal.")


@_command(makelaar_group)
def renew(settings: dict[str, str]) -> None:
    """Fetch the metadata of makelaars with a web address anew, if it is signed with their certificate."""
    file = _makelaars_file(settings)
    failed = False
    for entry in makelaars.read_entries(file):
        if entry.url is None:
            click.echo(f"{entry.name}: has no web address; it stays as it is")
            continue
        try:
            _renew(entry, file, settings)
        except (click.ClickException, MetadataError, UnsafeConfigurationError) as error:
            click.echo(f"{entry.name}: {error}", err=True)
            failed = True
    sys.exit(1 if failed else 0)


def _renew(entry: Entry, file: Path, settings: dict[str, str]) -> None:
    content = _fetch(entry.url or "")
    kept = file.parent / entry.metadata
    found = read_makelaar(
        content,
        entry.name,
        entry.content_type,
        answers_by_post=entry.answers == "post",
        pinned=makelaars.pinned_certificate(entry, file),
    )
    configuration.check_allowed(found, settings["portaal.environment"])
    if kept.exists() and kept.read_bytes() == content:
        click.echo(f"{entry.name}: nothing changed")
        return
    fresh = kept.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(kept)
    _describe(found)
    click.echo(f"{entry.name}: changed; restart the portal to use it")


@_command(makelaar_group)
@click.option("--makelaar", "name", help="Only this one.")
def test(settings: dict[str, str], name: str | None) -> None:
    """Try out the connection; exit code 1 when something is wrong."""
    provider, resolver = configuration.service_provider(settings), configuration.resolver(settings)
    known = list(configuration.makelaars(settings).values())
    chosen = [_the_one(known, name)] if name else known
    worst = Verdict.OK
    for makelaar in chosen:
        click.echo(f"{makelaar.display_name} ({makelaar.entity_id})")
        for remark in probe(provider, makelaar, resolver, clock.now()):
            click.echo(f"  {MARKS[remark.verdict]} {remark.text}")
            worst = max(worst, remark.verdict, key=list(Verdict).index)
    sys.exit(1 if worst is Verdict.WRONG else 0)


def _makelaars_file(settings: dict[str, str]) -> Path:
    path = settings.get("eherkenning.makelaars", "").strip()
    if not path:
        raise click.ClickException("set eherkenning.makelaars: the file that names the makelaars")
    return Path(path)


def _describe(makelaar: Makelaar) -> None:
    click.echo(f"{makelaar.display_name} ({makelaar.entity_id})")
    for url in makelaar.urls:
        click.echo(f"  {url}")
    for certificate in makelaar.certificates:
        fingerprint = certificate.fingerprint(SHA256()).hex(":")
        click.echo(f"  signs until {certificate.not_valid_after_utc:%Y-%m-%d} with SHA-256 {fingerprint}")


def _fetch(url: str) -> bytes:
    if not _is_address(url, "https"):
        raise click.ClickException(f"{url} is no address that begins with https://")
    origin, path = split_address(url)
    try:
        reply = call(Endpoint(origin), "GET", path, headers={"Accept": "application/samlmetadata+xml, */*"})
    except OutboundError as error:
        raise click.ClickException(f"{url} cannot be fetched: {WHY[error.failure]}") from error
    if reply.status != 200:
        raise click.ClickException(f"{url} answers with status {reply.status}")
    return reply.body


def _is_address(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _read(path: Path) -> bytes:
    """A file, or so much of it that it is clearly too large."""
    if path.exists() and not path.is_file():
        raise click.ClickException(f"{path} is no file")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from error


def _load_certificate(path: Path) -> x509.Certificate:
    try:
        certificate = x509.load_pem_x509_certificate(_read(path))
    except ValueError as error:
        raise click.ClickException(f"{path} is no certificate: it must be one in PEM") from error
    if _has_ended(certificate):
        raise click.ClickException(f"{path} ended on {certificate.not_valid_after_utc:%Y-%m-%d}: ask for the next one")
    return certificate


def _has_ended(certificate: x509.Certificate) -> bool:
    return certificate.not_valid_after_utc <= clock.now()
