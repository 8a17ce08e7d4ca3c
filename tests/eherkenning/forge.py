"""Answers of a makelaar made step by step, so that a test can do something else at any of the steps."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from lxml import etree

from portaal.eherkenning.artifact import read_envelope
from portaal.eherkenning.metadata import HTTP_POST
from portaal.eherkenning.parties import KeyPair, Makelaar, ServiceProvider
from portaal.eherkenning.response import Expected, verify_artifact_response, verify_response
from portaal.eherkenning.xml import SAML, parse, q
from portaal.login.levels import AssuranceLevel
from portaal.login.record import LoginRecord
from portaal.simulators.makelaar import answers
from portaal.simulators.makelaar.answers import PREFIXES, Asker, Person
from portaal.simulators.makelaar.encryption import encrypt
from portaal.simulators.makelaar.keys import new_pair
from portaal.simulators.makelaar.questions import soap
from portaal.testing.eherkenning import MAKELAAR, SERVICE_UUID, SETTINGS, parties, portal_keys
from tests.eherkenning import signer
from tests.eherkenning.signer import Style

NOW = datetime.now(UTC).replace(microsecond=0)
REQUEST_ID = "_" + "a" * 40
QUESTION_ID = "_" + "b" * 40
ACS = "https://portaal.example/eherkenning/acs"
PERSON = Person("a1" * 32 + "@" + "b2" * 16, "99000363", AssuranceLevel.LOA3)
VICTIM = Person("c3" * 32 + "@" + "d4" * 16, "99000384", AssuranceLevel.LOA4)
NORMAL = Style(prefixes=" ".join(PREFIXES))

Edit = Callable[[etree._Element], "etree._Element | None"]


@cache
def attacker() -> KeyPair:
    """A key of somebody else."""
    return new_pair("makelaar")


@cache
def provider() -> ServiceProvider:
    return ServiceProvider(
        entity_id=SETTINGS["eherkenning.entity_id"],
        acs_url=ACS,
        service_index=9050,
        service_id=SETTINGS["eherkenning.service_id"],
        service_uuid=SERVICE_UUID,
        service_name="dienst",
        provider_name="portaal",
        keys=(portal_keys(),),
    )


@cache
def makelaar() -> Makelaar:
    return Makelaar(
        MAKELAAR,
        "Voorbeeldmakelaar",
        {HTTP_POST: "https://makelaar.example/sso"},
        {0: "https://makelaar.example/artifact"},
        (parties().makelaar.certificate,),
    )


def asker() -> Asker:
    ours = provider()
    return Asker(ours.entity_id, ACS, ours.service_id, ours.service_uuid, portal_keys().certificate, REQUEST_ID)


def expected() -> Expected:
    return Expected(provider(), makelaar(), REQUEST_ID, NOW)


def nothing(element: etree._Element) -> None:
    """Leave it as it is."""


@dataclass(frozen=True)
class Recipe:
    """How an answer is made. Each edit changes its element in place or returns another.

    :param by: the key that signs; None leaves the signature out.
    :param hold: puts the signed assertion into the Response.
    :param encoded: changes the bytes that travel.
    """

    person: Person = PERSON
    assertion: Edit = nothing
    assertion_by: Callable[[], KeyPair] | None = lambda: parties().makelaar
    assertion_style: Style = NORMAL
    signed_assertion: Edit = nothing
    hold: Callable[[etree._Element, etree._Element], None] = lambda response, assertion: response.append(assertion)
    response: Edit = nothing
    response_by: Callable[[], KeyPair] | None = lambda: parties().makelaar
    response_style: Style = NORMAL
    signed_response: Edit = nothing
    artifact_response: Edit = nothing
    artifact_by: Callable[[], KeyPair] | None = lambda: parties().makelaar
    artifact_style: Style = NORMAL
    signed_artifact_response: Edit = nothing
    encoded: Callable[[bytes], bytes] = lambda message: message

    def make_response(self) -> etree._Element:
        assertion = _edited(answers.assertion(parties(), asker(), self.person, NOW), self.assertion)
        assertion = _edited(_signed(assertion, self.assertion_by, self.assertion_style), self.signed_assertion)
        response = answers.response(parties(), asker(), NOW, ["Success"])
        self.hold(response, assertion)
        response = _edited(response, self.response)
        return _edited(_signed(response, self.response_by, self.response_style), self.signed_response)

    def posted(self) -> bytes:
        """The message as it comes by POST, before base64."""
        return self.encoded(etree.tostring(self.make_response()))

    def resolved(self) -> bytes:
        """The SOAP envelope that comes for an artifact."""
        outer = answers.around(parties(), self.make_response(), QUESTION_ID, NOW)
        outer = _signed(_edited(outer, self.artifact_response), self.artifact_by, self.artifact_style)
        return self.encoded(soap(_edited(outer, self.signed_artifact_response)))

    def verify_posted(self) -> LoginRecord:
        return verify_response(parse(self.posted()), expected())

    def verify_resolved(self) -> LoginRecord:
        return verify_artifact_response(read_envelope(self.resolved()), QUESTION_ID, expected())


def _edited(element: etree._Element, edit: Edit) -> etree._Element:
    changed = edit(element)
    return element if changed is None else changed


def _signed(element: etree._Element, by: Callable[[], KeyPair] | None, style: Style) -> etree._Element:
    return element if by is None else signer.sign(element, by(), style)


# ---- edits


def every(*edits: Edit) -> Edit:
    """One after the other."""

    def edit(element: etree._Element) -> etree._Element:
        for each in edits:
            element = _edited(element, each)
        return element

    return edit


def at(path: str, change: Callable[[etree._Element], object]) -> Edit:
    """Change the elements at a path such as ``saml:Subject/saml:NameID``; there must be one."""

    def edit(element: etree._Element) -> None:
        found = element.findall("/".join(q(step) for step in path.split("/")))
        assert found, f"{path} is not there"
        for each in found:
            change(each)

    return edit


def attribute(path: str, name: str, value: str | None) -> Edit:
    """Set an attribute, or remove it; the path ``.`` is the element itself."""

    def change(element: etree._Element) -> None:
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)

    return change if path == "." else at(path, change)


def text(path: str, value: str | None) -> Edit:
    return at(path, lambda element: setattr(element, "text", value))


def removed(path: str) -> Edit:
    return at(path, lambda element: _parent(element).remove(element))


def doubled(path: str) -> Edit:
    """The same element once more, after itself, with ids of its own."""

    def change(element: etree._Element) -> None:
        again = copy.deepcopy(element)
        for node in again.iter():
            for name in {"ID", "Id"} & set(node.attrib):
                node.set(name, node.attrib[name] + "-again")
        element.addnext(again)

    return at(path, change)


def added(path: str, xml: str) -> Edit:
    """More at the end of an element; the path ``.`` is the element itself."""

    def change(element: etree._Element) -> None:
        element.append(etree.fromstring(xml))

    return change if path == "." else at(path, change)


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def saml_attribute(name: str, change: Callable[[etree._Element], object]) -> Edit:
    """Change the attribute of the statement with this name."""

    def edit(assertion: etree._Element) -> None:
        (found,) = [each for each in assertion.iter(q("saml:Attribute")) if each.get("Name") == name]
        change(found)

    return edit


def value_of(name: str, value: str | None) -> Edit:
    """Another text in an attribute of the statement."""
    return saml_attribute(name, lambda found: setattr(found[0], "text", value))


def encrypted(plain: etree._Element | bytes, tag: str = "saml:EncryptedID") -> etree._Element:
    """An element, or anything, encrypted for the portal."""
    holder = etree.Element(q(tag), nsmap={"saml": SAML})
    message = plain if isinstance(plain, bytes) else etree.tostring(plain, with_tail=False)
    holder.extend(encrypt(message, portal_keys().certificate, provider().entity_id))
    return holder


def name_id(kind: str, value: str) -> etree._Element:
    element = etree.Element(q("saml:NameID"), nsmap={"saml": SAML}, NameQualifier=kind)
    element.text = value
    return element


def identities(name: str, *encrypted_ids: etree._Element) -> Edit:
    """These EncryptedIDs as the values of an attribute of the statement."""

    def change(found: etree._Element) -> None:
        for value in list(found):
            found.remove(value)
        for each in encrypted_ids:
            etree.SubElement(found, q("saml:AttributeValue")).append(copy.deepcopy(each))

    return saml_attribute(name, change)


def victims_assertion(signed: etree._Element, identifier: str = "_evil") -> etree._Element:
    """An unsigned assertion about somebody else, which the attacker wants to be believed."""
    evil = answers.assertion(parties(), asker(), VICTIM, NOW)
    evil.set("ID", identifier or signed.get("ID", ""))
    return evil


def encrypt_assertion(response: etree._Element, assertion: etree._Element) -> None:
    """Put the assertion into the Response encrypted."""
    response.append(encrypted(assertion, "saml:EncryptedAssertion"))


def styled(touch: Callable[[etree._Element], None] | None = None, **changes: object) -> Style:
    """The normal way to sign, but for these changes."""
    return Style(**({"prefixes": NORMAL.prefixes} | changes | ({"touch": touch} if touch else {})))  # type: ignore[arg-type]
