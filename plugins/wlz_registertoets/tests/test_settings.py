"""The settings tab: what is wrong is said to whoever can mend it, and the connection is really tried (R-85, B-12)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import webtest
from sqlalchemy.orm import Session

import portaal_wlz_registertoets
from portaal.testing.audit import lines_in
from portaal.testing.catalogues import in_dutch
from portaal.testing.ciz import Fault, Server
from portaal_wlz_registertoets import settings as product

from .conftest import HASTE, OIN, PATIENCE, PRODUCTBEHEERDER, SLOW

TAB = "/g/0363/instellingen/wlz_registertoets/"
DUTCH = in_dutch(Path(portaal_wlz_registertoets.__file__).parent / "locale")


def tried(ciz: Server, **changes: Any) -> tuple[bool, str]:
    """Whether the connection test succeeds, and what it says."""
    values = {"endpoint": f"{ciz.url}/", "oin": OIN, "timeout": PATIENCE} | changes
    outcome = product.test_connection(product.Settings.model_validate(values))
    return outcome.succeeded, DUTCH(outcome.text)


def test_a_register_that_answers(ciz: Server) -> None:
    succeeded, text = tried(ciz)
    assert succeeded
    assert text.startswith("Het register antwoordde.")


def test_the_connection_that_holds_is_tried_from_the_tab(
    log_in: Any, configure: Callable[..., None], ciz: Server, dbsession: Session
) -> None:
    configure()
    browser = log_in(PRODUCTBEHEERDER)

    def press() -> str:
        forms = browser.get(TAB).forms.values()
        return str(next(form for form in forms if form.action.endswith("/testen")).submit(status=303).follow().text)

    assert "Het register antwoordde." in press()
    ciz.behaviour.choose(Fault.GEWEIGERD)
    assert "Controleer het OIN en het certificaat" in press()
    assert [line.details for line in lines_in(dbsession)("settings.test")] == [
        {"succeeded": True},
        {"succeeded": False},
    ]


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        (Fault.TRAAG, "wacht langer op een antwoord"), (Fault.WEG, "Controleer het webadres"),
        (Fault.HTML, "Controleer het webadres"), (Fault.GEWEIGERD, "Controleer het OIN en het certificaat"),
        (Fault.FOUT_500, "storing"),
    ],
)  # fmt: skip
def test_a_register_that_fails(ciz: Server, fault: Fault, advice: str) -> None:
    ciz.behaviour.choose(fault)
    succeeded, text = tried(ciz, timeout=HASTE if fault in SLOW else PATIENCE)
    assert not succeeded
    assert advice in text


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"endpoint": "http://localhost:9/"}, "Op dit webadres antwoordt niets."),
        ({"endpoint": None}, "Vul eerst het webadres"),
        ({"oin": ""}, "Vul eerst het webadres"),
        ({"endpoint": "https://register.example.org/"}, "Vul eerst het webadres"),
    ],
)
def test_an_address_that_is_not_right(ciz: Server, changes: dict[str, Any], advice: str) -> None:
    succeeded, text = tried(ciz, **changes)
    assert not succeeded
    assert advice in text


def test_the_productbeheerder_is_not_sent_to_the_productbeheerder(ciz: Server) -> None:
    for reason, text in product.TEST_REASONS.items():
        assert "Productbeheerder" not in DUTCH(text), reason


def test_office_hours_end_after_they_start(log_in: Any) -> None:
    page = log_in(PRODUCTBEHEERDER).get(TAB)
    form: webtest.Form = next(form for form in page.forms.values() if "oin" in form.fields)
    form["office_start"], form["office_end"] = "19", "7"
    refused = form.submit(status=422)
    assert "Vul een uur in na het begin van de kantooruren." in refused.text
    assert refused.html.find("input", attrs={"name": "office_end"})["value"] == "7"


@pytest.mark.parametrize("oin", ["123", "0000009900000363000x", "000000990000036300001"])
def test_an_oin_that_is_none_is_explained_and_kept(log_in: Any, oin: str) -> None:
    page = log_in(PRODUCTBEHEERDER).get(TAB)
    form: webtest.Form = next(form for form in page.forms.values() if "oin" in form.fields)
    form["oin"] = oin
    refused = form.submit(status=422)
    assert "Een OIN heeft 20 cijfers." in refused.text
    assert refused.html.find("input", attrs={"name": "oin"})["value"] == oin
