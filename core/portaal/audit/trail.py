"""Adding to the audit trail."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from portaal import clock
from portaal.audit.chain import expect_link
from portaal.audit.models import AuditEvent, AuditSubject, Outcome
from portaal.audit.origin import current_origin
from portaal.audit.subjects import Subject
from portaal.bsn import redact

if TYPE_CHECKING:
    from pyramid.request import Request


def record(
    dbsession: Session,
    *,
    action: str,
    outcome: Outcome,
    actor: uuid.UUID | None,
    gemeentecode: str | None = None,
    product: str | None = None,
    object_kind: str = "",
    object_id: object = "",
    details: Mapping[str, Any] | None = None,
    purpose: str = "",
    subjects: Iterable[Subject] = (),
) -> None:
    """Add a line in the transaction of the act itself: what cannot be recorded does not happen.

    Session, level, roles and address come from the request this happens in.

    :param action: ``<noun>.<verb>``, e.g. ``role.grant``; its title stands in :mod:`portaal.audit.words`.
    :param actor: the account that acts; None for the portal itself and for the shell.
    :param object_id: what it is about; stored as text.
    :param details: JSON values. Never a name, address, code or value of a message.
    :param purpose: the legal ground of looking at somebody's data.
    :param subjects: the citizens it is about.
    """
    line = AuditEvent(
        at=clock.now(),
        action=action,
        outcome=outcome,
        actor=actor,
        gemeentecode=gemeentecode,
        product=product,
        object_kind=object_kind,
        object_id=redact(str(object_id)),
        purpose=purpose,
        # Through JSON and back, so that what is hashed is what will be read.
        details=_masked(json.loads(json.dumps(dict(details or {})))),
        subjects=[AuditSubject(digest=subject.digest, key_id=subject.key_id) for subject in subjects],
        **asdict(current_origin(actor, gemeentecode, product)),
    )
    dbsession.add(line)
    dbsession.flush()
    expect_link(dbsession, line)


def _masked(value: Any) -> Any:
    """A safety net: the first rule is not to hand a BSN in."""
    if isinstance(value, dict):
        return {name: _masked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_masked(part) for part in value]
    return redact(value) if isinstance(value, str) else value


def record_apart(request: Request, **line: Any) -> None:
    """Add a line in a transaction of its own: for a page that only reads, or after the request's own was rolled back.

    :param line: the arguments of :func:`record`.
    :raises RuntimeError: the request has a transaction now. Its line belongs in there; and two at once would wait for
        each other.
    """
    if request.environ.get("tm.active"):
        raise RuntimeError("record this in the request's own transaction")
    options = request.registry["portaal.session_options"]
    with Session(request.registry["portaal.engine"], **options) as dbsession, dbsession.begin():
        record(dbsession, **line)
