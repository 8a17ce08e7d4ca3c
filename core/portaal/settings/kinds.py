"""The kinds of setting: how each is typed in a form, checked when somebody enters it, and told in words.

A kind knows four things: which control shows it, what pydantic gets for a typed text, what text stands for a value,
and the words for a value in a summary or a comparison. Whether a value is right is for pydantic; what only holds at
the moment of entering (a certificate that has not expired, an address outside our own network) is checked here.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pydantic import AnyUrl, EmailStr, SecretStr
from translationstring import TranslationString

from portaal.settings.certificate import Certificate
from portaal.web.dates import iso, possible
from portaal.web.formats import short_day
from portaal.web.forms import FieldError, whole_number
from portaal.web.i18n import _

Words = tuple[TranslationString | str, ...]
Labels = Mapping[enum.StrEnum, TranslationString | str]

NOT_FILLED_IN: Words = (_("Not filled in"),)
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MOST_RADIOS = 7
INSIDE_NAMES = (".localhost", ".local", ".internal", ".home.arpa")


@dataclass(frozen=True)
class EntryRules:
    """What holds at the moment a value is entered.

    :param now: certificates must end after this.
    :param allow_loopback: whether http and this machine's own addresses are allowed (development).
    """

    now: datetime
    allow_loopback: bool = False


class Kind:
    """A kind of setting; this one is a line of text, the others differ from it."""

    #: Which control of the form shows it; input_type is that of an ``<input>``.
    control: str = "text"
    input_type: ClassVar[str] = "text"
    #: The value is never shown, nor kept in a page.
    is_secret: ClassVar[bool] = False
    #: A change decides where data goes or who is trusted, so it is prepared, tested and approved first (B-12).
    is_controlled: ClassVar[bool] = False
    #: What pydantic gets where nothing was filled in; a setting that may be ``None`` gets that.
    empty: ClassVar[Any] = None
    #: What to say where nothing was filled in and that is not allowed.
    missing: ClassVar[TranslationString] = _("Fill in this field.")

    def to_raw(self, typed: str) -> Any:
        """What pydantic gets for a typed text that is not empty.

        :raises FieldError: it cannot be read.
        """
        refuse_control_characters(typed)
        return typed

    def retained(self, typed: str) -> str:
        """What of a typed text may stand in the page again."""
        return typed

    def to_typed(self, value: Any) -> Any:
        """What stands in the form for a value: a text, or for boxes what is ticked."""
        return "" if value is None else str(value)

    def words(self, value: Any) -> Words:
        """The value for a reader, one line each; message ids are still to be translated."""
        return (str(value),) if value not in (None, "") else NOT_FILLED_IN

    def check_entered(self, value: Any, rules: EntryRules) -> None:
        """Refuse a new value that is well formed but may not be entered now.

        :raises FieldError: with what to do about it.
        """


class LineOfText(Kind):
    """``str``."""

    empty = ""


class MoreText(Kind):
    """``str`` of several lines."""

    empty = ""
    control = "textarea"

    def words(self, value: Any) -> Words:
        return tuple(str(value).splitlines()) or NOT_FILLED_IN


class Number(Kind):
    """``int``."""

    control = "number"

    def to_raw(self, typed: str) -> Any:
        return whole_number(typed.replace(" ", ""))


class YesNo(Kind):
    """``bool``: a box to tick."""

    empty = False
    control = "checkbox"

    def to_raw(self, typed: str) -> Any:
        return typed == "true"

    def to_typed(self, value: Any) -> Any:
        return "true" if value else ""

    def words(self, value: Any) -> Words:
        return (_("Yes"),) if value else (_("No"),)


class Address(Kind):
    """``pydantic.HttpUrl``: where data is sent or fetched."""

    input_type = "url"
    is_controlled = True

    def check_entered(self, value: Any, rules: EntryRules) -> None:
        """Only https to a named host outside: data may not be sent into our own network (ASVS 1.3.6)."""
        host = (value.host or "").strip("[]").rstrip(".").casefold()
        if rules.allow_loopback and _is_loopback(host):
            return
        if value.scheme != "https":
            raise FieldError(_("Fill in a web address that starts with https://."))
        if value.username or value.password:
            raise FieldError(_("Leave the user name and password out of the web address."))
        if _is_number(host) or "." not in host or host.endswith(INSIDE_NAMES):
            raise FieldError(_("Fill in the name of a server on the internet, not one of this network."))


class Mail(Kind):
    """``pydantic.EmailStr``."""

    input_type = "email"


class Day(Kind):
    """``datetime.date``, typed day first."""

    control = "date"

    def to_raw(self, typed: str) -> Any:
        return iso(typed)

    def to_typed(self, value: Any) -> Any:
        return short_day(value) if value else ""

    def words(self, value: Any) -> Words:
        return (self.to_typed(value),) if value else NOT_FILLED_IN

    def check_entered(self, value: Any, rules: EntryRules) -> None:
        possible(value)


class Choice(Kind):
    """A ``StrEnum``: one of its members."""

    missing = _("Choose one of the options.")

    def __init__(self, members: type[enum.StrEnum], labels: Labels) -> None:
        self.members = members
        self.labels = labels
        self.control = "radio" if len(members) <= MOST_RADIOS else "select"

    def options(self, optional: bool) -> list[tuple[str, TranslationString | str]]:
        """Value and label of each member, in the order of the enumeration; one more to leave the choice open."""
        members = [(member.value, self.labels[member]) for member in self.members]
        return [("", _("No choice")), *members] if optional else members

    def words(self, value: Any) -> Words:
        return (self.labels[value],) if value is not None else NOT_FILLED_IN


class Choices(Choice):
    """A ``frozenset`` of a ``StrEnum``: any number of its members."""

    empty = ()

    def __init__(self, members: type[enum.StrEnum], labels: Labels) -> None:
        super().__init__(members, labels)
        self.control = "checkboxes"

    def options(self, optional: bool) -> list[tuple[str, TranslationString | str]]:
        """Value and label of each member; leaving all boxes empty needs no option."""
        return super().options(optional=False)

    def to_typed(self, value: Any) -> Any:
        return [member.value for member in self.members if member in value]

    def words(self, value: Any) -> Words:
        return tuple(self.labels[member] for member in self.members if member in value) or (_("None"),)


class Secret(Kind):
    """``SecretStr | None``: kept encrypted, never shown. Of several lines it is pasted, such as a private key."""

    control = "secret"
    is_secret = True

    def __init__(self, multiline: bool) -> None:
        self.multiline = multiline

    def to_typed(self, value: Any) -> Any:
        return ""

    def words(self, value: Any) -> Words:
        return (_("Filled in (hidden)"),) if value is not None else NOT_FILLED_IN


class CertificateText(Kind):
    """``Certificate | None``: pasted as PEM text."""

    control = "certificate"
    is_controlled = True

    def retained(self, typed: str) -> str:
        """Not a private key that was pasted by mistake."""
        return "" if "PRIVATE KEY" in typed else typed

    def to_typed(self, value: Any) -> Any:
        return value.pem.strip() if value else ""

    def words(self, value: Any) -> Words:
        if value is None:
            return NOT_FILLED_IN
        return (
            value.subject,
            _("Issued by ${issuer}", mapping={"issuer": value.issuer}),
            _("Valid up to and including ${day}", mapping={"day": short_day(value.expires_at)}),
            _("SHA-256 fingerprint: ${fingerprint}", mapping={"fingerprint": value.fingerprint}),
        )

    def check_entered(self, value: Any, rules: EntryRules) -> None:
        chain = value.chain
        expires_at = min(certificate.not_valid_after_utc for certificate in chain)
        if expires_at <= rules.now:
            raise FieldError(
                _(
                    "This certificate expired on ${day}. Paste one that is still valid.",
                    mapping={"day": short_day(expires_at)},
                )
            )
        for certificate, issuer in pairwise(chain):
            try:
                certificate.verify_directly_issued_by(issuer)
            except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
                raise FieldError(
                    _(
                        "These certificates are in the wrong order. Paste your own first, then the one that issued "
                        "it, and so on."
                    )
                ) from error


def kind_for(annotation: Any, labels: Labels, *, multiline: bool) -> Kind:
    """The kind that fits a type; ``None`` was taken out of it already.

    :raises TypeError: no kind fits. The text says which types do.
    """
    members = _members(annotation)
    if members is not None:
        unlabelled = [member.value for member in members if member not in labels]
        if unlabelled:
            raise TypeError(f"give every choice a label: {', '.join(unlabelled)} has none")
        if "" in list(members):
            raise TypeError("a choice cannot have an empty value, which is what a form sends where nothing was chosen")
        if not all(isinstance(label, str) and label.strip() for label in labels.values()):
            raise TypeError("the label of a choice must be a text that is not empty")
        return Choice(members, labels) if annotation is members else Choices(members, labels)
    if labels:
        raise TypeError("only a StrEnum, or a frozenset of one, has choices")
    if not isinstance(annotation, type):
        raise TypeError(_unfit(annotation))
    if annotation is EmailStr:
        return Mail()
    if annotation is SecretStr:
        return Secret(multiline)
    plain: tuple[tuple[type, type[Kind]], ...] = (
        (bool, YesNo),
        (int, Number),
        (Certificate, CertificateText),
        (AnyUrl, Address),
        (str, MoreText if multiline else LineOfText),
    )
    for known, kind in plain:
        if issubclass(annotation, known):
            return kind()
    if annotation is date:
        return Day()
    raise TypeError(_unfit(annotation))


def _members(annotation: Any) -> type[enum.StrEnum] | None:
    """The enumeration of ``SomeEnum`` or ``frozenset[SomeEnum]``."""
    if getattr(annotation, "__origin__", None) is frozenset:
        annotation = annotation.__args__[0]
    return annotation if isinstance(annotation, type) and issubclass(annotation, enum.StrEnum) else None


def _unfit(annotation: Any) -> str:
    return (
        f"a setting cannot be of type {annotation!r}: use str, int, bool, a StrEnum, a frozenset of one, HttpUrl, "
        "EmailStr, date, SecretStr | None or Certificate | None"
    )


def refuse_control_characters(text: str) -> None:
    """Tabs and new lines are fine; other control characters nobody can see, and a database may refuse them.

    :raises FieldError: there is one.
    """
    if CONTROL_CHARACTERS.search(text):
        raise FieldError(_("This text holds characters that cannot be shown. Type it instead of pasting it."))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_number(host: str) -> bool:
    """An address in figures, in any of the spellings that resolvers accept (127.1, 0x7f000001, ::1)."""
    return ":" in host or bool(re.fullmatch(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*", host))
