"""What any login provider hands to the portal: who logged in, for whom, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portaal.login.levels import AssuranceLevel


@dataclass(frozen=True)
class LoginRecord:
    """A verified login, whatever protocol it came by.

    :param issuer: the entity id of the makelaar (or another provider) that says so.
    :param kvk_nummer: KvK number (8 digits) of the organisation represented, or None.
    :param rsin: RSIN (9 digits) of that organisation, or None. At least one of the two is there.
    :param pseudonym: the acting person, unique per organisation and service.
    :param branch: the vestigingsnummer the mandate is limited to, or None.
    :param intermediary_kvk: who acts on behalf of the organisation in a chain of mandates, or None.
    :param assertion_id: unique per login; accepted once.
    :param expires_at: aware UTC; after this the assertion is worth nothing.
    """

    issuer: str
    kvk_nummer: str | None
    rsin: str | None
    pseudonym: str
    level: AssuranceLevel
    branch: str | None
    intermediary_kvk: str | None
    assertion_id: str
    expires_at: datetime
