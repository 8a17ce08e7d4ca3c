"""``python -m portaal`` is the command ``portaal``."""

from portaal.cli import main

main(prog_name="portaal")
