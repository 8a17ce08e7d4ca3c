"""The whole demonstration on free ports with data of its own: what `make serve` runs."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portaal.testing.server import held_ports

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Demo:
    """Where everything is, and what was printed about it."""

    portal: str
    makelaar: str
    partners: str
    folder: Path
    printed: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    with held_ports(4) as free:
        ports = dict(zip(("6543", "6544", "6545", "6546"), map(str, free), strict=True))
        yield from started(folder, ports)
        assert not [port for port in ports.values() if answers(int(port))]


def started(folder: Path, ports: dict[str, str]) -> Iterator[Demo]:
    """The demonstration with these ports instead of its own."""
    text = (ROOT / "development.ini").read_text(encoding="utf-8").replace("demo.delay = 3", "demo.delay = 0.2")
    for standard, free in ports.items():
        text = text.replace(standard, free)
    config_file = folder / "demo.ini"
    config_file.write_text(text, encoding="utf-8")
    data = folder / "var"
    command = (sys.executable, "-m", "portaal", "serve", "--config", str(config_file), "--data", str(data))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as serve:
        assert serve.stdout is not None
        printed = ""
        while "Ctrl-C" not in printed:
            line = serve.stdout.readline()
            assert line, printed
            printed += line
        yield Demo(*(f"http://localhost:{ports[port]}" for port in ("6543", "6544", "6545")), data, printed)
        serve.send_signal(signal.SIGINT)
        assert serve.wait() == 0


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
