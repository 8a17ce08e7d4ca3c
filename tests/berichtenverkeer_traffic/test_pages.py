"""Who gets at the pages of messages, and that everything on them has words."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.berichtenverkeer_traffic.on_screen import BASE, csrf_of, received

from portaal import clock
from portaal.access.models import Account
from portaal.berichtenverkeer.delivery.plugged import BROKEN
from portaal.berichtenverkeer.pages.common import attachment
from portaal.berichtenverkeer.tracking.codes import explain
from portaal.berichtenverkeer.tracking.models import EventKind, Submission
from portaal.berichtenverkeer.tracking.states import GLOSSARY, State
from portaal.berichtenverkeer.tracking.timeline import EVENT_LABELS


@pytest.mark.parametrize(
    "roles",
    [(("productbeheerder", "iwmo"),), (("gebruiker", "ijw"),), ("gebruikersbeheerder",)],
    ids=["productbeheerder", "gebruiker of iJw", "gebruikersbeheerder"],
)
def test_nobody_else_gets_at_messages(log_in: Any, dbsession: Session, store: Any, roles: Any) -> None:
    message = received(dbsession, store)
    browser = log_in(*roles)
    pages = ("aanleveren", "berichten", f"berichten/{message.id}", f"aanleveringen/{uuid.uuid4()}")
    for path in (*pages, "berichten/export", "berichten/statussen"):
        browser.get(f"{BASE}/{path}", status=403)
    token = {"X-CSRF-Token": csrf_of(browser)}
    acts = (f"berichten/{message.id}/download", f"berichten/{message.id}/verwerkt", "aanleveren")
    for path in (*acts, "berichten/download", "berichten/verwerkt"):
        browser.post(f"{BASE}/{path}", {"bericht": str(message.id)}, token, status=403)
    dbsession.expire_all()
    assert message.state is State.BEZORGD


def test_anothers_message_is_as_absent_as_one_that_is_not(gebruiker: Any, dbsession: Session, store: Any) -> None:
    elsewhere = [
        received(dbsession, store, gemeentecode="0384").id,
        received(dbsession, store, product="ijw").id,
        uuid.uuid4(),
        "geen-id",
    ]
    answers = {
        re.sub(r"[0-9a-f-]{36}|geen-id", "", gebruiker.get(f"{BASE}/berichten/{id_}", status=404).text)
        for id_ in elsewhere
    }
    assert len(answers) == 1
    token = {"X-CSRF-Token": csrf_of(gebruiker)}
    for id_ in elsewhere:
        gebruiker.post(f"{BASE}/berichten/{id_}/download", {}, token, status=404)
    assert "305-1" not in gebruiker.get(f"{BASE}/berichten").text


def test_anothers_submission_is_absent(gebruiker: Any, dbsession: Session) -> None:
    account = dbsession.scalars(sa.select(Account)).first()
    assert account
    submission = Submission(
        id=uuid.uuid4(), gemeentecode="0384", product="iwmo", created_at=clock.now(), created_by=account.id
    )
    dbsession.add(submission)
    dbsession.commit()
    gebruiker.get(f"{BASE}/aanleveringen/{submission.id}", status=404)
    gebruiker.get(f"{BASE}/aanleveringen/x", status=404)


def test_every_state_and_event_has_words() -> None:
    assert set(GLOSSARY) == set(State)
    assert set(EVENT_LABELS) == set(EventKind)
    assert explain(BROKEN.code)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.xml", "attachment; filename=\"a.xml\"; filename*=UTF-8''a.xml"),
        ('é"\r\n;.xml', "attachment; filename=\"_____.xml\"; filename*=UTF-8''%C3%A9%22%0D%0A%3B.xml"),
    ],
)
def test_a_saved_name_cannot_break_the_header(name: str, expected: str) -> None:
    assert attachment(name) == expected
