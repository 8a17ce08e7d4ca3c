"""The steps of onboarding cannot be skipped, in whatever order pages are asked for (R-48, R-65, R-69, ASVS 2.3.1)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from portaal.access.models import Account, Role
from portaal.onboarding.issuing import issue
from portaal.onboarding.models import CodeKind
from portaal.roles.grants import current_grants, grant_product_role, revoke_role
from portaal.testing.application import Browser
from portaal.testing.pages import main_form
from portaal.testing.people import People

WORK = ["/g/0363/", "/meldingen"]
STEPS = ["/persoonlijke-instellingen", "/verificatie", "/wacht-op-rollen"]
addresses = itertools.count(1)


class Onboarding(RuleBasedStateMachine):
    """Somebody who may try everything, and what the portal should answer."""

    browser: Browser
    people: People
    dbsession: Session
    beheerder: Account

    @initialize()
    def arrive(self) -> None:
        self.account = self.people.new(saved=False, verified=False)
        self.saved = self.verified = self.role = False
        self.code = ""
        self.wrong = 0
        self.browser.extra_environ["REMOTE_ADDR"] = f"2001:db8:{next(addresses):x}::1"
        self.log_in()

    @rule()
    def log_in(self) -> None:
        self.browser.log_in_as(self.dbsession, self.account)
        self.logged_in = True

    @property
    def stands_in_the_way(self) -> str | None:
        if not self.logged_in:
            return "/Inloggen-op-portals"
        for done, step in ((self.saved, STEPS[0]), (self.verified, STEPS[1]), (self.role, STEPS[2])):
            if not done:
                return step
        return None

    @rule(page=st.sampled_from(WORK))
    def ask_for_work(self, page: str) -> None:
        response = self.browser.get(page)
        if self.stands_in_the_way is None:
            assert response.status_int == 200
        else:
            assert response.status_int == 303
            assert response.location.partition("?")[0] == f"http://localhost{self.stands_in_the_way}"

    @rule()
    def send_a_change(self) -> None:
        token = self.token()
        response = self.browser.post("/meldingen/gelezen", {"csrf_token": token}, expect_errors=True)
        expected = 303 if self.stands_in_the_way is None else 403 if self.logged_in else 401
        assert response.status_int == expected

    @rule(step=st.sampled_from(STEPS))
    def ask_for_a_step(self, step: str) -> None:
        response = self.browser.get(step)
        if not self.logged_in:
            assert response.status_int == 303
        elif step == STEPS[0] or step == self.stands_in_the_way:
            assert response.status_int == 200
        else:
            assert response.status_int == 303

    @precondition(lambda self: self.logged_in)
    @rule()
    def save_the_profile(self) -> None:
        form = main_form(self.browser.get(STEPS[0]))
        form["email"] = "iemand@gemeente.example"
        form.submit(status=303)
        self.saved = True

    @precondition(lambda self: self.saved and not self.verified)
    @rule()
    def get_a_code(self) -> None:
        self.code = issue(self.dbsession, self.account.id, "0363", CodeKind.GEBRUIKER, self.beheerder.id)
        self.dbsession.commit()

    @precondition(lambda self: self.logged_in and not self.verified and self.wrong < 4)
    @rule()
    def guess(self) -> None:
        response = self.browser.post(STEPS[1], {"verificatiecode": "0" * 13, "csrf_token": self.token()},
                                     expect_errors=True)  # fmt: skip
        assert response.status_int == (422 if self.saved else 303)
        self.wrong += self.saved

    @precondition(lambda self: self.logged_in and self.code and not self.verified)
    @rule()
    def enter_the_code(self) -> None:
        response = self.browser.post(STEPS[1], {"verificatiecode": self.code, "csrf_token": self.token()})
        assert response.location == "http://localhost/geverifieerd"
        self.verified = True
        self.logged_in = False

    @precondition(lambda self: self.saved)
    @rule()
    def get_or_lose_a_role(self) -> None:
        if self.role:
            for grant in current_grants(self.dbsession, [self.account.id], "0363"):
                revoke_role(self.dbsession, grant, self.beheerder.id)
        else:
            grant_product_role(self.dbsession, self.account.id, Role.GEBRUIKER, gemeentecode="0363", product="iwmo",
                               by=self.beheerder.id)  # fmt: skip
        self.dbsession.commit()
        self.role = not self.role

    def token(self) -> str:
        page: Any = self.browser.get(STEPS[0])
        return page.html.select_one("input[name=csrf_token]")["value"] if page.status_int == 200 else ""


@pytest.mark.portaal_database("sqlite")  # the order of the steps does not depend on it
def test_no_step_can_be_skipped(browser: Browser, people: People, dbsession: Session) -> None:
    machine = type("Machine", (Onboarding,), {
        "browser": browser, "people": people, "dbsession": dbsession,
        "beheerder": people.new(Role.GEBRUIKERSBEHEERDER),
    })  # fmt: skip
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
