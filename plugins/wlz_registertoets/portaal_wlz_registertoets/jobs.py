"""What a worker does for the product: the daily comparison, and forgetting what need not be kept."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from portaal.api import HookContext, Job, now, today
from portaal_wlz_registertoets import limits, lists, signals
from portaal_wlz_registertoets.ciz.register import NoComparisonError
from portaal_wlz_registertoets.models import Lijst, LijstRegel, Raadpleging
from portaal_wlz_registertoets.settings import Settings, register_of

log = logging.getLogger(__name__)

# NEN 7513 asks five years of what shows who looked (facts.md section 5); the audit trail has a term of its own.
KEPT_FOR = timedelta(days=5 * 366)


def compare_residents(context: HookContext) -> None:
    """Compare the dat-file of every gemeente that uses Wlz-signalen, once a day; what failed is tried again.

    :raises ExceptionGroup: something of our own failed for some gemeenten; the others were compared.
    """
    with context.transaction() as dbsession:
        gemeenten = replace(context, dbsession=dbsession).gemeenten()
    failures = []
    for gemeentecode in gemeenten:
        try:
            compare_one(context, gemeentecode)
        except Exception as error:
            log.exception("comparison broke off", extra={"gemeentecode": gemeentecode})
            failures.append(error)
    if failures:
        raise ExceptionGroup("some gemeenten were not compared", failures)


def compare_one(context: HookContext, gemeentecode: str) -> None:
    """The comparison of one gemeente. While the register is asked, no transaction is open."""
    day, secrecy = today(), context.secrecy
    with context.transaction() as dbsession:
        settings = context.store.read(dbsession, gemeentecode, Settings)
        residents = signals.due(dbsession, secrecy, gemeentecode, day) if settings.signals else None
    register = register_of(settings)
    if residents is None or register is None:
        return
    try:
        comparison = signals.compare(register, residents, day)
    except NoComparisonError as error:
        log.warning("comparison failed", extra={"gemeentecode": gemeentecode, "reason": error.reason.value})
        with context.transaction() as dbsession:
            signals.fail(dbsession, residents, day, error)
    else:
        with context.transaction() as dbsession:
            signals.conclude(dbsession, secrecy, residents, day, comparison)


def forget(context: HookContext) -> None:
    """Erase the BSNs of lists whose hour is over and of old signals, counters of earlier days, and what is very old."""
    moment, dbsession = now(), context.dbsession
    lists.erase(dbsession, Lijst.expires_at <= moment)
    limits.forget_before(dbsession, moment)
    signals.erase_old_bsns(dbsession, moment)
    still_listed = sa.select(LijstRegel.raadpleging_id).where(LijstRegel.raadpleging_id.is_not(None))
    dbsession.execute(
        sa.delete(Raadpleging)
        .where(Raadpleging.asked_at < moment - KEPT_FOR, Raadpleging.id.not_in(still_listed))
        .execution_options(synchronize_session=False)
    )
    # By then its consultations are gone: they were asked while it was open.
    dbsession.execute(
        sa.delete(Lijst)
        .where(Lijst.expires_at < moment - KEPT_FOR - lists.LIFETIME)
        .execution_options(synchronize_session=False)
    )


JOBS = (
    Job("signalen", compare_residents, every=timedelta(hours=1), at_most=timedelta(minutes=50)),
    Job("vergeten", forget, every=timedelta(minutes=10)),
)
