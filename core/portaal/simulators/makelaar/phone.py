"""Simulated telephones: what was sent to a number, and what a voice read aloud."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

VALID = timedelta(minutes=5)
TRIES = 5


@dataclass(frozen=True)
class Message:
    """A text message or a call."""

    at: datetime
    code: str
    spoken: bool


@dataclass
class Code:
    """A one-time code on its way: five minutes, five tries."""

    digits: str
    sent_at: datetime
    spoken: bool = False
    tries: int = 0

    def check(self, typed: str, now: datetime) -> str:
        """``ok``, ``wrong``, ``expired`` or ``exhausted``."""
        if self.tries >= TRIES:
            return "exhausted"
        if now - self.sent_at > VALID:
            return "expired"
        self.tries += 1
        if secrets.compare_digest(self.digits.encode(), typed.strip().replace(" ", "").encode()):
            return "ok"
        return "exhausted" if self.tries >= TRIES else "wrong"


class Phones:
    """The inbox of every number."""

    def __init__(self) -> None:
        self.messages: dict[str, list[Message]] = defaultdict(list)

    def send(self, number: str, now: datetime, *, spoken: bool = False) -> Code:
        """A new code for a number; an earlier one is worth nothing any more."""
        code = Code(f"{secrets.randbelow(1_000_000):06}", now, spoken)
        self.messages[number].insert(0, Message(now, code.digits, spoken))
        return code
