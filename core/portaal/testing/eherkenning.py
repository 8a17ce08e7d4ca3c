"""A makelaar for tests: its keys are made and its port is chosen once per run; the application under test trusts it."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from typing import Any

from portaal.eherkenning.makelaars import Entry, add_entry
from portaal.eherkenning.parties import KeyPair
from portaal.simulators.makelaar.answers import Parties
from portaal.simulators.makelaar.keys import new_pair, write_pair
from portaal.simulators.makelaar.metadata import makelaar_metadata
from portaal.testing.server import Server

MAKELAAR = "urn:etoegang:HM:00000099000000000001:entities:9000"
SERVICE_UUID = "0d2f5c9e-6f3b-4b0e-9f58-3b1f0b6a7c11"
SETTINGS = {
    "eherkenning.entity_id": "urn:etoegang:DV:00000099000000001000:entities:9000",
    "eherkenning.service_id": "urn:etoegang:DV:00000099000000001000:services:9050",
    "eherkenning.service_uuid": SERVICE_UUID,
    "eherkenning.service_name": "inlichtingenbureau Knooppuntdiensten",
}


@cache
def makelaar_server() -> Server:
    """Where the makelaar answers, once a test starts it; its address stands in its metadata."""
    server = Server()
    atexit.register(server.server_close)
    return server


@cache
def portal_keys() -> KeyPair:
    return new_pair("portaal")


@cache
def parties() -> Parties:
    """The makelaar and the parties behind it."""
    return Parties(MAKELAAR, new_pair("makelaar"), new_pair("middel"), new_pair("machtiging"))


def eherkenning_settings(folder: Path) -> dict[str, Any]:
    """The ini settings of a portal that trusts this makelaar."""
    write_pair(portal_keys(), folder, "portaal")
    metadata = makelaar_metadata(MAKELAAR, makelaar_server().url(), parties().makelaar)
    (folder / "makelaar.xml").write_bytes(metadata)
    makelaars = folder / "makelaars.toml"
    if not makelaars.exists():  # a test may make several applications in one folder
        add_entry(makelaars, Entry(name="Voorbeeldmakelaar", metadata="makelaar.xml"))
    return SETTINGS | {
        "eherkenning.key": str(folder / "portaal.key"),
        "eherkenning.certificate": str(folder / "portaal.crt"),
        "eherkenning.makelaars": str(makelaars),
    }
