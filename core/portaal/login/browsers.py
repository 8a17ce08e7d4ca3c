"""What somebody's browser is called in the list of their sessions: enough to recognise it, and no more."""

from __future__ import annotations

import re

# The first that fits: Edge and Opera also say Chrome, and Chrome also says Safari.
BROWSERS = (("Edge", "Edg"), ("Opera", "OPR"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows NT"),
    ("macOS", "Mac OS X"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str | None) -> str:
    """For example ``Firefox, Windows``; what is not recognised is left out, so it may be empty."""
    found = (_first(BROWSERS, user_agent or ""), _first(SYSTEMS, user_agent or ""))
    return ", ".join(filter(None, found))


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, token in names if re.search(rf"\b{token}\b", user_agent)), "")
