"""A person's data: everything that is known, and what is left when it is erased."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access import sessions
from portaal.access.models import Account, LoginSession, Role, RoleGrant
from portaal.api import Erasure, PersonContext
from portaal.app import make_app
from portaal.audit.models import AuditEvent
from portaal.cli import main
from portaal.db.models import core_metadata
from portaal.notifications.models import Notification, NotificationKind
from portaal.onboarding.models import CodeKind, VerificationCode
from portaal.plugins.activation import activations
from portaal.privacy import cli
from portaal.privacy.erase import KEPT, REMOVED, StillActiveError, erase
from portaal.privacy.export import export, jsonable
from portaal.privacy.places import ABOUT, LOOSE, references
from portaal.relinking.models import FormerIdentity, Relinking
from portaal.testing.application import app_settings
from portaal.testing.people import People
from portaal.testing.seed import seed
from tests.plugins.conftest import CODE
from tests.plugins.kit import example, plugin


def fill(dbsession: Session, people: People) -> Account:
    """Anna, who did a little of everything."""
    anna = people.new(
        ("gebruiker", "voorbeeld"),
        Role.GEBRUIKERSBEHEERDER,
        voornaam="Anna",
        achternaam="Bakker",
        email="anna@gemeente.example",
        telefoonnummer="0201234567",
        afdeling="Zorg",
    )
    other = people.new(("gebruiker", "voorbeeld"), voornaam="Bert")
    now = clock.now()
    sessions.start(dbsession, "t" * 43, anna.id, "loa3")
    dbsession.add_all(
        [
            Notification(account_id=anna.id, kind=NotificationKind.ROL_TOEGEKEND, created_at=now, parameters={}),
            VerificationCode(
                account_id=anna.id,
                gemeentecode=CODE,
                kind=CodeKind.GEBRUIKER,
                code_hash="$argon2id$secret",
                issued_by=other.id,
                issued_at=now,
                expires_at=now,
                used_at=now,
            ),
            RoleGrant(
                account_id=other.id,
                role=Role.GEBRUIKER,
                gemeentecode=CODE,
                product="iwmo",
                granted_at=now,
                granted_by=anna.id,
            ),
            FormerIdentity(
                account_id=anna.id, issuer="urn:makelaar", pseudonym_hash="f" * 64, valid_from=now, valid_until=now
            ),
            Relinking(
                account_id=anna.id,
                newcomer_id=other.id,
                reason="Anna heeft een nieuw middel.",
                seen="e" * 64,
                proposed_at=now,
                proposed_by=other.id,
            ),
        ]
    )
    dbsession.commit()
    return anna


def end(dbsession: Session, account: Account) -> None:
    account.ended_at = clock.now()
    dbsession.execute(sa.update(RoleGrant).where(RoleGrant.account_id == account.id).values(revoked_at=clock.now()))
    dbsession.commit()


@pytest.fixture
def anna(active: Session, people: People) -> Account:
    from portaal_voorbeeld import notes

    anna = fill(active, people)
    notes.write(active, CODE, "Bel de aanbieder", anna.id)
    notes.write(active, CODE, "Van een ander", None)
    active.commit()
    return anna


# portaal_personal_data_export
def test_everything_is_exported_and_no_secret(anna: Account, active: Session, app: Any) -> None:
    exported = export(app.registry, active, anna)
    assert exported.failed == ()
    content = json.loads(json.dumps(exported.content))
    assert content["account"]["email"] == "anna@gemeente.example"
    assert content["account"]["aanhef"] == "mevrouw"
    assert [note["text"] for note in content["products"]["voorbeeld"]["notes"]] == ["Bel de aanbieder"]
    records = content["records"]
    assert {record["role"] for record in records["role_grant.account_id"]} == {"gebruiker", "gebruikersbeheerder"}
    assert len(records["notification.account_id"]) == 1
    assert len(records["login_session.account_id"]) == 1
    (given,) = records["role_grant.granted_by"]
    assert given.keys() == {"id", "granted_at", "ends_at", "revoked_at"}
    text = json.dumps(content)
    assert "urn:makelaar" in text
    for secret in ("$argon2id$", "f" * 64, "e" * 64):
        assert secret not in text
    assert active.scalars(sa.select(LoginSession.id)).one() not in text
    assert "Bert" not in text
    lines = active.scalars(sa.select(AuditEvent).where(AuditEvent.action == "person.export"))
    assert [line.object_id for line in lines] == [str(anna.id)]


# portaal_personal_data_erase
def test_nothing_is_left_but_what_must_be(anna: Account, active: Session, app: Any) -> None:
    anna_id = anna.id
    end(active, anna)
    report = erase(app.registry, active, anna)
    active.commit()
    active.expire_all()
    assert report.failed == ()
    assert report.parts["voorbeeld"].erased == 1
    assert report.parts["portaal"].erased == 6  # session, notice, code, former identity, relinking, account
    assert {kept.what: kept.count for kept in report.parts["portaal"].kept} == {"Roles of the past": 2}
    left = json.dumps(export(app.registry, active, active.get_one(Account, anna_id)).content)
    for trace in ("Anna", "Bakker", "anna@", "0201234567", "Zorg", "Bel de aanbieder"):
        assert trace not in left
    from portaal_voorbeeld.models import Note

    texts = {note.text: note.written_by for note in active.scalars(sa.select(Note))}
    assert texts["Bel de aanbieder"] is None
    for name in REMOVED:
        table = core_metadata().tables[name]
        assert active.scalar(sa.select(sa.func.count()).where(table.c.account_id == anna_id)) == 0


def test_erasing_again_finds_nothing(anna: Account, active: Session, app: Any) -> None:
    end(active, anna)
    erase(app.registry, active, anna)
    again = erase(app.registry, active, anna)
    assert again.parts["portaal"].erased == again.parts["voorbeeld"].erased == 0


def test_the_same_person_can_register_anew(anna: Account, active: Session, app: Any) -> None:
    pseudonym, issuer, organisation = anna.pseudonym, anna.issuer, anna.organisation_id
    end(active, anna)
    erase(app.registry, active, anna)
    active.add(Account(issuer=issuer, organisation_id=organisation, pseudonym=pseudonym, created_at=clock.now()))
    active.flush()


def test_who_still_has_access_is_not_erased(anna: Account, active: Session, app: Any) -> None:
    with pytest.raises(StillActiveError):
        erase(app.registry, active, anna)
    assert anna.voornaam == "Anna"


def fails(context: PersonContext) -> None:
    context.dbsession.execute(sa.update(Account).where(Account.id == context.account_id).values(voornaam="Kapot"))
    raise LookupError("away")


@pytest.mark.parametrize(
    ("answer", "fault"),
    [(fails, "LookupError"), (lambda context: 7, "TypeError"), (lambda context: {"file": b"x"}, "TypeError")],
)
def test_a_product_that_fails_is_named_and_the_others_go_on(
    answer: Any, fault: str, tmp_path: Path, dbsession: Session, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    anna = fill(dbsession, people)
    candidates = {
        **plugin(
            "goed",
            personal_data_export=lambda context: {"seen": [clock.now()]},
            personal_data_erase=lambda context: Erasure(3),
        ),
        **plugin("kwaad", personal_data_export=answer, personal_data_erase=answer),
    }
    app = make_app(app_settings(tmp_path), candidates)
    app.registry["portaal.engine"].dispose()
    exported = export(app.registry, dbsession, anna)
    assert exported.failed == ("kwaad",)
    assert exported.content["products"].keys() == {"goed"}
    assert exported.content["account"]["voornaam"] == "Anna"
    end(dbsession, anna)
    report = erase(app.registry, dbsession, anna)
    assert report.failed == ("kwaad",)
    assert report.parts["goed"] == Erasure(3)
    dbsession.expire_all()
    assert dbsession.get_one(Account, anna.id).voornaam == ""
    assert fault in caplog.text


def test_no_place_in_the_core_is_forgotten() -> None:
    named = {(column.table.name, column.name) for column in references()}
    assert {(table, column) for table, column in named if column == "account_id"} <= set(ABOUT.items())
    assert ABOUT.keys() == set(REMOVED) | KEPT.keys()
    numbers = {
        (table.name, column.name)
        for table in core_metadata().tables.values()
        for column in table.columns
        if column.name.endswith("_by") or column.name in ("actor", "account_id", "newcomer_id", "merged_into")
    }
    assert numbers == named
    assert named >= LOOSE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "2026-01-02T03:04:00+00:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Role.AUDITOR, "auditor"),
        (None, None),
        (Decimal("1.250"), "1.250"),
        (time(9, 30), "09:30:00"),
        ({"a": [1, True, (2.5,)]}, {"a": [1, True, [2.5]]}),
    ],
)
def test_values_become_json(value: Any, expected: Any) -> None:
    assert jsonable(value) == expected


@pytest.mark.parametrize("value", [b"bytes", object(), float("nan"), {"a": [float("inf")]}])
def test_what_json_has_no_word_for_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="is no JSON value"):
        jsonable(value)


# ---- from the shell


@pytest.fixture
def shell(fresh_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``shell("export", ...)`` where Anna worked with the example product."""
    from portaal_voorbeeld import notes
    from portaal_voorbeeld.models import Base

    Base.metadata.create_all(fresh_database)
    settings = app_settings(tmp_path)
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        registry = make_app(settings | {"portaal.engine": fresh_database}, example()).registry
        activations(registry).activate(dbsession, CODE, "voorbeeld", None)
        anna = fill(dbsession, People(dbsession, iter(range(1, 10))))
        notes.write(dbsession, CODE, "Bel de aanbieder", anna.id)
        dbsession.commit()
    url = fresh_database.url.render_as_string(hide_password=False)
    monkeypatch.setattr(cli, "read_settings", lambda config_file: settings | {"sqlalchemy.url": url})

    def run(*arguments: str, answer: str = "") -> Result:
        return CliRunner().invoke(main, ["persoon", *arguments], input=answer)

    return run


@pytest.mark.usefixtures("installed")
def test_exporting_from_the_shell(shell: Any, tmp_path: Path) -> None:
    result = shell("export", "anna@gemeente.example")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["products"]["voorbeeld"]["notes"][0]["text"] == "Bel de aanbieder"
    file = tmp_path / "anna.json"
    assert shell("export", "anna@gemeente.example", "--output", str(file)).exit_code == 0
    assert json.loads(file.read_text())["account"]["voornaam"] == "Anna"
    assert file.stat().st_mode & 0o777 == 0o600
    result = shell("export", "anna@gemeente.example", "--output", str(file))
    assert result.exit_code == 1
    assert "cannot be written" in result.output


@pytest.mark.usefixtures("installed")
def test_erasing_from_the_shell(shell: Any, fresh_database: Engine) -> None:
    result = shell("wis", "anna@gemeente.example", "--yes")
    assert result.exit_code == 1
    assert "still has access" in result.output
    with Session(fresh_database) as dbsession:
        end(dbsession, dbsession.scalars(sa.select(Account).where(Account.voornaam == "Anna")).one())
    assert shell("wis", "anna@gemeente.example", answer="n\n").exit_code == 1
    result = shell("wis", "anna@gemeente.example", "--yes")
    assert result.exit_code == 0, result.output
    assert "voorbeeld: 1 gewist" in result.output
    assert "1 bewaard: Notities. De notities zijn van de gemeente" in result.output
    assert "2 bewaard: Rollen uit het verleden." in result.output
    result = shell("wis", "anna@gemeente.example", "--yes")
    assert result.exit_code == 1
    assert "no account has this id" in result.output
