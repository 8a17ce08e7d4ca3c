"""The settings of the product (R-85): how the register is reached, and what may be asked of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, HttpUrl, SecretStr, ValidationInfo, field_validator

from portaal.api import Certificate, ConnectionTest, _, forms, outbound, setting
from portaal_wlz_registertoets.ciz.breaker import Breakers
from portaal_wlz_registertoets.ciz.register import CizRegister
from portaal_wlz_registertoets.ciz.web_service import WebServiceRegister
from portaal_wlz_registertoets.outcome import Reason
from portaal_wlz_registertoets.words import TEST_REASONS

BREAKERS = Breakers()

_CONNECTION = _("Connection with the CIZ")
_ASKING = _("Asking")
_REPORTS = _("Reports")


def _empty_or_oin(value: str) -> str:
    if value and not re.fullmatch("[0-9]{20}", value):
        raise forms.FieldError(_("An OIN has 20 digits. Copy it from the OIN register."))
    return value


class Settings(BaseModel):
    """What the Productbeheerder of a gemeente decides."""

    model_config = ConfigDict(frozen=True)

    endpoint: HttpUrl | None = setting(
        None,
        label=_("Web address of the register"),
        section=_CONNECTION,
        hint=_("As the CIZ gave it to you, for example https://register.example.org/wlz"),
    )
    oin: Annotated[str, AfterValidator(_empty_or_oin)] = setting(
        "",
        label=_("OIN of your gemeente"),
        section=_CONNECTION,
        hint=_("20 digits, from the OIN register"),
    )
    certificate: Certificate | None = setting(
        None,
        label=_("Client certificate"),
        section=_CONNECTION,
        hint=_("The PKIoverheid certificate with which the portal shows that it asks for your gemeente"),
    )
    key: SecretStr | None = setting(
        None,
        label=_("Private key of the client certificate"),
        section=_CONNECTION,
        multiline=True,
        hint=_("PEM, without a password"),
    )
    authority: Certificate | None = setting(
        None,
        label=_("Certificate of the issuer"),
        section=_CONNECTION,
        hint=_("Of the certificate that the register shows. Leave empty if every computer knows it."),
    )
    timeout: int = setting(
        10,
        label=_("Seconds to wait for an answer"),
        section=_CONNECTION,
        at_least=1,
        at_most=30,
    )
    oldest: int = setting(
        48,
        label=_("How old the register may be, in hours"),
        section=_CONNECTION,
        at_least=24,
        at_most=168,
        hint=_("The CIZ renews the register every 24 hours. An answer from an older register does not count."),
    )
    show_decision: bool = setting(
        False,
        label=_("Show the decision and its dates, if the register gives them"),
        section=_ASKING,
        hint=_("The law lets the CIZ tell that there is a decision. Tick this only if your gemeente may see more."),
    )
    per_minute: int = setting(
        10,
        label=_("Consultations per person per minute"),
        section=_ASKING,
        at_least=1,
        at_most=60,
        hint=_("A list counts as many as it is long for the day, and not for the minute."),
    )
    per_day: int = setting(
        100,
        label=_("Consultations per person per day"),
        section=_ASKING,
        at_least=1,
        at_most=2_000,
    )
    list_length: int = setting(
        100,
        label=_("Longest list"),
        section=_ASKING,
        at_least=2,
        at_most=100,
    )
    signals: bool = setting(
        False,
        label=_("Use Wlz signals"),
        section=_("Wlz signals"),
        hint=_(
            "Your gemeente delivers its residents with a Wmo provision, and gets a signal of who has an indication."
        ),
    )
    office_start: int = setting(
        7,
        label=_("Office hours start at"),
        section=_REPORTS,
        at_least=0,
        at_most=23,
        hint=_("In whole hours, on weekdays that are no public holiday. The report tells what was asked outside them."),
    )
    office_end: int = setting(
        19,
        label=_("Office hours end at"),
        section=_REPORTS,
        at_least=1,
        at_most=24,
        hint=_("In whole hours."),
    )

    @field_validator("office_end")
    @classmethod
    def _after_the_start(cls, end: int, info: ValidationInfo) -> int:
        if end <= info.data.get("office_start", 0):
            raise forms.FieldError(_("Fill in an hour after the start of the office hours."))
        return end


def register_of(settings: Settings) -> CizRegister | None:
    """The register with these settings, or None where they are not complete."""
    local = settings.endpoint is not None and urlsplit(str(settings.endpoint)).scheme == "http"  # a simulated one
    if settings.endpoint is None or not settings.oin:
        return None
    if not local and (settings.certificate is None or settings.key is None):
        return None
    endpoint = outbound.Endpoint(
        url=str(settings.endpoint),
        certificate=settings.certificate.pem if settings.certificate else "",
        key=settings.key.get_secret_value() if settings.key else "",
        authority=settings.authority.pem if settings.authority else "",
        timeout=settings.timeout,
    )
    breaker = BREAKERS.of(endpoint.url, settings.oin)
    return WebServiceRegister(endpoint, settings.oin, timedelta(hours=settings.oldest), breaker)


def test_connection(settings: Settings) -> ConnectionTest:
    """Ask the register of when it is (B-12)."""
    register = register_of(settings)
    if register is None:
        return ConnectionTest(succeeded=False, text=TEST_REASONS[Reason.NIET_INGERICHT])
    answer = register.status()
    if isinstance(answer, Reason):
        return ConnectionTest(succeeded=False, text=TEST_REASONS[answer])
    return ConnectionTest(
        succeeded=True,
        text=_("The register answered. It is of ${moment} (UTC).", mapping={"moment": f"{answer:%d-%m-%Y %H.%M}"}),
    )
