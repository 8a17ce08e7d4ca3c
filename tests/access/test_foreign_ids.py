"""What belongs to another gemeente is, by its id, as what does not exist: over every route with an id.

Security goal 11, ASVS 8.2.2. The ids are real: who they belong to opens the same pages with them.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.routes import View, views

from portaal import clock
from portaal.access.models import Role, RoleGrant
from portaal.berichtenverkeer.tracking.models import Direction, Message, MessageKind, Submission
from portaal.berichtenverkeer.tracking.states import State
from portaal.notifications.models import Notification, NotificationKind
from portaal.testing.application import Browser
from portaal.testing.databases import everything_stored
from portaal.testing.people import People
from portaal_wlz_registertoets.models import Lijst, LijstRegel, Medewerker, Signaal

OURS, THEIRS = "0363", "0384"
NOTHING = str(uuid.UUID(int=0))
USING = tuple(("gebruiker", product) for product in ("iwmo", "ijw", "wlz_registertoets"))
ALL_ROLES = (*USING, Role.AUDITOR, Role.GEBRUIKERSBEHEERDER)
# What a visit leaves by itself.
VISIT = {"login_session", "audit_event", "audit_link"}


@pytest.fixture
def ids(dbsession: Session, people: People) -> dict[str, str]:
    """One of everything that has an id in an address, of Diemen; by the name that it has in addresses."""
    now = clock.now()
    account = people.new(("gebruiker", "iwmo"), gemeente=THEIRS)
    grant = dbsession.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == account.id)).one()
    reference = str(uuid.uuid4())
    message = Message(
        id=uuid.uuid4(), gemeentecode=THEIRS, product="iwmo", direction=Direction.IN, kind=MessageKind.HEEN,
        berichttype="WMO305", functie_versie=3, functie_subversie=2, reference_id=reference, conversation_id=reference,
        counterparty="42420001", afzender="42420001", ontvanger=THEIRS, identificatie="1", payload_id=uuid.uuid4(),
        sha256="0" * 64, size=1, file_name="a.xml", findings=[], state=State.BEZORGD, created_at=now,
    )  # fmt: skip
    submission = Submission(id=uuid.uuid4(), gemeentecode=THEIRS, product="iwmo", created_at=now, created_by=account.id)
    notification = Notification(
        account_id=account.id, kind=NotificationKind.ROL_TOEGEKEND, parameters={}, created_at=now
    )
    lijst = Lijst(
        id=uuid.uuid4(), gemeentecode=THEIRS, account_id=account.id, created_at=now, peildatum=clock.today(),
        expires_at=now + timedelta(hours=1), ground="wmo-2.3.2", aanleiding="", zaakkenmerk="", length=0,
    )  # fmt: skip
    signaal = Signaal(
        gemeentecode=THEIRS, digest="0" * 64, key_id="test-1", masked="", sealed="", found_at=now, register_date=now
    )
    medewerker = Medewerker(
        gemeentecode=THEIRS, account_id=account.id, digest="0" * 64, key_id="test-1", added_at=now, added_by=account.id
    )
    dbsession.add_all([message, submission, notification, lijst, signaal, medewerker])
    dbsession.flush()
    dbsession.add(LijstRegel(list_id=lijst.id, position=1, sealed="", valid=False))
    dbsession.commit()
    return {
        "account_id": str(account.id),
        "grant_id": str(grant.id),
        "message_id": str(message.id),
        "submission_id": str(submission.id),
        "notification_id": str(notification.id),
        "lijst_id": str(lijst.id),
        "signaal_id": str(signaal.id),
        "persoon": str(medewerker.account_id),
    }


def with_ids(app: Any, ids: dict[str, str]) -> list[View]:
    """The views whose address names one of these; the Servicedesk's are for all gemeenten."""
    return [view for view in views(app) if view.parts & set(ids) and not view.route.startswith("servicedesk")]


def token_of(browser: Browser) -> str:
    return str(browser.get("/sessies").html.find("input", {"name": "csrf_token"})["value"])


def stored(dbsession: Session) -> dict[str, str]:
    dbsession.expire_all()
    return {table: rows for table, rows in everything_stored(dbsession) if table not in VISIT}


def test_an_id_of_another_gemeente_is_as_none(app: Any, log_in: Any, dbsession: Session, ids: dict[str, str]) -> None:
    browser = log_in(*ALL_ROLES)
    token, before, asked = token_of(browser), stored(dbsession), 0
    for view in with_ids(app, ids):
        answers = []
        for parts in (ids, dict.fromkeys(ids, NOTHING)):
            answer = browser.ask(view.method, view.path(**parts), {"X-CSRF-Token": token})
            text = answer.text
            for value in parts.values():
                text = text.replace(value, "id")
            answers.append((answer.status_int, text))
            asked += 1
        foreign, missing = answers
        assert foreign == missing, view
        assert foreign[0] == 404, view
    assert asked > 40
    assert stored(dbsession) == before


def test_the_ids_open_pages_for_whom_they_are(
    app: Any, browser: Browser, dbsession: Session, people: People, ids: dict[str, str]
) -> None:
    """Else the test above would prove nothing. (What is sealed in them is no text: opening that may fail.)"""
    owner = people.new(*ALL_ROLES, gemeente=THEIRS)
    for model in (Submission, Lijst):
        column = {"created_by": owner.id} if model is Submission else {"account_id": owner.id}
        dbsession.execute(sa.update(model).values(**column))
    dbsession.commit()
    browser.log_in_as(dbsession, owner)
    opened = {
        view.route
        for view in with_ids(app, ids)
        if view.method == "GET" and browser.ask("GET", view.path(THEIRS, **ids)).status_int != 404
    }
    assert opened >= {"gebruiker", "iwmo.bericht", "iwmo.aanlevering", "wlz_registertoets.lijst"}


def test_an_id_of_another_product_is_as_none(app: Any, log_in: Any, ids: dict[str, str]) -> None:
    """A message of iWmo is not found among iJw's."""
    browser = log_in(*ALL_ROLES, gemeente=THEIRS)
    token = token_of(browser)
    for view in with_ids(app, ids):
        if view.product == "ijw":
            answer = browser.ask(view.method, view.path(THEIRS, **ids), {"X-CSRF-Token": token})
            assert answer.status_int == 404, view
