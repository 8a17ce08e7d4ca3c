"""Messages that are no plain small UTF-8 XML, or no message that was asked for (rule 1)."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable

from portaal.eherkenning.xml import SOAP
from portaal.login.refusal import RefusalReason as R
from tests.eherkenning.hostile.case import BOTH, BY_ARTIFACT, BY_POST, Case, case

XXE = b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
FLOOD = b"".join(b' a%d="urn:a"' % number for number in range(10_000))
LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a0 'ha'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)


def _prolog(addition: bytes) -> Callable[[bytes], bytes]:
    """Put this before the root element."""

    def change(message: bytes) -> bytes:
        return addition + re.sub(rb"^<\?xml[^>]*\?>\s*", b"", message)

    return change


def _instead(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(message: bytes) -> bytes:
        assert old in message
        return message.replace(old, new, 1)

    return change


def _transcoded(encoding: str) -> Callable[[bytes], bytes]:
    def change(message: bytes) -> bytes:
        plain = re.sub(rb"^<\?xml[^>]*\?>\s*", b"", message).decode()
        return f'<?xml version="1.0" encoding="{encoding}"?>{plain}'.encode(encoding)

    return change


def _everywhere(name: str, encoded: Callable[[bytes], bytes], reason: R = R.MALFORMED) -> Case:
    return case(name, reason, BOTH, encoded=encoded)


CASES = (
    _everywhere("an empty DOCTYPE", _prolog(b"<!DOCTYPE x>")),
    _everywhere("a DOCTYPE with a system id", _prolog(b"<!DOCTYPE x SYSTEM 'https://evil.example/x.dtd'>")),
    _everywhere("an external entity", _prolog(XXE)),
    _everywhere(
        "an external entity that is used",
        lambda m: _instead(b"99000000", b"&e;")(_prolog(XXE)(m)) if b"99000000" in m else _prolog(XXE)(m),
    ),
    _everywhere("a billion laughs", _prolog(LAUGHS)),
    _everywhere("an entity without a DOCTYPE", _instead(b"Success", b"Succ&ess;")),
    _everywhere("a comment before the message", _prolog(b"<!-- x -->")),
    _everywhere("a comment after the message", lambda message: message + b"<!-- x -->"),
    _everywhere("a comment in the issuer", _instead(b"urn:etoegang:HM", b"urn:etoegang<!-- -->:HM")),
    _everywhere("an instruction before the message", _prolog(b"<?xml-stylesheet href='x'?>")),
    _everywhere("an instruction after the message", lambda message: message + b"<?x y?>"),
    _everywhere("an instruction in the issuer", _instead(b"urn:etoegang:HM", b"urn:etoegang<?x y?>:HM")),
    _everywhere("UTF-16", _transcoded("utf-16")),
    _everywhere("UTF-16 without a mark", lambda message: message.decode().encode("utf-16-le")),
    _everywhere("UTF-32", _transcoded("utf-32")),
    _everywhere("UTF-7", _transcoded("utf-7")),
    _everywhere("ISO 8859-1", _transcoded("iso-8859-1")),
    _everywhere("bytes that are no UTF-8", _instead(b"Success", b"Succ\xe9ss")),
    _everywhere("an overlong character", _instead(b"Success", b"Succ\xc0\xafess")),
    _everywhere("half a surrogate", _instead(b"Success", b"Succ\xed\xa0\x80ess")),
    _everywhere("a NUL", _instead(b"Success", b"Succ\0ess")),
    _everywhere("a NUL after it", lambda message: message + b"\0"),
    _everywhere("nothing", lambda message: b""),
    _everywhere("no XML", lambda message: b"SAMLResponse"),
    _everywhere("half of it", lambda message: message[: len(message) // 2]),
    _everywhere("text after it", lambda message: message + b"x"),
    _everywhere("it twice", lambda message: message + message),
    _everywhere("more than 256 kB", lambda message: message + b" " * 256 * 1024),
    _everywhere("too many attributes", _instead(b' Version="2.0"', b' Version="2.0"' + FLOOD)),
    _everywhere(
        "too many name spaces", _instead(b' Version="2.0"', b' Version="2.0"' + FLOOD.replace(b" a", b" xmlns:a"))
    ),
    _everywhere("a compressed message", lambda message: zlib.compress(message)[2:-4]),
    _everywhere("a message in base64 once more", base64.b64encode),
    _everywhere(
        "a name space that cannot be canonicalised",
        _instead(b"<saml:Subject>", b'<saml:Subject><e:x xmlns:e="../evil"/>'),
        R.SIGNATURE,
    ),
    _everywhere(
        "a name space that cannot be canonicalised, in SignedInfo",
        lambda message: message.replace(b"<ds:SignedInfo>", b'<ds:SignedInfo xmlns:e="evil" e:x="1">'),
        R.SIGNATURE,
    ),
    _everywhere(
        "an end of line of XML 1.1",
        lambda message: b'<?xml version="1.1"?>' + _prolog(b"")(message).replace(b"Success", b"Succ&#x85;ess"),
        R.SIGNATURE,
    ),
    _everywhere(
        "a thousand levels deep", _instead(b"</saml:Issuer>", b"</saml:Issuer>" + b"<x>" * 1000 + b"</x>" * 1000)
    ),
    _everywhere("an attribute twice", _instead(b' Version="2.0"', b' Version="2.0" Version="2.0"')),
    _everywhere("an undeclared prefix", _instead(b"<saml:Issuer>", b"<evil:Issuer>")),
    _everywhere("something else instead", lambda message: b'<a xmlns="urn:a"/>'),
    case(
        "a bare ArtifactResponse",
        R.MALFORMED,
        BY_ARTIFACT,
        encoded=lambda message: re.sub(rb"</?soap:(Envelope|Body)[^>]*>", b"", message),
    ),
    case(
        "a SOAP fault",
        R.MALFORMED,
        BY_ARTIFACT,
        encoded=lambda message: (
            b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault/></s:Body></s:Envelope>'
        ),
    ),
    case(
        "SOAP 1.2",
        R.MALFORMED,
        BY_ARTIFACT,
        encoded=_instead(SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope"),
    ),
    case("two bodies", R.MALFORMED, BY_ARTIFACT, encoded=_instead(b"<soap:Body>", b"<soap:Body/><soap:Body>")),
    case(
        "a Response in a Response",
        R.MALFORMED,
        BY_POST,
        encoded=lambda message: b'<a xmlns="urn:a">' + message + b"</a>",
    ),
)
