"""The register of agreements: what was sent, signed and returned, and who noted it (R-07 to R-15)."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import sqlalchemy as sa
from pydantic import BaseModel, Field, ValidationInfo, field_validator
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.organisations.agreements import Agreement, AgreementType
from portaal.web.dates import Day
from portaal.web.forms import FieldError
from portaal.web.i18n import _


class AgreementState(enum.StrEnum):
    """Where a document stands; only a returned one opens the portal (R-11)."""

    ONTBREEKT = "ontbreekt"
    VERSTUURD = "verstuurd"
    ONDERTEKEND = "ondertekend"
    GERETOURNEERD = "geretourneerd"
    BEEINDIGD = "beeindigd"


class AgreementForm(BaseModel):
    """What is noted of a document. Days that have passed, but for the end."""

    verstuurd_op: Day | None = None
    ondertekend_op: Day | None = None
    geretourneerd_op: Day | None = None
    kenmerk: Annotated[str, Field(max_length=100, validate_default=True)] = ""
    eindigt_op: Day | None = None

    @field_validator("verstuurd_op", "ondertekend_op", "geretourneerd_op")
    @classmethod
    def _not_in_the_future(cls, value: date | None) -> date | None:
        if value and value > clock.today():
            raise FieldError(_("This day has not come yet. Fill in the day it happened."))
        return value

    @field_validator("ondertekend_op", "geretourneerd_op", "eindigt_op")
    @classmethod
    def _not_before_the_step_before(cls, value: date | None, info: ValidationInfo) -> date | None:
        earlier = {
            "ondertekend_op": "verstuurd_op",
            "geretourneerd_op": "ondertekend_op",
            "eindigt_op": "ondertekend_op",
        }[info.field_name or ""]
        before = info.data.get(earlier)
        if value and before and value < before:
            raise FieldError(_("This is before the step that comes first. Check the dates."))
        return value

    @field_validator("geretourneerd_op")
    @classmethod
    def _returned_is_signed(cls, value: date | None, info: ValidationInfo) -> date | None:
        if value and "ondertekend_op" in info.data and info.data["ondertekend_op"] is None:
            raise FieldError(_("Fill in when it was signed as well: only a signed document counts."))
        return value

    @field_validator("kenmerk")
    @classmethod
    def _returned_has_a_reference(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("geretourneerd_op") and not value:
            raise FieldError(_("Fill in the reference of the document that was returned."))
        return value


@dataclass(frozen=True)
class Registered:
    """A kind of document and what is noted of it for a gemeente."""

    kind: AgreementType
    agreement: Agreement | None

    @property
    def state(self) -> AgreementState:
        noted = self.agreement
        if noted is None:
            return AgreementState.ONTBREEKT
        if noted.ends_on and noted.ends_on < clock.today():
            return AgreementState.BEEINDIGD
        for day, state in (
            (noted.signed_on and noted.returned_on, AgreementState.GERETOURNEERD),
            (noted.signed_on, AgreementState.ONDERTEKEND),
            (noted.sent_on, AgreementState.VERSTUURD),
        ):
            if day:
                return state
        return AgreementState.ONTBREEKT


def register(dbsession: Session, gemeentecode: str) -> list[Registered]:
    """Every kind of document with what is noted of it, in their order."""
    rows = dbsession.execute(
        sa.select(AgreementType, Agreement)
        .outerjoin(
            Agreement,
            sa.and_(Agreement.type_slug == AgreementType.slug, Agreement.gemeentecode == gemeentecode),
        )
        .order_by(AgreementType.position, AgreementType.slug)
    ).all()
    return [Registered(kind, agreement) for kind, agreement in rows]


def values(agreement: Agreement | None) -> dict[str, object]:
    """What the form shows of what is noted."""
    if agreement is None:
        return {}
    return {
        "verstuurd_op": agreement.sent_on,
        "ondertekend_op": agreement.signed_on,
        "geretourneerd_op": agreement.returned_on,
        "kenmerk": agreement.reference,
        "eindigt_op": agreement.ends_on,
    }


def note(dbsession: Session, gemeentecode: str, type_slug: str, form: AgreementForm, by: uuid.UUID) -> None:
    """Keep what is known of a document; it opens or closes the gate at the next request of everybody (R-15)."""
    agreement = dbsession.scalar(
        sa.select(Agreement)
        .where(Agreement.gemeentecode == gemeentecode, Agreement.type_slug == type_slug)
        .with_for_update()
    )
    if agreement is None:
        agreement = Agreement(gemeentecode=gemeentecode, type_slug=type_slug)
        dbsession.add(agreement)
    agreement.sent_on = form.verstuurd_op
    agreement.signed_on = form.ondertekend_op
    agreement.returned_on = form.geretourneerd_op
    agreement.ends_on = form.eindigt_op
    agreement.reference = form.kenmerk
    agreement.recorded_by = by
    agreement.recorded_at = clock.now()
    audit.record(
        dbsession,
        action="agreement.note",
        outcome=audit.Outcome.DONE,
        actor=by,
        gemeentecode=gemeentecode,
        object_kind="agreement",
        object_id=type_slug,
        details=form.model_dump(mode="json"),
    )
