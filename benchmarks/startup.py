"""What plugins cost: `python benchmarks/startup.py [rounds]`.

Start-up, from the first import to the first page, with 0, 10 and 50 made-up plugins (each with pages, a menu entry, a
tile, a settings tab, a health check and a job), each in a process of its own; what importing the plugins takes by
itself is measured apart and taken off. Then pages in one process: a product's page beside the same view as a page of
the core, and the overview with tiles in threads beside the same tiles called directly. Everything is processor time,
which other work on the machine disturbs least: medians of interleaved rounds. Ratios count.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portaal import app as assembly
from portaal.access.resources import GemeenteContext
from portaal.db.models import core_metadata
from portaal.db.session import make_engine
from portaal.plugins.activation import activations
from portaal.testing.application import Browser, app_settings
from portaal.testing.people import People
from portaal.testing.seed import seed
from portaal.time_limit import Outcome, TimeLimit

NUMBERS = (0, 10, 50)
PAGES_PER_TURN = 40
CODE = "0363"

PLUGIN = """
from datetime import timedelta
from pathlib import Path
from pydantic import BaseModel, ConfigDict
from portaal.api import (HealthCheck, Job, MenuEntry, Permission, PluginInfo, Role, SettingsTab, Tile, _, hookimpl,
                         setting)

READ = "{name}:pagina:bekijken"

class Settings(BaseModel):
    model_config = ConfigDict(frozen=True)
    days: int = setting(30, label=_("Days"), at_least=1, at_most=90)

def page(context, request):
    return {{"gemeente": context.code}}

@hookimpl
def portaal_plugin_info():
    return PluginInfo("{name}", "{name}", _("Overview"), (1, 0))

@hookimpl
def portaal_permissions():
    return [Permission(READ, _("Overview"), (Role.GEBRUIKER,))]

@hookimpl
def portaal_includeme(config):
    for route in ("pagina", "lijst", "detail"):
        config.add_route(route, "" if route == "pagina" else route)
        config.add_view(page, route=route, permission=READ, request_method="GET", renderer="json")

@hookimpl
def portaal_menu():
    return [MenuEntry("pagina", _("Overview"))]

@hookimpl
def portaal_tiles():
    return [Tile("tegel", READ, "{name}:tegel.jinja2", lambda request, code: {{"text": code}})]

@hookimpl
def portaal_settings_tab():
    return SettingsTab(Settings)

@hookimpl
def portaal_health_checks():
    return [HealthCheck("look", lambda context: "")]

@hookimpl
def portaal_jobs():
    return [Job("werk", lambda context: None, every=timedelta(hours=1))]
"""

START = """
import json, sys, time
started = time.process_time()
from portaal.app import make_app
from portaal.plugins.discovery import GROUP
imported = time.process_time()
from importlib.metadata import Distribution
from pathlib import Path
from portaal.testing.application import Browser, app_settings
folder, settings_folder = sys.argv[1:]
settings = app_settings(Path(settings_folder))
candidates = {p.name: p for d in Distribution.discover(path=[folder]) for p in d.entry_points if p.group == GROUP}
before = time.process_time()
for point in candidates.values():
    point.load()
own = time.process_time() - before
before = time.process_time()
app = make_app(settings, candidates)
Browser(app, extra_environ={"HTTP_HOST": "localhost"}).get("/Inloggen-op-portals")
print(json.dumps([imported - started + time.process_time() - before, own]))
"""


def make_plugins(folder: Path, number: int) -> None:
    """Write packages with their entry points, as if they were installed in this folder."""
    for index in range(number):
        name = f"meting{index:03}"
        package = folder / name
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "plugin.py").write_text(PLUGIN.format(name=name))
        (package / "tegel.jinja2").write_text("<p>{{ text }}</p>")
        metadata = folder / f"{name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[portaal.plugins]\n{name} = {name}.plugin\n")


def start(folder: Path, settings: Path) -> tuple[float, float]:
    """Processor seconds from the first import to the first page, and of importing the plugins alone."""
    command = [sys.executable, "-W", "ignore", "-c", START, str(folder), str(settings)]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONPYCACHEPREFIX": str(settings / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed portal is compiled
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    total, own = json.loads(done.stdout.splitlines()[-1])
    return total, own


def measure_start(folder: Path, rounds: int) -> None:
    """The table of start-up times."""
    measured: dict[int, list[tuple[float, float]]] = {number: [] for number in NUMBERS}
    for number in NUMBERS:
        (folder / str(number)).mkdir()
        make_plugins(folder / str(number), number)
        start(folder / str(number), folder)  # compiles
    for _ in range(rounds):
        for number in NUMBERS:
            measured[number].append(start(folder / str(number), folder))
    empty = statistics.median(total for total, _ in measured[0])
    tell("plugins   first page   of which importing them   per plugin beyond its import")
    for number in NUMBERS:
        total = statistics.median(total for total, _ in measured[number])
        own = statistics.median(own for _, own in measured[number])
        each = f"{(total - empty) / number * 1000:8.1f} ms" if number else ""
        tell(f"{number:7}   {total + own:8.2f} s   {own:21.3f} s   {each}")


class Direct(TimeLimit):
    """Tiles as they would be without the layer: one after another, in the request's own thread."""

    def run(self, calls: Any, *, one_by_one: bool = False) -> list[Outcome]:
        return [Outcome(call.function()) for call in calls]


def with_page_of_the_core(config: Any) -> None:
    """The core with one page more: the same view as a plugin's, without the plugin layer."""
    CORE(config)
    config.add_route("kaal", "/g/{gemeentecode:[0-9]{4}}/kaal", factory=GemeenteContext)
    config.add_view(
        lambda context, request: {"gemeente": context.code},
        route_name="kaal",
        request_method="GET",
        permission="gemeente:bekijken",
        renderer="json",
    )


CORE = assembly.core_includeme


def measure_pages(folder: Path, number: int, rounds: int) -> None:
    """Ratios of pages, with so many plugins that are on and that one person works with."""
    sys.path.insert(0, str(folder / str(number)))
    found = Distribution.discover(path=[str(folder / str(number))])
    candidates = {point.name: point for distribution in found for point in distribution.entry_points}
    engine = make_engine(f"sqlite:///{folder}/pages.sqlite")
    core_metadata().create_all(engine)
    assembly.core_includeme = with_page_of_the_core
    settings = app_settings(folder) | {"portaal.engine": engine, "portaal.session_options": {}}
    app = assembly.make_app(settings, dict(sorted(candidates.items())))
    browser = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    with Session(engine, expire_on_commit=False) as dbsession:
        seed(dbsession)
        for name in candidates:
            activations(app.registry).activate(dbsession, CODE, name, None)
        person = People(dbsession, iter([1])).new(*(("gebruiker", name) for name in candidates))
        browser.log_in_as(dbsession, person)
    threads = app.registry["portaal.tile_limit"]

    def overview(limit: TimeLimit) -> Callable[[], None]:
        def page() -> None:
            app.registry["portaal.tile_limit"] = limit
            browser.get(f"/g/{CODE}/")

        return page

    tell(f"\nwith {number} plugins")
    pages = (lambda: browser.get(f"/g/{CODE}/meting000/"), lambda: browser.get(f"/g/{CODE}/kaal"))
    tell(f"a product's page to the same page of the core: {ratio(*pages, rounds):.3f}")
    tell(
        f"the overview to the overview with its tiles called directly: "
        f"{ratio(overview(threads), overview(Direct(1)), rounds):.3f}"
    )
    engine.dispose()


def ratio(one: Callable[[], Any], other: Callable[[], Any], rounds: int) -> float:
    """Processor time of one to the other: the median over rounds that alternate."""
    for page in (one, other):
        turn(page)  # warm
    return statistics.median(turn(one) / turn(other) for _ in range(rounds))


def turn(page: Callable[[], Any]) -> float:
    before = time.process_time()
    for _ in range(PAGES_PER_TURN):
        page()
    return time.process_time() - before


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app_settings(folder)
        measure_start(folder, rounds)
        measure_pages(folder, 10, rounds)


if __name__ == "__main__":
    main()
