"""What a Gebruiker does on the pages of messages, and a message that came in for them."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy.orm import Session
from webtest import Upload

from portaal import clock
from portaal.berichtenverkeer.tracking.models import Direction, EventKind, Message, MessageKind
from portaal.berichtenverkeer.tracking.states import State
from portaal.berichtenverkeer.tracking.timeline import record

BASE = "/g/0363/iwmo"


def upload(browser: Any, *files: tuple[str, bytes], own_reference: str = "", status: int | None = None) -> Any:
    page = browser.get(f"{BASE}/aanleveren")
    form = next(form for form in page.forms.values() if form.action.endswith("/aanleveren"))
    fields: list[tuple[str, Any]] = [
        ("csrf_token", form["csrf_token"].value),
        ("eigen_kenmerk", own_reference),
        *(("bestanden", Upload(name, content)) for name, content in files),
    ]
    return browser.post(form.action, fields, content_type="multipart/form-data", status=status)


def received(dbsession: Session, store: Any, content: bytes = b"<Bericht/>", **fields: Any) -> Message:
    """A message that came in, with its payload."""
    reference = str(uuid.uuid4())
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "gemeentecode": "0363",
        "product": "iwmo",
        "direction": Direction.IN,
        "kind": MessageKind.HEEN,
        "berichttype": "WMO305",
        "functie_versie": 3,
        "functie_subversie": 2,
        "reference_id": reference,
        "conversation_id": reference,
        "counterparty": "42420001",
        "afzender": "42420001",
        "ontvanger": "0363",
        "identificatie": "305-1",
        "payload_id": uuid.uuid4(),
        "sha256": "0" * 64,
        "size": len(content),
        "file_name": "WMO305_42420001_305-1.xml",
        "findings": [],
        "state": State.BEZORGD,
        "created_at": clock.now(),
    } | fields
    message = Message(**values)
    dbsession.add(message)
    record(message, EventKind.ONTVANGEN)
    with store.writer(message.payload_id) as writer:
        writer.write(content)
        writer.commit()
    dbsession.commit()
    return message


def csrf_of(browser: Any) -> str:
    return str(browser.get("/g/0363/").html.find("input", {"name": "csrf_token"})["value"])
