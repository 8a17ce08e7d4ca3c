"""What the Productbeheerder of a product with traffic can set."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import pydantic

from portaal.berichtenverkeer.rules.productcodes import ProductCodesError, read_product_codes
from portaal.berichtenverkeer.standard.official import OfficialSchemas
from portaal.berichtenverkeer.verdict import Expectation, Lists, RuleLevels
from portaal.settings.fields import setting
from portaal.web.forms import FieldError
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request


class Strictness(StrEnum):
    """What the check does with a fault that the portal may let pass. The values are the gate's."""

    ADVIES = "advies"
    WEIGERING = "weigering"


_STRICTNESS = {
    Strictness.ADVIES: _("Send the message and give advice"),
    Strictness.WEIGERING: _("Do not send the message"),
}
_CHECK = _("Checking messages")
_DELIVER = _("Delivering messages")
LONGEST_LIST = 30_000  # characters: 2,000 codes with their names; a form is at most 64 kB


class MessageSettings(pydantic.BaseModel):
    """The settings tab of a product with traffic; a product derives a model of its own from it."""

    model_config = pydantic.ConfigDict(frozen=True)

    bericht: Strictness = setting(
        Strictness.ADVIES,
        label=_("A message breaks a rule of the standard"),
        section=_CHECK,
        choices=_STRICTNESS,
        hint=_("The receiver would reject it with code 0001. Faults in the structure are never sent."),
    )
    extern: Strictness = setting(
        Strictness.ADVIES,
        label=_("A message does not fit with a date or a list"),
        section=_CHECK,
        choices=_STRICTNESS,
        hint=_("For example a date in the future, or a gemeentecode that does not exist."),
    )
    bestand: Strictness = setting(
        Strictness.ADVIES,
        label=_("A file begins with a byte order mark"),
        section=_CHECK,
        choices=_STRICTNESS,
        hint=_("The standard asks for UTF-8 without one. Some receivers refuse it."),
    )
    productcodes: str = setting(
        "",
        label=_("Product codes that your gemeente uses"),
        section=_CHECK,
        multiline=True,
        max_length=LONGEST_LIST,
        hint=_(
            "A line per code: the ProductCategorie, a semicolon and the code, such as 02;02A01. "
            "What stands behind it is skipped. Without a list, product codes are not checked."
        ),
    )
    eigen_kenmerk_verplicht: bool = setting(
        False,
        label=_("An own reference is required with every delivery"),
        section=_DELIVER,
    )
    samenwerkingsverband: str = setting(
        "",
        label=_("Name of the samenwerkingsverband"),
        section=_DELIVER,
        max_length=50,
        hint=_("Stands on the envelope of what is sent. Leave it empty if the gemeente does not work in one."),
    )

    @pydantic.field_validator("productcodes")
    @classmethod
    def _is_list(cls, text: str) -> str:
        try:
            read_product_codes(text)
        except ProductCodesError as error:
            raise FieldError(
                _("Line ${number} is not an existing ProductCategorie and a code.", mapping={"number": error.line})
            ) from error
        return text

    @property
    def levels(self) -> RuleLevels:
        """How hard the gate is."""
        return RuleLevels(bestand=self.bestand.value, bericht=self.bericht.value, extern=self.extern.value)

    def expectation(
        self, berichttypen: frozenset[str], gemeentecode: str, official: OfficialSchemas | None = None
    ) -> Expectation:
        """What the gate is to ask of messages of these types that this gemeente sends."""
        return Expectation(
            berichttypen,
            gemeentecode,
            levels=self.levels,
            lists=Lists(productcodes=read_product_codes(self.productcodes) or None),
            official=official,
        )


def message_settings(request: Request, product: str, gemeentecode: str) -> MessageSettings:
    """The settings as they hold now; the defaults for a product without a tab of them.

    Read apart from the request's own transaction: an upload must not hold one while it streams in.
    """
    store = request.registry["portaal.settings"]
    if product not in store.tabs:
        return MessageSettings()
    value = store.load(request.reading_dbsession, gemeentecode, product).value
    return value if isinstance(value, MessageSettings) else MessageSettings()
