"""Logging in, from the choice of a makelaar to a session and back (R-38, R-39, R-48 to R-51)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portaal.access.models import Account, LoginSession
from portaal.testing.makelaar import Walk

ANNA = "anna.degroot@amsterdam.example"


def test_somebody_logs_in_and_goes_on_to_sign_up(walk: Walk, dbsession: Session) -> None:
    response = walk.log_in(ANNA)
    assert response.status_int == 303
    assert response.location == "http://localhost/"
    (account,) = dbsession.query(Account).all()
    assert account.issuer == walk.state.parties.entity_id
    assert account.organisation.kvk_nummer == "99000363"
    assert account.pseudonym == walk.state.accounts[ANNA].pseudonym
    (session,) = dbsession.query(LoginSession).all()
    assert session.level == "loa3"
