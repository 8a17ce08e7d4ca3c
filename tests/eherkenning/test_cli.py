"""``portaal eherkenning``: what goes to a makelaar, and clear words for everything that can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
import time_machine
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from portaal import clock
from portaal.cli import main
from portaal.eherkenning import makelaar_cli
from portaal.eherkenning.catalogus import CATALOGUE
from portaal.eherkenning.makelaars import read_makelaars
from portaal.eherkenning.signature import verify
from portaal.eherkenning.xml import parse, q
from portaal.simulators.makelaar.keys import new_pair, write_pair
from portaal.simulators.makelaar.metadata import makelaar_metadata
from portaal.simulators.makelaar.state import Makelaar
from portaal.testing.application import app_settings
from portaal.testing.eherkenning import MAKELAAR, parties, portal_keys

NEW = "urn:etoegang:HM:00000099000000000002:entities:9000"
UUID = "7f3e8c8e-5f0b-4a43-8d4c-7a1f6b2b9d11"
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "eherkenning"


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    """An ini file of a portal in development with the simulated makelaar."""
    settings = {name: value for name, value in app_settings(tmp_path).items() if isinstance(value, str)}
    lines = "\n".join(f"{name} = {value}" for name, value in settings.items())
    path = tmp_path / "portaal.ini"
    path.write_text(f"[app:main]\nuse = egg:portaal\n{lines}\n")
    return path


@pytest.fixture
def run(ini: Path) -> Run:
    """``run("metadata")``: what ``portaal eherkenning metadata`` does. A traceback fails the test."""

    def run(*arguments: str, **settings: str) -> Result:
        if settings:
            changed = "\n".join(f"eherkenning.{name} = {value}" for name, value in settings.items())
            kept = [
                line
                for line in ini.read_text().splitlines()
                if not line.startswith(tuple(f"eherkenning.{name} =" for name in settings))
            ]
            ini.write_text("\n".join([*kept, changed]))
        result = CliRunner().invoke(main, ["eherkenning", *arguments, "--config", str(ini)], catch_exceptions=False)
        assert "Traceback" not in result.output
        return result

    return run


# With one of these the portal would not start, or break off when it is used.
NO_ADDRESSES = {
    "user": "https://wie@nieuw.example",
    "underscore": "https://ni_euw.example",
    "letters": "https://niëuw.example",
    "path": "https://nieuw.example/é",
    "blank": "https://nieuw.example/a b",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of every kind; ``new.xml`` is the metadata of a makelaar that could be added."""
    folder = tmp_path_factory.mktemp("files")
    for name, content in (("empty", b""), ("bad.xml", b"<x/>"), ("latin1", "naam = é".encode("latin-1"))):
        (folder / name).write_bytes(content)
    with (folder / "huge.xml").open("wb") as huge:
        huge.truncate(100 * 1024**3)  # it could not be read whole
    other = new_pair("other")
    write_pair(other, folder, "other")
    with time_machine.travel(clock.now() - timedelta(days=1000)):
        ended = new_pair("ended")
    write_pair(ended, folder, "ended")
    metadata_file(folder, other)
    (folder / "same.xml").write_bytes(makelaar_metadata(MAKELAAR, "https://nieuw.example", other))
    (folder / "ended.xml").write_bytes(makelaar_metadata(NEW, "https://nieuw.example", ended))
    (folder / "long.xml").write_bytes(makelaar_metadata(NEW + "0" * 200, "https://nieuw.example", other))
    for name, url in NO_ADDRESSES.items():
        (folder / f"{name}.xml").write_bytes(makelaar_metadata(NEW, url, other))
    write_pair(new_pair("pin"), folder, "pin")
    for name, key, lock in (
        ("small", generate_private_key(65537, 1024), NoEncryption()),  # noqa: S505 - it is refused
        ("locked", portal_keys().key, BestAvailableEncryption(b"geheim")),
    ):
        (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    return folder


@pytest.fixture
def fetching(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What is at web addresses: a makelaar's own site would need TLS that this machine trusts."""
    pages: dict[str, bytes] = {}

    def fetch(url: str) -> bytes:
        if url not in pages:
            raise click.ClickException(f"{url} answers with status 404")
        return pages[url]

    monkeypatch.setattr(makelaar_cli, "_fetch", fetch)
    return pages


def test_metadata_is_what_the_portal_serves(run: Run) -> None:
    result = run("metadata")
    assert result.exit_code == 0
    root = parse(result.output.encode())
    verify(root, [portal_keys().certificate])
    assert root.get("entityID") == "urn:etoegang:DV:00000099000000001000:entities:9000"


def test_metadata_can_be_had_before_there_is_a_makelaar(run: Run, folder: Path) -> None:
    (folder / "makelaars.toml").unlink()
    assert run("metadata").exit_code == 0


def test_the_catalogue_says_what_the_service_is(run: Run) -> None:
    result = run("catalogus", "--definition", UUID)
    assert result.exit_code == 0, result.output
    root = verify(parse(result.output.encode()), [portal_keys().certificate])

    def texts(name: str) -> list[str]:
        return [each.text or "" for each in root.iter(f"{{{CATALOGUE}}}{name}")]

    assert root.get(f"{{{CATALOGUE}}}Version") == "urn:etoegang:1.13:service-catalogue:T:1"
    assert texts("ServiceProviderID") == ["00000099000000001000"]
    assert texts("OrganizationDisplayName") == ["Stichting Inlichtingenbureau"]
    assert texts("ServiceUUID") == [UUID, "0d2f5c9e-6f3b-4b0e-9f58-3b1f0b6a7c11"]
    assert texts("InstanceOfService") == [UUID]
    assert texts("ServiceID") == ["urn:etoegang:DV:00000099000000001000:services:9050"]
    assert texts("HerkenningsmakelaarId") == ["00000099000000000001"] * 2
    assert texts("SSOSupport") == ["false"]
    assert texts("EntityConcernedTypesAllowed")[0].endswith(":KvKnr")
    assert [each.text for each in root.iter(q("saml:AuthnContextClassRef"))] == [
        "urn:etoegang:core:assurance-class:loa3"
    ]
    assert texts("PrivacyPolicyURL") == ["http://localhost/privacy"]


def test_the_catalogue_refuses_what_it_cannot_hold(run: Run) -> None:
    assert "64 characters" in run("catalogus", "--definition", UUID, service_name="x" * 65).output
    assert "OIN" in run("catalogus", "--definition", UUID, entity_id="urn:portaal", service_name="x").output
    for url in ("javascript:x", "https://x/\x01", "https://x/\udcff", "https://x/a b"):
        result = run("catalogus", "--definition", UUID, "--privacy-url", url, service_name="x")
        assert "is no web address" in result.output
    assert "not a valid UUID" in run("catalogus", "--definition", "x").output


# ---- adding


def metadata_file(tmp_path: Path, pair: Any = None, url: str = "https://nieuw.example") -> Path:
    path = tmp_path / "new.xml"
    path.write_bytes(makelaar_metadata(NEW, url, pair or new_pair("m")))
    return path


def test_a_makelaar_is_added_from_a_file(run: Run, tmp_path: Path, folder: Path) -> None:
    pair = new_pair("m")
    result = run("makelaar", "add", str(metadata_file(tmp_path, pair)), "--name", "Nieuwe Makelaar (test)")
    assert result.exit_code == 0, result.output
    assert pair.certificate.fingerprint(pair.certificate.signature_hash_algorithm).hex(":") in result.output
    found = {makelaar.display_name: makelaar for makelaar in read_makelaars(folder / "makelaars.toml")}
    assert found["Nieuwe Makelaar (test)"].artifact_urls == {0: "https://nieuw.example/artifact"}
    assert (folder / "nieuwe-makelaar-test.xml").exists()
    assert (
        "of that name"
        in run("makelaar", "add", str(metadata_file(tmp_path)), "--name", "Nieuwe Makelaar (test)").output
    )


ADDRESS = "https://nieuw.example/metadata"
NOT_ADDED = {
    "no file": (["{files}/none.xml"], "none.xml cannot be read: No such file"),
    "a folder": (["{files}"], "is no file"),
    "no metadata": (["{files}/bad.xml"], "bad.xml: this is no metadata of one identity provider. Ask the makelaar"),
    "an empty file": (["{files}/empty"], "empty: this is no usable metadata: the message is not well-formed"),
    "a huge file": (["{files}/huge.xml"], "the message is too large"),
    "metadata whose certificates ended": (["{files}/ended.xml"], "its certificates have ended. Ask the makelaar"),
    "an endless entity id": (["{files}/long.xml"], "its entity id is longer than 200 characters"),
    **{name: ([f"{{files}}/{name}.xml"], "an address in it is no web address") for name in NO_ADDRESSES},
    "a makelaar that is there": (
        ["{files}/same.xml"],
        "has urn:etoegang:HM:00000099000000000001:entities:9000 already",
    ),
    "another signer": (["{files}/new.xml", "--certificate", "{files}/pin.crt"], "no valid signature of a known key"),
    "no certificate": (["{files}/new.xml", "--certificate", "{files}/bad.xml"], "bad.xml is no certificate"),
    "a key for a certificate": (["{files}/new.xml", "--certificate", "{files}/pin.key"], "pin.key is no certificate"),
    "a certificate that ended": (["{files}/new.xml", "--certificate", "{files}/ended.crt"], "ask for the next one"),
    "answers in no known way": (["{files}/new.xml", "--answers", "duif"], "duif"),
    "an address without its signer": ([ADDRESS], "--certificate"),
    "nobody at the address": (["https://127.0.0.1:1/x", "--certificate", "{files}/pin.crt"], "nobody answers there"),
    "http": (["http://nieuw.example/", "--certificate", "{files}/pin.crt"], "no address that begins with https://"),
    "half an address": (["https:///x", "--certificate", "{files}/pin.crt"], "no address that begins with https://"),
    "a broken address": (["https://[/x", "--certificate", "{files}/pin.crt"], "no address that begins with https://"),
    "an address with other letters": (
        ["https://nieuw.example/é", "--certificate", "{files}/pin.crt"],
        "no address that begins with https://",
    ),
    "an impossible port": (
        ["https://x:99999/", "--certificate", "{files}/pin.crt"],
        "no address that begins with https",
    ),
    "no name": (["{files}/new.xml", "--name", ""], "name: String should have at least 1 character"),
    "a name of two lines": (
        ["{files}/new.xml", "--name", "a\nb"],
        "name: Value error, it must be one line of plain text",
    ),
    "an endless name": (["{files}/new.xml", "--name", "x" * 200], "name: String should have at most 120 characters"),
}


@pytest.mark.parametrize(("arguments", "words"), NOT_ADDED.values(), ids=NOT_ADDED)
def test_what_cannot_be_added_is_not(run: Run, folder: Path, files: Path, arguments: list[str], words: str) -> None:
    before = (folder / "makelaars.toml").read_text()
    result = run("makelaar", "add", "--name", "Nieuw", *(each.format(files=files) for each in arguments))
    assert result.exit_code != 0
    assert words in result.output
    assert (folder / "makelaars.toml").read_text() == before


def test_plain_http_is_for_this_machine_only(run: Run, tmp_path: Path) -> None:
    """In development too: the portal would not start with it."""
    result = run("makelaar", "add", str(metadata_file(tmp_path, url="http://nieuw.example")), "--name", "Nieuw")
    assert result.exit_code == 1
    assert "http://nieuw.example/sso does not begin with https://" in result.output
    assert run("makelaar", "add", str(metadata_file(tmp_path, url="http://localhost")), "--name", "N").exit_code == 0


def test_a_folder_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    result = run(
        "makelaar", "add", str(metadata_file(tmp_path)), "--name", "N", makelaars=str(tmp_path / "file/m.toml")
    )
    assert result.exit_code == 1
    assert f"{tmp_path / 'file'} cannot be written: File exists" in result.output


def test_in_production_a_simulated_makelaar_cannot_be_added(run: Run, tmp_path: Path, ini: Path) -> None:
    ini.write_text(
        ini.read_text()
        .replace("portaal.environment = development", "portaal.environment = production\nportaal.trusted_proxy = ::1")
        .replace("http://localhost", "https://portaal.example")
    )
    result = run("makelaar", "add", str(metadata_file(tmp_path)), "--name", "Nieuw")
    assert result.exit_code == 1
    assert "simulated" in result.output


# ---- renewing


def test_a_makelaar_with_an_address_is_renewed_when_its_certificate_signed(
    run: Run, tmp_path: Path, folder: Path, fetching: dict[str, bytes]
) -> None:
    pair, url = new_pair("m"), "https://nieuw.example/metadata"
    write_pair(pair, tmp_path, "pin")
    fetching[url] = metadata_file(tmp_path, pair).read_bytes()
    added = run("makelaar", "add", url, "--name", "Nieuw", "--certificate", str(tmp_path / "pin.crt"))
    assert added.exit_code == 0, added.output
    unchanged = run("makelaar", "renew")
    assert "Nieuw: nothing changed" in unchanged.output
    assert "Voorbeeldmakelaar: has no web address" in unchanged.output
    fetching[url] = metadata_file(tmp_path, pair, "https://verhuisd.example").read_bytes()
    assert "Nieuw: changed; restart" in run("makelaar", "renew").output
    fetching[url] = metadata_file(tmp_path, new_pair("evil"), "https://evil.example").read_bytes()
    refused = run("makelaar", "renew")
    assert refused.exit_code == 1
    assert "Nieuw: this is no usable metadata" in refused.output
    del fetching[url]
    gone = run("makelaar", "renew")
    assert gone.exit_code == 1
    assert "status 404" in gone.output
    found = {makelaar.display_name: makelaar for makelaar in read_makelaars(folder / "makelaars.toml")}
    assert found["Nieuw"].artifact_urls == {0: "https://verhuisd.example/artifact"}


# ---- testing


def test_a_connection_that_works_is_called_so(run: Run, makelaar: Makelaar) -> None:
    result = run("makelaar", "test")
    assert result.exit_code == 0, result.output
    assert "signed with a key from its metadata" in result.output
    assert "no certificate ends within 60 days" in result.output
    assert "(where people log in) answers with status" in result.output
    assert MAKELAAR in result.output


def test_a_makelaar_that_is_gone_is_called_so(run: Run, folder: Path) -> None:
    (folder / "makelaar.xml").write_bytes(makelaar_metadata(MAKELAAR, "http://localhost:1", parties().makelaar))
    result = run("makelaar", "test")
    assert result.exit_code == 1
    assert "the makelaar cannot be reached: nobody answers there. Check the address" in result.output


def test_a_makelaar_with_another_key_than_in_its_metadata_is_called_so(
    run: Run, folder: Path, makelaar: Makelaar
) -> None:
    (folder / "makelaar.xml").write_bytes(makelaar_metadata(MAKELAAR, makelaar.base_url, new_pair("other")))
    result = run("makelaar", "test")
    assert result.exit_code == 1
    assert "no valid signature of a known key on ArtifactResponse. Their keys are others" in result.output


def test_a_makelaar_that_does_not_know_our_key_is_called_so(run: Run, folder: Path, makelaar: Makelaar) -> None:
    write_pair(new_pair("portaal"), folder, "portaal")
    result = run("makelaar", "test")
    assert result.exit_code == 1
    assert "answers with status 400. Check" in result.output
    assert "whether the makelaar has our metadata as it is now" in result.output


@pytest.mark.parametrize(("days", "word", "code"), [(59, "WARNING", 0), (-1, "WRONG", 1)])
def test_certificates_that_end_are_told(
    run: Run, makelaar: Makelaar, monkeypatch: pytest.MonkeyPatch, days: int, word: str, code: int
) -> None:
    ends_at = max(pair.not_valid_after_utc for pair in (parties().makelaar.certificate, portal_keys().certificate))
    monkeypatch.setattr(clock, "now", lambda: ends_at - timedelta(days=days))
    result = run("makelaar", "test")
    assert result.exit_code == code
    assert f"{word}" in result.output
    assert "the eHerkenning certificate of Voorbeeldmakelaar end" in result.output
    assert "the makelaar's clock differs" in result.output


def test_there_must_be_a_makelaar_of_that_name(run: Run) -> None:
    assert "name one makelaar with --makelaar: Voorbeeldmakelaar" in run("makelaar", "test", "--makelaar", "X").output


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("key", "/nowhere", "/nowhere cannot be read: No such file"),
        ("key", "{files}", "cannot be read: Is a directory"),
        ("key", "{files}/empty", "empty is no private key: it must be one in PEM, without a password"),
        ("key", "{files}/locked.key", "locked.key is no private key: it must be one in PEM, without a password"),
        ("key", "{files}/small.key", "small.key must be an RSA key of at least 2048 bits"),
        ("key", "{files}/other.key", "eherkenning.certificate does not belong to eherkenning.key"),
        ("certificate", "/nowhere", "/nowhere cannot be read: No such file"),
        ("certificate", "{files}/other.key", "other.key is no certificate: it must be one in PEM"),
        ("makelaars", "/nowhere", "/nowhere cannot be read: No such file"),
        ("makelaars", "{files}/empty", "empty names no makelaar"),
        ("makelaars", "{files}/other.key", "other.key is no TOML"),
        ("makelaars", "{files}/latin1", "latin1 is not in UTF-8"),
        ("ca_file", "/nowhere", "/nowhere cannot be read: No such file"),
        ("ca_file", "{files}/latin1", "latin1 is not in PEM"),
        ("ca_file", "{files}/other.key", "cannot be used for TLS"),
        ("service_name", "dienst\x01", "eherkenning.service_name must be one line of plain text"),
        ("entity_id", "", "set eherkenning.entity_id"),
        (
            "entity_id",
            "urn:portaal",
            "must be urn:etoegang:DV:<OIN of 20 digits>:entities:<index>, and not urn:portaal",
        ),
    ],
)
@pytest.mark.parametrize("command", [("makelaar", "test"), ("catalogus", "--definition", UUID)])
def test_faulty_settings_are_named(
    run: Run, files: Path, command: tuple[str, ...], setting: str, value: str, words: str
) -> None:
    result = run(*command, **{setting: value.format(files=files)})
    if command[0] == "catalogus" and setting == "ca_file":  # nobody is asked anything
        assert result.exit_code == 0
        return
    assert result.exit_code == 1
    assert words in result.output


def test_what_is_printed_for_a_makelaar_comes_with_a_warning_beside_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_at = portal_keys().certificate.not_valid_after_utc
    monkeypatch.setattr(clock, "now", lambda: ends_at + timedelta(days=1))
    for arguments in (("metadata",), ("catalogus", "--definition", UUID)):
        result = run(*arguments)
        assert f"the eHerkenning certificate of the portal ended on {ends_at:%Y-%m-%d}" in result.stderr
        assert "WARNING" not in result.stdout


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"<x/>", b"[app:other]\nuse = egg:portaal\n"])
def test_what_is_no_settings_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "portaal.txt"
    path.write_bytes(content)
    result = CliRunner().invoke(main, ["eherkenning", "metadata", "--config", str(path)])
    assert result.exit_code == 1
    assert f"{path} cannot be read: it is no ini file with a section [app:main]" in result.output


def test_without_a_settings_file_there_is_a_clear_word(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["eherkenning", "metadata", "--config", str(tmp_path / "none.ini")])
    assert result.exit_code == 1
    assert "no settings file" in result.output
