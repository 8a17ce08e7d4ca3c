"""``python -m portaal_oidc.simulator``: the broker as a process of its own, on this machine only."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import waitress
from joserfc.jwk import KeySet

from portaal_oidc.simulator.app import make_app
from portaal_oidc.simulator.people import read_people
from portaal_oidc.simulator.state import Simulator


def main() -> None:
    parser = argparse.ArgumentParser(description="A simulated broker for OpenID Connect, for development and tests.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--portal", required=True, help="the public address of the portal")
    parser.add_argument("--accounts", type=Path, required=True, help="the TOML file with invented people")
    parser.add_argument("--client-id", default="portaal")
    known = parser.add_mutually_exclusive_group(required=True)
    known.add_argument("--client-secret-file", type=Path)
    known.add_argument("--client-keys", type=Path, help="the portal's public keys (JWKS)")
    parser.add_argument("--development", action="store_true", help="say that nobody real logs in here")
    arguments = parser.parse_args()
    if not arguments.development:
        sys.exit("a simulated broker lets anybody be anybody: it starts with --development only")
    simulator = Simulator(
        f"http://localhost:{arguments.port}",
        arguments.client_id,
        f"{arguments.portal.rstrip('/')}/inloggen/terug/oidc",
        read_people(arguments.accounts),
    )
    if arguments.client_keys:
        simulator.client_keys = KeySet.import_key_set(json.loads(arguments.client_keys.read_text(encoding="utf-8")))
    else:
        simulator.secret = arguments.client_secret_file.read_text(encoding="ascii").strip()
    waitress.serve(make_app(simulator), host="127.0.0.1", port=arguments.port, threads=4, ident=None, _quiet=True)


if __name__ == "__main__":
    main()
