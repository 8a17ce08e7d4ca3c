"""The portal does not start with settings that are missing or unsafe, and says which (security goal 25)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from portaal.app import make_app
from portaal.configuration import UnsafeConfigurationError
from portaal.keyring import Keyring, KeyringError, create_key_file
from portaal.simulators.makelaar.keys import new_pair, write_pair
from portaal.testing.application import app_settings

HTTPS = {
    "portaal.public_url": "https://portaal.example.org",
    "portaal.audit_head": "/var/lib/portaal/head.json",
    "portaal.networks": "*",
}
PRODUCTION = HTTPS | {"portaal.environment": "production", "portaal.trusted_proxy": "127.0.0.1"}
ROOT = Path(__file__).parents[1]
# What a test puts in place of what is made of the settings.
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


def test_every_setting_stands_in_the_ini_file_for_production() -> None:
    sources = [
        path.read_text()
        for path in (ROOT / "core/portaal").rglob("*.py")
        if not {"demo", "simulators", "testing"} & set(path.parts)
    ]
    read = set(re.findall(r"""settings(?:\.get\(|\[)"((?:portaal|eherkenning)\.[\w.]+)""", "\n".join(sources)))
    assert len(read) > 30
    named = re.findall(r"^(?:# )?([a-z][\w.]+) =", (ROOT / "production.ini").read_text(), re.MULTILINE)
    assert read - OF_TESTS <= set(named)
