"""The processes of the demonstration, started together and ended together."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import click

ACCOUNTS = Path(__file__).parent / "accounts.toml"
START_SECONDS = 60
STOP_SECONDS = 10
LINES_OF_LOG = 15


@dataclass(frozen=True)
class Service:
    """One process. ``port`` is where it listens, None for one that listens nowhere."""

    name: str
    arguments: tuple[str, ...]
    port: int | None


def services(config_file: str, settings: dict[str, str], folder: Path) -> list[Service]:
    """What runs, in the order of starting: the portal first, since that is what people wait for."""
    python = (sys.executable, "-m")
    makelaar_port, ketenpartners_port, ciz_port = (
        int(settings[f"demo.{name}_port"]) for name in ("makelaar", "ketenpartners", "ciz")
    )
    return [
        Service(
            "portaal",
            (*python, "portaal", "web", "--config", config_file),
            int(settings["portaal.listen"].rpartition(":")[2]),
        ),
        Service(
            "makelaar",
            (
                *python,
                "portaal.simulators.makelaar",
                "--development",
                "--port",
                str(makelaar_port),
                "--data",
                str(folder / "makelaar"),
                "--accounts",
                str(ACCOUNTS),
                "--portal-metadata",
                str(folder / "eherkenning" / "metadata.xml"),
                "--service-uuid",
                settings["eherkenning.service_uuid"],
            ),
            makelaar_port,
        ),
        Service(
            "ketenpartners",
            (
                *python,
                "portaal.simulators.ketenpartners",
                "--port",
                str(ketenpartners_port),
                "--portal-url",
                f"{settings['portaal.public_url']}/stuf/ggk0210",
                "--token",
                settings["portaal.vecozo.token"],
                "--delay",
                settings["demo.delay"],
            ),
            ketenpartners_port,
        ),
        Service("ciz", (*python, "portaal.simulators.ciz", "--port", str(ciz_port)), ciz_port),
        Service("worker", (*python, "portaal", "worker", "--config", config_file), None),
    ]


class Supervisor:
    """Starts services, watches them, and ends all when one ends or when it is told to."""

    def __init__(self, services: list[Service], log_folder: Path) -> None:
        self._services = services
        self._log_folder = log_folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self._log_folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.stop()
        return kind is KeyboardInterrupt

    def start(self) -> None:
        """Start every service and wait until each answers.

        :raises click.ClickException: a port is taken, or a service does not start; with the end of its log.
        """
        for service in self._services:
            if service.port and _is_taken(service.port):
                raise click.ClickException(
                    f"port {service.port} is in use, perhaps by an earlier start: end that process and try again"
                )
        for service in self._services:
            log = (self._log_folder / f"{service.name}.log").open("ab")
            self._running[service.name] = subprocess.Popen(
                service.arguments,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches us alone; we end them in order
            )
            log.close()
        for service in self._services:
            self._wait_for(service)

    def _wait_for(self, service: Service) -> None:
        deadline = time.monotonic() + START_SECONDS
        while service.port and not _answers(service.port):
            if self._running[service.name].poll() is not None or time.monotonic() > deadline:
                raise click.ClickException(f"{service.name} did not start:\n{self._end_of_log(service.name)}")
            time.sleep(0.05)

    def wait(self) -> int:
        """Wait until a service ends by itself; the exit code is then 1."""
        while True:
            for name, process in self._running.items():
                if process.poll() is not None:
                    click.echo(f"{name} ended unexpectedly:\n{self._end_of_log(name)}", err=True)
                    return 1
            time.sleep(0.5)

    def stop(self) -> None:
        """End all, in the reverse order of starting."""
        for process in reversed(self._running.values()):
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _end_of_log(self, name: str) -> str:
        lines = (self._log_folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LINES_OF_LOG:])


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    """Whether there is an answer over HTTP, whatever it says."""
    connection = http.client.HTTPConnection("localhost", port, timeout=1)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status > 0
    except OSError:
        return False
    finally:
        connection.close()
