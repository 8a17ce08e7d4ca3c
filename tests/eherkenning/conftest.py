"""A portal and a makelaar on two sites, for a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portaal.app import make_app
from portaal.db.models import core_metadata
from portaal.db.session import make_engine
from portaal.eherkenning.makelaars import Entry, add_entry
from portaal.simulators.makelaar.accounts import read_accounts
from portaal.simulators.makelaar.app import make_app as make_makelaar
from portaal.simulators.makelaar.metadata import makelaar_metadata
from portaal.simulators.makelaar.questions import read_portal
from portaal.simulators.makelaar.state import Makelaar
from portaal.testing.application import app_settings
from portaal.testing.eherkenning import MAKELAAR, SERVICE_UUID, parties
from portaal.testing.makelaar import ACCOUNTS
from portaal.testing.seed import seed
from portaal.testing.server import Server, serving


@dataclass(frozen=True)
class TwoSites:
    """The portal is at ``localhost``, the makelaar at ``127.0.0.1``: to a browser those are different sites."""

    portal: str
    makelaar: Makelaar

    def code_of(self, username: str) -> str:
        """The code that this person was sent last."""
        return self.makelaar.phones.messages[self.makelaar.accounts[username].phone][0].code


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], TwoSites]]:
    """``two_sites("artifact")`` or ``two_sites("post")``: how the makelaar answers."""
    running: dict[str, TwoSites] = {}
    with ExitStack() as stack:

        def start(answers: str) -> TwoSites:
            if answers not in running:
                running[answers] = _start(answers, tmp_path_factory.mktemp(answers), stack)
            return running[answers]

        yield start


def _start(answers: str, folder: Path, stack: ExitStack) -> TwoSites:
    portal_server, makelaar_server = Server(), Server()
    makelaar_url = makelaar_server.url("127.0.0.1")
    engine = make_engine(f"sqlite:///{folder / 'portaal.sqlite'}")
    stack.callback(engine.dispose)
    core_metadata().create_all(engine)
    with Session(engine) as dbsession:
        seed(dbsession)
        dbsession.commit()
    settings = app_settings(folder) | {
        "portaal.engine": engine,
        "portaal.session_options": {},
        "portaal.reading_session_options": {},
        "portaal.public_url": portal_server.url(),
    }
    makelaars = Path(settings["eherkenning.makelaars"])
    makelaars.unlink()
    (makelaars.parent / "makelaar.xml").write_bytes(makelaar_metadata(MAKELAAR, makelaar_url, parties().makelaar))
    add_entry(
        makelaars, Entry.model_validate({"name": "Voorbeeldmakelaar", "metadata": "makelaar.xml", "answers": answers})
    )
    portal = make_app(settings)
    state = Makelaar(
        makelaar_url,
        parties(),
        read_portal(portal.registry["eherkenning.metadata"]),
        SERVICE_UUID,
        read_accounts(ACCOUNTS),
        b"",
        {"99000363": "Gemeente Amsterdam", "99000384": "Gemeente Diemen"},
    )
    stack.enter_context(serving(portal_server, portal))
    stack.enter_context(serving(makelaar_server, make_makelaar(state)))
    return TwoSites(portal_server.url(), state)
