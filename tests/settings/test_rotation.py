"""Sealing again under a new key, in the database and from the shell."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.audit.head import HeadFile
from portaal.audit.verify import one_moment, verify
from portaal.cli import main
from portaal.keyring import Keyring
from portaal.organisations.models import Gemeente
from portaal.plugins.contract import SettingsTab
from portaal.settings.models import SettingsVersion
from portaal.settings.rotation import rotate
from portaal.settings.secrets import Place, Sealer, SecretUnreadableError
from portaal.settings.store import SettingsStore
from tests.settings.proef import PRODUCT, Instellingen

OLD = {"old": b"o" * 32}
NEW = {"new": b"n" * 32}
CODES = ("0363", "0384")


def store_with(keyring: Keyring) -> SettingsStore:
    store = SettingsStore(keyring)
    store.register(PRODUCT, SettingsTab(model=Instellingen))
    return store


def fill(dbsession: Session, store: SettingsStore) -> None:
    """Two gemeenten, each with an old secret, a new one, and a version without."""
    for code in CODES:
        for number, secret in enumerate((SecretStr(f"een {code}"), SecretStr(f"twee {code}"), None)):
            store.save(dbsession, code, PRODUCT, Instellingen(sleutel=secret), based_on=number, by=None)


def secrets(dbsession: Session, store: SettingsStore) -> list[str | None]:
    loaded = [store.load(dbsession, code, PRODUCT, number) for code in CODES for number in (1, 2, 3)]
    assert all(not one.faults for one in loaded)
    return [one.value.sleutel and one.value.sleutel.get_secret_value() for one in loaded]


def test_after_rotation_the_old_key_is_not_needed_even_for_the_history(dbsession: Session) -> None:
    fill(dbsession, store_with(Keyring(OLD, "old")))
    both = Keyring(OLD | NEW, "new")
    done = rotate(dbsession, both)
    assert (done.renewed, done.already_current, done.unreadable) == (4, 0, [])
    assert secrets(dbsession, store_with(Keyring(NEW, "new"))) == [
        "een 0363",
        "twee 0363",
        None,
        "een 0384",
        "twee 0384",
        None,
    ]
    again = rotate(dbsession, both)
    assert (again.renewed, again.already_current) == (0, 4)


def test_what_does_not_open_is_named_and_left(dbsession: Session) -> None:
    fill(dbsession, store_with(Keyring(OLD, "old")))
    version = dbsession.scalars(sa.select(SettingsVersion).where(SettingsVersion.number == 1)).first()
    assert version is not None
    version.secrets = {"sleutel": version.secrets["sleutel"], "kapot": None}  # type: ignore[dict-item]
    dbsession.flush()
    done = rotate(dbsession, Keyring(NEW, "new"))
    assert done.renewed == 0
    assert len(done.unreadable) == 5
    assert Place("0363", PRODUCT, "sleutel") in done.unreadable
    assert store_with(Keyring(OLD, "old")).read(dbsession, "0384", Instellingen).sleutel is None
    assert done.unreadable.count(Place(version.gemeentecode, PRODUCT, "kapot")) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        Place("0384", "proef", "sleutel"),
        Place("0363", "iwmo", "sleutel"),
        Place("0363", "proef", "wachtwoord"),
    ],
)
def test_a_sealed_secret_opens_in_its_own_place_only(wrong: Place) -> None:
    sealer = Sealer(Keyring(OLD, "old"))
    place = Place("0363", "proef", "sleutel")
    sealed = sealer.seal("geheim", place)
    assert sealer.open(sealed, place) == "geheim"
    with pytest.raises(SecretUnreadableError):
        sealer.open(sealed, wrong)


class TestCommand:
    @pytest.fixture
    def ini(self, fresh_database: Engine, tmp_path: Path) -> Any:
        with Session(fresh_database) as dbsession:
            dbsession.add_all([Gemeente(gemeentecode=code, naam=code) for code in CODES])
            dbsession.flush()
            fill(dbsession, store_with(Keyring(OLD, "old")))
            dbsession.commit()
        path = tmp_path / "portaal.ini"
        url = fresh_database.url.render_as_string(hide_password=False).replace("%", "%%")
        path.write_text(
            f"[app:main]\nuse = egg:portaal\nsqlalchemy.url = {url}\nportaal.key_file = {tmp_path / 'keys.json'}\n"
            f"portaal.audit_head = {tmp_path / 'head.json'}\n"
        )
        return path

    def keys(self, ini: Path, current: str, keys: dict[str, bytes]) -> None:
        content = {"current": current, "keys": {key_id: key.hex() for key_id, key in keys.items()}}
        (ini.parent / "keys.json").write_text(json.dumps(content))

    def run(self, ini: Path) -> Any:
        return CliRunner().invoke(main, ["geheimen", "roteer", "--config", str(ini)])

    def test_it_seals_again_and_says_how_many(self, ini: Path, fresh_database: Engine) -> None:
        self.keys(ini, "new", OLD | NEW)
        result = self.run(ini)
        assert result.exit_code == 0, result.output
        assert "4 sealed again under key new" in result.output
        with Session(fresh_database) as dbsession:
            assert secrets(dbsession, store_with(Keyring(NEW, "new")))[0] == "een 0363"
        head = HeadFile(ini.parent / "head.json")
        with one_moment(fresh_database) as connection:  # with the head that the portal compares with
            verdict = verify(connection, head)
        known = head.read()
        assert verdict.intact
        assert known is not None
        assert known.head == verdict.head

    def test_without_the_old_key_it_fails_and_names_what_does_not_open(self, ini: Path) -> None:
        self.keys(ini, "new", NEW)
        result = self.run(ini)
        assert result.exit_code == 1
        assert "does not open, in 2 versions: sleutel of proef for gemeente 0384" in result.output
        assert "een 0384" not in result.output

    def test_without_a_key_file_it_says_what_to_do(self, ini: Path) -> None:
        result = self.run(ini)
        assert result.exit_code == 1
        assert re.search(r"portaal sleutels nieuw \S+\.json'", result.output)

    def test_an_unusable_key_file_is_named(self, ini: Path) -> None:
        self.keys(ini, "new", OLD)
        result = self.run(ini)
        assert result.exit_code == 1
        assert "keys.json: the current key id 'new' is not among the keys" in result.output
        assert "Traceback" not in result.output

    def test_from_a_new_key_to_secrets_that_need_no_other(self, ini: Path, fresh_database: Engine) -> None:
        file = ini.parent / "keys.json"
        self.keys(ini, "old", OLD)
        file.chmod(0o640)
        result = CliRunner().invoke(main, ["sleutels", "wissel", str(file), "--id", "new"])
        assert result.exit_code == 0, result.output
        assert file.stat().st_mode & 0o777 == 0o640
        assert sorted(path.name for path in ini.parent.iterdir() if "keys" in path.name) == ["keys.json"]
        assert Keyring.from_file(file).ids == ("old", "new")
        assert "4 sealed again under key new" in self.run(ini).output
        assert "0 sealed again under key new, 4 already were" in self.run(ini).output
        new = Keyring({"new": bytes.fromhex(json.loads(file.read_text())["keys"]["new"])}, "new")
        with Session(fresh_database) as dbsession:
            assert secrets(dbsession, store_with(new))[0] == "een 0363"

    @pytest.mark.parametrize(
        ("content", "reason"), [(None, "no key file at"), ("{", "not a valid key file"), ("old", "'old' already")]
    )
    def test_a_new_key_is_refused_and_the_file_stays(self, content: str | None, reason: str, ini: Path) -> None:
        file = ini.parent / "keys.json"
        if content == "old":
            self.keys(ini, "old", OLD)
        elif content:
            file.write_text(content)
        before = file.read_text() if file.exists() else None
        result = CliRunner().invoke(main, ["sleutels", "wissel", str(file), "--id", "old"])
        assert result.exit_code == 1
        assert reason in result.output
        assert (file.read_text() if file.exists() else None) == before
