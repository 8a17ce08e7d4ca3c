"""What the operator and the people themselves can ask of the product: its health, its numbers, their own data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from portaal.api import Erasure, HealthCheck, HookContext, Kept, Metric, PersonContext, Sample, _, now
from portaal_wlz_registertoets.models import Aanlevering, Medewerker, Raadpleging, Vergelijking
from portaal_wlz_registertoets.outcome import WlzOutcome

LATE_AFTER = timedelta(days=2)


def late_comparisons(context: HookContext) -> str:
    """Residents must be compared every day; what is two days late is wrong."""
    since = now() - LATE_AFTER
    compared = sa.exists().where(
        Vergelijking.aanlevering_id == Aanlevering.id, Vergelijking.reason.is_(None), Vergelijking.done_at > since
    )
    late = context.dbsession.scalar(
        sa.select(sa.func.count()).where(
            Aanlevering.replaced_at.is_(None), Aanlevering.delivered_at < since, sa.not_(compared)
        )
    )
    return f"{late} dat-files were not compared for two days" if late else ""


def consultations_by_outcome(context: HookContext) -> Iterable[Sample]:
    """Of the last 24 hours; an empty outcome was asked and not finished."""
    rows = context.dbsession.execute(
        sa.select(Raadpleging.outcome, sa.func.count().label("number"))
        .where(Raadpleging.asked_at > now() - timedelta(days=1))
        .group_by(Raadpleging.outcome)
    ).all()
    counts: dict[WlzOutcome | None, int] = dict.fromkeys((*WlzOutcome, None), 0)
    counts.update((row.outcome, row.number) for row in rows)
    return [Sample(count, (outcome or "",)) for outcome, count in counts.items()]


def personal_data(context: PersonContext) -> dict[str, Any]:
    """What a person asked. Of the citizen there is nothing in it but the last two digits of the BSN."""
    rows = context.dbsession.execute(
        sa.select(
            Raadpleging.asked_at, Raadpleging.gemeentecode, Raadpleging.ground, Raadpleging.aanleiding,
            Raadpleging.zaakkenmerk, Raadpleging.masked, Raadpleging.outcome,
        )
        .where(Raadpleging.account_id == context.account_id)
        .order_by(Raadpleging.asked_at)
    )  # fmt: skip
    named = context.dbsession.execute(
        sa.select(Medewerker.gemeentecode, Medewerker.added_at).where(Medewerker.account_id == context.account_id)
    )
    return {
        "raadplegingen": [dict(row._mapping) for row in rows],
        "bsn_krijgt_aandacht": [dict(row._mapping) for row in named],
    }


def erase_personal_data(context: PersonContext) -> Erasure:
    """The hash of the own BSN goes; who consulted what must stay to be accounted for."""
    named = context.dbsession.scalars(sa.select(Medewerker).where(Medewerker.account_id == context.account_id)).all()
    for one in named:
        context.dbsession.delete(one)
    count = sa.select(sa.func.count()).where(Raadpleging.account_id == context.account_id)
    asked = context.dbsession.scalar(count) or 0
    kept = (
        Kept(
            _("Consultations of the Wlz register"),
            _("A citizen may ask for five years who looked at their data (NEN 7513)."),
            asked,
        ),
    )
    return Erasure(erased=len(named), kept=kept if asked else ())


HEALTH_CHECKS = (HealthCheck("signalen", late_comparisons),)
METRICS = (
    Metric(
        "consultations_last_day", "Consultations of the last 24 hours, by outcome", consultations_by_outcome,
        labels=("outcome",),
    ),
)  # fmt: skip
