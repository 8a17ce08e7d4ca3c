"""The simulated makelaar's screens (R-40 to R-47), and that the portal refuses each of its deviating answers."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta

import pytest
import time_machine
import webtest
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import LoginSession
from portaal.login.levels import AssuranceLevel
from portaal.simulators.makelaar.deviations import DEVIATIONS, NORMAL
from portaal.simulators.makelaar.phone import Code
from portaal.simulators.makelaar.questions import Question
from portaal.simulators.makelaar.screens import SUPPLIERS
from portaal.simulators.makelaar.texts import TEXTS
from portaal.simulators.makelaar.visits import Visit, Visits
from portaal.testing.makelaar import PASSWORD, Walk, form_with

ANNA = "anna.degroot@amsterdam.example"
OMAR = "omar.haddad@regio.example"


def text_of(page: webtest.TestResponse) -> str:
    return " ".join(page.html.get_text(" ", strip=True).split())


def to_sms(walk: Walk, username: str = ANNA) -> webtest.TestResponse:
    password = walk.begin().forms[0].submit().follow()
    password.forms[0]["username"], password.forms[0]["password"] = username, PASSWORD
    return password.forms[0].submit().follow()


def submit_code(page: webtest.TestResponse, code: str) -> webtest.TestResponse:
    page.forms[0]["code"] = code
    return page.forms[0].submit()


def press(page: webtest.TestResponse, name: str) -> webtest.TestResponse:
    form = next(form for form in page.forms.values() if name in form.fields)
    return form.submit(name)


def test_the_choice_says_for_whom_and_at_which_level(walk: Walk) -> None:
    text = text_of(walk.begin())
    for words in (
        "Kies hoe u wilt inloggen",
        "Stichting Inlichtingenbureau",
        "inlichtingenbureau Knooppuntdiensten",
        "(localhost)",
        "minimaal niveau 3",
        "Vraag het aan op de website van eHerkenning",
        "Simulatie",
    ):
        assert words in text


def test_many_who_begin_at_once_are_all_known() -> None:
    """The threads of its server share what it knows of those who are on their way."""
    visits, question, now = Visits(), Question("_1", "", AssuranceLevel.LOA3, "", False, ""), clock.now()
    begun: list[Visit] = []
    threads = [
        threading.Thread(target=lambda: begun.extend([visits.start(question, now) for _ in range(200)]))
        for _ in range(4)
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(begun) == 800
    assert all(visits.get(visit.token, now) for visit in begun)


def test_its_first_page_says_who_one_can_be(walk: Walk) -> None:
    """Enough to log in without the text that `make serve` printed."""
    page = walk.pages.get("/")
    for words in (ANNA, PASSWORD, "Gebruikersbeheerder van Amsterdam", "Telefoon 0612345601"):
        assert words in text_of(page)
    page.click("Telefoon 0612345601")


def test_the_suppliers_stand_in_the_order_of_their_names(walk: Walk) -> None:
    shown = [label.text for label in walk.begin().html.select("fieldset .choice label")]
    assert shown == sorted(shown) == list(SUPPLIERS)


def test_the_choice_is_remembered_unless_one_does_not_want_that(walk: Walk) -> None:
    page = walk.begin()
    assert page.forms[0]["remember"].checked
    page.forms[0]["supplier"] = "Sleutelbos"
    page.forms[0].submit()
    again = walk.begin()
    assert again.forms[0]["supplier"].value == "Sleutelbos"
    again.forms[0]["remember"].checked = False
    again.forms[0].submit()
    assert walk.begin().forms[0]["supplier"].value == SUPPLIERS[0]


def test_everything_is_there_in_english_too(walk: Walk) -> None:
    assert all(dutch and english for dutch, english in TEXTS.values())
    page = walk.begin().click("English")
    assert page.html.html["lang"] == "en"
    assert "at least level 3" in text_of(page)
    password = page.forms[0].submit().follow()
    for words in (
        "Login to",
        "Username and password",
        "Smartcard or USB-token",
        "Forgot username or password",
        "No eHerkenning? Click here to register",
        "Cancel",
    ):
        assert words in text_of(password)
    password.forms[0]["username"], password.forms[0]["password"] = ANNA, PASSWORD
    sms = text_of(password.forms[0].submit().follow())
    for words in ("Your one-time SMS code", "Send a new code via SMS", "Call me and read the code", "ends in 01"):
        assert words in sms


def test_a_wrong_password_keeps_the_user_name(walk: Walk) -> None:
    password = walk.begin().forms[0].submit().follow()
    password.forms[0]["username"], password.forms[0]["password"] = ANNA, "wrong"
    again = password.forms[0].submit()
    assert "horen niet bij elkaar" in again
    assert again.forms[0]["username"].value == ANNA


def test_the_helps_help_and_lead_back(walk: Walk) -> None:
    password = walk.begin().forms[0].submit().follow()
    forgotten = password.click("Gebruikersnaam of wachtwoord vergeten")
    assert "op de beginpagina" in forgotten
    assert "Gebruikersnaam en wachtwoord" in forgotten.click("Terug")
    register = password.click("Geen eHerkenning")
    assert "geen middel aan" in register
    assert walk.back(form_with(register, "visit").submit()).html.h1.text == "U hebt het inloggen geannuleerd"
    assert "Terug" not in walk.pages.get("/hulp/forgot")


def test_the_other_language_is_on_the_same_screen(walk: Walk) -> None:
    card = walk.begin().forms[0].submit().follow().click("Smartcard of USB-token")
    assert card.click("English").html.h1.text == "Smartcard or USB-token"


def test_the_code_is_on_the_telephone(walk: Walk) -> None:
    page = to_sms(walk)
    phone = page.click("Open de gesimuleerde telefoon")
    code = phone.html.code.text
    assert len(code) == 6
    assert walk.back(submit_code(page, code)).status_int == 303


def test_after_five_wrong_codes_even_the_right_one_is_wrong(walk: Walk) -> None:
    page = to_sms(walk)
    right = walk.last_code(ANNA)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(4):
        page = submit_code(page, wrong)
        assert "Deze code is niet goed" in page
    assert "te vaak" in submit_code(page, wrong)
    page = submit_code(page, right)
    assert "te vaak" in page
    press(page, "sms")
    assert walk.back(submit_code(page, walk.last_code(ANNA))).status_int == 303


@pytest.mark.parametrize(
    ("age", "verdict"), [(timedelta(minutes=5), "ok"), (timedelta(minutes=5, seconds=1), "expired")]
)
def test_a_code_holds_for_five_minutes(age: timedelta, verdict: str) -> None:
    code = Code("123456", clock.now())
    assert code.check("123 456", code.sent_at + age) == verdict


def test_an_expired_code_is_called_so(walk: Walk) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        page = to_sms(walk)
        traveller.shift(timedelta(minutes=5, seconds=1))
        assert "verlopen" in submit_code(page, walk.last_code(ANNA))


def test_a_new_code_makes_the_old_one_worthless(walk: Walk) -> None:
    page = to_sms(walk)
    old = walk.last_code(ANNA)
    press(page, "sms")
    assert old == walk.last_code(ANNA) or "niet goed" in submit_code(page, old)


def test_a_code_can_be_read_aloud(walk: Walk) -> None:
    page = to_sms(walk)
    page = press(page, "call").follow()
    assert "Wij bellen u op het nummer dat eindigt op 01" in text_of(page)
    phone = page.click("Open de gesimuleerde telefoon")
    assert "Een stem leest voor" in phone
    assert walk.back(submit_code(page, walk.last_code(ANNA))).status_int == 303


def test_who_acts_for_several_organisations_chooses_one(walk: Walk) -> None:
    choice = submit_code(to_sms(walk, OMAR), walk.last_code(OMAR)).follow()
    assert "99000363" in choice
    assert "99000384" in choice
    assert "Kies een organisatie" in choice.forms[0].submit()
    choice.forms[0]["organisation"] = "99000384"
    assert walk.back(choice.forms[0].submit()).status_int == 303


def test_nobody_skips_a_screen(walk: Walk) -> None:
    walk.begin()
    assert walk.pages.get("/sms").location.endswith("/inloggen")
    assert walk.pages.get("/organisatie").location.endswith("/inloggen")
    to_sms(walk, OMAR)
    assert walk.pages.get("/organisatie").location.endswith("/inloggen")


def test_every_screen_of_a_login_says_for_what_it_is(walk: Walk) -> None:
    suppliers = walk.begin()
    password = suppliers.forms[0].submit().follow()
    sms = to_sms(walk, OMAR)
    organisations = submit_code(sms, walk.last_code(OMAR)).follow()
    for page in (suppliers, password, password.click("Smartcard"), sms, organisations):
        assert "Stichting Inlichtingenbureau" in text_of(page)
        assert "inlichtingenbureau Knooppuntdiensten (localhost)" in text_of(page)


def test_one_can_cancel_on_every_screen(walk: Walk) -> None:
    pages = [walk.begin()]
    pages.append(pages[0].forms[0].submit().follow())
    pages.append(pages[1].click("Smartcard"))
    pages.append(pages[1].click("Geen eHerkenning"))
    pages.append(to_sms(walk, OMAR))
    pages.append(submit_code(pages[-1], walk.last_code(OMAR)).follow())
    for page in pages:
        assert [form.action for form in page.forms.values()].count("/annuleren") == 1


def test_the_makelaar_refuses_requests_that_are_not_the_portals(walk: Walk) -> None:
    for fields in ({}, {"SAMLRequest": "AAAA"}, {"SAMLRequest": "PHgvPg=="}):
        page = walk.pages.post("/sso", fields, status=400)
        assert "niet vertrouwt" in page
    walk.pages.get("/sso", {"SAMLRequest": "AAAA"}, status=400)
    walk.pages.post("/artifact", b"<x/>", status=400)


def test_without_an_attempt_the_makelaar_says_that_it_is_over(walk: Walk) -> None:
    walk.pages.reset()
    page = walk.pages.get("/keuze", status=400)
    assert "is afgelopen" in page
    assert page.html.find("a", string="naar het portaal")["href"] == "http://localhost"


HEADINGS = {
    "too_low": "Het niveau van uw inlogmiddel is te laag",
    "unknown_level": "Het niveau van uw inlogmiddel is te laag",
    "request_denied": "De makelaar staat dit inloggen niet toe",
    "request_unsupported": "De makelaar kan de vraag van het portaal niet verwerken",
    "no_authn_context": "Het niveau van uw inlogmiddel is te laag",
    "unknown_principal": "De makelaar kent u niet",
    "expired": "Deze login is niet meer geldig",
    "too_early": "Deze login is niet meer geldig",
    "failed": "Het inloggen is bij de makelaar niet gelukt",
    "nothing": "Deze login is al gebruikt",
    "out_of_order": "De makelaar is niet bereikbaar",
    "branch": "Uw machtiging is voor een vestiging die voor geen gemeente werkt",
    "other_limit": "Uw machtiging heeft een beperking die het portaal niet kent",
    "long_chain": "Er zitten te veel organisaties tussen u en uw gemeente",
}
GOOD = (NORMAL, "encrypted_assertion", "chain")


@pytest.mark.parametrize("deviation", GOOD)
def test_the_portal_takes_an_answer_that_is_only_out_of_the_ordinary(walk: Walk, deviation: str) -> None:
    suppliers = walk.begin()
    suppliers.forms[0]["deviation"] = deviation
    assert walk.back(walk.authenticate(suppliers, ANNA)).location == "http://localhost/"


@pytest.mark.portaal_database("sqlite")  # what is refused does not depend on it
@pytest.mark.parametrize("deviation", [code for code in DEVIATIONS if code not in GOOD])
def test_the_portal_refuses_a_deviating_answer(walk: Walk, dbsession: Session, deviation: str) -> None:
    suppliers = walk.begin()
    suppliers.forms[0]["deviation"] = deviation
    response = walk.back(walk.authenticate(suppliers, ANNA))
    assert response.status_int == 403
    assert response.html.h1.get_text(strip=True) == HEADINGS.get(deviation, "Het inloggen is niet gelukt")
    assert "Servicedesk" in response
    assert dbsession.query(LoginSession).count() == 0
