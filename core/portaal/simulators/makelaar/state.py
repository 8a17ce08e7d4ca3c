"""Everything one running makelaar knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from portaal.simulators.makelaar.accounts import Account
from portaal.simulators.makelaar.answers import Parties
from portaal.simulators.makelaar.phone import Phones
from portaal.simulators.makelaar.questions import Portal
from portaal.simulators.makelaar.visits import Visits


@dataclass
class Makelaar:
    """A makelaar for one portal.

    :param base_url: where it answers, without a slash at the end.
    :param organisations: names by KvK number, for who acts for several.
    """

    base_url: str
    parties: Parties
    portal: Portal
    service_uuid: str
    accounts: dict[str, Account]
    metadata: bytes
    organisations: dict[str, str]
    visits: Visits = field(default_factory=Visits)
    phones: Phones = field(default_factory=Phones)
