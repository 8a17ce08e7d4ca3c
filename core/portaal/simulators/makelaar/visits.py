"""People on their way through the makelaar: which request they come with and how far they are."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree

from portaal.simulators.makelaar.accounts import Account
from portaal.simulators.makelaar.phone import Code
from portaal.simulators.makelaar.questions import Question

LIFETIME = timedelta(minutes=15)


@dataclass
class Visit:
    """One attempt to log in."""

    question: Question
    started_at: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    supplier: str = ""
    deviation: str = ""
    account: Account | None = None
    code: Code | None = None
    authenticated: bool = False


class Visits:
    """Attempts by their cookie, and answers waiting to be fetched by their artifact. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visits: dict[str, Visit] = {}
        self._answers: dict[str, tuple[datetime, etree._Element]] = {}

    def start(self, question: Question, now: datetime) -> Visit:
        visit = Visit(question, now)
        with self._lock:
            self._forget(now)
            self._visits[visit.token] = visit
        return visit

    def get(self, token: str, now: datetime) -> Visit | None:
        with self._lock:
            self._forget(now)
            return self._visits.get(token)

    def end(self, visit: Visit) -> None:
        with self._lock:
            self._visits.pop(visit.token, None)

    def keep_answer(self, artifact: str, answer: etree._Element, now: datetime) -> None:
        with self._lock:
            self._answers[artifact] = (now, answer)

    def take_answer(self, artifact: str) -> etree._Element | None:
        """The answer behind an artifact; it can be taken once."""
        with self._lock:
            found = self._answers.pop(artifact, None)
        return found[1] if found else None

    def _forget(self, now: datetime) -> None:
        self._visits = {t: visit for t, visit in self._visits.items() if now - visit.started_at < LIFETIME}
        self._answers = {a: kept for a, kept in self._answers.items() if now - kept[0] < LIFETIME}
