"""Versions, stale writes, secrets at rest, and stored data that no longer fits."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr, create_model
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.api import setting
from portaal.audit.models import AuditEvent
from portaal.keyring import Keyring
from portaal.organisations.models import Gemeente
from portaal.plugins.contract import SettingsTab
from portaal.plugins.errors import ContractError
from portaal.settings.models import SettingsVersion
from portaal.settings.store import SettingsStore, StaleVersionError, UnknownVersionError
from portaal.testing.people import People
from portaal.web.i18n import _
from tests.settings.proef import PRODUCT, Instellingen

AMSTERDAM, DIEMEN = "0363", "0384"


def save(store: SettingsStore, dbsession: Session, based_on: int, gemeentecode: str = AMSTERDAM, **values: Any) -> Any:
    return store.save(dbsession, gemeentecode, PRODUCT, Instellingen(**values), based_on=based_on, by=None)


def latest(dbsession: Session, gemeentecode: str = AMSTERDAM) -> SettingsVersion:
    query = sa.select(SettingsVersion).where(SettingsVersion.gemeentecode == gemeentecode)
    return dbsession.scalars(query.order_by(SettingsVersion.number.desc())).first()  # type: ignore[return-value]


def test_before_anything_is_saved_the_defaults_hold(store: SettingsStore, dbsession: Session) -> None:
    loaded = store.load(dbsession, AMSTERDAM, PRODUCT)
    assert (loaded.value, loaded.number, loaded.version) == (Instellingen(), 0, None)


def test_saving_adds_a_version_with_who_when_why_and_what(
    store: SettingsStore, dbsession: Session, people: People
) -> None:
    author = people.new()
    store.save(dbsession, AMSTERDAM, PRODUCT, Instellingen(naam="Anna"), based_on=0, by=author.id)
    store.save(
        dbsession,
        AMSTERDAM,
        PRODUCT,
        Instellingen(naam="Anna", termijn=5),
        based_on=1,
        by=None,
        reason="Sneller antwoord",
    )
    newest, first = store.history(dbsession, AMSTERDAM, PRODUCT)
    assert (first.number, first.changed, first.author) == (1, ["naam"], author)
    assert (newest.number, newest.changed, newest.reason) == (2, ["termijn"], "Sneller antwoord")
    assert newest.saved_at >= first.saved_at
    assert store.load(dbsession, AMSTERDAM, PRODUCT, 1).value == Instellingen(naam="Anna")
    with pytest.raises(UnknownVersionError):
        store.load(dbsession, AMSTERDAM, PRODUCT, 3)


def test_what_changes_nothing_is_not_a_version(store: SettingsStore, dbsession: Session) -> None:
    assert not save(store, dbsession, 0).added
    assert store.history(dbsession, AMSTERDAM, PRODUCT) == []


def test_gemeenten_do_not_share_settings(store: SettingsStore, dbsession: Session) -> None:
    save(store, dbsession, 0, naam="Anna")
    assert store.read(dbsession, DIEMEN, Instellingen) == Instellingen()
    assert store.history(dbsession, DIEMEN, PRODUCT) == []


def test_the_model_is_the_key_to_its_own_settings(store: SettingsStore, dbsession: Session) -> None:
    save(store, dbsession, 0, naam="Anna")
    assert store.read(dbsession, AMSTERDAM, Instellingen).naam == "Anna"
    lookalike = create_model("Instellingen", naam=(str, setting("", label=_("Name of the contact"))))
    with pytest.raises(LookupError):
        store.read(dbsession, AMSTERDAM, lookalike)


def test_two_products_cannot_share_a_model(store: SettingsStore) -> None:
    store.register(PRODUCT, SettingsTab(model=Instellingen))
    with pytest.raises(ContractError, match="another product"):
        store.register("iwmo", SettingsTab(model=Instellingen))


def test_a_stale_version_is_refused(store: SettingsStore, dbsession: Session) -> None:
    save(store, dbsession, 0, naam="Anna")
    with pytest.raises(StaleVersionError) as refused:
        save(store, dbsession, 0, naam="Bert")
    assert (refused.value.current.number, refused.value.current.value.naam) == (1, "Anna")


def test_of_two_at_the_same_moment_one_is_refused(store: SettingsStore, fresh_database: Engine) -> None:
    with Session(fresh_database) as dbsession:
        dbsession.add(Gemeente(gemeentecode=AMSTERDAM, naam="Amsterdam"))
        dbsession.commit()
    start, outcomes = threading.Barrier(8), []

    def write(name: str) -> None:
        with Session(fresh_database) as dbsession:
            start.wait()
            try:
                save(store, dbsession, 0, naam=name)
                dbsession.commit()
                outcomes.append(name)
            except StaleVersionError as refused:
                outcomes.append(f"after {refused.current.value.naam}")

    threads = [threading.Thread(target=write, args=(f"nr {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(fresh_database) as dbsession:
        winner = store.read(dbsession, AMSTERDAM, Instellingen).naam
        assert len(store.history(dbsession, AMSTERDAM, PRODUCT)) == 1
    assert sorted(outcomes) == sorted([winner, *[f"after {winner}"] * 7])


class TestSecrets:
    def test_the_database_holds_no_plain_text(self, store: SettingsStore, dbsession: Session) -> None:
        save(store, dbsession, 0, sleutel=SecretStr("Geheim-Éen"))
        save(store, dbsession, 1, sleutel=SecretStr("Geheim-Éen"), naam="Anna")
        rows = dbsession.execute(sa.select(SettingsVersion.__table__)).all()
        dump = json.dumps([[str(value) for value in row] for row in rows])
        assert "Geheim" not in dump
        assert "R2VoZWlt" not in dump, "nor its base64"
        assert dump.count("test-1") == 2
        assert store.read(dbsession, AMSTERDAM, Instellingen).sleutel == SecretStr("Geheim-Éen")

    def test_the_same_secret_is_sealed_differently_each_time(self, store: SettingsStore, dbsession: Session) -> None:
        save(store, dbsession, 0, sleutel=SecretStr("geheim"))
        save(store, dbsession, 1, sleutel=SecretStr("geheim"), naam="Anna")
        newest, first = store.history(dbsession, AMSTERDAM, PRODUCT)
        assert newest.secrets["sleutel"]["data"] != first.secrets["sleutel"]["data"]

    def test_swapped_rows_do_not_open(self, store: SettingsStore, dbsession: Session) -> None:
        save(store, dbsession, 0, sleutel=SecretStr("van Amsterdam"))
        save(store, dbsession, 0, gemeentecode=DIEMEN, sleutel=SecretStr("van Diemen"))
        ours, theirs = latest(dbsession), latest(dbsession, DIEMEN)
        ours.secrets, theirs.secrets = theirs.secrets, ours.secrets
        dbsession.flush()
        for gemeentecode in (AMSTERDAM, DIEMEN):
            loaded = store.load(dbsession, gemeentecode, PRODUCT)
            assert loaded.faults == {"sleutel"}
            assert loaded.value.sleutel is None

    @pytest.mark.parametrize(
        "damage",
        [
            {"data": "AAAA", "key": "test-1"},
            {"data": "geen base64!", "key": "test-1"},
            {"key": "test-1"},
            {},
            {"data": "AAAA", "key": "weg"},
            "tekst",
            None,
        ],
    )
    def test_a_damaged_secret_falls_back(self, store: SettingsStore, dbsession: Session, damage: Any) -> None:
        save(store, dbsession, 0, sleutel=SecretStr("geheim"), naam="Anna")
        latest(dbsession).secrets = {"sleutel": damage}
        dbsession.flush()
        loaded = store.load(dbsession, AMSTERDAM, PRODUCT)
        assert (loaded.value.naam, loaded.value.sleutel) == ("Anna", None)
        assert loaded.faults == {"sleutel"}

    def test_a_secret_whose_key_is_away_survives_another_change(self, store: SettingsStore, dbsession: Session) -> None:
        save(store, dbsession, 0, sleutel=SecretStr("geheim"))
        elsewhere = SettingsStore(Keyring({"other": b"o" * 32}, "other"))
        elsewhere.register(PRODUCT, SettingsTab(model=Instellingen))
        assert elsewhere.load(dbsession, AMSTERDAM, PRODUCT).faults == {"sleutel"}
        save(elsewhere, dbsession, 1, naam="Anna")
        assert store.read(dbsession, AMSTERDAM, Instellingen).sleutel == SecretStr("geheim")


class TestDegraded:
    def corrupt(self, dbsession: Session, **content: Any) -> None:
        version = latest(dbsession)
        version.content = version.content | content
        dbsession.flush()

    def test_each_wrong_value_falls_back_by_itself(
        self, store: SettingsStore, dbsession: Session, caplog: pytest.LogCaptureFixture
    ) -> None:
        save(store, dbsession, 0, naam="Anna", termijn=5)
        self.corrupt(dbsession, termijn=4000, omgeving="weg", certificaat="onzin", soorten=None, vreemd={"a": 1})
        loaded = store.load(dbsession, AMSTERDAM, PRODUCT)
        assert loaded.value == Instellingen(naam="Anna")
        assert loaded.faults == {"termijn", "omgeving", "certificaat", "soorten"}
        record = next(record for record in caplog.records if "fell back" in record.message)
        assert record.settings == ["certificaat", "omgeving", "soorten", "termijn"]  # type: ignore[attr-defined]
        assert "4000" not in caplog.text

    def test_saving_repairs_it_even_when_the_default_was_meant(self, store: SettingsStore, dbsession: Session) -> None:
        save(store, dbsession, 0, termijn=5)
        self.corrupt(dbsession, termijn=4000)
        assert save(store, dbsession, 1).added
        assert store.load(dbsession, AMSTERDAM, PRODUCT).faults == frozenset()

    def test_a_new_field_has_its_default_and_an_old_one_is_forgotten(
        self, store: SettingsStore, dbsession: Session
    ) -> None:
        save(store, dbsession, 0, naam="Anna", termijn=5)
        newer = create_model(
            "Nieuwer",
            naam=(str, setting("", label=_("Name of the contact"))),
            bewaar=(int, setting(12, label=_("Days to wait"))),
        )
        store.register(PRODUCT, SettingsTab(model=newer))
        loaded = store.load(dbsession, AMSTERDAM, PRODUCT)
        assert loaded.value.model_dump() == {"naam": "Anna", "bewaar": 12}
        assert loaded.faults == frozenset()

    def test_a_rule_on_the_whole_that_is_broken_gives_all_defaults(
        self, store: SettingsStore, dbsession: Session
    ) -> None:
        from pydantic import BaseModel, model_validator

        class Streng(BaseModel):
            naam: str = setting("", label=_("Name of the contact"))
            termijn: int = setting(30, label=_("Days to wait"))

            @model_validator(mode="after")
            def together(self) -> Streng:
                if self.naam and self.termijn < 10:
                    raise ValueError("not together")
                return self

        save(store, dbsession, 0, naam="Anna", termijn=5)
        store.register(PRODUCT, SettingsTab(model=Streng))
        loaded = store.load(dbsession, AMSTERDAM, PRODUCT)
        assert loaded.value == Streng()
        assert loaded.faults == {"naam", "termijn"}


def test_another_integrity_error_is_not_taken_for_a_stale_version(store: SettingsStore, dbsession: Session) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        store.save(dbsession, AMSTERDAM, PRODUCT, Instellingen(naam="x"), based_on=0, by=uuid.uuid4())


def test_the_audit_trail_names_settings_and_no_values(store: SettingsStore, dbsession: Session, people: People) -> None:
    author = people.new(("productbeheerder", PRODUCT))
    store.save(
        dbsession,
        AMSTERDAM,
        PRODUCT,
        Instellingen(naam="Anna Vries", sleutel=SecretStr("geheim")),
        based_on=0,
        by=author.id,
    )
    line = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "settings.save")).one()
    assert (line.actor, line.gemeentecode, line.product, line.object_id) == (author.id, AMSTERDAM, PRODUCT, "1")
    assert line.details == {"settings": ["naam", "sleutel"]}
