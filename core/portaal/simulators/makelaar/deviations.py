"""Answers out of the ordinary, most of which a portal must refuse: to be chosen for a demonstration or a test."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from portaal.eherkenning.signature import sign
from portaal.eherkenning.xml import SAML, q
from portaal.login.levels import PREFIX, AssuranceLevel
from portaal.simulators.makelaar.answers import (
    PREFIXES,
    Asker,
    Parties,
    Person,
    assertion,
    encrypted_attribute,
    failure_response,
    login_response,
    plain_attribute,
    response,
    sign_assertion,
)
from portaal.simulators.makelaar.encryption import encrypt

NORMAL = "normal"
LONG = timedelta(minutes=10)
BRANCH = "000012345678"
# In the place of an answer: whoever comes for it is told that the service is out of order.
OUT_OF_ORDER = etree.Element("out-of-order")


@dataclass(frozen=True)
class Login:
    """What the answer is about."""

    parties: Parties
    asker: Asker
    person: Person
    now: datetime

    def but(self, *, now: timedelta = timedelta(), **asker: Any) -> etree._Element:
        """The normal answer, but for another moment or as if something else was asked."""
        return login_response(self.parties, dataclasses.replace(self.asker, **asker), self.person, self.now + now)

    def with_assertions(self, *assertions: etree._Element) -> etree._Element:
        """A signed Response with these assertions."""
        root = response(self.parties, self.asker, self.now, ["Success"])
        root.extend(assertions)
        return sign(root, self.parties.makelaar.key, self.parties.makelaar.certificate, inclusive_prefixes=PREFIXES)

    def assertion(self) -> etree._Element:
        return assertion(self.parties, self.asker, self.person, self.now)


def answer_to(code: str, parties: Parties, asker: Asker, person: Person, now: datetime) -> etree._Element | None:
    """The answer with this deviation; None for no answer at all."""
    return DEVIATIONS[code](Login(parties, asker, person, now))


def _too_low(login: Login) -> etree._Element:
    person = dataclasses.replace(login.person, level=AssuranceLevel.LOA2PLUS)
    return login_response(login.parties, login.asker, person, login.now)


def _unknown_level(login: Login) -> etree._Element:
    changed = login.assertion()
    for context in changed.iter(q("saml:AuthnContextClassRef")):
        context.text = f"{PREFIX}loa9"
    return login.with_assertions(sign_assertion(login.parties, changed))


def _plain_identity(login: Login) -> etree._Element:
    changed = login.assertion()
    for holder in list(changed.iter(q("saml:EncryptedID"))):
        value = holder.getparent()
        if value is not None:
            value.remove(holder)
            value.text = login.person.kvk_nummer
    return login.with_assertions(sign_assertion(login.parties, changed))


def _encrypted_assertion(login: Login) -> etree._Element:
    signed = sign_assertion(login.parties, login.assertion())
    holder = etree.Element(q("saml:EncryptedAssertion"), nsmap={"saml": SAML})
    holder.extend(encrypt(etree.tostring(signed), login.asker.certificate, login.asker.entity_id))
    return login.with_assertions(holder)


def _limited_to(name: str, value: str) -> Callable[[Login], etree._Element]:
    """A mandate with a limit."""

    def answer(login: Login) -> etree._Element:
        changed = login.assertion()
        plain_attribute(_statement(changed), f"urn:etoegang:1.9:ServiceRestriction:{name}", value)
        return login.with_assertions(sign_assertion(login.parties, changed))

    return answer


def _through(*intermediaries: str) -> Callable[[Login], etree._Element]:
    """A chain of mandates through these organisations, by their KvK numbers."""
    identities = [("urn:etoegang:1.9:EntityConcernedID:KvKnr", number) for number in intermediaries]

    def answer(login: Login) -> etree._Element:
        changed = login.assertion()
        encrypted_attribute(_statement(changed), "urn:etoegang:core:IntermediateSubjectID", login.asker, identities)
        return login.with_assertions(sign_assertion(login.parties, changed))

    return answer


def _statement(assertion: etree._Element) -> etree._Element:
    (statement,) = assertion.findall(q("saml:AttributeStatement"))
    return statement


def _altered(login: Login) -> etree._Element:
    answer = login_response(login.parties, login.asker, login.person, login.now)
    for context in answer.iter(q("saml:AuthnContextClassRef")):
        context.text = AssuranceLevel.LOA4.urn
    return answer


def _foreign_key(login: Login) -> etree._Element:
    parties = dataclasses.replace(login.parties, makelaar=login.parties.middelenuitgever)
    return login_response(parties, login.asker, login.person, login.now)


def _failure(code: str) -> Callable[[Login], etree._Element]:
    return lambda login: failure_response(login.parties, login.asker, login.now, code)


DEVIATIONS: dict[str, Callable[[Login], etree._Element | None]] = {
    NORMAL: lambda login: login.but(),
    "encrypted_assertion": _encrypted_assertion,
    "branch": _limited_to("Vestigingsnr", BRANCH),
    "chain": _through("99000777"),
    "too_low": _too_low,
    "unknown_level": _unknown_level,
    "request_denied": _failure("RequestDenied"),
    "request_unsupported": _failure("RequestUnsupported"),
    "no_authn_context": _failure("NoAuthnContext"),
    "unknown_principal": _failure("UnknownPrincipal"),
    "failed": _failure("NoSupportedIDP"),
    "expired": lambda login: login.but(now=-LONG),
    "too_early": lambda login: login.but(now=LONG),
    "other_service": lambda login: login.but(service_id="urn:etoegang:DV:00000003000000000000:services:1"),
    "other_request": lambda login: login.but(request_id="_1234567890"),
    "other_portal": lambda login: login.but(acs_url="https://elders.example/acs"),
    "unsigned": lambda login: login.with_assertions(login.assertion()),
    "other_limit": _limited_to("Afdeling", "12"),
    "long_chain": _through("99000777", "99000778"),
    "altered": _altered,
    "foreign_key": _foreign_key,
    "plain_identity": _plain_identity,
    "other_certificate": lambda login: login.but(certificate=login.parties.makelaar.certificate),
    "two_assertions": lambda login: login.with_assertions(
        *(sign_assertion(login.parties, login.assertion()) for _ in range(2))
    ),
    "no_assertion": lambda login: login.with_assertions(),
    "nothing": lambda login: None,
    "out_of_order": lambda login: OUT_OF_ORDER,
}
