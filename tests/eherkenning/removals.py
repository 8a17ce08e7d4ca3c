"""Take out each rule of the login, one at a time, and see that a test turns red.

``python tests/eherkenning/removals.py`` works on a copy of what is committed and prints a table; its exit code is 1
when a rule can go without anybody noticing. It takes some minutes, so it is not part of the normal run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "core/portaal/eherkenning/"
HOSTILE = ("tests/eherkenning/test_hostile_answers.py",)
LOGIN = ("tests/eherkenning/test_logging_in.py",)
NODES = ("tests/eherkenning/test_nodes.py",)
POST = ("tests/eherkenning/test_answers_by_post.py",)
ARTIFACTS = ("tests/eherkenning/test_artifacts.py",)
SETTINGS = ("tests/eherkenning/test_configuration.py",)
REQUESTS = ("tests/eherkenning/test_requests.py",)
GOOD = ("tests/eherkenning/test_good_answers.py",)

RED = ("FAILED tests", "FAILED plugins", "ERROR tests")


@dataclass(frozen=True)
class Removal:
    """Without this rule: in ``file``, ``old`` becomes ``new``."""

    rule: str
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = HOSTILE


REMOVALS = (
    Removal("1", "size limit", "xml.py", "len(message) > MAX_BYTES", "False"),
    Removal("1", "number of attributes", "xml.py", 'message.count(b"=") > MAX_EQUALS_SIGNS', "False"),
    Removal("1", "UTF-8 only", "xml.py", '        encoding="utf-8",\n', ""),
    Removal("1", "declared encoding", "xml.py", 'declared and declared[1].upper() != b"UTF-8"', "False"),
    Removal(
        "1",
        "no DOCTYPE, before it is read",
        "xml.py",
        'if b"<!DOCTYPE" in message or b"<!ENTITY" in message:',
        "if False:",
        ("tests/eherkenning/test_xml.py",),
    ),
    Removal(
        "1",
        "no comments and instructions",
        "xml.py",
        "next(root.iter(etree.Comment, etree.ProcessingInstruction, etree.Entity), None) is not None",
        "False",
    ),
    Removal("1", "nothing beside the root", "xml.py", "if beside or", "if"),
    Removal(
        "2",
        "known keys only",
        "signature.py",
        "                x509_cert=certificate,\n",
        "                x509_cert=None if element.find('.//{*}X509Certificate') is not None else certificate,\n",
    ),
    Removal(
        "2",
        "other certificates of a makelaar",
        "signature.py",
        "for certificate in certificates:",
        "for certificate in certificates[:1]:",
        GOOD,
    ),
    Removal("2", "warning before a certificate ends", "expiry.py", "if left > WARN_BEFORE:", "if True:", SETTINGS),
    Removal("3", "one signature", "signature.py", "if len(signatures) != 1:", "if len(signatures) < 1:"),
    Removal(
        "3",
        "parts of the signature",
        "signature.py",
        'if not (_consists_of(signatures[0], *sealed) or _consists_of(signatures[0], *sealed, "KeyInfo")):',
        "if False:",
    ),
    Removal(
        "3",
        "parts of SignedInfo",
        "signature.py",
        'if not _consists_of(signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference"):',
        "if False:",
    ),
    Removal(
        "3",
        "canonicalisation of SignedInfo",
        "signature.py",
        'if canonicalisation.get("Algorithm") != EXCLUSIVE_C14N:',
        "if False:",
    ),
    Removal(
        "3",
        "parts of the reference",
        "signature.py",
        'if not _consists_of(reference, "Transforms", "DigestMethod", "DigestValue"):',
        "if False:",
    ),
    Removal(
        "3",
        "reference to its own element",
        "signature.py",
        'if not element.get("ID") or reference.get("URI") != f"#{element.get(\'ID\')}":',
        "if False:",
    ),
    Removal(
        "3",
        "exactly two transforms",
        "signature.py",
        '    if [(t.tag, t.get("Algorithm")) for t in transforms] != [',
        "    if False and [] != [",
    ),
    Removal(
        "3",
        "no parameters of algorithms",
        "signature.py",
        "if len(method) or len(transforms[0]) or len(reference[1]):",
        "if False:",
    ),
    Removal(
        "3",
        "no parameters of canonicalisation",
        "signature.py",
        "if [child.tag for child in canonical] not in ([], [INCLUSIVE_NAMESPACES]):",
        "if False:",
    ),
    Removal("3", "ids once", "xml.py", "if any(count > 1 for count in names.values()):", "if False:"),
    Removal("3", "ids once, however spelled", "xml.py", '.lower() == "id"', ' == "ID"'),
    Removal(
        "3",
        "RSA with SHA-256 or better",
        "signature.py",
        "signature_methods=METHODS,",
        "signature_methods=frozenset(SignatureMethod),",
    ),
    Removal(
        "3",
        "digest of SHA-256 or better",
        "signature.py",
        "digest_algorithms=DIGESTS,",
        "digest_algorithms=frozenset(DigestAlgorithm),",
    ),
    Removal(
        "4",
        "signature of the ArtifactResponse",
        "response.py",
        "    signed = verify(received, expected.makelaar.certificates)\n    _check_parts(signed, ARTIFACT",
        "    signed = received\n    _check_parts(signed, ARTIFACT_RESPONSE_PARTS | {'ds:Signature'} or ARTIFACT",
    ),
    Removal(
        "4",
        "signature of the Response by POST",
        "response.py",
        "return _login_in(received, verify(received, expected.makelaar.certificates), expected)",
        "return _login_in(received, _bare(received), expected)",
    ),
    Removal(
        "4",
        "signature of the Assertion",
        "response.py",
        "return verify(assertion, expected.makelaar.certificates)",
        "return assertion",
    ),
    Removal(
        "4",
        "verifying in the document as received",
        "response.py",
        '        assertion = only_child(received, "saml:Assertion")',
        "        assertion = plain[0]",
        GOOD,
    ),
    Removal("5", "exactly one assertion", "response.py", "if len(plain) + len(encrypted) != 1:", "if False:"),
    Removal(
        "5",
        "no unknown parts",
        "response.py",
        "if {child.tag for child in signed} - {q(name) for name in known}:",
        "if False:",
    ),
    Removal(
        "5",
        "no unknown conditions",
        "response.py",
        "if {child.tag for child in conditions} - {q(name) for name in CONDITIONS}:",
        "if False:",
    ),
    Removal(
        "5", "a decrypted Assertion is one", "response.py", '        _check_tag(assertion, "saml:Assertion")\n', ""
    ),
    Removal(
        "6",
        "issuer, at each level",
        "response.py",
        'if text_of(only_child(signed, "saml:Issuer")) != expected.makelaar.entity_id:',
        "if False:",
    ),
    Removal(
        "6", "destination", "response.py", 'if signed.get("Destination") != expected.provider.acs_url:', "if False:"
    ),
    Removal(
        "6",
        "destination exactly",
        "response.py",
        'if signed.get("Destination") != expected.provider.acs_url:',
        'if not signed.get("Destination", "").startswith(expected.provider.acs_url):',
    ),
    Removal("6", "recipient", "response.py", 'if data.get("Recipient") != expected.provider.acs_url:', "if False:"),
    Removal(
        "6",
        "audience",
        "response.py",
        "if not audiences or not all(expected.provider.entity_id in listed for listed in audiences):",
        "if False:",
    ),
    Removal("6", "an audience must be there", "response.py", "if not audiences or not all(", "if not all("),
    Removal("6", "every audience restriction", "response.py", "not all(expected.provider", "not any(expected.provider"),
    Removal(
        "6",
        "InResponseTo of the Response",
        "response.py",
        'if signed.get("InResponseTo") != expected.request_id:',
        "if False:",
    ),
    Removal(
        "6",
        "InResponseTo of the confirmation",
        "response.py",
        'if data.get("InResponseTo") != expected.request_id:',
        "if False:",
    ),
    Removal(
        "6",
        "InResponseTo of the ArtifactResponse",
        "response.py",
        'if signed.get("InResponseTo") != question_id:',
        "if False:",
    ),
    Removal("6", "SAML 2.0", "response.py", 'if signed.get("Version") != "2.0":', "if False:"),
    Removal("6", "confirmed as bearer", "response.py", 'if confirmation.get("Method") != BEARER:', "if False:"),
    Removal("6", "status", "response.py", "    _check_status(signed)\n", ""),
    Removal("6", "status of the artifact", "response.py", 'if _status(signed) != [f"{STATUS}Success"]:', "if False:"),
    Removal(
        "7",
        "issued just now",
        "response.py",
        "if not expected.now - MAX_AGE - expected.skew <= issued_at <= expected.now + expected.skew:",
        "if False:",
    ),
    Removal(
        "7", "not before", "response.py", 'if period.get("NotBefore") is not None and moment(', "if False and moment("
    ),
    Removal("7", "not on or after", "response.py", "if end <= expected.now - expected.skew:", "if False:"),
    Removal(
        "7", "times in UTC only", "xml.py", "if value is None or not UTC_TIME.fullmatch(value):", "if value is None:"
    ),
    Removal(
        "7",
        "some skew is allowed",
        "response.py",
        "return timedelta(seconds=self.provider.skew)",
        "return timedelta()",
        GOOD,
    ),
    Removal(
        "8",
        "level",
        "response.py",
        "if level is None or not level.suffices_for(expected.provider.minimum):",
        "if level is None:",
    ),
    Removal(
        "8",
        "level exactly",
        "../login/levels.py",
        "if level.urn == urn",
        "if urn.strip().lower().startswith(level.urn)",
    ),
    Removal("9", "service", "attributes.py", "!= [ours]:", "== []:"),
    Removal(
        "10",
        "an assertion counts once",
        "../login/pending.py",
        "    try:\n        with dbsession.begin_nested():",
        "    return\n    try:\n        with dbsession.begin_nested():",
        NODES,
    ),
    Removal("11", "a request counts once", "../login/pending.py", "if claimed.rowcount != 1:", "if False:", NODES),
    Removal(
        "11",
        "bound to the browser",
        "../login/pending.py",
        "found.browser_hash != token_hash(browser_token)",
        "False",
        LOGIN,
    ),
    Removal(
        "11", "for half an hour", "../login/pending.py", "if found.created_at < now - LIFETIME:", "if False:", LOGIN
    ),
    Removal(
        "11",
        "a new session id",
        "../login/session.py",
        "token = issue_token(request)",
        "token = request.browser_binding",
        LOGIN,
    ),
    Removal(
        "11",
        "the session before it ends",
        "../login/session.py",
        "    sessions.end(request.dbsession, token_hash(request.browser_binding))",
        "    #",
        LOGIN,
    ),
    Removal(
        "12",
        "OAEP only",
        "encryption.py",
        "    else:\n        raise _UndecryptableError\n    if digest is None",
        "    else:\n        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15 as _P\n"
        "        return private_key.decrypt(_cipher_value(encrypted_key), _P())\n    if digest is None",
    ),
    Removal(
        "12",
        "one message for every failure",
        "encryption.py",
        "(_UndecryptableError, LoginRefusedError, ValueError, TypeError, InvalidTag, binascii.Error)",
        "(_UndecryptableError, ValueError, TypeError, binascii.Error)",
    ),
    Removal("12", "size of the key", "encryption.py", "CBC_KEY_BYTES.get(algorithm) != len(key) or", ""),
    Removal(
        "13",
        "keys inside KeyInfo",
        "encryption.py",
        'return [*children(holder, "xenc:EncryptedKey"), *inside]',
        'return children(holder, "xenc:EncryptedKey")',
        GOOD,
    ),
    Removal(
        "13",
        "keys beside the data",
        "encryption.py",
        'return [*children(holder, "xenc:EncryptedKey"), *inside]',
        "return inside",
        GOOD,
    ),
    Removal(
        "13",
        "recipient of the key",
        "encryption.py",
        'if encrypted_key.get("Recipient") not in (None, provider.entity_id):',
        "if False:",
    ),
    Removal(
        "14",
        "encrypted identities only",
        "attributes.py",
        "        if (value.text",
        "        if False and (value.text",
    ),
    Removal("14", "an attribute once", "attributes.py", "if name in found:", "if False:"),
    Removal(
        "14",
        "an identity once",
        "attributes.py",
        '    if len(found) > 1:\n        _refuse(RefusalReason.WRONG_IDENTITY, "an identity occurs twice")\n',
        "",
    ),
    Removal("14", "form of an identity", "attributes.py", "if found and not form.fullmatch(found[0]):", "if False:"),
    Removal(
        "14",
        "kind of an identity",
        "attributes.py",
        "if qualifier.startswith(NAMES) and qualifier.endswith(kind)",
        "if qualifier.endswith(kind)",
    ),
    Removal("14", "a limit that we do not know", "attributes.py", "if limits and (", "if False and ("),
    Removal("14", "one intermediary", "attributes.py", "if len(numbers) > 1:", "if False:"),
    Removal(
        "14",
        "an intermediary by its KvK number",
        "attributes.py",
        "(found and not numbers) or any(not KVK_FORM.fullmatch(number) for number in numbers)",
        "False",
    ),
    Removal(
        "14",
        "a limit in an encrypted attribute",
        "attributes.py",
        '(*children(statement, "saml:Attribute"), *opened)',
        'children(statement, "saml:Attribute")',
    ),
    Removal(
        "15",
        "no cookie at a POST",
        "../access/cookies.py",
        'if request.method not in ("GET", "HEAD"):',
        "if False:",
        ("tests/access/test_sessions.py",),
    ),
    Removal(
        "15",
        "answers by POST where a makelaar does so only",
        "../login/pending.py",
        "            PendingLogin.issuer.in_(issuers),\n",
        "",
        POST,
    ),
    Removal(
        "15",
        "the first posted answer counts",
        "../login/pending.py",
        "            PendingLogin.posted.is_(None),\n",
        "",
        POST,
    ),
    Removal(
        "16",
        "artifact of this makelaar",
        "artifact.py",
        "if not compare_digest(raw[4:24], source):",
        "if False:",
        ARTIFACTS,
    ),
    Removal(
        "16",
        "form of the artifact",
        "artifact.py",
        "if len(raw) != LENGTH or raw[:2] != TYPE_CODE:",
        "if False:",
        ARTIFACTS,
    ),
    Removal("16", "deadline", "artifact.py", "timeout=SECONDS, ", "", ARTIFACTS),
    Removal(
        "17",
        "https outside development",
        "configuration.py",
        'for url in () if environment == "development" else makelaar.urls:',
        "for url in ():",
        SETTINGS,
    ),
    Removal(
        "18",
        "KeyName only",
        "signature.py",
        "    if with_certificate:\n        data",
        "    if True:\n        data",
        REQUESTS,
    ),
    Removal(
        "18",
        "signature right after the Issuer",
        "signature.py",
        "target.insert(target.index(issuer[0]) + 1 if issuer else 0, signature)",
        "target.append(signature)",
        REQUESTS,
    ),
    Removal(
        "19",
        "no messages in the log",
        "signature.py",
        'logging.getLogger("signxml").setLevel(logging.INFO)\n',
        "",
        ("tests/eherkenning/test_logs.py",),
    ),
    Removal(
        "20",
        "no simulated makelaar in production",
        "configuration.py",
        'if environment == "production" and makelaar.is_simulated:',
        "if False:",
        SETTINGS,
    ),
    Removal(
        "20",
        "the simulated makelaar wants to be told",
        "../simulators/makelaar/__main__.py",
        "if not arguments.development:",
        "if False:",
        SETTINGS,
    ),
    Removal(
        "pin",
        "pinned metadata",
        "metadata.py",
        "        if pinned is not None:\n            root = verify(root, [pinned])\n",
        "",
        SETTINGS,
    ),
    Removal("force", "ForceAuthn", "authn_request.py", '        ForceAuthn="true",\n', "", REQUESTS),
)


def run(removals: Sequence[Removal]) -> int:
    """Take each out of a copy of what is committed.

    :returns: the exit code: 1 when one goes unnoticed.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "x"], cwd=copy, input=archive.stdout, check=True)
        (copy / "core/portaal/static").mkdir(exist_ok=True)
        (copy / "core/portaal/static/build").symlink_to(ROOT / "core/portaal/static/build")
        chosen = [removal for removal in removals if not sys.argv[1:] or removal.rule in sys.argv[1:]]
        unnoticed = [removal for removal in chosen if not _noticed(removal, copy)]
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} removals turn a test red")  # noqa: T201
    return 1 if unnoticed else 0


def _noticed(removal: Removal, copy: Path) -> bool:
    file = copy / PACKAGE / removal.file
    text = file.read_text(encoding="utf-8")
    if text.count(removal.old) < 1:
        print(f"GONE   {removal.rule:>5}  {removal.what}: what was to be removed is not there", flush=True)  # noqa: T201
        return False
    changed = text.replace(removal.old, removal.new)
    if "_bare(" in removal.new:
        changed += (
            "\n\ndef _bare(element):\n    copied = etree.fromstring(etree.tostring(element))\n"
            "    [copied.remove(s) for s in children(copied, 'ds:Signature')]\n    return copied\n"
        )
    file.write_text(changed, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        *removal.tests,
        "-x",
        "-q",
        "--database",
        "sqlite",
        "-p",
        "no:cacheprovider",
    ]
    paths = os.pathsep.join([str(copy / "core"), *map(str, copy.glob("plugins/*"))])
    result = subprocess.run(command, cwd=copy, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True)
    file.write_text(text, encoding="utf-8")
    red = next((line for line in result.stdout.splitlines() if line.startswith(RED)), "")
    mark = "red   " if result.returncode == 1 and red else "GREEN "
    print(f"{mark} {removal.rule:>5}  {removal.what}: {red[:160]}", flush=True)  # noqa: T201
    return mark == "red   "


if __name__ == "__main__":
    sys.exit(run(REMOVALS))
