"""A certificate as the value of a setting: PEM text that was read, so that its subject and end are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from portaal.web.forms import FieldError
from portaal.web.i18n import _

SHORTEST_RSA_KEY = 2048


@dataclass(frozen=True)
class Certificate:
    """An X.509 certificate, perhaps followed by the ones that issued it.

    Two are equal when their PEM text is. Use it as the type of a setting: ``Certificate | None``.
    """

    pem: str
    subject: str
    issuer: str
    valid_from: datetime
    expires_at: datetime
    fingerprint: str

    @classmethod
    def parse(cls, text: str) -> Certificate:
        """Read PEM text. Whether it has expired is for whoever takes it in.

        :raises FieldError: it is no certificate, holds a private key, or has a key that is too weak (ASVS 11.2.3).
        """
        if "PRIVATE KEY" in text:
            raise FieldError(_("This text holds a private key. Paste the certificate only, and never share the key."))
        try:
            chain = x509.load_pem_x509_certificates(text.encode())
            normal = "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in chain)
            first, subject, issuer = chain[0], _name(chain[0].subject), _name(chain[0].issuer)
            key = first.public_key()
        except Exception as error:  # the library raises ValueError, TypeError and its own kinds on odd input
            raise FieldError(
                _(
                    "This is not a certificate. Paste the whole text, from -----BEGIN CERTIFICATE----- up to and "
                    "including -----END CERTIFICATE-----."
                )
            ) from error
        if isinstance(key, RSAPublicKey) and key.key_size < SHORTEST_RSA_KEY:
            raise FieldError(
                _(
                    "The key of this certificate is too short: ${size} bits. Ask for one with at least ${least} bits.",
                    mapping={"size": key.key_size, "least": SHORTEST_RSA_KEY},
                )
            )
        return cls(
            normal,
            subject,
            issuer,
            first.not_valid_before_utc,
            first.not_valid_after_utc,
            first.fingerprint(SHA256()).hex(":").upper(),
        )

    @property
    def chain(self) -> list[x509.Certificate]:
        """The certificate itself, and what follows it."""
        return x509.load_pem_x509_certificates(self.pem.encode())

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.pem),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "contentMediaType": "application/x-pem-file"}

    @classmethod
    def _validate(cls, value: Any) -> Certificate:
        return value if isinstance(value, cls) else cls.parse(str(value))


def _name(name: x509.Name) -> str:
    """The common name, or the whole name where there is none."""
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()
