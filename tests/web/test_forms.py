"""Forms: what was typed stays, what is wrong is said, and nothing unexpected gets in."""

from __future__ import annotations

import enum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, EmailStr, Field
from pyramid.httpexceptions import HTTPBadRequest
from webob.multidict import MultiDict

from portaal.web.dates import Day
from portaal.web.forms import FieldError, check, empty
from portaal.web.i18n import _, translator

DUTCH = translator("nl")


class Kleur(enum.StrEnum):
    ROOD = "rood"


def even(value: int) -> int:
    if value % 2:
        raise FieldError(_("Overview"))
    return value


class Example(BaseModel):
    naam: Annotated[str, Field(max_length=5)]
    aantal: Annotated[int, Field(ge=2, le=8), AfterValidator(even)] = 4
    reden: Annotated[str, Field(min_length=5)] = ""
    email: EmailStr | None = None
    kleur: Kleur | None = None
    dag: Day | None = None
    soorten: list[str] = []
    akkoord: bool = False


def posted(**fields: str | list[str]) -> MultiDict[str, str]:
    pairs = [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
    return MultiDict(pairs)


def test_a_good_form() -> None:
    form = check(posted(naam=" Anna ", aantal="6", soorten=["a", "b"], akkoord="on", kleur="rood"), Example)
    assert form.value == Example(naam="Anna", aantal=6, soorten=["a", "b"], akkoord=True, kleur=Kleur.ROOD)


@pytest.mark.parametrize(
    ("field", "value", "dutch"),
    [
        ("naam", "", "Vul dit veld in."),
        ("naam", "Annemarie", "Dit is te lang. Gebruik niet meer dan 5 tekens."),
        ("reden", "kort", "Dit is te kort. Gebruik minstens 5 tekens."),
        ("aantal", "vier", "Vul een heel getal in, bijvoorbeeld 5."),
        ("aantal", "1", "Vul 2 of meer in."),
        ("aantal", "10", "Vul 8 of minder in."),
        ("aantal", "5", "Overzicht"),
        ("email", "anna.example", "Vul een e-mailadres in met een @, bijvoorbeeld naam@example.org."),
        ("kleur", "paars", "Kies een van de mogelijkheden."),
        ("dag", "gisteren", "Vul een datum in, bijvoorbeeld 21-11-2026."),
        ("dag", "0", "Vul een datum in, bijvoorbeeld 21-11-2026."),
        ("dag", "21112026", "Vul een datum in, bijvoorbeeld 21-11-2026."),
    ],
)
def test_each_fault_has_its_words_and_keeps_what_was_typed(field: str, value: str, dutch: str) -> None:
    form = check(posted(**({"naam": "Anna"} | {field: value})), Example)
    assert form.value is None
    assert DUTCH(form.errors[field]) == dutch
    assert form.data[field] == value
    assert list(form.errors) == [field]


def test_faults_stand_in_the_order_of_the_fields() -> None:
    form = check(posted(email="x", aantal="1"), Example)
    assert list(form.errors) == ["naam", "aantal", "email"]


@pytest.mark.parametrize("typed", ["1.284", "1,284", "1 284", "12.345.678"])
def test_a_number_is_read_as_the_portal_writes_it(typed: str) -> None:
    form = check(posted(naam="Anna", aantal=typed), Example)
    assert DUTCH(form.errors["aantal"]) == "Vul 8 of minder in."
    assert form.data["aantal"] == typed


@pytest.mark.parametrize("fields", [{"naam": "Anna", "role": "beheerder"}, {"naam": ["Anna", "Bert"]}])
def test_what_no_browser_sends_is_refused(fields: dict[str, str | list[str]]) -> None:
    with pytest.raises(HTTPBadRequest):
        check(posted(**fields), Example)


def test_an_empty_form_shows_the_defaults() -> None:
    form = empty(Example, naam="Anna")
    assert form.data == {
        "naam": "Anna",
        "aantal": 4,
        "reden": "",
        "email": "",
        "kleur": "",
        "dag": "",
        "soorten": [],
        "akkoord": False,
    }


@given(st.dictionaries(st.sampled_from(sorted(Example.model_fields)), st.text()))
def test_any_text_gives_a_value_or_an_error(fields: dict[str, str]) -> None:
    form = check(posted(**fields), Example)
    assert (form.value is None) == bool(form.errors)
