"""Signature wrapping: a good signature stays in the message, and what it does not cover is put where one reads.

The eight classic variants (Somorovsky and others, 2012), put in before the Response is signed (so that only the
Assertion's own signature stands against it) and afterwards; and variants with eHerkenning's Advice.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

from lxml import etree

from portaal.eherkenning.xml import DS, SAMLP, q
from portaal.login.refusal import RefusalReason as R
from tests.eherkenning.forge import added, attacker, every, victims_assertion
from tests.eherkenning.hostile.case import BY_ARTIFACT, Case, case
from tests.eherkenning.signer import signature_of, without_signature

Wrap = Callable[[etree._Element], None]


def _signed(response: etree._Element) -> etree._Element:
    return response.find(q("saml:Assertion"))


def _before(response: etree._Element) -> None:
    """3: the evil one first, the signed one beside it."""
    _signed(response).addprevious(victims_assertion(_signed(response)))


def _around(response: etree._Element) -> None:
    """4: the signed one inside the evil one."""
    signed = _signed(response)
    evil = victims_assertion(signed)
    response.replace(signed, evil)
    evil.append(signed)


def _moved_signature(response: etree._Element) -> None:
    """5: the evil one carries the signature; the signed one, without it, comes after."""
    signed = _signed(response)
    evil = victims_assertion(signed)
    evil.insert(1, signature_of(signed))
    signed.addprevious(evil)


def _inside_signature(response: etree._Element) -> None:
    """6: the evil one carries the signature, and in that the signed one."""
    signed = _signed(response)
    evil = victims_assertion(signed)
    signature = signature_of(signed)
    response.replace(signed, evil)
    evil.insert(1, signature)
    signature.append(signed)


def _in_extensions(response: etree._Element) -> None:
    """7: the evil one in Extensions, under the same id."""
    extensions = etree.fromstring(f'<samlp:Extensions xmlns:samlp="{SAMLP}"/>')
    extensions.append(victims_assertion(_signed(response), ""))
    extensions[0].set("ID", _signed(response).get("ID", ""))
    response.insert(1, extensions)


def _in_object(response: etree._Element) -> None:
    """8: the evil one carries the signature, and in an Object of that the signed one."""
    signed = _signed(response)
    evil = victims_assertion(signed)
    signature = signature_of(signed)
    response.replace(signed, evil)
    evil.insert(1, signature)
    holder = etree.SubElement(signature, q("ds:Object"))
    holder.append(signed)


def _in_key_info(response: etree._Element) -> None:
    """The evil one carries the signature, and in its KeyInfo, which nobody signs, the signed one."""
    signed = _signed(response)
    evil = victims_assertion(signed)
    signature = signature_of(signed)
    response.replace(signed, evil)
    evil.insert(1, signature)
    etree.SubElement(signature, q("ds:KeyInfo")).append(signed)


def _same_id(response: etree._Element) -> None:
    """The evil one first, under the id of the signed one, with a copy of its signature."""
    signed = _signed(response)
    evil = victims_assertion(signed)
    evil.set("ID", signed.get("ID", ""))
    evil.insert(1, copy.deepcopy(signature_of(signed)))
    signed.addprevious(evil)


def _in_advice_of_evil(response: etree._Element) -> None:
    """The signed one in the Advice of the evil one, which takes over its signature."""
    signed = _signed(response)
    evil = victims_assertion(signed)
    response.replace(signed, evil)
    evil.insert(1, copy.deepcopy(signature_of(signed)))
    evil.find(q("saml:Advice")).append(signed)


def _only_in_advice(response: etree._Element) -> None:
    """No Assertion in the Response but those in an Advice."""
    signed = _signed(response)
    response.replace(signed, signed.find(q("saml:Advice")))


def _evidence_instead(response: etree._Element) -> None:
    """The evidence of the middelenuitgever, well signed by that, in the place of the Assertion."""
    signed = _signed(response)
    response.replace(signed, signed.find(q("saml:Advice"))[0])


def _after(response: etree._Element) -> None:
    """The evil one after the signed one."""
    _signed(response).addnext(victims_assertion(_signed(response)))


def _beside_encrypted(response: etree._Element) -> None:
    """A plain one and an encrypted one."""
    from tests.eherkenning.forge import encrypted

    response.append(encrypted(victims_assertion(_signed(response)), "saml:EncryptedAssertion"))


def _twice(response: etree._Element) -> None:
    """The same one twice."""
    _signed(response).addnext(copy.deepcopy(_signed(response)))


def _in_issuer(response: etree._Element) -> None:
    """The evil one inside the Issuer."""
    response.find(q("saml:Issuer")).append(victims_assertion(_signed(response)))


ASSERTIONS: dict[str, tuple[Wrap, R]] = {
    "3, before it": (_before, R.MALFORMED),
    "4, around it": (_around, R.SIGNATURE),
    "5, with its signature": (_moved_signature, R.MALFORMED),
    "6, with it in the signature": (_inside_signature, R.SIGNATURE),
    "7, in Extensions under its id": (_in_extensions, R.MALFORMED),
    "8, with it in an Object": (_in_object, R.SIGNATURE),
    "with it in KeyInfo": (_in_key_info, R.SIGNATURE),
    "under its id": (_same_id, R.MALFORMED),
    "with it in Advice": (_in_advice_of_evil, R.SIGNATURE),
    "only in Advice": (_only_in_advice, R.MALFORMED),
    "the evidence instead": (_evidence_instead, R.SIGNATURE),
    "after it": (_after, R.MALFORMED),
    "beside it, encrypted": (_beside_encrypted, R.MALFORMED),
    "the same twice": (_twice, R.MALFORMED),
    "in the Issuer": (_in_issuer, R.MALFORMED),
}


DOUBLED = {_in_extensions, _same_id, _twice}  # an id is there twice, for which a message is not even read


def _response_in_signature(response: etree._Element) -> etree._Element:
    """1: an evil Response around the signature, and in that the signed Response."""
    evil = _evil_response(response)
    signature = signature_of(response)
    evil.insert(1, signature)
    signature.append(without_signature(response))
    return evil


def _response_before_signature(response: etree._Element) -> etree._Element:
    """2: the signed Response beside the signature in an evil one."""
    evil = _evil_response(response)
    evil.insert(1, without_signature(response))
    evil.insert(2, signature_of(response))
    return evil


def _response_in_extensions(response: etree._Element) -> etree._Element:
    """The signed Response in the Extensions of an evil one, with its signature."""
    evil = _evil_response(response)
    evil.insert(1, etree.fromstring(f'<samlp:Extensions xmlns:samlp="{SAMLP}"/>'))
    evil[1].append(response)
    return evil


def _evil_response(response: etree._Element) -> etree._Element:
    evil = without_signature(response)
    evil.set("ID", "_evil_response")
    evil.replace(_signed(evil), victims_assertion(_signed(evil)))
    return evil


def _artifact_response_within(outer: etree._Element) -> etree._Element:
    """The signed ArtifactResponse in an Object of its signature, in an evil one."""
    evil = without_signature(outer)
    evil.set("ID", "_evil_artifact_response")
    signature = signature_of(outer)
    evil.insert(1, signature)
    etree.SubElement(signature, f"{{{DS}}}Object").append(without_signature(outer))
    return evil


def _wrappings() -> tuple[Case, ...]:
    cases = []
    for name, (wrap, reason) in ASSERTIONS.items():
        cases.append(case(f"an evil Assertion, {name}", reason, response=wrap))
        cases.append(
            case(
                f"an evil Assertion, {name}, afterwards",
                R.MALFORMED if wrap in DOUBLED else R.SIGNATURE,
                signed_response=wrap,
            )
        )
        cases.append(
            case(
                f"an evil Assertion, {name}, in an unsigned Response",
                reason,
                BY_ARTIFACT,
                response=wrap,
                response_by=None,
            )
        )
    return tuple(cases)


RESPONSES = (
    case("1, an evil Response around the signature", R.SIGNATURE, signed_response=_response_in_signature),
    case("2, an evil Response beside the signed one", R.SIGNATURE, signed_response=_response_before_signature),
    case("an evil Response with the signed one in Extensions", R.SIGNATURE, signed_response=_response_in_extensions),
    case(
        "an evil ArtifactResponse around the signed one",
        R.MALFORMED,
        BY_ARTIFACT,
        signed_artifact_response=_artifact_response_within,
    ),
    case(
        "an evil Assertion by the attacker beside the signed one",
        R.MALFORMED,
        response=every(lambda response: _signed(response).addprevious(_attackers(response))),
    ),
    case("an Assertion inside an unknown part", R.MALFORMED, response=added(".", '<x xmlns="urn:x"/>')),
)


def _attackers(response: etree._Element) -> etree._Element:
    from tests.eherkenning.forge import NORMAL
    from tests.eherkenning.signer import sign

    return sign(victims_assertion(_signed(response)), attacker(), NORMAL)


CASES = (*_wrappings(), *RESPONSES)
