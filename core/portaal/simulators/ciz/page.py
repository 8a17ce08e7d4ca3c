"""The page of the simulated register."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import jinja2

from portaal.clock import AMSTERDAM
from portaal.simulators.ciz.behaviour import FAULTS

if TYPE_CHECKING:
    from portaal.simulators.ciz.server import Server

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader(__package__, "."),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(server: Server) -> str:
    """The page as it stands now. What was asked is listed without the BSN."""
    return _environment.get_template("page.jinja2").render(
        faults=FAULTS,
        behaviour=server.behaviour,
        register=server.register,
        asked=[(at.astimezone(AMSTERDAM).strftime("%H.%M.%S"), what, FAULTS[how]) for at, what, how in server.asked],
    )


def stylesheet() -> bytes:
    return files(__package__).joinpath("stijl.css").read_bytes()


def icon() -> bytes:
    return files(__package__).joinpath("icon.svg").read_bytes()
