"""What the portal asks: the AuthnRequest by POST and by Redirect, its metadata, and the ArtifactResolve."""

from __future__ import annotations

import base64
import dataclasses
import zlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from portaal.eherkenning.authn_request import AuthnRequest, new_request
from portaal.eherkenning.metadata import HTTP_ARTIFACT, HTTP_POST, HTTP_REDIRECT, our_metadata
from portaal.eherkenning.parties import Makelaar
from portaal.eherkenning.signature import key_name, verify
from portaal.eherkenning.xml import DS, MD, SAMLP, parse, q, timestamp
from portaal.simulators.makelaar.keys import new_pair
from portaal.simulators.makelaar.questions import BadQuestionError, read_portal, read_request
from portaal.testing.eherkenning import portal_keys
from tests.eherkenning.forge import ACS, NOW, makelaar, provider

SSO = "https://makelaar.example/sso"


def posted(request: AuthnRequest) -> etree._Element:
    assert request.fields is not None
    return parse(base64.b64decode(request.fields["SAMLRequest"]))


def by_redirect() -> Makelaar:
    return dataclasses.replace(makelaar(), sso_urls={HTTP_REDIRECT: SSO})


def test_the_request_says_what_the_interface_wants_and_nothing_else() -> None:
    request = new_request(provider(), makelaar(), "relay", NOW)
    root = posted(request)
    assert root.tag == q("samlp:AuthnRequest")
    assert dict(root.attrib) == {
        "ID": request.id,
        "Version": "2.0",
        "IssueInstant": timestamp(NOW),
        "Destination": SSO,
        "ForceAuthn": "true",  # never somebody's earlier login (ASVS 7.6.1)
        "AssertionConsumerServiceIndex": "1",
        "AttributeConsumingServiceIndex": "9050",
        "ProviderName": "portaal",
    }
    assert [child.tag for child in root] == [q("saml:Issuer"), q("ds:Signature"), q("samlp:RequestedAuthnContext")]
    assert root[0].text == provider().entity_id
    assert root[2].get("Comparison") == "minimum"
    assert root[2][0].text == "urn:etoegang:core:assurance-class:loa3"


def test_the_request_is_signed_with_a_key_name_only() -> None:
    root = posted(new_request(provider(), makelaar(), "relay", NOW))
    info = root.find(f"{q('ds:Signature')}/{q('ds:KeyInfo')}")
    assert [child.tag for child in info] == [q("ds:KeyName")]
    assert info[0].text == key_name(portal_keys().certificate)
    assert verify(root, [portal_keys().certificate]).get("ID") == root.get("ID")


def test_ids_are_random() -> None:
    requests = [new_request(provider(), by_redirect(), "relay", NOW) for _ in range(100)]
    assert len({request.id for request in requests}) == 100
    assert all(len(request.id) == 41 and request.id.startswith("_") for request in requests)  # 160 bits


def test_by_redirect_the_query_is_signed() -> None:
    request = new_request(provider(), by_redirect(), "relay", NOW)
    assert request.fields is None
    address = urlsplit(request.url)
    assert f"{address.scheme}://{address.netloc}{address.path}" == SSO
    fields = {name: values[0] for name, values in parse_qs(address.query).items()}
    root = parse(zlib.decompress(base64.b64decode(fields["SAMLRequest"]), -15))
    assert root.find(q("ds:Signature")) is None
    portal = read_portal(our_metadata(provider(), NOW))
    question = read_request(fields, address.query, portal, SSO)
    assert (question.request_id, question.relay_state) == (request.id, "relay")
    with pytest.raises(BadQuestionError):
        read_request(fields, address.query.replace("RelayState=", "RelayState=x"), portal, SSO)


def test_where_the_makelaar_answers_by_post_the_request_says_so() -> None:
    root = posted(new_request(provider(), dataclasses.replace(makelaar(), answers_by_post=True), "relay", NOW))
    assert root.get("AssertionConsumerServiceIndex") == "2"


# ---- metadata


def test_the_metadata_has_what_the_interface_lists_and_nothing_else() -> None:
    root = parse(our_metadata(provider(), NOW))
    assert root.tag == q("md:EntityDescriptor")
    assert set(root.attrib) == {"ID", "entityID"}  # no validUntil, no cacheDuration
    assert root.get("entityID") == provider().entity_id
    assert [child.tag for child in root] == [q("ds:Signature"), q("md:SPSSODescriptor")]
    role = root[1]
    assert dict(role.attrib) == {
        "AuthnRequestsSigned": "true",
        "WantAssertionsSigned": "true",
        "protocolSupportEnumeration": SAMLP,
    }
    assert [etree.QName(child).localname for child in role] == [
        "KeyDescriptor",
        "KeyDescriptor",
        "AssertionConsumerService",
        "AttributeConsumingService",
    ]
    assert [child.get("use") for child in role[:2]] == ["signing", "encryption"]
    assert dict(role[2].attrib) == {"Binding": HTTP_ARTIFACT, "Location": ACS, "index": "1", "isDefault": "true"}
    assert role[3].get("index") == "9050"
    requested = role[3].find(q("md:RequestedAttribute"))
    assert dict(requested.attrib) == {"Name": provider().service_id}
    assert [each.text for each in role[3].findall(q("md:ServiceName"))] == ["dienst", "dienst"]


def test_every_key_in_the_metadata_has_its_name_and_certificate() -> None:
    root = parse(our_metadata(provider(), NOW))
    for info in root.findall(f"{{{MD}}}SPSSODescriptor/{{{MD}}}KeyDescriptor/{{{DS}}}KeyInfo"):
        assert [etree.QName(child).localname for child in info] == ["KeyName", "X509Data"]
        assert info[0].text == key_name(portal_keys().certificate)


def test_the_metadata_is_signed_with_the_certificate_in_it() -> None:
    root = parse(our_metadata(provider(), NOW))
    assert root.find(f"{q('ds:Signature')}/{q('ds:KeyInfo')}/{q('ds:X509Data')}") is not None
    verify(root, [portal_keys().certificate])


def test_only_where_a_makelaar_answers_by_post_the_metadata_says_where() -> None:
    role = parse(our_metadata(provider(), NOW, answers_by_post=True))[1]
    addresses = [(each.get("Binding"), each.get("index")) for each in role.findall(q("md:AssertionConsumerService"))]
    assert addresses == [(HTTP_ARTIFACT, "1"), (HTTP_POST, "2")]


def test_while_keys_are_changed_the_metadata_has_the_next_certificate_and_the_right_key_signs() -> None:
    coming, moment = new_pair("portaal"), NOW + timedelta(days=1)
    ours = dataclasses.replace(provider(), keys=(portal_keys(), coming), next_from=moment)
    metadata = parse(our_metadata(ours, NOW))
    names = {each.text for each in metadata.iter(q("ds:KeyName"))}
    assert names == {key_name(coming.certificate)}
    verify(metadata, [portal_keys().certificate])
    before = posted(new_request(ours, makelaar(), "relay", moment - timedelta(seconds=1)))
    after = posted(new_request(ours, makelaar(), "relay", moment))
    verify(before, [portal_keys().certificate])
    verify(after, [coming.certificate])
