"""Changes of data that leave no line in the audit trail: every test looks for them, whatever it is about.

A session of the portal itself (a page's, a command's) that commits a change must have added a line in that
same transaction. What needs none stands in NO_LINE, with the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

LINES = "audit_event"
NO_LINE: dict[str, str] = {
    "audit_event": "it is the trail",
    "audit_link": "it is the trail",
    "audit_subject": "it is the trail",
    "login_session": "when one was last active; its beginning and end have a line of their own",
    "pending_login": "the way to the makelaar and back; who comes back has a line",
    "used_assertion": "a lock against replay",
    "attempt_window": "a counter against guessing",
    "wlz_registertoets_teller": "a counter against asking too much",
    "notification": "it tells of an act that has a line; that it was read or mailed is no act",
    "job_state": "when the worker did what",
    "worker_sign": "that a worker is alive",
    "outbox": "how far sending is; the message's own timeline tells it",
    "partner_state": "how a partner does",
    "agreement_type": "comes with the portal, when the tables are made",
}
# A worker's sessions: nobody acts there. How far a message is tells its own timeline, and erasing what is past its term
# is what the term says; a job that looks at people's data records that by itself.
UNATTENDED = ("portaal.jobs.", "portaal.worker.", "portaal.notifications.outbox.", "portaal.plugins.contract.")
OF_THE_PORTAL = ("portaal.", "portaal_")
NOT_THE_PORTAL = ("portaal.testing.", "portaal.demo.", "portaal.simulators.", *UNATTENDED)
CHANGES = "changes without a line"


class Unrecorded:
    """What was committed without a line, as it is found."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def made(self, session: Session, caller: str) -> None:
        """A session was made by this module."""
        if _is_the_portals(caller):
            session.info[CHANGES] = {}

    def flushed(self, session: Session, _: Any) -> None:
        changed = [row for row in session.dirty if session.is_modified(row)]
        for row in (*session.new, *changed, *session.deleted):
            _note(session, sa.inspect(row).mapper.local_table)

    def executing(self, state: ORMExecuteState) -> Any:
        if CHANGES not in state.session.info or not getattr(state.statement, "is_dml", False):
            return None
        result = state.invoke_statement()
        if getattr(result, "rowcount", 1) != 0:
            statement: Any = state.statement
            _note(state.session, statement.entity_description["table"])
        return result

    def committed(self, session: Session) -> None:
        if session.in_nested_transaction():
            return
        changes = session.info.get(CHANGES, {})
        if LINES not in changes:
            self.found += [f"{table}, by {' < '.join(by)}" for table, by in changes.items() if table not in NO_LINE]
        changes.clear()

    def rolled_back(self, session: Session) -> None:
        if session.in_nested_transaction():
            return
        session.info.get(CHANGES, {}).clear()


def _is_the_portals(module: str) -> bool:
    return f"{module}.".startswith(OF_THE_PORTAL) and not f"{module}.".startswith(NOT_THE_PORTAL)


def _note(session: Session, table: Any) -> None:
    if CHANGES in session.info:
        session.info[CHANGES].setdefault(table.name, tuple(_who()))


def _who() -> Iterator[str]:
    """The functions of the portal that are at work, the innermost first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if _is_the_portals(module):
            yield f"{module}.{frame.f_code.co_name}"
        frame = frame.f_back


@contextmanager
def watching() -> Iterator[Unrecorded]:
    """Look at everything that the portal commits in this process."""
    watch = Unrecorded()
    make = Session.__init__

    def noted(session: Session, *args: Any, **kwargs: Any) -> None:
        make(session, *args, **kwargs)
        watch.made(session, sys._getframe(1).f_globals["__name__"])

    listeners: list[tuple[str, Callable[..., Any]]] = [
        ("after_flush", watch.flushed),
        ("do_orm_execute", watch.executing),
        ("after_commit", watch.committed),
        ("after_rollback", watch.rolled_back),
    ]
    with patch.object(Session, "__init__", noted):
        for name, listener in listeners:
            event.listen(Session, name, listener)
        try:
            yield watch
        finally:
            for name, listener in listeners:
                event.remove(Session, name, listener)
