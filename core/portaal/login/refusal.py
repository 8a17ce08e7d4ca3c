"""Why a login is refused: one exception, with the reason that pages and logs use."""

from __future__ import annotations

import enum


class RefusalReason(enum.StrEnum):
    """The reasons; the message itself never reaches a log."""

    CANCELLED = "cancelled"
    FAILED_AT_MAKELAAR = "failed_at_makelaar"
    REQUEST_DENIED = "request_denied"
    REQUEST_UNSUPPORTED = "request_unsupported"
    UNKNOWN_PRINCIPAL = "unknown_principal"
    LEVEL_TOO_LOW = "level_too_low"
    NOT_OURS = "not_ours"
    EXPIRED = "expired"
    REPLAYED = "replayed"
    UNREACHABLE = "unreachable"
    PROVIDER_FAILED = "provider_failed"
    MALFORMED = "malformed"
    SIGNATURE = "signature"
    WRONG_PARTY = "wrong_party"
    WRONG_REQUEST = "wrong_request"
    WRONG_TIME = "wrong_time"
    WRONG_SERVICE = "wrong_service"
    WRONG_IDENTITY = "wrong_identity"
    UNKNOWN_LIMIT = "unknown_limit"
    LONG_CHAIN = "long_chain"
    ENCRYPTION = "encryption"


class LoginRefusedError(Exception):
    """A login is refused.

    :param reason: what it comes down to.
    :param detail: the rule that was broken, in a few fixed words; never a value from the message.
    """

    def __init__(self, reason: RefusalReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail
