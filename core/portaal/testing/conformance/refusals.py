"""Who may not come in, does not: at every address of the product, with every method."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from portaal.access.models import Role
from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.rehearsal import ALL_ROLES, HERE, NEIGHBOUR, NOWHERE, Rehearsal

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # without a token
ALLOWED = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
OTHERS = frozenset({"OPTIONS", "TRACE"})
SENT = "gezien-in-het-antwoord"


@check(Needs.PORTAL)
def who_is_not_logged_in_is_sent_away(rehearsal: Rehearsal) -> Iterator[str]:
    """Somebody who is not logged in gets no answer from any address."""
    for _, method, path in rehearsal.attempts():
        answer = rehearsal.anonymous().ask(method, path)
        sent_to_log_in = answer.status_int == 303 and "reden=niet_ingelogd" in answer.location
        if not sent_to_log_in and answer.status_int != 401:
            yield f"{method} {path} answers {answer.status_int}; it must lead to the login page, or be 401"


@check(Needs.PORTAL)
def who_has_another_role_is_refused(rehearsal: Rehearsal) -> Iterator[str]:
    """A person without the permission of an address gets 403, whatever other roles they have."""
    strangers = [
        ("somebody without a role in the product", rehearsal.somebody(Role.GEBRUIKERSBEHEERDER), None),
        ("a Gebruiker of another product", rehearsal.somebody(Role.GEBRUIKER, product="een_ander"), None),
        *((f"a person who is only {role.value}", rehearsal.somebody(role), role) for role in ALL_ROLES),
    ]
    for route, method, path in rehearsal.attempts():
        for who, browser, role in strangers:
            if role not in rehearsal.roles_of(route.views[method]):
                status = browser.ask(method, path).status_int
                if status != 403:
                    yield f"{method} {path} answers {status} to {who}; it must be 403"


@check(Needs.PORTAL)
def another_gemeente_is_not_there(rehearsal: Rehearsal) -> Iterator[str]:
    """An address of another gemeente gives the same 404 as one of a gemeente that does not exist (ASVS 8.2.2)."""
    browser = rehearsal.somebody(*ALL_ROLES)
    for route, method, path in rehearsal.attempts(NEIGHBOUR):
        foreign = browser.ask(method, path)
        missing = browser.ask(method, rehearsal.subject.path(route, NOWHERE))
        if foreign.status_int != 404:
            yield f"{method} {path} answers {foreign.status_int} to somebody of {HERE}; it must be 404"
        elif _without_code(foreign, NEIGHBOUR) != _without_code(missing, NOWHERE):
            yield f"{method} {path} tells somebody of {HERE} that this gemeente uses the product"


def _without_code(answer: Any, code: str) -> str:
    text: str = answer.text
    for form in ("/g/{}/", "%2Fg%2F{}%2F"):  # also within another address
        text = text.replace(form.format(code), form.format("0000"))
    return text


@check(Needs.PORTAL)
def switched_off_nothing_is_left(rehearsal: Rehearsal) -> Iterator[str]:
    """Where the product is off, every address is 404 and no page leads to one."""
    rehearsal.activation.off(rehearsal.subject.name)
    browser = rehearsal.somebody(*ALL_ROLES)
    for _, method, path in rehearsal.attempts():
        status = browser.ask(method, path).status_int
        if status != 404:
            yield f"{method} {path} answers {status} while the product is off; it must be 404"
    overview = browser.get(f"/g/{HERE}/")
    for address in re.findall(rf"/g/{HERE}/(?:instellingen/)?{rehearsal.subject.name}/[^\"]*", overview.text):
        yield f"the overview of the gemeente still leads to {address}"


@check(Needs.PORTAL)
def what_changes_something_wants_a_token(rehearsal: Rehearsal) -> Iterator[str]:
    """A request that may change something and comes without the page's token is refused with 400.

    An upload that is parsed while it streams in may find first that there is nothing to upload to: 404.
    """
    for route, method, path in rehearsal.attempts():
        if method not in READING:
            for role in sorted(rehearsal.roles_of(route.views[method])):
                status = rehearsal.somebody(role).ask(method, path).status_int
                if status not in (400, 404):
                    yield f"{method} {path} without a token answers {status} to a {role.value}; it must be 400"


@check(Needs.PORTAL)
def other_methods_are_refused(rehearsal: Rehearsal) -> Iterator[str]:
    """A method that an address has no view for is refused, and OPTIONS and TRACE always are."""
    browser = rehearsal.somebody(*ALL_ROLES)
    for route in rehearsal.subject.routes:
        path = rehearsal.subject.path(route, HERE)
        for method in sorted(OTHERS | ALLOWED - set(route.views)):
            answer = browser.ask(method, path, {"X-Sent": SENT})
            if answer.status_int not in (404, 405) or SENT in answer.text:
                yield f"{method} {path} answers {answer.status_int}; it must be 404 or 405"
