"""What any login provider hands to the portal: who logged in, for whom, and how sure that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portaal.login.levels import AssuranceLevel

KVK_FORM, RSIN_FORM, BRANCH_FORM = re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{9}"), re.compile(r"[0-9]{12,13}")
PSEUDONYM_FORM = re.compile(r"[!-~]{8,200}")
ID_FORM = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")  # what any database keeps


@dataclass(frozen=True)
class LoginRecord:
    """A verified login, whatever protocol it came by.

    :param issuer: who says so: the entity id of the makelaar, or the issuer of another provider's choice.
    :param kvk_nummer: KvK number (8 digits) of the organisation represented, or None.
    :param rsin: RSIN (9 digits) of that organisation, or None. At least one of the two is there.
    :param pseudonym: the acting person, unique per organisation and service; 8 to 200 visible ASCII characters.
    :param branch: the vestigingsnummer the mandate is limited to, or None.
    :param intermediary_kvk: who acts on behalf of the organisation in a chain of mandates, or None.
    :param assertion_id: unique per login, at most 200 characters; accepted once.
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


def is_well_formed(record: LoginRecord) -> bool:
    """Whether every part has its form: what is no number of an organisation must not be looked for as one."""
    return (
        (record.kvk_nummer is not None or record.rsin is not None)
        and _is(KVK_FORM, record.kvk_nummer, optional=True)
        and _is(RSIN_FORM, record.rsin, optional=True)
        and _is(PSEUDONYM_FORM, record.pseudonym)
        and _is(BRANCH_FORM, record.branch, optional=True)
        and _is(KVK_FORM, record.intermediary_kvk, optional=True)
        and _is(ID_FORM, record.assertion_id)
        and isinstance(record.expires_at, datetime)
        and record.expires_at.tzinfo is not None
    )


def _is(form: re.Pattern[str], value: Any, *, optional: bool = False) -> bool:
    return (optional and value is None) or (isinstance(value, str) and form.fullmatch(value) is not None)
