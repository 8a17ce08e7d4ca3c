"""Which partner is calling: by client certificate in production, by token in development. Without either: nobody.

The front proxy verifies the certificate and says whose it is (``X-Client-Subject``); it proves that it is the proxy
with a secret of its own (``X-Proxy-Secret``), so that nobody can reach the portal around it and claim a name.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portaal.berichtenverkeer.delivery.connectors import PARTNERS
from portaal.configuration import UnsafeConfigurationError

_SHORTEST_SECRET = 24


@dataclass(frozen=True)
class Caller:
    """How a partner shows who it is; what is empty does not count."""

    partner: str
    token: str
    subject: str


class Callers:
    """The partners that may bring messages."""

    def __init__(self, callers: tuple[Caller, ...], proxy_secret: str) -> None:
        self._callers = callers
        self._proxy_secret = proxy_secret

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Callers:
        """Read ``portaal.<partner>.token``, ``portaal.<partner>.client_subject`` and ``portaal.proxy_secret``.

        :raises UnsafeConfigurationError: a token outside development, or a subject without a proxy's secret.
        """
        callers = tuple(
            Caller(
                partner,
                settings.get(f"portaal.{partner}.token", ""),
                settings.get(f"portaal.{partner}.client_subject", ""),
            )
            for partner in PARTNERS
        )
        secret = settings.get("portaal.proxy_secret", "")
        if settings.get("portaal.environment") != "development" and any(caller.token for caller in callers):
            raise UnsafeConfigurationError(
                "portaal.<partner>.token is for development: set portaal.<partner>.client_subject, and let the "
                "proxy check the client certificate"
            )
        if any(caller.subject for caller in callers) and len(secret) < _SHORTEST_SECRET:
            raise UnsafeConfigurationError(
                f"set portaal.proxy_secret to at least {_SHORTEST_SECRET} random characters, and have the proxy send "
                "it as X-Proxy-Secret"
            )
        return cls(callers, secret)

    def identify(self, headers: Mapping[str, str]) -> str | None:
        """The partner whose credentials these headers hold, or None."""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        bearer = token if scheme == "Bearer" else ""
        through_proxy = _same(headers.get("X-Proxy-Secret", ""), self._proxy_secret)
        subject = headers.get("X-Client-Subject", "") if through_proxy else ""
        for caller in self._callers:
            if _same(bearer, caller.token) or _same(subject, caller.subject):
                return caller.partner
        return None


def _same(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())
