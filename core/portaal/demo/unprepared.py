"""Looking at the installed products in a checkout where the demonstration was never started: no keys, no tables yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from portaal.demo.prepare import prepare_eherkenning
from portaal.keyring import create_key_file

PORTS = "demo.makelaar_port"


def is_unprepared(settings: dict[str, str]) -> bool:
    """Whether these are the demonstration's settings, and ``portaal serve`` still has to make its data."""
    return PORTS in settings and not Path(settings.get("portaal.key_file", "")).exists()


@contextmanager
def with_keys_for_now(settings: dict[str, str]) -> Iterator[dict[str, str]]:
    """The settings with keys that are thrown away again; pending migrations do not count, since all are."""
    with TemporaryDirectory() as folder:
        here = str(Path(settings["portaal.key_file"]).parent)
        moved = {name: value.replace(here, folder) for name, value in settings.items()}
        create_key_file(Path(moved["portaal.key_file"]), "for-now")
        prepare_eherkenning(moved, Path(folder) / "eherkenning")
        yield moved | {"sqlalchemy.url": "sqlite://", "portaal.check_migrations": "false"}
