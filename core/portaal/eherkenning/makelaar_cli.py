"""``portaal eherkenning makelaar``: adding a makelaar, renewing their metadata and trying out the connection."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from portaal import clock
from portaal.configuration import UnsafeConfigurationError
from portaal.eherkenning import configuration, makelaars
from portaal.eherkenning.artifact import WHY
from portaal.eherkenning.commands import command, the_one
from portaal.eherkenning.makelaars import Entry
from portaal.eherkenning.metadata import MetadataError, is_web_address, read_makelaar
from portaal.eherkenning.parties import Makelaar
from portaal.eherkenning.probe import Verdict, probe
from portaal.eherkenning.xml import MAX_BYTES
from portaal.outbound import Endpoint, OutboundError, call, split_address

CONTENT_TYPES = ("text/xml", "application/soap+xml")
ANSWERS = ("artifact", "post")
ASK_FOR_METADATA = "Ask the makelaar for its SAML metadata, an XML file with an EntityDescriptor"
MARKS = {Verdict.OK: "ok     ", Verdict.WARNING: "WARNING", Verdict.WRONG: "WRONG  "}


@click.group("makelaar")
def makelaar_group() -> None:
    """The makelaars people can choose from."""


@command(makelaar_group)
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


@command(makelaar_group)
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


@command(makelaar_group)
@click.option("--makelaar", "name", help="Only this one.")
def test(settings: dict[str, str], name: str | None) -> None:
    """Try out the connection; exit code 1 when something is wrong."""
    provider, resolver = configuration.service_provider(settings), configuration.resolver(settings)
    known = list(configuration.makelaars(settings).values())
    chosen = [the_one(known, name)] if name else known
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
    if not is_web_address(url, "https"):
        raise click.ClickException(f"{url} is no address that begins with https://")
    origin, path = split_address(url)
    try:
        reply = call(Endpoint(origin), "GET", path, headers={"Accept": "application/samlmetadata+xml, */*"})
    except OutboundError as error:
        raise click.ClickException(f"{url} cannot be fetched: {WHY[error.failure]}") from error
    if reply.status != 200:
        raise click.ClickException(f"{url} answers with status {reply.status}")
    return reply.body


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
