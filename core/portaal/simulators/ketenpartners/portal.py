"""Bringing a message to the portal, as often as it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

import urllib3

from portaal.berichtenverkeer.envelope import Confirmation, EnvelopeError, Fault, SoapMessage, read

_ATTEMPTS = 10
_WAIT = 2.0  # seconds


class Portal:
    """The portal's receiving endpoint.

    :param token: what the partner shows the portal.
    """

    def __init__(self, url: str, token: str, wait: float = _WAIT) -> None:
        self._url = url
        self._token = token
        self._wait = wait
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=60))

    def send(self, make: Callable[[], SoapMessage]) -> str:
        """Bring a message; each attempt is the same message with the same reference.

        :returns: in words, how it went.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            answer = self._attempt(make())
            if answer is not None:
                return answer
            if attempt < _ATTEMPTS:
                time.sleep(self._wait)
        return "niet afgeleverd: het portaal antwoordt niet"

    def _attempt(self, message: SoapMessage) -> str | None:
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "Content-Length": str(message.length),
            "SOAPAction": f'"{message.action}"',
            "Authorization": f"Bearer {self._token}",
        }
        try:
            response = self._pool.request("POST", self._url, body=message.body, headers=headers, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError):
            return None
        try:
            answer = read(response.data)
        except EnvelopeError:
            return f"geweigerd met HTTP {response.status}" if response.status < 500 else None
        if isinstance(answer, Confirmation):
            return "bevestigd met Bv03"
        if isinstance(answer, Fault):
            return f"geweigerd met {answer.code.value} {answer.foutcode}".strip()
        return None
