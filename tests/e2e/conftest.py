"""The whole demonstration on free ports with data of its own: what `make serve` runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portaal.demo.prepare import prepare
from portaal.demo.services import Supervisor, services
from portaal.shell import read_settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Demo:
    """Where everything is."""

    portal: str
    makelaar: str
    partners: str
    folder: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    ports = dict(zip(("6543", "6544", "6545", "6546"), map(str, free_ports(4)), strict=True))
    text = (ROOT / "development.ini").read_text(encoding="utf-8").replace("demo.delay = 3", "demo.delay = 0.2")
    for standard, free in ports.items():
        text = text.replace(standard, free)
    config_file = folder / "demo.ini"
    config_file.write_text(text, encoding="utf-8")
    settings = read_settings(str(config_file))
    prepare(settings, folder / "var")
    with Supervisor(services(str(config_file), settings, folder / "var"), folder / "var/log") as supervisor:
        supervisor.start()
        yield Demo(*(f"http://localhost:{ports[port]}" for port in ("6543", "6544", "6545")), folder / "var")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports
