"""A portal that knows a simulated broker, and somebody's way through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import webtest
from sqlalchemy.engine import Connection

import portaal.demo
from portaal.app import make_app
from portaal.testing.application import Browser, app_settings
from portaal.testing.makelaar import form_with
from portaal.testing.pages import Visitor
from portaal.testing.server import Server, serving
from portaal_oidc.simulator.answers import CLAIM
from portaal_oidc.simulator.app import make_app as make_broker
from portaal_oidc.simulator.people import read_people
from portaal_oidc.simulator.state import PREFIX, Simulator

ACCOUNTS = Path(portaal.demo.__file__).parent / "accounts.toml"
ANNA = "anna.degroot@amsterdam.example"
SECRET = "een lang geheim, met : en +"
PLUGIN = {"oidc": EntryPoint("oidc", "portaal_oidc.plugin", "portaal.plugins")}


def write_brokers(folder: Path, address: str, more: str = "", **changes: str) -> Path:
    """The file of a broker that knows us by a secret.

    :param changes: lines by their name, instead of the usual ones; an empty text leaves the line out.
    """
    (folder / "oidc.secret").write_text(f"{SECRET}\n")
    lines = {
        "name": '"Voorbeeldbroker"',
        "issuer": f'"{address}"',
        "client_id": '"portaal:zorg"',
        "client_secret": '"oidc.secret"',
    } | changes
    text = "\n".join(f"{name} = {value}" for name, value in lines.items() if value)
    levels = "\n".join(f'"{PREFIX}{level}" = "{level}"' for level in ("loa2plus", "loa3", "loa4"))
    file = folder / "brokers.toml"
    file.write_text(f'[[broker]]\n{text}\n[broker.levels]\n{levels}\n[broker.claims]\nkvk = "{CLAIM}"\n{more}\n')
    return file


@dataclass
class Walk:
    """Somebody's way through the broker."""

    simulator: Simulator
    browser: Browser
    pages: Visitor = field(init=False)

    def __post_init__(self) -> None:
        host = urlsplit(self.simulator.issuer).netloc
        self.pages = Visitor(make_broker(self.simulator), extra_environ={"HTTP_HOST": host})

    def begin(self, language: str = "nl") -> webtest.TestResponse:
        """From the portal's list to where the browser is sent."""
        form = form_with(self.browser.get(f"/inloggen?taal={language}"), "makelaar")
        form["makelaar"] = self.simulator.issuer
        return form.submit(expect_errors=True)

    def authenticate(
        self, sent: webtest.TestResponse, username: str = ANNA, answer: str = "normal", organisation: str = ""
    ) -> str:
        """From there to the address at the portal to which the browser is sent back."""
        address = urlsplit(sent.location)
        form = self.pages.get(f"{address.path}?{address.query}").form
        form["person"], form["answer"], form["organisation"] = username, answer, organisation
        return str(form.submit("inloggen", status=302).location)

    def back(self, location: str) -> webtest.TestResponse:
        address = urlsplit(location)
        assert f"{address.scheme}://{address.netloc}{address.path}" == "http://localhost/inloggen/terug/oidc"
        return self.browser.get(f"{address.path}?{address.query}", expect_errors=True)

    def log_in(self, username: str = ANNA, answer: str = "normal", organisation: str = "") -> webtest.TestResponse:
        return self.back(self.authenticate(self.begin(), username, answer, organisation))


@pytest.fixture(scope="session")
def broker() -> Iterator[Simulator]:
    """The simulated broker, listening on this machine."""
    server = Server()
    simulator = Simulator(
        server.url(), "portaal:zorg", "http://localhost/inloggen/terug/oidc", read_people(ACCOUNTS), secret=SECRET
    )
    with serving(server, make_broker(simulator)):
        yield simulator


@pytest.fixture(autouse=True)
def no_faults(broker: Simulator) -> Iterator[None]:
    yield
    broker.faults.clear()
    broker.more.clear()
    broker.client_keys = None


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no broker that does not answer."""
    monkeypatch.setattr("portaal_oidc.discovery.SECONDS", 60.0)


@pytest.fixture(scope="session")
def built(broker: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A portal that knows this broker."""
    folder = tmp_path_factory.mktemp("oidc")
    app = make_app(app_settings(folder) | {"oidc.brokers": str(write_brokers(folder, broker.issuer))}, PLUGIN)
    app.registry["portaal.engine"].dispose()
    return app


@pytest.fixture
def open_portal(connection: Connection) -> Iterator[Callable[[Any], Browser]]:
    """A browser of a portal, on the connection of this test."""
    opened: list[Any] = []

    def open_it(app: Any) -> Browser:
        app.registry["portaal.engine"] = app.registry["portaal.reading_engine"] = connection
        opened.append(app)
        return Browser(app)

    yield open_it
    for app in opened:
        app.registry["portaal.engine"] = app.registry["portaal.reading_engine"] = None


@pytest.fixture
def walk(broker: Simulator, built: Any, open_portal: Callable[[Any], Browser]) -> Walk:
    return Walk(broker, open_portal(built))


@pytest.fixture
def walk_with(broker: Simulator, open_portal: Callable[[Any], Browser], tmp_path: Path) -> Callable[..., Walk]:
    """The way through the broker from a portal of its own, whose file has other lines."""

    def start(more: str = "", **changes: str) -> Walk:
        file = write_brokers(tmp_path, broker.issuer, more, **changes)
        app = make_app(app_settings(tmp_path) | {"oidc.brokers": str(file)}, PLUGIN)
        app.registry["portaal.engine"].dispose()
        return Walk(broker, open_portal(app))

    return start
