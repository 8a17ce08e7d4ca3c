"""Tiles: one good product among nine bad ones, the page stands and nothing leaks from one to another."""

from __future__ import annotations

import decimal
import locale
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from queue import SimpleQueue
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.access.models import Account
from portaal.api import Tile
from portaal.app import make_app
from portaal.logs import FIELDS, LineFormatter
from portaal.overview.models import Miss, TileTrouble
from portaal.overview.trouble import PAUSE
from portaal.plugins.activation import activations
from portaal.testing.application import Browser, app_settings
from portaal.testing.audit import lines_in
from portaal.testing.people import People
from portaal.testing.seed import seed
from tests.plugins.conftest import CODE
from tests.plugins.kit import plugin
from tests.plugins.standstill import Standstill

OVERVIEW = f"/g/{CODE}/"
SECRET = "999990019"  # passes the eleven test


def good(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    people = request.dbsession.scalar(sa.select(sa.func.count()).select_from(Account))
    return {"text": f"goed: {people} mensen, {decimal.Decimal(1) / 3:.4f}"}


def raises(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    raise LookupError("no such thing")


def sleeps(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    request.registry["portaal.tile_limit"].hang()
    return {"text": "slept"}


def returns_much(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    return {"text": "x" * 50_000_000}


def breaks_the_session(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    request.dbsession.add(Account(issuer="half"))
    request.dbsession.connection().close()
    request.dbsession.execute(sa.text("SELECT nothing FROM nowhere"))
    return {"text": "broken"}


def opens_a_transaction(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    request.dbsession.begin_nested()
    request.tm.begin()
    request.tm.doom()
    raise RuntimeError("and leaves it open")


def exits(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    sys.exit(1)


def recurses(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    return recurses(request, gemeentecode)


def changes_numbers_and_locale(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    decimal.getcontext().prec = 1
    locale.setlocale(locale.LC_ALL, "C")
    raise ValueError("so there")


def logs_a_secret(request: Any, gemeentecode: str) -> Mapping[str, Any]:
    logging.getLogger("kwaad").warning("the BSN is %s", SECRET)
    raise ValueError(f"BSN {SECRET}")


BAD = (
    raises,
    sleeps,
    returns_much,
    breaks_the_session,
    opens_a_transaction,
    exits,
    recurses,
    changes_numbers_and_locale,
    logs_a_secret,
)


def tile_of(name: str, load: Any) -> dict[str, Any]:
    tile = Tile("tegel", f"{name}:pagina:bekijken", "tests:plugins/templates/tegel.jinja2", load)
    return plugin(name, tiles=lambda: [tile])


class Live:
    """A portal on a database of its own, with threads."""

    def __init__(self, engine: Engine, folder: Any, loads: Mapping[str, Any]) -> None:
        with Session(engine) as dbsession:
            seed(dbsession)
            dbsession.commit()
        candidates: dict[str, Any] = {}
        for name, load in loads.items():
            candidates |= tile_of(name, load)
        self.engine = engine
        settings = app_settings(folder) | {"portaal.engine": engine, "portaal.session_options": {}}
        self.limit = Standstill()
        self.app = make_app(settings | {"portaal.tile_limit": self.limit}, candidates)
        self.dbsession = Session(engine, expire_on_commit=False)
        self.people = People(self.dbsession, iter(range(1, 100)))
        for name in loads:
            activations(self.app.registry).activate(self.dbsession, CODE, name, None)
        self.dbsession.commit()
        self.products = list(loads)

    def browser(self, role: str = "gebruiker") -> Browser:
        browser = Browser(self.app, extra_environ={"HTTP_HOST": "localhost"})
        browser.log_in_as(self.dbsession, self.people.new(*((role, product) for product in self.products)))
        return browser

    def troubles(self) -> dict[str, tuple[int, Miss, bool]]:
        with Session(self.engine) as dbsession:
            return {
                row.product: (row.misses, row.reason, row.paused_until is not None)
                for row in dbsession.scalars(sa.select(TileTrouble))
            }


@pytest.fixture
def live(fresh_database: Engine, tmp_path: Any) -> Iterator[Any]:
    """``live(good=good, bad=raises)``: a portal with a product for each tile."""
    made: list[Live] = []

    def make(**loads: Any) -> Live:
        made.append(Live(fresh_database, tmp_path, loads))
        return made[0]

    yield make
    for portal in made:
        portal.limit.release()
        portal.dbsession.close()


# portaal_tiles
def test_one_good_tile_among_nine_bad_ones(live: Any, caplog: pytest.LogCaptureFixture) -> None:
    portal = live(goed=good, **{f"kwaad{number}": load for number, load in enumerate(BAD)})
    browser, before = portal.browser(), locale.setlocale(locale.LC_ALL)
    browser.get(OVERVIEW)  # the first page compiles templates
    for _ in range(2):
        page = browser.get(OVERVIEW)
        assert "goed: 1 mensen, 0.3333" in page
        assert page.text.count("kan op dit moment niet worden getoond") == len(BAD)
        assert len(page.html.select("main li.pz-card")) == 1 + len(BAD)
    assert locale.setlocale(locale.LC_ALL) == before
    assert decimal.getcontext().prec == 28
    reasons = {BAD[int(name.removeprefix("kwaad"))]: reason for name, (_, reason, _) in portal.troubles().items()}
    assert len(reasons) == len(BAD)
    assert reasons[sleeps] is Miss.LATE
    assert reasons[returns_much] is Miss.TOO_LARGE
    assert reasons[raises] is reasons[exits] is reasons[recurses] is Miss.FAILED
    with Session(portal.engine) as dbsession:
        assert dbsession.scalar(sa.select(sa.func.count()).select_from(Account)) == 1
    lines = [LineFormatter(FIELDS, style="{").format(record) for record in caplog.records]
    assert any("tile tegel of product kwaad0 failed" in line for line in lines)
    assert not any(SECRET in line for line in lines)


def test_after_three_misses_a_tile_is_paused_and_tried_again_later(live: Any, traveller: Any) -> None:
    calls: list[str] = []

    def wobbly(request: Any, gemeentecode: str) -> Mapping[str, Any]:
        calls.append(gemeentecode)
        if len(calls) <= 4:
            raise LookupError
        return {"text": "weer goed"}

    portal = live(wankel=wobbly)
    browser = portal.browser()
    for misses in (1, 2, 3):
        browser.get(OVERVIEW)
        assert portal.troubles()["wankel"][0] == misses
    browser.get(OVERVIEW)
    assert len(calls) == 3
    traveller.shift(PAUSE + timedelta(seconds=1))
    assert "kan op dit moment niet" in portal.browser().get(OVERVIEW)
    browser = portal.browser()
    browser.get(OVERVIEW)
    assert len(calls) == 4
    traveller.shift(PAUSE + timedelta(seconds=1))
    assert "weer goed" in portal.browser().get(OVERVIEW)
    assert portal.troubles() == {}


def test_one_good_time_makes_up_for_two_bad_ones(live: Any) -> None:
    answers = iter([False, False, True, False, False, True])

    def wobbly(request: Any, gemeentecode: str) -> Mapping[str, Any]:
        if not next(answers):
            raise LookupError
        return {"text": "goed"}

    portal = live(wankel=wobbly)
    browser = portal.browser()
    for _ in range(6):
        page = browser.get(OVERVIEW)
    assert "goed" in page
    assert portal.troubles() == {}


def test_the_productbeheerder_sees_the_pause_and_can_end_it(live: Any) -> None:
    portal = live(kwaad=raises, goed=good)
    gebruiker, beheerder = portal.browser(), portal.browser("productbeheerder")
    for _ in range(3):
        gebruiker.get(OVERVIEW)
    page = beheerder.get(OVERVIEW)
    assert 'Het onderdeel "tegel" is gepauzeerd' in page.html.text
    assert "Het ontbrak drie keer achter elkaar, de laatste keer omdat het misging." in page
    assert "gepauzeerd" not in gebruiker.get(OVERVIEW)
    (form,) = [form for form in page.forms.values() if "/onderdelen/" in form.action]
    gebruiker.post(form.action, {"csrf_token": form["csrf_token"].value}, status="4*")
    assert portal.troubles()["kwaad"][2]
    assert "wordt nu opnieuw geprobeerd" in form.submit().follow()
    assert portal.troubles()["kwaad"] == (3, Miss.FAILED, False)
    with Session(portal.engine) as dbsession:
        (line,) = lines_in(dbsession)("tile.resume")
    assert (line.gemeentecode, line.product, line.object_id) == ("0363", "kwaad", "tegel")
    gebruiker.get(OVERVIEW)
    assert portal.troubles()["kwaad"] == (4, Miss.FAILED, True)


def test_late_tiles_do_not_add_up(live: Any) -> None:
    portal = live(**{f"traag{number}": sleeps for number in range(6)}, goed=good)
    browser = portal.browser()
    for _ in range(2):
        assert "goed: 1" in browser.get(OVERVIEW)


def test_a_product_that_hangs_does_not_fill_the_process(live: Any) -> None:
    calls: list[int] = []

    def hangs(request: Any, gemeentecode: str) -> Mapping[str, Any]:
        calls.append(1)
        return sleeps(request, gemeentecode)

    portal = live(traag=hangs)
    browser = portal.browser()
    with Session(portal.engine) as dbsession:
        for _ in range(6):
            browser.get(OVERVIEW)
            dbsession.execute(sa.update(TileTrouble).values(misses=1, paused_until=None))  # no pause gets in between
            dbsession.commit()
    assert len(calls) == 2


def test_a_tile_cannot_write(live: Any) -> None:
    def writes(request: Any, gemeentecode: str) -> Mapping[str, Any]:
        request.dbsession.query(Account).first().voornaam = "Ander"
        request.dbsession.flush()
        return {"text": "written"}

    portal = live(kwaad=writes)
    portal.browser().get(OVERVIEW)
    assert portal.troubles()["kwaad"][1] is Miss.FAILED


def test_the_page_stands_when_the_count_cannot_be_kept(
    live: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    portal = live(kwaad=raises, goed=good)

    def fail(*args: Any) -> None:
        raise OSError

    monkeypatch.setattr("portaal.overview.trouble.note_miss", fail)
    assert "goed: 1" in portal.browser().get(OVERVIEW)
    assert "could not be written down" in caplog.text


def test_the_page_does_not_wait_for_who_has_locked_the_count(live: Any, caplog: pytest.LogCaptureFixture) -> None:
    portal = live(kwaad=raises, goed=good)
    browser = portal.browser()
    if portal.engine.dialect.name == "sqlite":
        portal.engine.dispose()
        event.listen(portal.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=600000"))
    shown: SimpleQueue[str] = SimpleQueue()
    with portal.engine.connect() as other, other.begin():  # on SQLite this alone locks out everybody who writes
        if other.dialect.name == "postgresql":
            other.exec_driver_sql("LOCK TABLE tile_trouble IN SHARE ROW EXCLUSIVE MODE")
        threading.Thread(target=lambda: shown.put(browser.get(OVERVIEW).text), daemon=True).start()
        assert "goed: 1" in shown.get(timeout=120)
    assert "could not be written down" in caplog.text
    assert portal.troubles() == {}
    browser.get(OVERVIEW)
    assert portal.troubles() == {"kwaad": (1, Miss.FAILED, False)}
    with portal.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 600_000
        else:
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"
