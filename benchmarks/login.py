"""CPU per login, against python3-saml on the same message in the same run. The aim: at most half.

    python benchmarks/login.py

python3-saml is no dependency: put it where Python finds it, beside an lxml that fits its xmlsec. Without it only our
own figures are printed. It refuses eHerkenning's Advice and its lists of prefixes, so the message compared has neither.
Nor does it open identities inside attribute values, without which nobody is logged in. So the same work is compared
twice: both without opening them, and both with it, for which its own ``decrypt_element`` is called.
"""

from __future__ import annotations

import base64
import math
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.eherkenning.forge import (
    ACS,
    NOW,
    QUESTION_ID,
    REQUEST_ID,
    Recipe,
    attribute,
    encrypt_assertion,
    encrypted,
    every,
    expected,
    name_id,
    provider,
    removed,
)
from tests.eherkenning.hostile.content import DATA, KVK, PSEUDO
from tests.eherkenning.signer import Style

from portaal.eherkenning.artifact import read_envelope
from portaal.eherkenning.encryption import decrypt
from portaal.eherkenning.response import verify_artifact_response, verify_response
from portaal.eherkenning.xml import parse_base64, timestamp
from portaal.testing.eherkenning import parties, portal_keys

ROUNDS, TURNS, AIM = 20, 30, 0.5
# Without lists of prefixes: its schema of XML Signature does not know them.
BARE = Style()
LATER = timestamp(NOW + timedelta(hours=1))  # it looks at the real clock, and a busy machine takes its time
PLAIN = Recipe(
    assertion=every(
        removed("saml:Advice"),
        attribute("saml:Conditions", "NotOnOrAfter", LATER),
        attribute(DATA, "NotOnOrAfter", LATER),
    ),
    assertion_style=BARE,
    response_style=BARE,
)
MESSAGES = {"a plain Assertion": PLAIN, "an encrypted Assertion": replace(PLAIN, hold=encrypt_assertion)}


def milliseconds(*acts: Callable[[], Any]) -> list[float]:
    """CPU per act, in turns, so that a busy moment hits all of them; of each the least disturbed turn."""
    best = [math.inf] * len(acts)
    for _ in range(TURNS):
        for number, act in enumerate(acts):
            began = time.process_time()
            for _ in range(ROUNDS):
                act()
            best[number] = min(best[number], (time.process_time() - began) / ROUNDS * 1000)
    return best


def identities() -> list[etree._Element]:
    return [encrypted(name_id(kind, value)) for kind, value in ((KVK, "99000363"), (PSEUDO, "p" * 97))]


def open_identities() -> Callable[[], None]:
    """Only the decryption in a login."""
    holders = identities()

    def act() -> None:
        for holder in holders:
            decrypt(holder, provider())

    return act


def open_theirs() -> Callable[[], None]:
    """The same by python3-saml, which wants each key inside the data."""
    from onelogin.saml2.utils import OneLogin_Saml2_Utils

    holders = identities()
    for data, encrypted_key in holders:
        info = data[1]
        info.clear()
        info.append(encrypted_key)
    key = portal_keys().key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()

    def act() -> None:
        for (data,) in holders:
            if not OneLogin_Saml2_Utils.decrypt_element(data, key).tag.endswith("}NameID"):
                raise SystemExit("python3-saml does not open the identity")

    return act


def theirs(message: str) -> Callable[[], None] | None:
    """The same by python3-saml; None when it is not there."""
    try:
        from onelogin.saml2.response import OneLogin_Saml2_Response
        from onelogin.saml2.settings import OneLogin_Saml2_Settings
    except ImportError:
        return None
    settings = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": provider().entity_id,
                "assertionConsumerService": {"url": ACS},
                "x509cert": portal_keys().certificate.public_bytes(Encoding.PEM).decode(),
                "privateKey": portal_keys()
                .key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
                .decode(),
            },
            "idp": {
                "entityId": parties().entity_id,
                "singleSignOnService": {"url": "https://makelaar.example/sso"},
                "x509cert": parties().makelaar.certificate.public_bytes(Encoding.PEM).decode(),
            },
            "security": {
                "wantAssertionsSigned": True,
                "wantMessagesSigned": True,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": False,
                "wantNameId": False,
            },
        },
        sp_validation_only=False,
    )
    request = {
        "https": "on",
        "http_host": "portaal.example",
        "script_name": "/eherkenning/acs",
        "get_data": {},
        "post_data": {},
    }

    def verify() -> None:
        response = OneLogin_Saml2_Response(settings, message)
        if not response.is_valid(request, REQUEST_ID):
            raise SystemExit(f"python3-saml refuses the message: {response.get_error()}")
        response.get_attributes()

    return verify


def main() -> None:
    worst = 0.0
    for name, recipe in MESSAGES.items():
        message = base64.b64encode(recipe.posted()).decode()
        held = expected()
        acts = [lambda message=message, held=held: verify_response(parse_base64(message.encode()), held)]
        other = theirs(message)
        if other is None:
            click.echo(
                f"{name}: {milliseconds(*acts)[0]:.1f} ms; python3-saml is not installed: nothing to compare with"
            )
            continue
        ours, compared, opening, opening_theirs = milliseconds(*acts, other, open_identities(), open_theirs())
        without, with_both = (ours - opening) / compared, ours / (compared + opening_theirs)
        worst = max(worst, without, with_both)
        click.echo(
            f"{name}: {ours:.1f} ms of which {opening:.1f} opens the identities; python3-saml {compared:.1f} ms and "
            f"{opening_theirs:.1f} for those. Ratio without opening them {without:.2f}, with it {with_both:.2f} "
            f"(ours with, theirs without: {ours / compared:.2f})"
        )
    envelope, held = Recipe().resolved(), expected()
    (whole,) = milliseconds(lambda: verify_artifact_response(read_envelope(envelope), QUESTION_ID, held))
    click.echo(f"a whole ArtifactResponse with Advice: {whole:.1f} ms")
    if worst:
        click.echo(f"the aim of {AIM} is {'kept' if worst <= AIM else 'missed'}: {worst:.2f} at worst")


if __name__ == "__main__":
    main()
