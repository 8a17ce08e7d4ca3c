"""Which organisations act for a gemeente, known to eHerkenning by KvK number, and during which period."""

from __future__ import annotations

import enum
import uuid
from datetime import date
from typing import Annotated

import sqlalchemy as sa
from pydantic import BaseModel, Field, ValidationInfo, field_validator
from sqlalchemy.orm import Session, contains_eager

from portaal import audit
from portaal.organisations.models import Organisation, OrganisationGemeente, OrganisationKind
from portaal.web.dates import Day
from portaal.web.forms import FieldError, Form
from portaal.web.i18n import _

ALREADY = _("This organisation acts for the gemeente already in a part of this period.")


class Soort(enum.StrEnum):
    """What may act for a gemeente."""

    GEMEENTE = OrganisationKind.GEMEENTE.value
    SAMENWERKINGSVERBAND = OrganisationKind.SAMENWERKINGSVERBAND.value


class Period(BaseModel):
    """The first and the last day that an organisation acts for a gemeente."""

    vanaf: Day
    tot_en_met: Day | None = None

    @field_validator("tot_en_met")
    @classmethod
    def _in_order(cls, value: date | None, info: ValidationInfo) -> date | None:
        begin = info.data.get("vanaf")
        if value and begin and value < begin:
            raise FieldError(_("The last day is before the first. Check the dates."))
        return value


class OrganisationForm(Period):
    """An organisation and its period. Of one that is known, the KvK number is enough.

    With a vestigingsnummer only that branch of the organisation acts for the gemeente.
    """

    kvk_nummer: Annotated[str, Field(pattern=r"^[0-9]{8}$")]
    naam: Annotated[str, Field(max_length=120)] = ""
    soort: Soort = Soort.GEMEENTE
    rsin: Annotated[str, Field(pattern=r"^[0-9]{9}$")] | None = None
    vestigingsnummer: Annotated[str, Field(pattern=r"^[0-9]{12,13}$")] = ""


def links(dbsession: Session, gemeentecode: str) -> list[OrganisationGemeente]:
    """The organisations that act, acted or will act for a gemeente, the present ones first."""
    return list(
        dbsession.scalars(
            sa.select(OrganisationGemeente)
            .join(Organisation)
            .options(contains_eager(OrganisationGemeente.organisation))
            .where(OrganisationGemeente.gemeentecode == gemeentecode)
            .order_by(
                OrganisationGemeente.valid_until.is_not(None),
                Organisation.naam,
                OrganisationGemeente.vestigingsnummer,
                OrganisationGemeente.valid_from,
            )
        )
    )


def link(dbsession: Session, gemeentecode: str, form: Form[OrganisationForm], by: uuid.UUID) -> Organisation | None:
    """Let an organisation act for a gemeente.

    :returns: the organisation; None with errors in the form where it cannot.
    """
    wanted = form.value
    if wanted is None:
        return None
    organisation = dbsession.scalar(sa.select(Organisation).where(Organisation.kvk_nummer == wanted.kvk_nummer))
    if organisation is None:
        organisation = _new_organisation(dbsession, form, wanted)
    elif organisation.kind is OrganisationKind.OPERATOR:
        form.add_error("kvk_nummer", _("This is the operator of the portal: it cannot act for a gemeente."))
    if form.value is None or organisation is None:
        return None
    added = OrganisationGemeente(
        organisation_id=organisation.id,
        gemeentecode=gemeentecode,
        vestigingsnummer=wanted.vestigingsnummer,
        valid_from=wanted.vanaf,
        valid_until=wanted.tot_en_met,
    )
    if _overlaps(dbsession, added, wanted):
        form.add_error("vanaf", ALREADY)
        return None
    dbsession.add(added)
    _record(dbsession, "organisation.link", added, by)
    return organisation


def change_period(dbsession: Session, linked: OrganisationGemeente, form: Form[Period], by: uuid.UUID) -> bool:
    """Change from when and until when an organisation acts for a gemeente; from the next request on.

    :returns: whether that was possible; else the form has an error.
    """
    wanted = form.value
    if wanted is None:
        return False
    if _overlaps(dbsession, linked, wanted):
        form.add_error("vanaf", ALREADY)
        return False
    linked.valid_from, linked.valid_until = wanted.vanaf, wanted.tot_en_met
    _record(dbsession, "organisation.period", linked, by)
    return True


def _new_organisation(
    dbsession: Session, form: Form[OrganisationForm], wanted: OrganisationForm
) -> Organisation | None:
    if not wanted.naam:
        form.add_error("naam", _("This KvK number is not known yet. Fill in the name of the organisation."))
        return None
    if wanted.rsin and dbsession.scalar(sa.select(Organisation.id).where(Organisation.rsin == wanted.rsin)):
        form.add_error("rsin", _("Another organisation has this RSIN. Check the number."))
        return None
    organisation = Organisation(
        kvk_nummer=wanted.kvk_nummer, naam=wanted.naam, kind=OrganisationKind(wanted.soort), rsin=wanted.rsin
    )
    dbsession.add(organisation)
    dbsession.flush()
    return organisation


def _overlaps(dbsession: Session, linked: OrganisationGemeente, period: Period) -> bool:
    """Whether the same organisation or branch acts for that gemeente by another line in a part of a period."""
    query = sa.select(OrganisationGemeente.id).where(
        OrganisationGemeente.organisation_id == linked.organisation_id,
        OrganisationGemeente.gemeentecode == linked.gemeentecode,
        OrganisationGemeente.vestigingsnummer == linked.vestigingsnummer,
        sa.or_(OrganisationGemeente.valid_until.is_(None), OrganisationGemeente.valid_until >= period.vanaf),
    )
    if period.tot_en_met:
        query = query.where(OrganisationGemeente.valid_from <= period.tot_en_met)
    if linked.id:
        query = query.where(OrganisationGemeente.id != linked.id)
    return dbsession.scalar(query.limit(1)) is not None


def _record(dbsession: Session, action: str, linked: OrganisationGemeente, by: uuid.UUID) -> None:
    until = linked.valid_until.isoformat() if linked.valid_until else None
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=by,
        gemeentecode=linked.gemeentecode,
        object_kind="organisation",
        object_id=linked.organisation_id,
        details={"from": linked.valid_from.isoformat(), "until": until}
        | ({"branch": linked.vestigingsnummer} if linked.vestigingsnummer else {}),
    )
