"""The page of the simulated chain partners."""

from __future__ import annotations

from importlib.resources import files

import jinja2

from portaal.clock import AMSTERDAM
from portaal.simulators.ketenpartners.behaviour import FAULTS, REPLIES
from portaal.simulators.ketenpartners.chain import AANBIEDERS, Chain

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader(__package__, "."),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(chain: Chain) -> str:
    """The page as it stands now. Nothing on it comes from a payload."""
    lines = [(line.at.astimezone(AMSTERDAM).strftime("%H.%M.%S"), line) for line in chain.lines]
    return _environment.get_template("page.jinja2").render(
        lines=lines,
        behaviour=chain.behaviour,
        faults=FAULTS,
        replies=REPLIES,
        aanbieders=AANBIEDERS,
        gemeenten=("0363", "0384", "0394"),
    )


def stylesheet() -> bytes:
    return files(__package__).joinpath("stijl.css").read_bytes()


def icon() -> bytes:
    return files(__package__).joinpath("icon.svg").read_bytes()
