"""Certificates that end soon: a warning from 60 days before, an alarm from 30 (rule 2)."""

from __future__ import annotations

import enum
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509

from portaal import clock
from portaal.eherkenning.parties import Makelaar, ServiceProvider

if TYPE_CHECKING:
    from pyramid.registry import Registry

log = logging.getLogger(__name__)
WARN_BEFORE = timedelta(days=60)
ALARM_BEFORE = timedelta(days=30)


class Urgency(enum.IntEnum):
    """How near the end is."""

    SOON = 1
    VERY_SOON = 2
    ENDED = 3


@dataclass(frozen=True)
class Expiry:
    """A certificate that ends soon. ``owner`` says whose, for the operator."""

    owner: str
    ends_at: datetime
    urgency: Urgency

    def __str__(self) -> str:
        verb = "ended" if self.urgency is Urgency.ENDED else "ends"
        return f"the eHerkenning certificate of {self.owner} {verb} on {self.ends_at:%Y-%m-%d}"


def expiring(provider: ServiceProvider, makelaars: Iterable[Makelaar], now: datetime) -> list[Expiry]:
    """The certificates to do something about, the most urgent first."""
    found = (_expiry(owner, certificate, now) for owner, certificate in certificates_of(provider, makelaars))
    return sorted(filter(None, found), key=lambda expiry: expiry.ends_at)


def health(registry: Registry) -> str:
    """What is wrong, for ``/ready``: certificates that end within a month, or an empty text."""
    return "; ".join(str(expiry) for expiry in _of_portal(registry) if expiry.urgency >= Urgency.VERY_SOON)


def warn(registry: Registry) -> None:
    """Tell the log, at the start and every day (the job ``eherkenning_certificates``)."""
    for expiry in _of_portal(registry):
        log.log(logging.WARNING if expiry.urgency is Urgency.SOON else logging.ERROR, "%s", expiry)


def _of_portal(registry: Registry) -> list[Expiry]:
    return expiring(registry["eherkenning.provider"], registry["eherkenning.makelaars"].values(), clock.now())


def certificates_of(provider: ServiceProvider, makelaars: Iterable[Makelaar]) -> Iterator[tuple[str, x509.Certificate]]:
    """Whose it is, for the operator, and each certificate that signs or that others encrypt with."""
    for pair, owner in zip(provider.keys, ("the portal", "the portal (the next one)"), strict=False):
        yield owner, pair.certificate
    if provider.client_certificate is not None:
        yield "the portal (for TLS)", provider.client_certificate
    for makelaar in makelaars:
        for certificate in makelaar.certificates:
            yield makelaar.display_name, certificate


def _expiry(owner: str, certificate: x509.Certificate, now: datetime) -> Expiry | None:
    ends_at = certificate.not_valid_after_utc
    left = ends_at - now
    if left > WARN_BEFORE:
        return None
    urgency = Urgency.ENDED if left <= timedelta() else Urgency.VERY_SOON if left <= ALARM_BEFORE else Urgency.SOON
    return Expiry(owner, ends_at, urgency)
