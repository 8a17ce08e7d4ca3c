"""The example product as people meet it: its pages, menu, form, settings and texts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.plugins.conftest import CODE

PAGE = f"/g/{CODE}/voorbeeld/"
SETTINGS = f"/g/{CODE}/instellingen/voorbeeld/"


def note_form(page: Any) -> Any:
    return next(form for form in page.forms.values() if "text" in form.fields)


# portaal_plugin_info
def test_it_says_what_it_is(log_in: Any, active: Session) -> None:
    page = log_in(("gebruiker", "voorbeeld")).get(f"/g/{CODE}/")
    (card,) = page.html.select("main li.pz-card")
    assert card.h3.text.strip() == "Voorbeeld"
    assert "Notities bijhouden met uw collega's" in card.text


# portaal_includeme
def test_it_has_a_page_with_a_form(log_in: Any, active: Session) -> None:
    browser = log_in(("gebruiker", "voorbeeld"))
    form = note_form(browser.get(PAGE))
    form["text"] = "<b>Bel</b> de aanbieder"
    page = form.submit(status=303).follow()
    assert "De notitie is geschreven." in page
    assert [note.text for note in page.html.select(".voorbeeld-notes li")] == ["Welkom", "<b>Bel</b> de aanbieder"]


def test_what_was_typed_stays_when_it_is_wrong(log_in: Any, active: Session) -> None:
    form = note_form(log_in(("gebruiker", "voorbeeld")).get(PAGE))
    form["text"] = "x" * 201
    page = form.submit(status=422)
    assert note_form(page)["text"].value == "x" * 201
    assert "200" in page.html.find(id="text-fout").text


@pytest.mark.parametrize("who", [("productbeheerder", "voorbeeld"), ("gebruiker", "iwmo")])
def test_its_pages_are_closed_to_others(who: Any, log_in: Any, active: Session) -> None:
    browser = log_in(who)
    browser.get(PAGE, status=403)
    browser.get(f"{PAGE}notities.json", status=403)


# portaal_menu
def test_its_entry_stands_in_the_menu_of_who_may_open_it(log_in: Any, active: Session) -> None:
    page = log_in(("gebruiker", "voorbeeld")).get(f"/g/{CODE}/")
    assert page.html.find("nav", class_="pz-nav").find("a", href=PAGE).text.strip() == "Voorbeeld"
    page = log_in(("productbeheerder", "voorbeeld")).get(f"/g/{CODE}/")
    assert page.html.find("a", href=PAGE) is None


# portaal_settings_tab, portaal_settings_changed
def test_its_productbeheerder_changes_the_heading(log_in: Any, active: Session, browser: Any) -> None:
    from portaal_voorbeeld.settings import HEADINGS

    reader = log_in(("gebruiker", "voorbeeld"))
    assert reader.get(PAGE).html.h1.text == "Notities"
    assert HEADINGS == {CODE: ""}
    keeper = log_in(("productbeheerder", "voorbeeld"))
    page = keeper.get(SETTINGS)
    assert "Hoe de notities van uw gemeente bewaard worden." in page
    form = next(form for form in page.forms.values() if "title" in form.fields)
    form["title"] = "Notities van de Stopera"
    form.submit()
    assert HEADINGS == {}
    assert log_in(("gebruiker", "voorbeeld")).get(PAGE).html.h1.text == "NOTITIES VAN DE STOPERA"


def test_it_speaks_english_as_well(log_in: Any, active: Session) -> None:
    page = log_in(("gebruiker", "voorbeeld")).get(f"{PAGE}?taal=en")
    assert page.html.h1.text == "Notes"
    assert "Write the note" in page
