"""Making an account say nothing of anybody: when a person's data are erased, or after a merge with another account."""

from __future__ import annotations

import uuid

from portaal import clock
from portaal.access.models import Account


def empty(account: Account, instead: str) -> None:
    """Forget who this is. Nobody can log in to it again.

    :param instead: what the pseudonym becomes, with a new number behind it.
    """
    account.pseudonym = f"{instead}:{uuid.uuid4()}"
    account.aanhef = None
    account.voorletters = account.voornaam = account.tussenvoegsel = account.achternaam = ""
    account.afdeling = account.telefoonnummer = account.email = ""
    account.nieuwsbrief = False
    account.mail_off = ""
    account.last_login_at = None
    account.ended_at = account.ended_at or clock.now()
