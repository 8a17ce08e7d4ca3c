"""Keeps every BSN out of sight, and makes visible what hides: the last thing that happens to a text."""

from __future__ import annotations

import re
import unicodedata

from portaal.berichtenverkeer.readable.nodes import Node, Page
from portaal.bsn import LIKE_A_BSN, elfproef

BSN_TYPE = "BurgerServicenummer"
BSN_NAMES = frozenset({"bsn", "burgerservicenummer"})  # also where such an element does not belong
INSIDE_A_WORD = re.compile(r"(?<!\d)\d{9}(?!\d)")
LENGTH = 9
SHOWN_DIGITS = 3
HIDDEN = "•"
HIDING = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})  # Unicode categories of what is not seen
LAYOUT = "\n\t"


def is_bsn(node: Node) -> bool:
    """Whether this element is there for a BSN, however wrong what is in it."""
    typed = node.element is not None and node.element.type.name == BSN_TYPE
    return typed or node.name.lstrip("@").lower() in BSN_NAMES


def bsns(page: Page) -> frozenset[str]:
    """The BSNs that stand on a page where one belongs, as nine digits."""
    found = {_digits(node.text) for node in (page.root.walk() if page.root else ()) if is_bsn(node)}
    return frozenset(digits for digits in found if len(digits) == LENGTH)


def masked(bsn: str) -> str:
    """A BSN as it is shown: ``••••••782``. Of something else than nine digits nothing can be seen."""
    digits = _digits(bsn)
    shown = digits[-SHOWN_DIGITS:] if len(digits) == LENGTH else ""
    return shown.rjust(LENGTH, HIDDEN)


def visible(text: str) -> str:
    """The text with characters that people do not see, or that turn or steer what is around them, by their number."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(character):04X}]"
        if character not in LAYOUT and unicodedata.category(character) in HIDING
        else character
        for character in text
    )


class Mask:
    """Masks the BSNs of one page.

    Those that stand in an element for a BSN are masked wherever they turn up again. In text that people type freely,
    and in what the standard does not know, so is everything that passes the eleven test. Not in numbers that the
    standard does know: one in eleven would be masked by chance.
    """

    def __init__(self, page: Page) -> None:
        self._known = bsns(page)
        self._anywhere = re.compile("|".join(sorted(self._known))) if self._known else None

    def __call__(self, text: str, *, free: bool) -> str:
        """The text without a BSN and with nothing hidden.

        :param free: it can hold anything, so what only looks like a BSN is masked too.
        """
        if free:
            text = _without_hiding_digits(text)
        for like_a_bsn in (LIKE_A_BSN, INSIDE_A_WORD):
            text = like_a_bsn.sub(lambda match: self._masked(match[0], free=free), text)
        if self._anywhere is not None:
            text = self._anywhere.sub(lambda match: masked(match[0]), text)
        return visible(text)

    def _masked(self, written: str, *, free: bool) -> str:
        digits = _digits(written)
        return masked(digits) if digits in self._known or (free and elfproef(digits)) else written


def _digits(text: str) -> str:
    """The digits in a text, of any script, as plain ones."""
    return "".join(str(unicodedata.digit(character)) for character in text if unicodedata.category(character) == "Nd")


def _without_hiding_digits(text: str) -> str:
    """The text, without invisible characters if there is a BSN when they are left out."""
    bare = "".join(character for character in text if unicodedata.category(character) != "Cf")
    hides = len(bare) != len(text) and any(elfproef(_digits(found)) for found in LIKE_A_BSN.findall(bare))
    return bare if hides else text
