"""Persoonlijke Instellingen: the form of R-56 to R-64, and saving it."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Annotated, Any

import phonenumbers
from pydantic import AfterValidator, BaseModel, EmailStr, Field
from sqlalchemy.orm import Session

from portaal import audit, clock
from portaal.access.models import Aanhef, Account, Role
from portaal.notifications.models import NotificationKind
from portaal.notifications.service import notify
from portaal.roles.grants import holders
from portaal.web.forms import FieldError
from portaal.web.i18n import _

REGION = "NL"


def clean_text(value: str) -> str:
    """One spelling of what looks the same: composed characters, single spaces, nothing invisible.

    :raises FieldError: it holds control or formatting characters, which a name does not have.
    """
    text = " ".join(unicodedata.normalize("NFC", value).split())
    if any(unicodedata.category(character) in {"Cc", "Cf", "Co", "Cn"} for character in text):
        raise FieldError(_("This holds characters that cannot be seen. Type it again instead of pasting it."))
    return text


def clean_phone(value: str) -> str:
    """A telephone number in any spelling, as E.164, e.g. ``+31201234567``.

    :raises FieldError: no such number can exist.
    """
    message = _("Fill in a telephone number, such as 020 123 45 67 or +31 6 1234 5678.")
    try:
        number = phonenumbers.parse(value, REGION)
    except phonenumbers.NumberParseException as error:
        raise FieldError(message) from error
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise FieldError(message)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(value: str) -> str:
    """A stored number as people write it: ``020 123 4567``, with the country where it is abroad."""
    if not value:
        return ""
    number = phonenumbers.parse(value, REGION)
    at_home = number.country_code == phonenumbers.country_code_for_region(REGION)
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if at_home else style.INTERNATIONAL)


Text = AfterValidator(clean_text)


class Profile(BaseModel):
    """The fields of the screen; only the e-mail address is mandatory (R-63)."""

    aanhef: Aanhef | None = None
    voorletters: Annotated[str, Field(max_length=20), Text] = ""
    voornaam: Annotated[str, Field(max_length=80), Text] = ""
    tussenvoegsel: Annotated[str, Field(max_length=20), Text] = ""
    achternaam: Annotated[str, Field(max_length=120), Text] = ""
    afdeling: Annotated[str, Field(max_length=120), Text] = ""
    telefoonnummer: Annotated[str, AfterValidator(clean_phone)] = ""
    email: Annotated[EmailStr, Field(max_length=254)]
    nieuwsbrief: bool = False


def current_values(account: Account) -> dict[str, Any]:
    """What the form shows before anything is typed."""
    values = {name: getattr(account, name) for name in Profile.model_fields}
    return values | {"telefoonnummer": shown_phone(account.telefoonnummer)}


def save(dbsession: Session, account_id: uuid.UUID, gemeentecodes: list[str], profile: Profile) -> bool:
    """Keep the profile. The first time the gebruikersbeheerders hear that somebody registered (R-68), and the person
    confirmed on the page that they use the data of citizens with care (R-06).

    :param gemeentecodes: the gemeenten that the person's organisation acts for.
    :returns: whether this was the first time.
    """
    account = dbsession.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    values = profile.model_dump()
    changed = [name for name, value in values.items() if getattr(account, name) != value]
    for name in changed:
        setattr(account, name, values[name])
    is_first = account.profile_saved_at is None
    if is_first:
        account.profile_saved_at = clock.now()
        announce(dbsession, account, gemeentecodes)
        _record(dbsession, account_id, "account.confirm_careful_use", {})
    _record(dbsession, account_id, "profile.save", {"fields": changed})
    return is_first


def announce(dbsession: Session, account: Account, gemeentecodes: list[str]) -> None:
    """Tell who has to act: once to each gebruikersbeheerder, else to the Servicedesk (R-52, R-68)."""
    told = {account.id}
    for code in gemeentecodes:
        beheerders = holders(dbsession, Role.GEBRUIKERSBEHEERDER, code)
        kind = NotificationKind.NIEUWE_AANMELDING
        if not beheerders:
            beheerders = holders(dbsession, Role.SERVICEDESK, None)
            kind = NotificationKind.WACHT_OP_GEBRUIKERSBEHEERDER
        new = [beheerder for beheerder in beheerders if beheerder.id not in told]
        notify(dbsession, new, kind, account=account.id, gemeentecode=code)
        told.update(beheerder.id for beheerder in new)


def _record(dbsession: Session, account_id: uuid.UUID, action: str, details: dict[str, Any]) -> None:
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=account_id,
        object_kind="account",
        object_id=account_id,
        details=details,
    )
