"""Certificates that end soon: a warning from 60 days before, an alarm from 30 (rule 2)."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509

from portaal import clock
from portaal.eherkenning.parties import Makelaar, ServiceProvider

if TYPE_CHECKING:
    from pyramid.registry import Registry

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
    found = (_expiry(owner, certificate, now) for owner, certificate in _certificates(provider, makelaars))
    return sorted(filter(None, found), key=lambda expiry: expiry.ends_at)


def health(registry: Registry) -> str:
    """What is wrong, for ``/ready``: certificates that end within a month, or an empty text."""
    found = expiring(registry["eherkenning.provider"], registry["eherkenning.makelaars"].values(), clock.now())
    return "; ".join(str(expiry) for expiry in found if expiry.urgency >= Urgency.VERY_SOON)


def _certificates(provider: ServiceProvider, makelaars: Iterable[Makelaar]) -> Iterator[tuple[str, x509.Certificate]]:
    for pair, owner in zip(provider.keys, ("the portal", "the portal (the next one)"), strict=False):
        yield owner, pair.certificate
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
