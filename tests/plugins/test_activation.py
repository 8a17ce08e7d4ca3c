"""Switching a product on and off for a gemeente: hot, recorded, and never half."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.access.models import Role
from portaal.app import make_app
from portaal.audit.models import AuditEvent
from portaal.organisations.activation import Activation
from portaal.plugins.activation import ActivationRefusedError, Activations, activations
from portaal.testing.application import app_settings
from tests.plugins.conftest import CODE
from tests.plugins.kit import plugin

PAGE = "/g/0363/voorbeeld/"


def current(dbsession: Session, product: str = "voorbeeld") -> list[Activation]:
    query = sa.select(Activation).where(Activation.product == product, Activation.deactivated_at.is_(None))
    return list(dbsession.scalars(query))


def audit_lines(dbsession: Session) -> list[tuple[str, str | None]]:
    query = sa.select(AuditEvent.action, AuditEvent.gemeentecode).where(AuditEvent.object_kind == "product")
    return [(action, code) for action, code in dbsession.execute(query)]


def notes(dbsession: Session) -> dict[str, bool]:
    from portaal_voorbeeld.models import Note

    return {note.text: note.pinned for note in dbsession.scalars(sa.select(Note).order_by(Note.text))}


# portaal_activated, portaal_deactivated
def test_off_leaves_nothing_and_on_brings_all_back(log_in: Any, switch: Activations, active: Session) -> None:
    browser = log_in(("gebruiker", "voorbeeld"))
    form = next(form for form in browser.get(PAGE).forms.values() if "text" in form.fields)
    form["text"] = "Bel de aanbieder"
    form.submit(status=303)
    page = browser.get(f"/g/{CODE}/")
    assert "2 notities" in page
    assert page.html.find("a", href=PAGE)

    assert switch.deactivate(active, CODE, "voorbeeld", None)
    active.commit()
    page = browser.get(f"/g/{CODE}/")
    assert "Voorbeeld" not in page
    assert "voorbeeld" not in page.text
    browser.get(PAGE, status=404)
    browser.get(f"{PAGE}notities.json", status=404)
    assert notes(active) == {"Bel de aanbieder": False, "Welkom": False}

    switch.activate(active, CODE, "voorbeeld", None)
    active.commit()
    assert browser.get(f"{PAGE}notities.json").json == {"notes": ["Bel de aanbieder", "Welkom"]}
    assert "2 notities" in browser.get(f"/g/{CODE}/")


def test_each_switch_is_recorded_once(switch: Activations, dbsession: Session) -> None:
    assert switch.activate(dbsession, CODE, "voorbeeld", None)
    assert not switch.activate(dbsession, CODE, "voorbeeld", None)
    assert switch.deactivate(dbsession, CODE, "voorbeeld", None)
    assert not switch.deactivate(dbsession, CODE, "voorbeeld", None)
    assert audit_lines(dbsession) == [("product.activate", CODE), ("product.deactivate", CODE)]


def test_another_gemeente_is_not_touched(log_in: Any, active: Session) -> None:
    browser = log_in(("gebruiker", "voorbeeld"), gemeente="0384")
    browser.get("/g/0384/voorbeeld/", status=404)


# portaal_activation_check
def test_an_obstacle_of_the_product_is_told(switch: Activations, dbsession: Session, app: Any) -> None:
    from portaal_voorbeeld.settings import Settings

    store = app.registry["portaal.settings"]
    store.save(dbsession, CODE, "voorbeeld", Settings(days=7), based_on=0, by=None)
    with pytest.raises(ActivationRefusedError) as refused:
        switch.activate(dbsession, CODE, "voorbeeld", None)
    assert [str(obstacle) for obstacle in refused.value.obstacles] == [
        "Notes are kept too short: let the Productbeheerder keep them 30 days or more."
    ]
    assert current(dbsession) == []
    assert audit_lines(dbsession) == []


def test_the_servicedesk_sees_the_obstacle(log_in: Any, dbsession: Session, app: Any) -> None:
    from portaal_voorbeeld.settings import Settings

    app.registry["portaal.settings"].save(dbsession, CODE, "voorbeeld", Settings(days=7), based_on=0, by=None)
    browser = log_in(Role.SERVICEDESK, operator=True)
    page = browser.get(f"/servicedesk/gemeenten/{CODE}")
    form = next(form for form in page.forms.values() if form.action.endswith("/producten/voorbeeld/activeren"))
    assert "Notities blijven te kort bewaard" in form.submit().follow()
    app.registry["portaal.settings"].save(dbsession, CODE, "voorbeeld", Settings(days=30), based_on=1, by=None)
    form.submit().follow()
    assert [activation.gemeentecode for activation in current(dbsession)] == [CODE]


def failing(error: BaseException) -> Callable[[Any], None]:
    def hook(context: Any) -> None:
        context.dbsession.execute(sa.update(Activation).values(product="kwaad"))
        raise error

    return hook


def switch_of(tmp_path: Any, **hooks: Any) -> Activations:
    app = make_app(app_settings(tmp_path), plugin("proef", **hooks))
    app.registry["portaal.engine"].dispose()
    return activations(app.registry)


@pytest.mark.parametrize(
    "check",
    [
        failing(RuntimeError("the register is away")),
        failing(SystemExit(0)),
        lambda context: context.dbsession.execute(sa.text("SELECT nothing FROM nowhere")),
        lambda context: ["not a text"],
        lambda context: 7,
    ],
)
def test_a_check_that_fails_is_an_obstacle(check: Any, tmp_path: Any, dbsession: Session) -> None:
    switch = switch_of(tmp_path, activation_check=check)
    with pytest.raises(ActivationRefusedError) as refused:
        switch.activate(dbsession, CODE, "proef", None)
    assert "could not check" in str(refused.value.obstacles[0])
    assert current(dbsession, "proef") == []
    assert len(current(dbsession, "iwmo")) == 3


def test_a_check_changes_nothing(tmp_path: Any, dbsession: Session) -> None:
    def writes(context: Any) -> None:
        context.dbsession.execute(sa.delete(Activation))

    assert switch_of(tmp_path, activation_check=writes).activate(dbsession, CODE, "proef", None)
    dbsession.expire_all()
    assert len(current(dbsession, "iwmo")) == 3


@pytest.mark.parametrize("error", [RuntimeError("no room"), SystemExit(0)])
def test_a_product_that_cannot_prepare_itself_stays_off(error: Any, tmp_path: Any, dbsession: Session) -> None:
    switch = switch_of(tmp_path, activated=failing(error))
    with pytest.raises(ActivationRefusedError) as refused:
        switch.activate(dbsession, CODE, "proef", None)
    assert "could not prepare itself" in str(refused.value.obstacles[0])
    dbsession.expire_all()
    assert current(dbsession, "proef") == []
    assert current(dbsession, "kwaad") == []
    assert len(current(dbsession, "iwmo")) == 3


@pytest.mark.parametrize("error", [RuntimeError("no"), SystemExit(0)])
def test_a_product_that_fails_is_off_all_the_same(
    error: Any, tmp_path: Any, dbsession: Session, caplog: pytest.LogCaptureFixture
) -> None:
    switch = switch_of(tmp_path, deactivated=failing(error))
    switch.activate(dbsession, CODE, "proef", None)
    assert switch.deactivate(dbsession, CODE, "proef", None)
    dbsession.expire_all()
    assert current(dbsession, "proef") == []
    assert len(current(dbsession, "iwmo")) == 3
    assert "product proef failed on its deactivation" in caplog.text


def test_what_is_not_installed_cannot_be_switched_on_but_can_be_switched_off(
    switch: Activations, dbsession: Session
) -> None:
    assert switch.deactivate(dbsession, "0384", "iwmo", None)
    with pytest.raises(ActivationRefusedError) as refused:
        switch.activate(dbsession, "0384", "iwmo", None)
    assert "not installed" in str(refused.value.obstacles[0])
