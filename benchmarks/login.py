"""CPU per login, against python3-saml on the same message in the same run. The aim: at most half.

    python benchmarks/login.py

python3-saml is no dependency: put it where Python finds it, beside an lxml that fits its xmlsec. Without it only our
own figures are printed. It refuses eHerkenning's Advice and its lists of prefixes, so the message compared has neither.
Nor does it open identities inside attribute values: for the plain Assertion that work of ours is measured apart and
left out of the comparison, and printed.
"""

from __future__ import annotations

import base64
import math
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.eherkenning.forge import (
    ACS,
    QUESTION_ID,
    REQUEST_ID,
    Recipe,
    encrypt_assertion,
    encrypted,
    expected,
    name_id,
    provider,
    removed,
)
from tests.eherkenning.hostile.content import KVK, PSEUDO
from tests.eherkenning.signer import Style

from portaal.eherkenning.artifact import read_envelope
from portaal.eherkenning.encryption import decrypt
from portaal.eherkenning.response import verify_artifact_response, verify_response
from portaal.eherkenning.xml import parse_base64
from portaal.testing.eherkenning import parties, portal_keys

ROUNDS, TURNS, AIM = 20, 30, 0.5
# Without lists of prefixes: its schema of XML Signature does not know them.
BARE = Style()
PLAIN = Recipe(assertion=removed("saml:Advice"), assertion_style=BARE, response_style=BARE)
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


def open_identities() -> Callable[[], None]:
    """Only the decryption in a login."""
    holders = [encrypted(name_id(kind, value)) for kind, value in ((KVK, "99000363"), (PSEUDO, "p" * 97))]

    def act() -> None:
        for holder in holders:
            decrypt(holder, provider())

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
        ours, compared, opening = milliseconds(*acts, other, open_identities())
        same_work = (ours - opening) / compared
        worst = max(worst, same_work)
        click.echo(
            f"{name}: {ours:.1f} ms, python3-saml {compared:.1f} ms: ratio {ours / compared:.2f}; "
            f"without opening both identities, which python3-saml does not ({opening:.1f} ms): {same_work:.2f}"
        )
    envelope, held = Recipe().resolved(), expected()
    (whole,) = milliseconds(lambda: verify_artifact_response(read_envelope(envelope), QUESTION_ID, held))
    click.echo(f"a whole ArtifactResponse with Advice: {whole:.1f} ms")
    if worst:
        click.echo(f"the aim of {AIM} is {'kept' if worst <= AIM else 'missed'}: {worst:.2f} at worst")


if __name__ == "__main__":
    main()
