"""The portal does not start with an eHerkenning that is unsafe or cannot work, and says what to do."""

from __future__ import annotations

import copy
import dataclasses
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from sqlalchemy.orm import Session

from portaal import clock
from portaal.app import make_app
from portaal.configuration import UnsafeConfigurationError, check
from portaal.eherkenning.configuration import makelaars, resolver, service_provider
from portaal.eherkenning.expiry import Urgency, expiring, health
from portaal.eherkenning.makelaars import Entry, MakelaarsFileError, add_entry, read_entries, read_makelaars
from portaal.eherkenning.metadata import HTTP_POST, MetadataError, read_makelaar
from portaal.eherkenning.parties import KeyPair
from portaal.eherkenning.xml import MD, q
from portaal.plugins.contract import HookContext
from portaal.simulators.makelaar import keys as simulated
from portaal.simulators.makelaar.__main__ import main as start_makelaar
from portaal.simulators.makelaar.keys import new_pair, write_pair
from portaal.simulators.makelaar.metadata import makelaar_metadata
from portaal.testing.application import app_settings
from portaal.testing.eherkenning import MAKELAAR
from tests.eherkenning.forge import makelaar, provider

HTTPS = "https://makelaar.example"
LOG = "portaal.eherkenning.expiry"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return check(app_settings(tmp_path))


@pytest.fixture
def real_pair(monkeypatch: pytest.MonkeyPatch) -> KeyPair:
    """A pair whose certificate does not say that it is simulated."""
    monkeypatch.setattr(simulated, "SIMULATED", "Voorbeeldmakelaar B.V.")
    return new_pair("makelaar")


def with_metadata(settings: dict[str, Any], metadata: bytes, **entry: Any) -> dict[str, Any]:
    """The settings with this one makelaar."""
    file = Path(settings["eherkenning.makelaars"])
    file.unlink()
    (file.parent / "other.xml").write_bytes(metadata)
    add_entry(file, Entry(name="Makelaar", metadata="other.xml", **entry))
    return settings


def refused(call: Any, *args: Any) -> str:
    with pytest.raises(UnsafeConfigurationError) as error:
        call(*args)
    return str(error.value)


# ---- ourselves


@pytest.mark.parametrize(
    "name", ["entity_id", "service_id", "service_uuid", "service_name", "key", "certificate", "makelaars"]
)
def test_the_portal_does_not_start_without(settings: dict[str, Any], name: str) -> None:
    assert f"set eherkenning.{name}" in refused(make_app, settings | {f"eherkenning.{name}": " "})


OIN = "00000099000000001000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("entity_id", "https://portaal.example"),
        ("entity_id", "urn:etoegang:DV:1:entities:9000"),
        ("entity_id", f"urn:etoegang:HM:{OIN}:entities:9000"),
        ("entity_id", f"urn:etoegang:DV:{OIN}:entities:10000"),
        ("service_id", f"urn:etoegang:DV:{OIN}:services:x"),
        ("service_id", f"urn:etoegang:DV:{OIN}:entities:9050"),
        ("service_uuid", "9050"),
    ],
)
def test_what_a_makelaar_knows_us_by_has_its_form(settings: dict[str, Any], name: str, value: str) -> None:
    words = refused(service_provider, settings | {f"eherkenning.{name}": value})
    assert words.startswith(f"eherkenning.{name} must be ")
    assert words.endswith(f"and not {value}")


def pem(key: Any) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


SMALL = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused


@pytest.mark.parametrize(
    "content",
    [None, b"", b"no key", pem(ec.generate_private_key(ec.SECP256R1())), pem(SMALL)],
)
def test_the_key_must_be_a_large_rsa_key(settings: dict[str, Any], content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "bad.key"
    if content is not None:
        file.write_bytes(content)
    assert "eherkenning.key" in refused(service_provider, settings | {"eherkenning.key": str(file)})


def test_the_certificate_must_belong_to_the_key(settings: dict[str, Any], tmp_path: Path) -> None:
    write_pair(new_pair("portaal"), tmp_path, "other")
    changed = settings | {"eherkenning.certificate": str(tmp_path / "other.crt")}
    assert "does not belong" in refused(service_provider, changed)


def test_the_next_pair_needs_its_moment(settings: dict[str, Any], tmp_path: Path) -> None:
    write_pair(new_pair("portaal"), tmp_path, "next")
    changed = settings | {
        "eherkenning.next_key": str(tmp_path / "next.key"),
        "eherkenning.next_certificate": str(tmp_path / "next.crt"),
    }
    assert "set eherkenning.next_from" in refused(service_provider, changed)
    assert "must be a moment" in refused(service_provider, changed | {"eherkenning.next_from": "morgen"})
    assert "time zone" in refused(service_provider, changed | {"eherkenning.next_from": "2026-11-02T06:00:00"})
    ours = service_provider(changed | {"eherkenning.next_from": "2026-11-02T06:00:00+01:00"})
    assert len(ours.keys) == 2


def test_the_client_certificate_must_be_usable(settings: dict[str, Any], tmp_path: Path) -> None:
    certificate = settings["eherkenning.certificate"]
    assert "client_key" in refused(
        resolver, settings | {"eherkenning.client_certificate": certificate, "eherkenning.client_key": certificate}
    )
    assert "client_certificate" in refused(
        resolver, settings | {"eherkenning.client_certificate": str(tmp_path / "no")}
    )
    usable = {"eherkenning.client_certificate": certificate, "eherkenning.client_key": settings["eherkenning.key"]}
    resolver(settings | usable)
    ours = service_provider(settings | usable)
    ends_at = ours.keys[0].certificate.not_valid_after_utc
    owners = [expiry.owner for expiry in expiring(ours, [], ends_at - timedelta(days=10))]
    assert owners == ["the portal", "the portal (for TLS)"]


# ---- the makelaars


def test_the_portal_does_not_start_without_a_makelaar(settings: dict[str, Any]) -> None:
    Path(settings["eherkenning.makelaars"]).write_text("")
    assert "names no makelaar" in refused(makelaars, settings)


def test_in_production_a_simulated_makelaar_is_refused_by_its_certificate(settings: dict[str, Any]) -> None:
    """Also under another name."""
    metadata = makelaar_metadata("urn:etoegang:HM:00000003000000000000:entities:1", HTTPS, new_pair("echt"))
    production = with_metadata(settings, metadata) | {"portaal.environment": "production"}
    assert "simulated" in refused(makelaars, production)


@pytest.mark.parametrize("environment", ["production", "kto"])
def test_outside_development_plain_http_is_refused(
    settings: dict[str, Any], environment: str, real_pair: KeyPair
) -> None:
    plain = with_metadata(settings, makelaar_metadata(MAKELAAR, "http://makelaar.example", real_pair))
    assert "https://" in refused(makelaars, plain | {"portaal.environment": environment})


def test_in_production_a_real_makelaar_will_do(settings: dict[str, Any], real_pair: KeyPair) -> None:
    real = with_metadata(settings, makelaar_metadata(MAKELAAR, HTTPS, real_pair), content_type="application/soap+xml")
    found = makelaars(real | {"portaal.environment": "production"})[MAKELAAR]
    assert found.artifact_urls == {0: f"{HTTPS}/artifact"}
    assert (found.content_type, found.answers_by_post) == ("application/soap+xml", False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[[makelaar]", "no TOML"),
        ("[[makelaar]]\nname = 'A'", "metadata"),
        ("[[makelaar]]\nname = ''\nmetadata = 'a.xml'", "name"),
        ("[[makelaar]]\nname = 'A'\nmetadata = 'a.xml'\nanswers = 'pigeon'", "answers"),
        ("[[makelaar]]\nname = 'A'\nmetadata = 'a.xml'\nkleur = 'rood'", "kleur"),
        ("[[makelaar]]\nname = 'A'\nmetadata = 'a.xml'\nurl = 'https://a.example'", "certificate"),
        ("[[makelaar]]\nname = 'A'\nmetadata = 'a.xml'", "cannot be read"),
        ("[[makelaar]]\nname = 'A'\nmetadata = 'a.xml'\ncertificate = 'a.crt'", "no readable certificate"),
        ("makelaar = 5", "makelaar"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "makelaars.toml"
    file.write_text(content)
    with pytest.raises(MakelaarsFileError, match=words) as error:
        read_makelaars(file)
    assert "makelaars.toml" in str(error.value) or "a.xml" in str(error.value) or "a.crt" in str(error.value)


def test_what_is_added_to_the_file_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "makelaars.toml"
    entries = [
        Entry(name='Aan"haal\\teken é', metadata="a.xml"),
        Entry(name="B", metadata="b.xml", url="https://b.example", certificate="b.crt", answers="post"),
    ]
    for entry in entries:
        add_entry(file, entry)
    assert read_entries(file) == entries


def edited(change: Any) -> bytes:
    """The metadata of a makelaar, with something else in it; its own signature is not looked at without a pin."""
    root = etree.fromstring(makelaar_metadata(MAKELAAR, HTTPS, new_pair("makelaar")))
    change(root, root.find(q("md:IDPSSODescriptor")))
    return etree.tostring(root)


def _all(role: etree._Element, name: str) -> list[etree._Element]:
    return role.findall(q(f"md:{name}"))


def _first(role: etree._Element, name: str) -> etree._Element:
    return _all(role, name)[0]


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        (b"", "well-formed"),
        (b"<!DOCTYPE x><x/>", "DOCTYPE"),
        (b"<x/>", "one identity provider"),
        (f'<EntityDescriptor xmlns="{MD}" entityID="x"/>'.encode(), "one identity provider"),
        (edited(lambda root, role: root.attrib.pop("entityID")), "one identity provider"),
        (edited(lambda root, role: role.remove(_first(role, "ArtifactResolutionService"))), "artifact resolution"),
        (
            edited(lambda root, role: _first(role, "ArtifactResolutionService").set("Binding", "x")),
            "artifact resolution",
        ),
        (edited(lambda root, role: _first(role, "ArtifactResolutionService").set("index", "x")), "index"),
        (edited(lambda root, role: _first(role, "ArtifactResolutionService").set("index", "65536")), "index"),
        (
            edited(lambda root, role: _first(role, "ArtifactResolutionService").set("Location", "ftp://x")),
            "web address",
        ),
        (edited(lambda root, role: [role.remove(each) for each in _all(role, "SingleSignOnService")]), "sign-on"),
        (
            edited(lambda root, role: _first(role, "SingleSignOnService").set("Location", "javascript:x")),
            "web address",
        ),
        (edited(lambda root, role: role.remove(_first(role, "KeyDescriptor"))), "no signing certificate"),
        (edited(lambda root, role: _first(role, "KeyDescriptor").set("use", "encryption")), "no signing certificate"),
        (
            edited(lambda root, role: setattr(next(role.iter(q("ds:X509Certificate"))), "text", "AAAA")),
            "cannot be read",
        ),
        (edited(lambda root, role: _first(role, "SingleSignOnService").set("Location", "https://[")), "web address"),
        (
            edited(lambda root, role: _first(role, "SingleSignOnService").set("Location", "https://x:99999/")),
            "web address",
        ),
    ],
)
def test_metadata_that_cannot_be_used_is_refused_with_why(metadata: bytes, words: str) -> None:
    with pytest.raises(MetadataError, match=words):
        read_makelaar(metadata, "Makelaar")


def test_a_makelaar_that_answers_by_post_needs_no_artifact_service() -> None:
    metadata = edited(lambda root, role: role.remove(_first(role, "ArtifactResolutionService")))
    assert read_makelaar(metadata, "Makelaar", answers_by_post=True).artifact_urls == {}


def test_pinned_metadata_must_be_signed_with_that_certificate(tmp_path: Path) -> None:
    pair, other = new_pair("makelaar"), new_pair("makelaar")
    metadata = makelaar_metadata(MAKELAAR, HTTPS, pair)
    assert read_makelaar(metadata, "Makelaar", pinned=pair.certificate).certificates == (pair.certificate,)
    with pytest.raises(MetadataError, match="signature"):
        read_makelaar(metadata, "Makelaar", pinned=other.certificate)
    with pytest.raises(MetadataError, match="signature"):
        read_makelaar(metadata.replace(b"/sso", b"/evil"), "Makelaar", pinned=pair.certificate)
    write_pair(other, tmp_path, "pin")
    (tmp_path / "m.xml").write_bytes(metadata)
    file = tmp_path / "makelaars.toml"
    add_entry(file, Entry(name="Makelaar", metadata="m.xml", certificate="pin.crt"))
    with pytest.raises(MakelaarsFileError, match="signature"):
        read_makelaars(file)


def test_a_certificate_that_is_listed_for_each_use_counts_once() -> None:
    metadata = edited(lambda root, role: role.insert(0, copy.deepcopy(_first(role, "KeyDescriptor"))))
    assert len(read_makelaar(metadata, "M").certificates) == 1


def test_a_makelaar_with_a_weak_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated, "BITS", 1024)
    with pytest.raises(MetadataError, match="no RSA key of at least 2048 bits"):
        read_makelaar(makelaar_metadata(MAKELAAR, HTTPS, new_pair("makelaar")), "M")


def test_only_the_bindings_that_we_use_are_read() -> None:
    found = read_makelaar(edited(lambda root, role: _all(role, "SingleSignOnService")[1].set("Binding", "SOAP")), "M")
    assert list(found.sso_urls) == [HTTP_POST]


# ---- certificates that end


@pytest.mark.parametrize(
    ("days", "urgency"),
    [
        (61, None),
        (59, Urgency.SOON),
        (31, Urgency.SOON),
        (29, Urgency.VERY_SOON),
        (1, Urgency.VERY_SOON),
        (-1, Urgency.ENDED),
    ],
)
def test_a_certificate_that_ends_is_told_in_time(days: int, urgency: Urgency | None) -> None:
    ends_at = makelaar().certificates[0].not_valid_after_utc
    ours = dataclasses.replace(provider(), keys=())
    found = expiring(ours, [makelaar()], ends_at - timedelta(days=days))
    assert [expiry.urgency for expiry in found] == ([] if urgency is None else [urgency])
    assert all("Voorbeeldmakelaar" in str(expiry) and f"{ends_at:%Y-%m-%d}" in str(expiry) for expiry in found)


@pytest.mark.parametrize(("days", "level"), [(61, None), (59, "WARNING"), (29, "ERROR"), (-1, "ERROR")])
def test_at_the_start_and_every_day_the_log_tells_of_certificates_that_end(
    settings: dict[str, Any], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, days: int, level: str
) -> None:
    def told() -> list[tuple[str, str]]:
        lines = [(each.levelname, each.getMessage()) for each in caplog.records if each.name == LOG]
        caplog.clear()
        return lines

    ends_at = service_provider(settings).keys[0].certificate.not_valid_after_utc
    monkeypatch.setattr(clock, "now", lambda: ends_at - timedelta(days=days))
    verb = "ends" if days > 0 else "ended"
    owners = ["the portal", "Voorbeeldmakelaar"] if level else []
    with caplog.at_level(logging.WARNING, LOG):
        registry = make_app(settings).registry
        registry["portaal.engine"].dispose()
        lines = told()
        assert [found_level for found_level, _ in lines] == [level] * len(owners)
        assert all(any(f"certificate of {owner} {verb} on" in line for _, line in lines) for owner in owners)
        (job,) = [job for job in registry["portaal.core_jobs"] if job.name == "eherkenning_certificates"]
        job.run(HookContext(Session(), "portaal", {}))
        assert job.every == timedelta(days=1)
        assert told() == lines


def test_ready_tells_of_certificates_that_end_within_a_month(built_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = built_app.registry
    assert health(registry) == ""
    ends_at = registry["eherkenning.provider"].keys[0].certificate.not_valid_after_utc
    monkeypatch.setattr(clock, "now", lambda: ends_at - timedelta(days=10))
    assert "the eHerkenning certificate of the portal ends on" in health(registry)


# ---- the simulated makelaar


def test_the_simulated_makelaar_starts_only_when_told_that_it_is_for_development(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "sys.argv",
        [
            "makelaar",
            "--port",
            "1",
            "--data",
            str(tmp_path),
            "--portal-metadata",
            "x",
            "--service-uuid",
            "x",
            "--accounts",
            "x",
        ],
    )
    with pytest.raises(SystemExit, match="--development"):
        start_makelaar()
