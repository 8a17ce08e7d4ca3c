"""From a verified login to a session: which organisation, which person, and where they go next."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response

from portaal import audit, clock
from portaal.access import sessions
from portaal.access.cookies import issue_token, token_hash
from portaal.access.identity import GemeenteStanding, load_gemeenten
from portaal.access.models import Account
from portaal.access.network import on_network
from portaal.access.reasons import Reason
from portaal.audit import Outcome
from portaal.login.browsers import browser_name
from portaal.login.record import BRANCH_FORM
from portaal.organisations.models import Organisation, OrganisationKind

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response
    from sqlalchemy.orm import Session

    from portaal.login.record import LoginRecord

log = logging.getLogger(__name__)
UNKNOWN_ORGANISATION, BRANCH = "unknown_organisation", "branch"
# Why somebody who did log in at the makelaar gets no session.
NOT_LET_IN = frozenset(
    {
        UNKNOWN_ORGANISATION,
        BRANCH,
        Reason.OUTSIDE_NETWORK.value,
        Reason.AGREEMENTS_MISSING.value,
        Reason.ACCOUNT_ENDED.value,
    }
)


def complete(request: Request, record: LoginRecord) -> Response:
    """Start a session for the person of a verified login record, if they are on a network that is let in (R-35).

    :returns: a redirect to the start (which knows the next step), or the page that explains why there is no session:
        the organisation is unknown, the mandate is for a branch that acts for no gemeente, the account ended, or no
        agreement of its gemeenten is in force (R-12, R-13).
    """
    if not on_network(request):
        return _refuse(request, record, Reason.OUTSIDE_NETWORK.value)
    sessions.end(request.dbsession, token_hash(request.browser_binding))  # whoever this browser was before
    organisation = find_organisation(request.dbsession, record)
    if organisation is None:
        return _refuse(request, record, UNKNOWN_ORGANISATION)
    gemeenten = load_gemeenten(request.dbsession, organisation.id, record.branch or "")
    if record.branch and not gemeenten:
        return _refuse(request, record, BRANCH)
    if organisation.kind is not OrganisationKind.OPERATOR:
        if not gemeenten:
            return _refuse(request, record, UNKNOWN_ORGANISATION)
        if all(gemeente.missing_agreements for gemeente in gemeenten):
            return _refuse(request, record, Reason.AGREEMENTS_MISSING.value, gemeenten)
    account = find_or_create_account(request.dbsession, record, organisation)
    if account.ended_at is not None:
        return _refuse(request, record, Reason.ACCOUNT_ENDED.value, gemeenten, account)
    account.last_login_at = clock.now()
    token = issue_token(request)
    session = sessions.start(request.dbsession, token, account.id, record.level.value, record.branch or "")
    session.data["browser"] = browser_name(request.user_agent)
    _note(request, record, Outcome.DONE, gemeenten, account)
    log.info("logged in", extra={"account": str(account.id)})
    return HTTPSeeOther(request.route_url("start"))


def find_organisation(dbsession: Session, record: LoginRecord) -> Organisation | None:
    """The organisation with the KvK number of the login, else with its RSIN."""
    for column, value in ((Organisation.kvk_nummer, record.kvk_nummer), (Organisation.rsin, record.rsin)):
        if value:
            found = dbsession.scalar(sa.select(Organisation).where(column == value))
            if found is not None:
                return found
    return None


def find_or_create_account(dbsession: Session, record: LoginRecord, organisation: Organisation) -> Account:
    """The account of this person at this organisation through this makelaar; a new one at the first login (R-51)."""
    account = dbsession.scalar(
        sa.select(Account)
        .where(
            Account.issuer == record.issuer,
            Account.organisation_id == organisation.id,
            Account.pseudonym == record.pseudonym,
        )
        .with_for_update()  # a relinking at this moment gives the account another identity
    )
    if account is None:
        account = Account(
            issuer=record.issuer,
            organisation_id=organisation.id,
            pseudonym=record.pseudonym,
            created_at=clock.now(),
        )
        dbsession.add(account)
        dbsession.flush()
    return account


def _refuse(
    request: Request,
    record: LoginRecord,
    reason: str,
    gemeenten: tuple[GemeenteStanding, ...] = (),
    account: Account | None = None,
) -> Response:
    _note(request, record, Outcome.DENIED, gemeenten, account, reason)
    log.info("login refused", extra={"reason": reason})
    response = _explained(request, reason, record.branch, gemeenten)
    response.status_int = 403
    response.headers["X-Tm"] = "commit"  # what was noted stays, also of a login that leads nowhere
    return response


def explain_not_let_in(request: Request, reason: str, branch: str | None) -> Response:
    """The page of such a refusal again, without the login: in the other language.

    :param reason: one of NOT_LET_IN.
    :raises HTTPNotFound: it is about a branch, and none is given.
    """
    if reason == BRANCH and not (branch and BRANCH_FORM.fullmatch(branch)):
        raise HTTPNotFound()
    return _explained(request, reason, branch)


def _explained(
    request: Request, reason: str, branch: str | None, gemeenten: tuple[GemeenteStanding, ...] = ()
) -> Response:
    shown = {"reason": reason, "gemeenten": gemeenten, "branch": branch}
    return render_to_response("portaal:templates/login/not_let_in.jinja2", shown, request=request)


def _note(
    request: Request,
    record: LoginRecord,
    outcome: Outcome,
    gemeenten: tuple[GemeenteStanding, ...],
    account: Account | None,
    reason: str = "",
) -> None:
    details = {
        "makelaar": record.issuer,
        "level": record.level.value,
        "branch": record.branch,
        "intermediary": record.intermediary_kvk,
        "reason": reason,
    }
    audit.record(
        request.dbsession,
        action="session.start",
        outcome=outcome,
        actor=account.id if account else None,
        gemeentecode=gemeenten[0].code if len(gemeenten) == 1 else None,
        object_kind="organisation",
        object_id=record.kvk_nummer or record.rsin or "",
        details={name: value for name, value in details.items() if value},
    )
