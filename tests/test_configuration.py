"""The portal does not start with settings that are missing or unsafe, and says which (security goal 25)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from portaal import configuration, main
from portaal.app import make_app
from portaal.berichtenverkeer.delivery.connectors import PARTNERS
from portaal.configuration import UnsafeConfigurationError
from portaal.keyring import Keyring, KeyringError, create_key_file
from portaal.known_settings import KNOWN, OF_THE_START_PAGE, PREFIXES
from portaal.simulators.makelaar.keys import new_pair, write_pair
from portaal.startpagina.tiles import PORTALS
from portaal.testing.application import app_settings

HTTPS = {
    "portaal.public_url": "https://portaal.example.org",
    "portaal.audit_head": "/var/lib/portaal/head.json",
    "portaal.networks": "*",
}
PRODUCTION = HTTPS | {"portaal.environment": "production", "portaal.trusted_proxy": "127.0.0.1"}
ROOT = Path(__file__).parents[1]
# What a test puts in place of what is made of the settings.
NO_SETTINGS = {"portaal.readers", "eherkenning.crt"}  # in the pages: a group of entry points, a file
OF_TESTS = {"portaal.engine", "portaal.keyring", "portaal.session_options", "portaal.reading_session_options"}

UNSAFE: dict[str, tuple[dict[str, Any], str]] = {
    "no database": ({"sqlalchemy.url": ""}, "sqlalchemy.url"),
    "no public address": ({"portaal.public_url": ""}, "portaal.public_url"),
    "no key file": ({"portaal.key_file": ""}, "portaal.key_file"),
    "no store for messages": ({"portaal.storage": ""}, "portaal.storage"),
    "unknown environment": ({"portaal.environment": "acceptatie"}, "portaal.environment"),
    "http in production": ({"portaal.environment": "production"}, "https://"),
    "http in the test environment": ({"portaal.environment": "kto"}, "https://"),
    "http on the network in development": ({"portaal.public_url": "http://portaal.example.org"}, "https://"),
    "a switch in another language": ({"portaal.second_person": "ja"}, "portaal.second_person is 'ja'"),
    "a switch in capitals": ({"portaal.allow_combined_roles": "False"}, "write true or false"),
    "processes that are no number": ({"portaal.processes": "veel"}, "portaal.processes"),
    "no threads": ({"portaal.threads": "0"}, "portaal.threads"),
    "a log level that is none": ({"portaal.log_level": "luid"}, "portaal.log_level"),
    "ftp": ({"portaal.public_url": "ftp://localhost"}, "https://"),
    "debug_all": (PRODUCTION | {"pyramid.debug_all": "true"}, "pyramid.debug_all"),
    "debug_authorization": (PRODUCTION | {"pyramid.debug_authorization": "1"}, "pyramid.debug_authorization"),
    "reload_all": (PRODUCTION | {"pyramid.reload_all": "yes"}, "pyramid.reload_all"),
    "reload_templates": (PRODUCTION | {"pyramid.reload_templates": "on"}, "pyramid.reload_templates"),
    "debug toolbar": (PRODUCTION | {"pyramid.includes": "pyramid_debugtoolbar"}, "debugtoolbar"),
    "simulated makelaar in production": (PRODUCTION, "simulated|https"),
    "nobody said from which networks": (PRODUCTION | {"portaal.networks": " "}, "portaal.networks"),
    "no proxy": (PRODUCTION | {"portaal.trusted_proxy": ""}, "portaal.trusted_proxy"),
    "any proxy": (PRODUCTION | {"portaal.trusted_proxy": "*"}, "portaal.trusted_proxy"),
    "a network for a proxy": (PRODUCTION | {"portaal.trusted_proxy": "10.0.0.0/8"}, "portaal.trusted_proxy"),
    "no proxy in the test environment": (HTTPS | {"portaal.environment": "kto"}, "portaal.trusted_proxy"),
    "no head of the audit trail": (PRODUCTION | {"portaal.audit_head": ""}, "portaal.audit_head"),
    "no makelaar": ({"eherkenning.makelaars": ""}, "eherkenning.makelaars"),
    "makelaar without metadata": ({"eherkenning.makelaars": "/bestaat/niet.xml | X"}, "eherkenning.makelaars"),
    "no entity id": ({"eherkenning.entity_id": ""}, "eherkenning.entity_id"),
    "no service id": ({"eherkenning.service_id": ""}, "eherkenning.service_id"),
    "no service uuid": ({"eherkenning.service_uuid": ""}, "eherkenning.service_uuid"),
    "no service name": ({"eherkenning.service_name": ""}, "eherkenning.service_name"),
    "no eHerkenning key": ({"eherkenning.key": ""}, "eherkenning.key"),
    "eHerkenning key is not there": ({"eherkenning.key": "/bestaat/niet.key"}, "eherkenning.key"),
    "no eHerkenning certificate": ({"eherkenning.certificate": ""}, "eherkenning.certificate"),
    "partner over http, elsewhere": ({"portaal.vecozo.url": "http://vecozo.example/"}, "https"),
    "short proxy secret": ({"portaal.vecozo.client_subject": "CN=x", "portaal.proxy_secret": "kort"}, "proxy_secret"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_refused(case: str, tmp_path: Path) -> None:
    changes, reason = UNSAFE[case]
    with pytest.raises(UnsafeConfigurationError, match=reason):
        make_app(app_settings(tmp_path) | changes, {})


def test_a_certificate_of_another_key_is_refused(tmp_path: Path) -> None:
    write_pair(new_pair("ander"), tmp_path, "ander")
    with pytest.raises(UnsafeConfigurationError, match="does not belong"):
        make_app(app_settings(tmp_path) | {"eherkenning.certificate": str(tmp_path / "ander.crt")}, {})


def test_the_settings_of_the_tests_are_allowed(tmp_path: Path) -> None:
    make_app(app_settings(tmp_path), {})


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "[]",
        "{}",
        '{"current": "a", "keys": {}}',
        '{"current": "a", "keys": {"a": "00"}}',
        '{"current": "b", "keys": {"a": "' + "00" * 32 + '"}}',
        '{"current": "a", "keys": {"a": "zz"}}',
    ],
)
def test_a_key_file_that_cannot_be_used_is_refused(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(KeyringError):
        Keyring.from_file(path)


def test_a_new_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    create_key_file(path, "2026-1")
    assert path.stat().st_mode & 0o077 == 0
    assert len(json.loads(path.read_text())["keys"]["2026-1"]) == 64
    with pytest.raises(FileExistsError):
        create_key_file(path, "2026-2")


def test_keys_differ_by_purpose_and_stay_readable_by_id(tmp_path: Path) -> None:
    keyring = Keyring({"oud": b"a" * 32, "nieuw": b"b" * 32}, "nieuw")
    assert keyring.derive("payload") != keyring.derive("settings")
    assert keyring.derive("payload", "oud")[1] == Keyring({"oud": b"a" * 32}, "oud").derive("payload")[1]
    with pytest.raises(KeyringError, match="weg"):
        keyring.derive("payload", "weg")


def sources() -> str:
    """The portal's own code, but for the list of settings."""
    paths = [path for path in (ROOT / "core/portaal").rglob("*.py") if path.name != "known_settings.py"]
    return "\n".join(path.read_text() for path in paths if not {"demo", "simulators", "testing"} & set(path.parts))


def named_in(file: str) -> set[str]:
    """The portal's own settings in an ini file, those behind a # too."""
    named = re.findall(r"^(?:# )?([a-z][\w.]+) =", (ROOT / file).read_text(), re.MULTILINE)
    return {name for name in named if name.startswith(PREFIXES)}


def as_the_first_of_its_kind(name: str) -> str:
    """The ini file explains one partner and one tile; the others are of the same form."""
    name = re.sub(r"^portaal\.(cak|ciz)\.", "portaal.vecozo.", name)
    return re.sub(rf"\.({'|'.join(OF_THE_START_PAGE)})$", f".{OF_THE_START_PAGE[0]}", name)


def test_every_setting_that_is_read_is_known() -> None:
    read = set(re.findall(r"""settings(?:\.get\(|\[)"((?:portaal|eherkenning)\.[\w.]+)""", sources()))
    assert len(read) > 30
    assert read - OF_TESTS <= KNOWN


def test_every_setting_that_is_known_is_read() -> None:
    code = sources()
    keys = {key for key in OF_THE_START_PAGE if f'"{key}"' in code}
    assert keys == set(OF_THE_START_PAGE) == {portal.key for portal in PORTALS}
    assert set(PARTNERS) == {name.split(".")[1] for name in KNOWN if name.endswith(".client_subject")}
    last = {name.rpartition(".")[2].removeprefix("next_") for name in KNOWN} - keys
    assert {name for name in last if not re.search(rf"""[".}}]{name}["}}]""", code)} == set()


def test_every_setting_that_is_known_is_explained_in_the_ini_files() -> None:
    production, development = named_in("production.ini"), named_in("development.ini")
    assert production | development <= KNOWN
    assert development - production == {"portaal.vecozo.token"}  # in production a certificate shows who one is
    assert {as_the_first_of_its_kind(name) for name in KNOWN} == production | development


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/*.md")]))
def test_every_setting_that_a_page_names_is_known(page: Path) -> None:
    """As code, in backticks or as a line of an ini file."""
    text = page.read_text()
    named = re.findall(r"(?:`|^ *)((?:portaal|eherkenning)\.[a-z_.]*[a-z])(?:`| =)", text, re.MULTILINE)
    parts = {path.stem for path in (ROOT / "core/portaal").iterdir()}
    assert {name for name in named if name.split(".")[1] not in parts} - NO_SETTINGS <= KNOWN


MISSPELT = {"portaal.allow_combined_role": "true", "eherkenning.next_form": "", "portaal.vecozo.uri": "https://x"}
MEANT = ["portaal.allow_combined_roles", "eherkenning.next_from", "portaal.vecozo.url"]


def test_a_setting_that_nothing_reads_is_refused_in_production(tmp_path: Path) -> None:
    settings = app_settings(tmp_path) | PRODUCTION | MISSPELT
    with pytest.raises(UnsafeConfigurationError) as refused:
        configuration.check(settings)
    for name, meant in zip(MISSPELT, MEANT, strict=True):
        assert f"the portal has no setting {name}; did you mean {meant}?" in str(refused.value)
    configuration.check(app_settings(tmp_path) | PRODUCTION)


def test_a_setting_that_nothing_reads_is_a_warning_in_development(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="the portal has no setting") as warned:
        main({}, **app_settings(tmp_path), **MISSPELT)
    assert len(warned) == len(MISSPELT)


def test_a_setting_that_looks_like_none_is_told_without_one(tmp_path: Path) -> None:
    settings = app_settings(tmp_path) | PRODUCTION | {"portaal.zzz": "1"}
    with pytest.raises(UnsafeConfigurationError, match=r"no setting portaal\.zzz$"):
        configuration.check(settings)


def test_what_is_of_a_plugin_or_of_pyramid_is_theirs(tmp_path: Path) -> None:
    configuration.check(app_settings(tmp_path) | PRODUCTION | {"oidc.brookers": "", "pyramid.default_locale": "nl"})
