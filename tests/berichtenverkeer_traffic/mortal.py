"""The portal's web server, or its worker, in a process that is killed again and again, each time after a moment.

Run with a folder, ``web`` or ``worker``, the partner's address, and how often to kill it. Prints its port, begins at
a line on its input, and prints when it kills no more; the one that then lives ends with the input.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import socket
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.e2e.messages import wmo301

from portaal.app import make_app
from portaal.berichtenverkeer.delivery import outbox
from portaal.berichtenverkeer.delivery.engine import EmbeddedPoller
from portaal.berichtenverkeer.delivery.plugged import all_connectors
from portaal.berichtenverkeer.delivery.sender import Sender
from portaal.berichtenverkeer.gate import check
from portaal.db.session import make_engine
from portaal.testing.application import Browser
from portaal.testing.commits import committing_settings
from portaal.web.server import make_server

SHORTEST, LONGEST = 0.1, 1.5  # seconds of a life
folder, what, partner, times = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])


def serve(app: Any, listening: socket.socket) -> None:
    make_server(app, sockets=[listening], threads=4).run()


def send(app: Any, listening: socket.socket) -> None:
    registry = app.registry
    engine = registry["portaal.engine"]
    sender = Sender(
        lambda: Session(engine, expire_on_commit=False), registry["portaal.payloads"], all_connectors(registry)
    )
    EmbeddedPoller(sender, interval=0.05).run(threading.Event())


logging.disable()
outbox.LEASE = timedelta(seconds=2)  # what a killed worker held is free again soon
listening = socket.create_server(("127.0.0.1", 0), backlog=128)
port = listening.getsockname()[1]
settings = committing_settings(folder, make_engine(f"sqlite:///{folder / 'live.sqlite'}")) | {
    "portaal.public_url": f"http://localhost:{port}",
    "portaal.audit_head": str(folder / "head.json"),
    "portaal.vecozo.url": partner,
    "portaal.vecozo.token": "between-us",
}
# Once, and so that a life of a moment is enough: what is loaded at the first use is loaded now.
app = make_app(settings)
assert check(wmo301()).oordeel != "geweigerd"
Browser(app, {"HTTP_HOST": f"localhost:{port}"}).get("/Inloggen-op-portals")
settings["portaal.engine"].dispose()  # connections are made after the fork
sys.stdout.write(f"{port}\n")
sys.stdout.flush()

sys.stdin.readline()
for number in range(times + 1):
    child = os.fork()
    if child == 0:
        (serve if what == "web" else send)(app, listening)
        os._exit(1)
    if number < times:
        time.sleep(random.uniform(SHORTEST, LONGEST))  # noqa: S311 - no secret
    else:
        sys.stdout.write("safe\n")
        sys.stdout.flush()
        sys.stdin.read()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
