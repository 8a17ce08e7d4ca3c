"""What goes wrong in a product's page or menu stays there: the page names the product, the portal stands."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid_retry import mark_error_retryable
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.access.models import Account
from portaal.api import MenuEntry, Permission, Role, _
from portaal.app import make_app
from portaal.plugins.activation import activations
from portaal.testing.application import Browser, app_settings
from tests.plugins.conftest import CODE
from tests.plugins.kit import plugin

PAGE = f"/g/{CODE}/proef/"


def forever(request: Any) -> Any:
    return forever(request)


def broken_sql(request: Any) -> Any:
    request.dbsession.execute(sa.text("SELECT nothing FROM nowhere"))


def divides(request: Any) -> Any:
    return 1 / 0


def half_done(request: Any) -> Any:
    request.dbsession.execute(sa.update(Account).values(voornaam="Half"))
    request.dbsession.flush()
    raise RuntimeError("halfway")


@pytest.fixture
def portal(tmp_path: Path, connection: Connection, dbsession: Session, people: Any) -> Any:
    """``portal(view)``: a browser of somebody who works with a product that has this view."""

    def make(view: Any, method: str = "GET", renderer: str | None = None, **hooks: Any) -> Browser:
        def includeme(config: Any) -> None:
            config.add_route("pagina", "")
            for name, function in (("GET", view if method == "GET" else lambda request: {}), ("POST", view)):
                config.add_view(
                    function,
                    route="pagina",
                    permission="proef:pagina:bekijken",
                    request_method=name,
                    renderer=renderer or "json",
                )

        permission = Permission("proef:pagina:bekijken", _("Overview"), (Role.GEBRUIKER,))
        app = make_app(
            app_settings(tmp_path), plugin("proef", includeme=includeme, permissions=lambda: [permission], **hooks)
        )
        registry = app.registry
        registry["portaal.engine"].dispose()
        registry["portaal.engine"] = registry["portaal.reading_engine"] = connection
        activations(registry).activate(dbsession, CODE, "proef", None)
        browser = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
        browser.log_in_as(dbsession, people.new(("gebruiker", "proef")))
        return browser

    return make


def raises(error: BaseException) -> Any:
    def view(request: Any) -> Any:
        raise error

    return view


@pytest.mark.parametrize(
    "view",
    [
        divides,
        forever,
        lambda request: sys.exit(1),
        raises(asyncio.CancelledError()),
        raises(GeneratorExit()),
        raises(BaseExceptionGroup("several", [SystemExit(1)])),
    ],
)
def test_a_page_that_fails_is_a_page_inside_the_portal(
    view: Any, portal: Any, caplog: pytest.LogCaptureFixture
) -> None:
    browser = portal(view)
    page = browser.get(PAGE, status=503)
    assert "Proef" in page.html.find("main").text
    assert page.html.find("nav", class_="pz-nav") is not None
    assert "product proef failed on route proef.pagina" in caplog.text
    assert browser.get(f"/g/{CODE}/").status_int == 200


def test_a_template_that_fails_is_contained_too(portal: Any) -> None:
    portal(lambda request: {}, renderer="tests:plugins/templates/tegel.jinja2").get(PAGE, status=503)


def test_what_was_half_done_is_undone(portal: Any, dbsession: Session) -> None:
    browser = portal(half_done, method="POST")
    token = browser.get(f"/g/{CODE}/").html.find("input", attrs={"name": "csrf_token"})["value"]
    browser.post(PAGE, {"csrf_token": token}, status=503)
    dbsession.expire_all()
    assert dbsession.scalars(sa.select(Account.voornaam)).all() == ["Test"]


def test_a_failed_statement_does_not_spoil_the_page_that_tells_it(portal: Any) -> None:
    browser = portal(broken_sql, method="POST")
    token = browser.get(f"/g/{CODE}/").html.find("input", attrs={"name": "csrf_token"})["value"]
    page = browser.post(PAGE, {"csrf_token": token}, status=503)
    assert page.html.find("nav", class_="pz-nav") is not None


@pytest.mark.parametrize(("answer", "status"), [(HTTPNotFound, 404), (lambda: HTTPSeeOther("/"), 303)])
def test_answers_are_not_failures(answer: Any, status: int, portal: Any) -> None:
    def view(request: Any) -> Any:
        raise answer()

    portal(view).get(PAGE, status=status)


def test_what_can_be_tried_again_is_tried_again(portal: Any) -> None:
    calls: list[int] = []

    def busy(request: Any) -> Any:
        calls.append(1)
        if len(calls) < 3:
            error = RuntimeError("somebody else was first")
            mark_error_retryable(error)
            raise error
        return {"calls": len(calls)}

    browser = portal(busy, method="POST")
    token = browser.get(f"/g/{CODE}/").html.find("input", attrs={"name": "csrf_token"})["value"]
    assert browser.post(PAGE, {"csrf_token": token}).json == {"calls": 3}


def test_a_menu_is_what_was_checked_at_the_start(portal: Any) -> None:
    calls: list[int] = []

    def menu() -> list[MenuEntry]:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("no menu today")
        return [MenuEntry("pagina", _("Overview"))]

    browser = portal(lambda request: {}, menu=menu)
    for _number in range(3):
        page = browser.get(f"/g/{CODE}/")
        assert page.html.find("nav", class_="pz-nav").find("a", href=PAGE) is not None
    assert len(calls) == 1
