"""What a rule about people and their roles forbids."""

from __future__ import annotations

from translationstring import TranslationString


class NotPossibleError(Exception):
    """A rule stands in the way. ``message`` says which, and what to do, to whoever asked."""

    def __init__(self, message: TranslationString) -> None:
        super().__init__(str(message))
        self.message = message
