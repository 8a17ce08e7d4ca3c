"""What people fill in: one citizen or several, and why."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, StringConstraints

from portaal.api import Bsn, Day, _, forms, today, without_bsn
from portaal_wlz_registertoets.consulting import Why
from portaal_wlz_registertoets.grounds import grounds_on

FIRST_DAY = date(2015, 1, 1)  # the Wlz came into force


def _possible_day(day: date) -> date:
    if day > today():
        raise forms.FieldError(_("Fill in today or an earlier day."))
    if day < FIRST_DAY:
        raise forms.FieldError(_("Fill in a day from 1-1-2015 on: then the Wlz came into force."))
    return day


def _usable_ground(code: str) -> str:
    if code not in {ground.code for ground in grounds_on(today())}:
        raise forms.FieldError(_("Choose one of the options."))
    return code


LEAVE_IT_OUT = _("Leave the BSN out of this text. It is kept, and others can read it.")


def refuse_mentions(form: forms.Form[Any], bsns: Iterable[str]) -> None:
    """Refuse a BSN that is asked about anywhere in what is kept, e.g. in the case "Wmo-999990007".

    Nine digits inside another number may be no BSN at all; these are known to be one.
    """
    asked = list(bsns)
    for name in ("aanleiding", "zaakkenmerk"):
        digits = re.sub(r"[^0-9]", "", form.data[name])
        if any(bsn in digits for bsn in asked):
            form.add_error(name, LEAVE_IT_OUT)


ShortText = Annotated[str, StringConstraints(min_length=3, max_length=60), AfterValidator(without_bsn)]
LongText = Annotated[str, StringConstraints(min_length=5, max_length=200), AfterValidator(without_bsn)]


class WhyForm(BaseModel):
    """What every consultation must say of itself.

    :ivar vraag: made with the page, so that sending it twice asks once.
    """

    vraag: uuid.UUID
    grondslag: Annotated[str, AfterValidator(_usable_ground)]
    aanleiding: LongText
    zaakkenmerk: ShortText
    peildatum: Annotated[Day, AfterValidator(_possible_day)] | None = None

    @property
    def why(self) -> Why:
        return Why(self.peildatum or today(), self.grondslag, self.aanleiding, self.zaakkenmerk)


class ConsultForm(WhyForm):
    """One citizen."""

    bsn: Bsn


class ListForm(WhyForm):
    """Several citizens, one to a line: pasted, or out of a CSV file."""

    bsns: str = ""
