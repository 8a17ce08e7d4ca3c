"""The mails that the portal sends: written to a folder, read back here."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.plugins.contract import HookContext


class Mailbox:
    """Everybody's mail."""

    def __init__(self, app: Any, dbsession: Session) -> None:
        self._registry = app.registry
        self._dbsession = dbsession
        self._folder = Path(self._registry.settings["portaal.mail_directory"])
        for left_over in self._folder.glob("*.eml"):  # of an earlier test with the same application
            left_over.unlink()

    def messages(self) -> list[EmailMessage]:
        """Every mail so far; those that are due now are sent first, as the worker would."""
        job = next(job for job in self._registry["portaal.core_jobs"] if job.name == "mail")
        self._dbsession.commit()
        job.run(HookContext(self._dbsession, "portaal", self._registry["portaal.settings"]))
        return [
            message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted(self._folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        ]

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to one address."""
        return [message for message in self.messages() if message["To"] == address]


@pytest.fixture
def mailbox(app: Any, dbsession: Session) -> Mailbox:
    """``mailbox.to("test1@gemeente.example")``: what the portal sent there; no mail server is asked."""
    return Mailbox(app, dbsession)
