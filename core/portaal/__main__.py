"""``python -m portaal`` is the command ``portaal``."""

from __future__ import annotations

from portaal.cli import main

main(prog_name="portaal")
