"""What the Productbeheerder sets for messages, and what becomes of it when files are delivered."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.berichtenverkeer.builder import build
from tests.berichtenverkeer.official_sets import STRICTER, changed, release
from tests.berichtenverkeer_traffic.on_screen import BASE, upload

from portaal.berichtenverkeer.delivery.sender import envelope_of
from portaal.berichtenverkeer.standard.importing import import_set
from portaal.berichtenverkeer.standard.official import OfficialSchemas
from portaal.berichtenverkeer.tracking.models import Message

Wmo301 = Callable[[str], bytes]


@pytest.fixture
def set_up(app: Any, dbsession: Session) -> Callable[..., None]:
    """Saves settings of Amsterdam's iWmo."""
    store = app.registry["portaal.settings"]

    def save(**values: Any) -> None:
        model = store.tabs["iwmo"].model
        store.save(dbsession, "0363", "iwmo", model(**values), based_on=0, by=None)
        dbsession.commit()

    return save


def test_how_strict_the_check_is_can_be_set(gebruiker: Any, wmo301: Wmo301, set_up: Callable[..., None]) -> None:
    spoiled = re.sub(rb"(<wmo301:Bsn>)\d+", rb"\g<1>123456780", wmo301("1"))
    page = upload(gebruiker, ("advies.xml", spoiled)).follow()
    page.mustcontain("Aangenomen", "CS002", "advies")
    set_up(bericht="weigering")
    page = upload(gebruiker, ("weigering.xml", re.sub(rb">1<", b">2<", spoiled, count=1))).follow()
    page.mustcontain("Het bestand is niet verstuurd", "CS002")
    assert "123456780" not in page.text


@pytest.fixture
def save_on_screen(log_in: Any) -> Callable[..., Any]:
    """Fills in the settings tab of Amsterdam's iWmo as its Productbeheerder, and saves."""

    def save(status: int | None = None, **values: str) -> Any:
        page = log_in(("productbeheerder", "iwmo")).get("/g/0363/").click("Instellingen", index=0).maybe_follow()
        form = next(form for form in page.forms.values() if "productcodes" in form.fields)
        for name, value in values.items():
            form[name] = value
        return form.submit(status=status)

    return save


def delivered(log_in: Any, identificatie: str) -> Any:
    """The result page of a WMO301 with two product codes: 02;02A01 and 10;10A02."""
    message = build("WMO301", {"Header/Afzender": "0363"}).replace(b">B1<", f">{identificatie}<".encode())
    return upload(log_in(("gebruiker", "iwmo")), ("bericht.xml", message)).follow()


def test_product_codes_are_checked_against_the_list_of_the_productbeheerder(
    log_in: Any, save_on_screen: Callable[..., Any]
) -> None:
    says_unchecked = "Productcodes worden niet gecontroleerd"
    log_in(("gebruiker", "iwmo")).get(f"{BASE}/aanleveren").mustcontain(says_unchecked)
    assert "TR381" not in delivered(log_in, "1")
    save_on_screen(productcodes="Categorie;Code;Naam\n02;02A01;Begeleiding\n10;10A02", status=303)
    assert says_unchecked not in log_in(("gebruiker", "iwmo")).get(f"{BASE}/aanleveren")
    assert "TR381" not in delivered(log_in, "2")
    save_on_screen(productcodes="02;02A01", status=303)
    delivered(log_in, "3").mustcontain("Aangenomen", "TR381", "advies")
    save_on_screen(extern="weigering", status=303)
    delivered(log_in, "4").mustcontain("Het bestand is niet verstuurd", "TR381")
    save_on_screen(productcodes="", status=303)
    delivered(log_in, "5").mustcontain("Aangenomen")


@pytest.mark.parametrize(
    ("setting", "code", "spoil"),
    [
        ("bericht", "CS002", lambda message: message.replace(b"999900006", b"999900007")),
        ("extern", "TR135", lambda message: message.replace(b"2026-05-06", b"2999-01-01")),
        ("bestand", "OP192", lambda message: b"\xef\xbb\xbf" + message),
    ],
)
def test_the_productbeheerder_decides_on_the_screen_what_is_advice_and_what_refuses(
    log_in: Any, save_on_screen: Callable[..., Any], setting: str, code: str, spoil: Callable[[bytes], bytes]
) -> None:
    def deliver(identificatie: str) -> Any:
        message = build("WMO301", {"Header/Afzender": "0363"}).replace(b">B1<", f">{identificatie}<".encode())
        return upload(log_in(("gebruiker", "iwmo")), ("bericht.xml", spoil(message))).follow()

    deliver("1").mustcontain("Aangenomen", code, "advies")
    save_on_screen(**{setting: "weigering"}, status=303)
    deliver("2").mustcontain("Het bestand is niet verstuurd", code)
    save_on_screen(**{setting: "advies"}, status=303)
    deliver("3").mustcontain("Aangenomen", code)


@pytest.mark.parametrize("line", ["02A01", "99;02A01", "02;te lang", "02;02A01A", "hulp bij huishouden"])
def test_a_line_that_is_no_product_code_is_named_and_stays(save_on_screen: Callable[..., Any], line: str) -> None:
    page = save_on_screen(productcodes=f"02;02A01\n\n{line}", status=422)
    page.mustcontain("Regel 3 is geen bestaande ProductCategorie met een code.", line)


def test_official_schemas_judge_what_is_delivered_too(
    log_in: Any, app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "bron"
    source.mkdir()
    for name, data in changed(*STRICTER).items():
        (source / name).write_bytes(data)
    import_set(tmp_path / "standaarden", release("iwmo-3.2"), source)
    official = OfficialSchemas(tmp_path / "standaarden")
    monkeypatch.setitem(app.registry, "portaal.official_schemas", official)
    delivered(log_in, "1").mustcontain("Het bestand is niet verstuurd", "X90", "Servicedesk")
    checks = {check["name"]: check for check in log_in().get("/ready", status="*").json["checks"]}
    assert checks["standaarden"]["status"] == "degraded"
    assert "WMO301: 1 messages judged differently" in checks["standaarden"]["text"]


def test_an_own_reference_can_be_required(gebruiker: Any, wmo301: Wmo301, set_up: Callable[..., None]) -> None:
    set_up(eigen_kenmerk_verplicht=True)
    upload(gebruiker, ("a.xml", wmo301("1")), status=422).mustcontain("Vul uw eigen kenmerk in")
    upload(gebruiker, ("a.xml", wmo301("1")), own_reference="zaak 1").follow().mustcontain("Aangenomen")


def test_the_samenwerkingsverband_stands_on_the_envelope(
    gebruiker: Any, wmo301: Wmo301, set_up: Callable[..., None], dbsession: Session
) -> None:
    upload(gebruiker, ("a.xml", wmo301("1")))
    set_up(samenwerkingsverband="Regio Amstelland")
    upload(gebruiker, ("b.xml", wmo301("2")))
    envelopes = [
        envelope_of(dbsession, message)
        for message in dbsession.scalars(sa.select(Message).order_by(Message.identificatie))
    ]
    assert [envelope.zender.administratie for envelope in envelopes] == ["Amsterdam", "Regio Amstelland"]


def test_a_productbeheerder_has_the_tab_and_a_gebruiker_does_not(log_in: Any) -> None:
    page = log_in(("productbeheerder", "iwmo")).get("/g/0363/").click("Instellingen", index=0).maybe_follow()
    page.mustcontain("Berichten controleren", "samenwerkingsverband")
    log_in(("gebruiker", "iwmo")).get(page.request.url, status=403)
