"""Reading SAML: what is no plain UTF-8 XML is refused before libxml2 acts on it (rule 1)."""

from __future__ import annotations

import pytest

from portaal.berichtenverkeer.safexml import target_parser
from portaal.eherkenning.xml import parse
from portaal.login.refusal import LoginRefusedError, RefusalReason

# Whoever opens this file waits for ever: the test then fails on its time limit.
NEVER_ENDING = "file:///dev/random"
DTDS = (
    f'<!DOCTYPE a [<!ENTITY % i SYSTEM "{NEVER_ENDING}">%i;]><a/>',
    f'<!DOCTYPE a SYSTEM "{NEVER_ENDING}"><a/>',
    f'<!DOCTYPE a [<!ENTITY e SYSTEM "{NEVER_ENDING}">]><a>&e;</a>',
    '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
    "<!DOCTYPE a><a/>",
)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("message", DTDS)
def test_a_dtd_is_refused_and_no_file_is_opened(message: str) -> None:
    with pytest.raises(LoginRefusedError) as refused:
        parse(message.encode())
    assert refused.value.reason is RefusalReason.MALFORMED


@pytest.mark.timeout(60)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "iso-8859-1", "cp037"])
def test_no_other_encoding_hides_one(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{DTDS[0]}'
    with pytest.raises(LoginRefusedError):
        parse(text.encode(encoding))


@pytest.mark.timeout(60)
def test_the_message_parser_opens_no_file_either() -> None:
    class Target:
        def doctype(self, name: str, public: str, system: str) -> None:
            raise ValueError("a DOCTYPE")

        def start(self, tag: str, attributes: object) -> None: ...

        def end(self, tag: str) -> None: ...

        def data(self, text: str) -> None: ...

        def close(self) -> None: ...

    parser = target_parser(Target())
    with pytest.raises(ValueError, match="DOCTYPE"):
        parser.feed(DTDS[0].encode())


@pytest.mark.parametrize(
    "message", [b"<a/>", b'<?xml version="1.0"?><a/>', b"<?xml version='1.0' encoding='utf-8'?><a/>"]
)
def test_plain_xml_is_read(message: bytes) -> None:
    assert parse(message).tag == "a"
