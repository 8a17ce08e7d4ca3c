"""The worker as a process: starts with the portal's settings, sends what stands in the outbox, ends when told."""

from __future__ import annotations

import configparser
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from portaal.berichtenverkeer.tracking.states import State
from portaal.keyring import Keyring
from portaal.simulators.ketenpartners.behaviour import Behaviour, Reply
from portaal.simulators.ketenpartners.chain import Chain as Partners
from portaal.simulators.ketenpartners.portal import Portal
from portaal.simulators.ketenpartners.server import Server
from portaal.testing.application import app_settings

from .conftest import Chain


def test_the_worker_sends_and_ends_at_a_signal(chain: Chain, wmo301: Callable[[str], bytes], tmp_path: Path) -> None:
    [file] = chain.submit(wmo301("1")).files
    assert file.message_id
    partners = Server(Partners(Portal("http://127.0.0.1:9/", "t"), Behaviour(reply=Reply.NIETS)), "t")
    thread = threading.Thread(target=partners.serve_forever, args=(0.02,))
    thread.start()
    worker = subprocess.Popen(
        [sys.executable, "-m", "portaal", "worker", "--config", str(ini(chain, partners, tmp_path))],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while chain.message(file.message_id).state is not State.WACHT_OP_RETOUR:
            assert worker.poll() is None, worker.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        worker.send_signal(signal.SIGTERM)
        output, _ = worker.communicate()
    finally:
        worker.kill()
        worker.wait()
        partners.shutdown()
        thread.join()
        partners.server_close()
    assert worker.returncode == 0, output
    lines = [json.loads(line) for line in output.splitlines()]
    assert [line["message"] for line in lines if line["logger"].endswith(".worker")][-1] == "worker stopped"
    assert any(line.get("outcome") == "bevestigd" for line in lines)


def ini(chain: Chain, partners: Server, folder: Path) -> Path:
    """A settings file for the worker."""
    keys = {"current": "test-1", "keys": {"test-1": (b"k" * 32).hex()}}
    (folder / "keys.json").write_text(json.dumps(keys))
    assert Keyring.from_file(folder / "keys.json").current == "test-1"
    settings = {name: value for name, value in app_settings(folder).items() if isinstance(value, str)} | {
        "use": "egg:portaal",
        "portaal.key_file": str(folder / "keys.json"),
        "sqlalchemy.url": chain.engine.url.render_as_string(hide_password=False).replace("%", "%%"),
        "portaal.vecozo.url": partners.soap_url,
        "portaal.vecozo.token": "t",
    }
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser["app:main"] = settings
    with (folder / "worker.ini").open("w") as file:
        parser.write(file)
    return folder / "worker.ini"
