"""The rules that hold within one message: level 2 of the standards, and those that need only a clock or a list.

Each module registers its rules when it is imported; ``RULES`` is all of them.
"""

from __future__ import annotations

from importlib import import_module

from portaal.berichtenverkeer.rules.inspection import Inspection, rules_for
from portaal.berichtenverkeer.rules.rule import RULES, Message, Rule

__all__ = ["RULES", "Inspection", "Message", "Rule", "rules_for"]

for module in ("bericht", "persoon", "contact", "producten", "aanvragen", "declaratie"):
    import_module(f"{__name__}.{module}")
