"""Findings as they are kept with a message: codes and places, and the words by their message id. Never a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from translationstring import TranslationString

from portaal.berichtenverkeer.gate import Finding
from portaal.web.i18n import DOMAIN


def dump(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON."""
    return [
        {
            "code": finding.code,
            "niveau": finding.niveau,
            "regel": finding.regel,
            "plaats": finding.plaats,
            "text": _dump_words(finding.text),
            "action": _dump_words(finding.action),
        }
        for finding in findings
    ]


def load(kept: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The findings that :func:`dump` wrote, in words that can be translated again."""
    return [
        Finding(row["code"], row["niveau"], row["regel"], row["plaats"], _words(row["text"]), _words(row["action"]))
        for row in kept
    ]


def _dump_words(words: TranslationString) -> list[Any]:
    mapping = {name: value if isinstance(value, int) else str(value) for name, value in (words.mapping or {}).items()}
    return [str(words), mapping]


def _words(kept: list[Any]) -> TranslationString:
    return TranslationString(kept[0], domain=DOMAIN, mapping=kept[1] or None)
