"""Lines about citizens as records of the Logboek Dataverwerkingen with its extension for NEN 7513 (B-06).

That standard wants two logs. The audit trail knows who; these records know which processing, of whose data and why,
and never who. An organisation can keep them in its own logbook and join the two by the id of the line. The BSN is in
neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from portaal.audit.models import AuditEvent, AuditSubject, Outcome

BATCH = 10_000
_STATUS = {Outcome.DONE: "Ok", Outcome.DENIED: "Error"}
_EVENT = AuditEvent.__table__.c


def records(connection: Connection, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    """A record for every citizen of every line from one moment up to another, oldest first."""
    rows = connection.execution_options(yield_per=BATCH).execute(
        sa.select(*_EVENT, AuditSubject.digest, AuditSubject.key_id)
        .join(AuditSubject, AuditSubject.event_id == AuditEvent.id)
        .where(AuditEvent.at >= since, AuditEvent.at < until)
        .order_by(AuditEvent.at, AuditEvent.id, AuditSubject.digest)
    )
    return (_record(row) for row in rows)


def _record(row: Any) -> dict[str, Any]:
    moment = row.at.isoformat(timespec="microseconds")
    users = [{"roleIDCode": role, "purposeOfUse": row.purpose} for role in row.roles.split(",")]
    return {
        "trace_id": row.request_id or row.id.hex,
        "span_id": row.id.hex[:16],
        "status_code": _STATUS[row.outcome],
        "name": row.action,
        "start_time": moment,
        "end_time": moment,
        "resource": {"service.name": "portaal-zorg"},
        "attributes": {
            "dpl.core.processing_activity_id": f"urn:portaal:verwerking:{row.action}",
            "dpl.core.data_subject_id": row.digest,
            "dpl.core.data_subject_id_type": f"hmac-sha-256:{row.key_id}",
            "dpl.nen7513.users": users,
            "portaal.audit.id": str(row.id),
            "portaal.gemeentecode": row.gemeentecode,
        },
    }
