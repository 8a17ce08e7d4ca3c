"""A product with a setting of every kind."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import BaseModel, ConfigDict, EmailStr, HttpUrl, SecretStr

from portaal.api import SettingsTab, _, setting
from portaal.settings.certificate import Certificate
from tests.plugins.kit import Candidate, plugin

PRODUCT = "proef"


class Omgeving(enum.StrEnum):
    TEST = "test"
    PRODUCTIE = "productie"


class Soort(enum.StrEnum):
    WMO301 = "WMO301"
    WMO305 = "WMO305"
    WMO307 = "WMO307"


class Instellingen(BaseModel):
    model_config = ConfigDict(frozen=True)

    naam: str = setting("", label=_("Name of the contact"), max_length=40)
    toelichting: str = setting("", label=_("Text at a failure"), multiline=True)
    termijn: int = setting(30, label=_("Days to wait"), at_least=1, at_most=90)
    meldingen: bool = setting(True, label=_("Send notices"))
    omgeving: Omgeving = setting(
        Omgeving.TEST, label=_("Environment"), choices={Omgeving.TEST: _("Test"), Omgeving.PRODUCTIE: _("Production")}
    )
    soorten: frozenset[Soort] = setting(
        frozenset({Soort.WMO301}), label=_("Kinds of message"), choices={soort: soort.value for soort in Soort}
    )
    handleiding: HttpUrl | None = setting(None, label=_("Manual"), controlled=False)
    email: EmailStr | None = setting(None, label=_("E-mail for notices"))
    ingang: date | None = setting(None, label=_("Starts on"))
    endpoint: HttpUrl | None = setting(None, label=_("Address of the web service"), section=_("Connection"))
    sleutel: SecretStr | None = setting(None, label=_("API key"), section=_("Connection"))
    privesleutel: SecretStr | None = setting(None, label=_("Private key"), section=_("Connection"), multiline=True)
    certificaat: Certificate | None = setting(None, label=_("Certificate"), section=_("Connection"))


def proef(changes: list[Any] | None = None, **tab: Any) -> dict[str, Candidate]:
    """The candidate plugin; every call of its settings-changed hook lands in ``changes``."""

    def settings_changed(gemeentecode: str, old: Instellingen, new: Instellingen) -> None:
        (changes if changes is not None else []).append((gemeentecode, old, new))

    return plugin(
        PRODUCT, settings_tab=lambda: SettingsTab(model=Instellingen, **tab), settings_changed=settings_changed
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(
    name: str = "portaal.gemeente.example",
    days: int = 90,
    bits: int | None = None,
    key: Any = None,
    issuer: tuple[str, Any] | None = None,
) -> str:
    """A certificate as PEM text, ending so many days from now.

    :param issuer: name and key of who issued it; left out, it is self-signed.
    """
    key = key or (rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1()))
    issued_by, signing = issuer or (name, key)
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issued_by))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .sign(signing, SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode().strip()


def chain(days: int, issuer_days: int) -> tuple[str, str]:
    """A certificate and the one that issued it, ending so many days from now."""
    issuing: Any = ec.generate_private_key(ec.SECP256R1())
    issuer = certificate("uitgever.example", issuer_days, key=issuing)
    return certificate("portaal.gemeente.example", days, issuer=("uitgever.example", issuing)), issuer


def private_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
