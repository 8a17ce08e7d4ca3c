"""``python -m portaal.simulators.makelaar``: the makelaar as a process of its own, on this machine only."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

import waitress

from portaal.simulators.makelaar.accounts import read_accounts
from portaal.simulators.makelaar.answers import Parties
from portaal.simulators.makelaar.app import make_app
from portaal.simulators.makelaar.keys import read_or_make_pair
from portaal.simulators.makelaar.metadata import makelaar_metadata
from portaal.simulators.makelaar.questions import read_portal
from portaal.simulators.makelaar.state import Makelaar

ENTITY_ID = "urn:etoegang:HM:00000099000000000001:entities:9000"


def main() -> None:
    parser = argparse.ArgumentParser(description="A simulated herkenningsmakelaar, for development and tests.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the folder for its keys and metadata")
    parser.add_argument("--portal-metadata", type=Path, required=True)
    parser.add_argument("--service-uuid", required=True)
    parser.add_argument("--accounts", type=Path, required=True)
    parser.add_argument("--development", action="store_true", help="say that nobody real logs in here")
    arguments = parser.parse_args()
    if not arguments.development:
        sys.exit("a simulated makelaar lets anybody be anybody: it starts with --development only")
    waitress.serve(
        make_app(
            build(
                arguments.data,
                f"http://localhost:{arguments.port}",
                arguments.portal_metadata,
                arguments.service_uuid,
                arguments.accounts,
            )
        ),
        host="127.0.0.1",
        port=arguments.port,
        threads=4,
        ident=None,
        _quiet=True,
    )


def build(data: Path, base_url: str, portal_metadata: Path, service_uuid: str, accounts: Path) -> Makelaar:
    """A makelaar with its keys, made at the first start, and its metadata written to ``data``."""
    parties = Parties(ENTITY_ID, *(read_or_make_pair(data, name) for name in ("makelaar", "middel", "machtiging")))
    metadata = write_metadata(data, base_url)
    names = tomllib.loads(accounts.read_text(encoding="utf-8")).get("organisations", {})
    portal = read_portal(portal_metadata.read_bytes())
    return Makelaar(base_url, parties, portal, service_uuid, read_accounts(accounts), metadata, names)


def write_metadata(data: Path, base_url: str) -> bytes:
    """The makelaar's metadata, also kept as ``metadata.xml`` for the portal."""
    metadata = makelaar_metadata(ENTITY_ID, base_url, read_or_make_pair(data, "makelaar"))
    (data / "metadata.xml").write_bytes(metadata)
    return metadata


if __name__ == "__main__":
    main()
