"""Connectors: how a neighbour in the chain is spoken to. Each is replaceable by its name (R-25)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import urllib3

from portaal.berichtenverkeer.delivery.answers import Answer, Outcome, classify
from portaal.berichtenverkeer.envelope import SoapMessage
from portaal.configuration import LOOPBACK, UnsafeConfigurationError

PARTNERS = ("vecozo", "cak", "ciz")
ANSWER_LIMIT = 64 * 1024
LONGEST_TIMEOUT = 300  # seconds: well within a lease (outbox.LEASE), after which another worker sends the message


class Connector(Protocol):
    """Brings one message to one partner, once. Raises nothing: every failure is an answer."""

    def send(self, message: SoapMessage, reference_id: str) -> Answer: ...


@dataclass(frozen=True)
class Endpoint:
    """Where a partner is and how we show who we are.

    :param token: for development: what we and the partner show each other. In production there are certificates.
    :param timeout: seconds of silence after which an attempt is given up.
    """

    url: str
    token: str = ""
    ca_file: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    timeout: float = 60


class SoapConnector:
    """StUF over SOAP 1.1 and HTTP, TLS 1.2 or better, no redirects, no retries of its own."""

    # Not by portaal.outbound, which asks small questions at addresses that people fill in: a whole body, a connection
    # for each, a deadline for everything together, and nothing inside our own network. A message is up to megabytes,
    # streamed over connections that are kept; a partner may take long as long as it is not silent; and its address,
    # which the operator sets, lies on a closed network. What both must do, check theirs and show ours over TLS 1.2 or
    # better, the standard library does.

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._pool = urllib3.PoolManager(
            maxsize=8,
            retries=False,
            timeout=urllib3.Timeout(connect=min(10.0, endpoint.timeout), read=endpoint.timeout),
            ssl_context=_tls(endpoint) if urlsplit(endpoint.url).scheme == "https" else None,
        )

    def send(self, message: SoapMessage, reference_id: str) -> Answer:
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "Content-Length": str(message.length),
            "SOAPAction": f'"{message.action}"',
        }
        if self._endpoint.token:
            headers["Authorization"] = f"Bearer {self._endpoint.token}"
        try:
            response = self._pool.request(
                "POST",
                self._endpoint.url,
                body=message.body,
                headers=headers,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                body = response.read(ANSWER_LIMIT)
            finally:
                response.release_conn() if response.length_remaining == 0 else response.close()
        except urllib3.exceptions.SSLError:
            return Answer(Outcome.OPNIEUW, "tls", reached=False)
        except urllib3.exceptions.ReadTimeoutError:
            return Answer(Outcome.OPNIEUW, "geen_antwoord", reached=False)
        except (urllib3.exceptions.HTTPError, OSError):
            return Answer(Outcome.OPNIEUW, "niet_bereikbaar", reached=False)
        return classify(response.status, body, reference_id)


def connectors_from(settings: Mapping[str, Any]) -> dict[str, Connector]:
    """A connector for every partner whose address is set (``portaal.vecozo.url`` and so on).

    :raises UnsafeConfigurationError: plain http or a token outside development, a certificate that cannot be read, or
        a timeout with which two workers would send the same message.
    """
    found: dict[str, Connector] = {}
    for partner in PARTNERS:
        prefix = f"portaal.{partner}."
        url = settings.get(f"{prefix}url")
        if not url:
            continue
        endpoint = Endpoint(
            url=url,
            token=settings.get(f"{prefix}token", ""),
            ca_file=settings.get(f"{prefix}ca_file"),
            client_certificate=settings.get(f"{prefix}client_certificate"),
            client_key=settings.get(f"{prefix}client_key"),
            timeout=_seconds(settings, f"{prefix}timeout"),
        )
        _check(prefix, endpoint, development=settings.get("portaal.environment") == "development")
        found[partner] = SoapConnector(endpoint)
    return found


def _seconds(settings: Mapping[str, Any], name: str) -> float:
    try:
        seconds = float(settings.get(name) or 60)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise UnsafeConfigurationError(f"{name} must be a number of seconds, at most {LONGEST_TIMEOUT}")
    return seconds


def _check(prefix: str, endpoint: Endpoint, *, development: bool) -> None:
    address = urlsplit(endpoint.url)
    if address.scheme != "https" and not (development and address.hostname in LOOPBACK):
        raise UnsafeConfigurationError(
            f"{prefix}url must begin with https:// (http only in development, to this machine itself)"
        )
    if not development and (endpoint.token or not endpoint.client_certificate):
        raise UnsafeConfigurationError(
            f"set {prefix}client_certificate and {prefix}client_key, and no {prefix}token: outside development a "
            "certificate shows who we are"
        )


def _tls(endpoint: Endpoint) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=endpoint.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if endpoint.client_certificate:
            context.load_cert_chain(endpoint.client_certificate, endpoint.client_key)
    except (OSError, ssl.SSLError) as error:
        raise UnsafeConfigurationError("a certificate or key of a partner cannot be read") from error
    return context
