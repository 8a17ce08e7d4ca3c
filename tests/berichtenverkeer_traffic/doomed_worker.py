"""A worker that is killed at a moment: before sending, after sending, or while writing down how it went.

Run as a process of its own: database address, folder, moment.
"""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

from sqlalchemy.orm import Session

from portaal.berichtenverkeer.delivery import sender
from portaal.berichtenverkeer.delivery.answers import Answer, Outcome
from portaal.berichtenverkeer.envelope import SoapMessage
from portaal.berichtenverkeer.storage import FilePayloadStore
from portaal.db.session import make_engine
from portaal.testing.application import KEYRING

url, folder, moment = sys.argv[1], Path(sys.argv[2]), sys.argv[3]


class Doomed:
    def send(self, message: SoapMessage, reference_id: str) -> Answer:
        if moment == "before sending":
            os._exit(9)
        bytes(message)
        (folder / f"arrived-{uuid.uuid4()}").write_text(reference_id)
        if moment == "after sending":
            os._exit(9)
        return Answer(Outcome.BEVESTIGD, "Bv03")


def killed(*_: object) -> None:
    os._exit(9)


sender._note_partner = killed  # the last thing before the commit
engine = make_engine(url)
worker = sender.Sender(
    lambda: Session(engine, expire_on_commit=False),
    FilePayloadStore(folder / "payloads", KEYRING),
    {"vecozo": Doomed()},
)
for claim in worker.claim("vecozo", 1):
    worker.deliver(claim)
