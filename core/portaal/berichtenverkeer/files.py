"""Message files on a disk, for the shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from translationstring import TranslationString

from portaal.berichtenverkeer.gate import Expectation, Gate, Verdict
from portaal.web.i18n import _

PORTION = 65_536


def portions(path: Path) -> Iterator[bytes]:
    """The bytes of a file, in portions.

    :raises OSError: it cannot be read.
    """
    with path.open("rb") as file:
        while portion := file.read(PORTION):
            yield portion


def check_file(path: Path, expectation: Expectation | None = None) -> Verdict:
    """The gate's verdict on a file.

    :raises OSError: it cannot be read.
    """
    gate = Gate(expectation)
    for portion in portions(path):
        gate.feed(portion)
    return gate.close()


def why_unreadable(error: OSError) -> TranslationString:
    """What is the matter with a file that cannot be read, with what to do."""
    if isinstance(error, FileNotFoundError):
        return _("This file does not exist. Check the name.")
    if isinstance(error, IsADirectoryError):
        return _("This is a folder. Name the files in it.")
    return _("This file cannot be read. Check whether you may open it.")
