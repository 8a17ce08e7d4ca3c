"""Every kind of setting, through the form, the database's form, and back."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime
from typing import Any

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, HttpUrl, SecretStr
from pyramid.httpexceptions import HTTPBadRequest
from webob.multidict import MultiDict

from portaal import clock
from portaal.plugins.errors import ContractError
from portaal.settings.certificate import Certificate
from portaal.settings.diff import changed_fields, diff
from portaal.settings.fields import fields_of, setting
from portaal.settings.form import ask_secrets_again, entered, filled
from portaal.settings.kinds import EntryRules
from portaal.settings.secrets import Sealer
from portaal.settings.stored import decode, encode
from portaal.testing.application import KEYRING
from portaal.web.i18n import _, translator
from tests.settings.proef import Instellingen, Omgeving, Soort, certificate, chain, private_key

RULES = EntryRules(now=clock.now())
PEM = certificate()
SEALER = Sealer(KEYRING)


def short(value: Any) -> str | None:
    """An id that is the same in every process, also for a certificate made on the spot."""
    return value[:20] if isinstance(value, str) else None


def posted(**changes: Any) -> MultiDict[str, Any]:
    """The form as a browser sends it when nothing was touched, with these changes."""
    fields: MultiDict[str, Any] = MultiDict()
    for name, value in (filled(Instellingen()).data | changes).items():
        if isinstance(value, list):
            for one in value:
                fields.add(name, one)
        elif value or name not in {"meldingen", "sleutel-remove", "privesleutel-remove"}:
            fields.add(name, value)
    return fields


def entry(current: Instellingen | None = None, *, rules: EntryRules = RULES, **changes: Any) -> Any:
    sent = {name.replace("__", "-"): value for name, value in changes.items()}
    return entered(posted(**sent), current or Instellingen(), rules)


@pytest.mark.parametrize(
    ("name", "typed", "value", "shown"),
    [
        ("naam", " Zoë d'Hooghe ", "Zoë d'Hooghe", "Zoë d'Hooghe"),
        ("naam", "", "", ""),
        ("toelichting", "een\r\ntwee", "een\ntwee", "een\ntwee"),
        ("termijn", " 4 5", 45, "45"),
        ("meldingen", "", False, ""),
        ("meldingen", "true", True, "true"),
        ("omgeving", "productie", Omgeving.PRODUCTIE, "productie"),
        ("soorten", [], frozenset(), []),
        ("soorten", ["WMO307", "WMO305"], frozenset({Soort.WMO305, Soort.WMO307}), ["WMO305", "WMO307"]),
        (
            "handleiding",
            "https://www.voorbeeld.nl/a?b=1",
            HttpUrl("https://www.voorbeeld.nl/a?b=1"),
            "https://www.voorbeeld.nl/a?b=1",
        ),
        ("handleiding", "", None, ""),
        ("email", "wmo@gemeente.example.org", "wmo@gemeente.example.org", "wmo@gemeente.example.org"),
        ("ingang", "1-2-2027", date(2027, 2, 1), "01-02-2027"),
        ("ingang", "01 02 2027", date(2027, 2, 1), "01-02-2027"),
        ("ingang", "2027-02-01", date(2027, 2, 1), "01-02-2027"),
        ("sleutel", "g€heim", SecretStr("g€heim"), ""),
        ("privesleutel", "een\r\ntwee", SecretStr("een\ntwee"), ""),
        ("certificaat", PEM, Certificate.parse(PEM), PEM),
    ],
    ids=short,
)
def test_round_trip(name: str, typed: Any, value: Any, shown: Any) -> None:
    form = entry(**{name: typed})
    assert form.errors == {}
    assert getattr(form.value, name) == value
    stored = encode(form.value, SEALER, "0363", "proef")
    read = decode(Instellingen, stored, SEALER, "0363", "proef")
    assert read.faults == frozenset()
    assert read.value == form.value
    assert filled(read.value).data[name] == shown


@pytest.mark.parametrize(
    ("name", "typed", "nl", "en"),
    [
        (
            "naam",
            "x" * 41,
            "Dit is te lang. Gebruik niet meer dan 40 tekens.",
            "This is too long. Use at most 40 characters.",
        ),
        (
            "naam",
            "a\x07b",
            "In deze tekst staan tekens die niet te zien zijn. Typ de tekst in plaats van te plakken.",
            "This text holds characters that cannot be shown. Type it instead of pasting it.",
        ),
        ("termijn", "veel", "Vul een heel getal in, bijvoorbeeld 5.", "Fill in a whole number, such as 5."),
        ("termijn", "0", "Vul 1 of meer in.", "Fill in 1 or more."),
        ("termijn", "91", "Vul 90 of minder in.", "Fill in 90 or less."),
        ("termijn", "1.000", "Vul 90 of minder in.", "Fill in 90 or less."),
        ("termijn", "", "Vul dit veld in.", "Fill in this field."),
        ("omgeving", "elders", "Kies een van de mogelijkheden.", "Choose one of the options."),
        ("omgeving", "", "Kies een van de mogelijkheden.", "Choose one of the options."),
        ("soorten", ["WMO999"], "Kies een van de mogelijkheden.", "Choose one of the options."),
        (
            "endpoint",
            "voorbeeld",
            "Vul een webadres in, bijvoorbeeld https://www.example.org/.",
            "Fill in a web address, such as https://www.example.org/.",
        ),
        (
            "endpoint",
            "http://www.voorbeeld.nl/",
            "Vul een webadres in dat begint met https://.",
            "Fill in a web address that starts with https://.",
        ),
        (
            "endpoint",
            "https://u:p@www.voorbeeld.nl/",
            "Laat de gebruikersnaam en het wachtwoord weg uit het webadres.",
            "Leave the user name and password out of the web address.",
        ),
        (
            "email",
            "wmo",
            "Vul een e-mailadres in met een @, bijvoorbeeld naam@example.org.",
            "Fill in an e-mail address with an @, such as name@example.org.",
        ),
        ("ingang", "31-2-2027", "Vul een datum in, bijvoorbeeld 21-11-2026.", "Fill in a date, such as 21-11-2026."),
        ("ingang", "1-1-0001", "Vul een datum in, bijvoorbeeld 21-11-2026.", "Fill in a date, such as 21-11-2026."),
        ("ingang", "0", "Vul een datum in, bijvoorbeeld 21-11-2026.", "Fill in a date, such as 21-11-2026."),
        (
            "certificaat",
            "onzin",
            "Dit is geen certificaat. Plak de hele tekst, van -----BEGIN CERTIFICATE----- tot en met "
            "-----END CERTIFICATE-----.",
            "This is not a certificate. Paste the whole text, from -----BEGIN CERTIFICATE----- up to and including "
            "-----END CERTIFICATE-----.",
        ),
        (
            "certificaat",
            certificate(bits=1024),
            "De sleutel van dit certificaat is te kort: 1024 bits. Vraag een certificaat aan met minstens 2048 bits.",
            "The key of this certificate is too short: 1024 bits. Ask for one with at least 2048 bits.",
        ),
    ],
    ids=short,
)
def test_what_is_wrong_is_said_in_both_languages(name: str, typed: Any, nl: str, en: str) -> None:
    form = entry(**{name: typed})
    assert form.value is None
    assert list(form.errors) == [name]
    assert translator("nl")(form.errors[name]) == nl
    assert translator("en")(form.errors[name]) == en
    assert form.data[name] == typed, "what was typed stays"


def test_an_expired_certificate_is_refused_but_does_not_stop_another_change() -> None:
    expired = certificate(days=-2)
    form = entry(certificaat=expired)
    assert "expired on" in str(form.errors["certificaat"].interpolate())
    holds = Instellingen(certificaat=Certificate.parse(expired))
    assert entry(holds, certificaat=expired, naam="Anna").value.naam == "Anna"


@pytest.mark.parametrize("days", [(90, -1), (-1, 90)])
def test_of_a_chain_each_must_hold(days: tuple[int, int]) -> None:
    form = entry(certificaat="\n".join(chain(*days)))
    assert "expired on" in str(form.errors["certificaat"])


def test_the_certificates_of_a_chain_follow_each_other() -> None:
    own, issuer = chain(90, 400)
    assert entry(certificaat=f"{own}\n{issuer}").errors == {}
    for wrong in (f"{issuer}\n{own}", f"{own}\n{certificate()}", f"{own}\n{own}"):
        form = entry(certificaat=wrong)
        assert "in the wrong order" in str(form.errors["certificaat"])
    held = Instellingen(certificaat=Certificate.parse(f"{issuer}\n{own}"))
    assert entry(held, certificaat=f"{issuer}\n{own}", naam="x").errors == {}, "what holds stops no other change"


def test_a_private_key_in_the_place_of_a_certificate_does_not_come_back_in_the_page() -> None:
    form = entry(certificaat=private_key())
    assert "private key" in form.errors["certificaat"]
    assert form.data["certificaat"] == ""


def test_a_certificate_tells_its_subject_issuer_end_and_fingerprint() -> None:
    read = Certificate.parse(certificate("wmo.gemeente.example"))
    kind = next(field.kind for field in fields_of(Instellingen) if field.name == "certificaat")
    subject, issuer, end, fingerprint = kind.words(read)
    assert subject == "wmo.gemeente.example"
    assert "wmo.gemeente.example" in translator("en")(issuer)
    assert read.expires_at.strftime("%Y") in translator("en")(end)
    assert read.fingerprint in translator("en")(fingerprint)
    assert len(read.fingerprint.split(":")) == 32


INSIDE = [
    "https://localhost/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://10.1.2.3/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0/",
    "https://intranet/",
    "https://db.internal/",
    "https://printer.local/",
    "https://a.localhost/",
    "https://LOCALHOST./",
    "https://127.0.0.1./",
    "https://0177.0.0.1/",
    "https://[fe80::1]/",
    "https://router.home.arpa/",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_our_own_network_is_refused(address: str) -> None:
    assert list(entry(endpoint=address).errors) == ["endpoint"]


@pytest.mark.parametrize("address", ["http://localhost:6545/", "http://127.0.0.1:6545/", "https://localhost/"])
def test_this_machine_is_allowed_in_development_only(address: str) -> None:
    assert entry(rules=EntryRules(now=RULES.now, allow_loopback=True), endpoint=address).value is not None
    assert entry(endpoint=address).value is None
    assert entry(rules=EntryRules(now=RULES.now, allow_loopback=True), endpoint="http://10.0.0.1/").value is None


class TestSecrets:
    holds = Instellingen(sleutel=SecretStr("oud geheim"))

    def test_an_empty_field_keeps_it(self) -> None:
        assert entry(self.holds, naam="x").value.sleutel == SecretStr("oud geheim")

    def test_a_tick_removes_it(self) -> None:
        assert entry(self.holds, sleutel__remove="true").value.sleutel is None

    def test_both_at_once_is_refused(self) -> None:
        form = entry(self.holds, sleutel="nieuw", sleutel__remove="true")
        assert "not both" in form.errors["sleutel"]

    def test_a_typed_secret_is_asked_again_when_something_else_is_wrong(self) -> None:
        sent = posted(sleutel="nieuw geheim", termijn="x")
        form = entered(sent, self.holds, RULES)
        ask_secrets_again(form, fields_of(Instellingen), sent)
        assert list(form.errors) == ["termijn", "sleutel"]
        assert "nieuw geheim" not in str(form)

    def test_no_words_and_no_form_hold_it(self) -> None:
        old, new = self.holds, Instellingen(sleutel=SecretStr("ander geheim"))
        assert [change.field.name for change in diff(old, new)] == ["sleutel"]
        for text in (repr(diff(old, new)), repr(filled(new)), repr(new), str(entry(new, naam="x"))):
            assert "geheim" not in text


@pytest.mark.parametrize(
    "fields",
    [
        [("vreemd", "x")],
        [("naam", "a"), ("naam", "b")],
        [("termijn-remove", "true")],
        [("why-changed", "a"), ("why-changed", "b")],
    ],
)
def test_what_no_browser_sends_is_refused(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(HTTPBadRequest):
        entered(MultiDict(fields), Instellingen(), RULES)


class Kleur(enum.StrEnum):
    ROOD = "rood"


class Leeg(enum.StrEnum):
    NIETS = ""


@pytest.mark.parametrize(
    ("annotation", "default", "given", "says"),
    [
        (float, 1.0, {}, "cannot be of type"),
        (dict[str, str], {}, {}, "cannot be of type"),
        (list[str], [], {}, "cannot be of type"),
        (Kleur, Kleur.ROOD, {}, "label"),
        (SecretStr, SecretStr("x"), {}, "SecretStr | None"),
        (int, ..., {}, "default"),
        (int, 5, {"at_least": 7}, "defaults"),
        (str, "", {"label": "Naam"}, "can be translated"),
        (str, "", {"label": None}, "can be translated"),
        (str, "", {"label": _("")}, "not be empty"),
        (str, "", {"hint": "Zoals in de brief"}, "can be translated"),
        (str, "", {"section": _(" ")}, "not be empty"),
        (str, "", {"choices": {"rood": _("Yes")}}, "has choices"),
        (Kleur, Kleur.ROOD, {"choices": {Kleur.ROOD: ""}}, "not empty"),
        (Kleur, Kleur.ROOD, {"choices": {Kleur.ROOD: None}}, "not empty"),
        (Leeg, Leeg.NIETS, {"choices": {Leeg.NIETS: "Niets"}}, "empty value"),
    ],
)
def test_a_model_that_breaks_the_contract_is_refused(annotation: Any, default: Any, given: Any, says: str) -> None:
    field = setting(default, **({"label": _("Name of the contact")} | given))
    model = pydantic.create_model("Fout", veld=(annotation, field))
    with pytest.raises(ContractError, match=says.replace("|", r"\|")):
        fields_of(model)


def test_a_field_with_the_name_of_the_token_is_refused() -> None:
    with pytest.raises(ContractError, match=r"csrf_token.*already"):
        fields_of(pydantic.create_model("Fout", csrf_token=(str, setting("", label=_("API key")))))


def test_a_field_without_setting_is_refused() -> None:
    with pytest.raises(ContractError, match=r"Kaal.veld.*setting"):
        fields_of(pydantic.create_model("Kaal", veld=(int, 3)))


def test_a_text_can_be_required_and_a_choice_can_stay_open() -> None:
    class Streng(BaseModel):
        naam: str = setting("Wmo", label=_("Name of the contact"), min_length=1)
        kleur: Kleur | None = setting(None, label=_("Environment"), choices={Kleur.ROOD: "Rood"})

    naam, kleur = fields_of(Streng)
    assert (naam.optional, kleur.optional) == (False, True)
    form = entered(MultiDict(naam="", kleur=""), Streng(), RULES)
    assert list(form.errors) == ["naam"]
    assert entered(MultiDict(naam="a", kleur=""), Streng(kleur=Kleur.ROOD), RULES).value == Streng(naam="a")


instellingen = st.builds(
    Instellingen,
    naam=st.text("aZ09 éŁ漢'\"<>&%{}", max_size=40).map(str.strip),
    toelichting=st.text("abc é\n", max_size=30).map(str.strip),
    termijn=st.integers(1, 90),
    meldingen=st.booleans(),
    omgeving=st.sampled_from(Omgeving),
    soorten=st.frozensets(st.sampled_from(Soort)),
    email=st.sampled_from([None, "a@b.example.org"]),
    ingang=st.none() | st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    endpoint=st.sampled_from([None, "https://a.example.org/", "https://b.example.org/x"]),
    handleiding=st.none(),
    sleutel=st.none() | st.text(min_size=1, max_size=20).map(SecretStr),
    privesleutel=st.none(),
    certificaat=st.sampled_from([None, Certificate.parse(PEM)]),
)


@given(instellingen, instellingen)
def test_what_is_stored_and_what_is_shown_reads_back_the_same(value: Instellingen, other: Instellingen) -> None:
    read = decode(Instellingen, encode(value, SEALER, "0363", "proef"), SEALER, "0363", "proef")
    assert (read.value, read.faults) == (value, frozenset())
    again = entered(posted(**filled(value).data), value, RULES)
    assert (again.value, again.errors) == (value, {})
    assert {field.name for field in changed_fields(value, other)} == {
        name for name in Instellingen.model_fields if getattr(value, name) != getattr(other, name)
    }
    assert diff(value, value) == ()


def test_days_are_those_of_amsterdam() -> None:
    kind = next(field.kind for field in fields_of(Instellingen) if field.name == "certificaat")
    holds = Certificate("", "a", "b", clock.now(), datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "00")
    assert "01-01-2027" in translator("en")(kind.words(holds)[2])
