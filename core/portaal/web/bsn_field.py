"""A BSN as people type it: text, with spaces and dots if they like, checked before it goes anywhere (B-05)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from portaal.bsn import contains_bsn, elfproef
from portaal.web.forms import FieldError
from portaal.web.i18n import _

LENGTH = 9
BSN_IN_TEXT = _("There seems to be a BSN in this text. Leave it out.")
_SEPARATORS = re.compile(r"[\s. -]+")


def read_bsn(typed: Any) -> str:
    """The nine digits of a BSN.

    :raises FieldError: these are not nine digits, or they do not pass the eleven test.
    """
    digits = _SEPARATORS.sub("", str(typed))
    if not (digits.isascii() and digits.isdigit()):
        raise FieldError(_("Fill in a BSN with digits only. Spaces and dots are allowed."))
    if len(digits) == LENGTH - 1:
        raise FieldError(
            _("Fill in a BSN of 9 digits. You filled in 8: if the BSN begins with a 0, fill in that 0 too.")
        )
    if len(digits) != LENGTH:
        raise FieldError(_("Fill in a BSN of 9 digits. You filled in ${count}.", mapping={"count": len(digits)}))
    if not elfproef(digits):
        raise FieldError(_("This is not a BSN: one or more digits are wrong. Check what you typed."))
    return digits


def without_bsn(text: str) -> str:
    """A text that is kept and that others read.

    :raises FieldError: it holds something that passes for a BSN.
    """
    if contains_bsn(text):
        raise FieldError(BSN_IN_TEXT)
    return text


Bsn = Annotated[str, BeforeValidator(read_bsn)]
