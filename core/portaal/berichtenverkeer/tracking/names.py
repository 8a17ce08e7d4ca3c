"""File names: what a browser or a partner calls a file is data, and never more than that."""

from __future__ import annotations

import re
import unicodedata

from portaal.bsn import redact

LONGEST = 255
_NAMELESS = "bericht.xml"


def clean(name: str) -> str:
    """A file name fit to be kept and shown: no folders, no invisible characters, no BSN, at most 255 characters."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    return redact(" ".join(visible.split()))[-LONGEST:] or _NAMELESS


def made_up(berichttype: str, counterparty: str, identificatie: str) -> str:
    """A name for a message that came without one, e.g. ``WMO302_42420001_123.xml``."""
    parts = [re.sub(r"[^A-Za-z0-9-]", "", part) for part in (berichttype, counterparty, redact(identificatie))]
    return "_".join(part for part in parts if part) + ".xml"
