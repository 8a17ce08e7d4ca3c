"""The audit trail: who did what, to what, where, and whether it was allowed (BIO2 8.15.01)."""

from __future__ import annotations

from portaal.audit.models import AuditEvent, Outcome
from portaal.audit.trail import record

__all__ = ["AuditEvent", "Outcome", "record"]
