"""Hostile and broken uploads of our own making, each with the layer that must refuse it, and harmless look-alikes.

All are variations on one good message of a person whose BSN and name may turn up in no answer.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from portaal.berichtenverkeer.gate import Stage
from tests.berichtenverkeer.builder import build

BSN = b"999900006"
NAME = b"Geheimvoordeburen"
SECRETS = (BSN, NAME, b"Geheim", b"root:")

MiB = 1 << 20
WMO301 = b"http://www.istandaarden.nl/iwmo/3_2/wmo301/schema"


@cache
def good() -> bytes:
    message = build("WMO301", {"Client/Naam/Geslachtsnaam/Achternaam": NAME.decode(), "Client/Commentaar": "Tekst"})
    return message.replace(b"<?xml version='1.0' encoding='UTF-8'?>", b'<?xml version="1.0" encoding="UTF-8"?>')


@cache
def declaration() -> tuple[bytes, bytes, bytes]:
    """A declaration in three parts: what comes before its clients, a client, and what comes after."""
    message = build("WMO323")
    start = message.index(b"<m:Client>")
    end = message.index(b"</m:Client>") + len(b"</m:Client>")
    return message[:start], message[start:end], message[message.index(b"</m:Clienten>") :]


@dataclass(frozen=True)
class Hostile:
    """One upload that must be refused by this layer with this code."""

    name: str
    make: Callable[[], bytes]
    stage: Stage
    code: str


HOSTILE: list[Hostile] = []


def hostile(stage: Stage, code: str, **uploads: bytes | Callable[[], bytes]) -> None:
    for name, upload in uploads.items():
        make = upload if callable(upload) else lambda upload=upload: upload
        HOSTILE.append(Hostile(name, make, stage, code))


def swap(old: bytes, new: bytes) -> bytes:
    """The good message with something else in it, once."""
    assert old in good(), old
    return good().replace(old, new, 1)


def value(tag: bytes, new: bytes) -> bytes:
    """The good message with another value in the first element of this name, given with its prefix."""
    message = good()
    start = message.index(b"<" + tag + b">") + len(tag) + 2
    return message[:start] + new + message[message.index(b"<", start) :]


def before_root(text: bytes) -> bytes:
    return swap(b"<m:Bericht", text + b"<m:Bericht")


def after_root(text: bytes) -> bytes:
    return good().rstrip() + text


def in_client(text: bytes) -> bytes:
    return swap(b"<m:Bsn>", text + b"<m:Bsn>")


def on_client(attribute: bytes) -> bytes:
    return swap(b"<m:Client>", b"<m:Client " + attribute + b">")


def zipped(*names: str, data: bytes | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, good() if data is None else data)
    return buffer.getvalue()


def recoded(encoding: str, declared: str | None = None) -> bytes:
    text = good().decode()
    if declared is not None:
        text = text.replace("UTF-8", declared)
    return text.encode(encoding)


def declared(line: bytes) -> bytes:
    return good().replace(b'<?xml version="1.0" encoding="UTF-8"?>', line, 1)


# --- not a message at all
hostile(
    Stage.FILE,
    "B04",
    text=b"Beste collega, hierbij het bericht over " + BSN,
    csv=b"bsn;naam\n" + BSN + b";" + NAME,
    json=b'{"Bericht": {"Bsn": "' + BSN + b'"}}',
    spaces=b" " * 5000,
    newlines=b"\n" * 70_000,
    eicar=b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    ei_record=b"414" + b"0384" + BSN.ljust(300),
    junk_before=lambda: b"x" + good(),
    formula=b"=cmd|' /C calc'!A0",
    png=b"\x89PNG\r\n\x1a\n" + b"\xff" * 2000,
    program=b"MZ\x90" + b"\x01" * 2000,
    script=b"#!/bin/sh\ncat /etc/passwd\n",
    base64=b"PD94bWwgdmVyc2lvbj0iMS4wIj8+" * 100,
    closing_bracket=b">" * 3000,
    utf8_text="Ünïcödé zonder haakjes".encode() * 100,
)
hostile(Stage.FILE, "B01", empty=b"")
hostile(
    Stage.FILE,
    "B03",
    zip=lambda: zipped("bericht.xml"),
    zip_slip=lambda: zipped("../../etc/passwd"),
    zip_doubles=lambda: zipped("a.xml", "A.xml"),
    zip_bomb=lambda: zipped("bom.xml", data=b"\0" * (20 * MiB)),
    zip_empty=lambda: zipped(),
    gzip=lambda: gzip.compress(good()),
    gzip_bomb=lambda: gzip.compress(b" " * (20 * MiB)),
    gzip_twice=lambda: gzip.compress(gzip.compress(good())),
    bzip2=lambda: bz2.compress(good()),
    xz=lambda: lzma.compress(good()),
    seven_zip=b"7z\xbc\xaf\x27\x1c" + b"x" * 100,
    rar=b"Rar!\x1a\x07\x00" + b"x" * 100,
    zstandard=b"\x28\xb5\x2f\xfd" + b"x" * 100,
    pdf=b"%PDF-1.7\n" + b"<m:Bericht/>" * 10,
)
hostile(
    Stage.FILE,
    "B05",
    zero_in_value=lambda: value(b"b:Achternaam", b"a\0b"),
    zero_at_end=lambda: good() + b"\0",
    zero_between=lambda: swap(b"<m:Bsn>", b"\0<m:Bsn>"),
    zero_in_tag=lambda: swap(b"<m:Bsn>", b"<m:B\0sn>"),
    only_zeroes_after_tag=b"<a>" + b"\0" * 5000,
)
hostile(
    Stage.SIZE,
    "B02",
    too_large_good=lambda: good() + b"\n" * 25_000_000,
    too_large_tags=lambda: b"<a>" + b"<b/>" * 6_300_000,
    too_large_zeroes=lambda: b"\0" * 25_000_001,
)

# --- encodings
hostile(
    Stage.ENCODING,
    "B06",
    utf16_le_bom=lambda: b"\xff\xfe" + recoded("utf-16-le", "UTF-16"),
    utf16_be_bom=lambda: b"\xfe\xff" + recoded("utf-16-be", "UTF-16"),
    utf16_le=lambda: recoded("utf-16-le", "UTF-16"),
    utf16_be=lambda: recoded("utf-16-be", "UTF-16"),
    utf32_le_bom=lambda: b"\xff\xfe\0\0" + recoded("utf-32-le", "UTF-32"),
    utf32_be_bom=lambda: b"\0\0\xfe\xff" + recoded("utf-32-be", "UTF-32"),
    utf32_le=lambda: recoded("utf-32-le"),
    utf32_be=lambda: recoded("utf-32-be"),
    utf7=lambda: good().replace(b"<", b"+ADw-"),
    ebcdic=lambda: recoded("cp500"),
    utf16_doctype=lambda: (
        b"\xff\xfe" + before_root(b'<!DOCTYPE a SYSTEM "file:///etc/passwd">').decode().encode("utf-16-le")
    ),
    utf7_doctype=b"+ADwAIQ-DOCTYPE a+AD4-" + b"x" * 1000,
)
hostile(
    Stage.ENCODING,
    "B07",
    latin1=lambda: value(b"b:Achternaam", "Müller".encode("latin-1")),
    overlong_slash=lambda: value(b"b:Achternaam", b"\xc0\xaf"),
    overlong_zero=lambda: value(b"b:Achternaam", b"\xc0\x80"),
    overlong_bracket=lambda: value(b"b:Achternaam", b"\xe0\x80\xbc"),
    surrogate=lambda: value(b"b:Achternaam", b"\xed\xa0\x80"),
    surrogate_pair=lambda: value(b"b:Achternaam", b"\xed\xa0\xbd\xed\xb8\x80"),
    five_bytes=lambda: value(b"b:Achternaam", b"\xf8\x88\x80\x80\x80"),
    beyond_unicode=lambda: value(b"b:Achternaam", b"\xf4\x90\x80\x80"),
    lone_continuation=lambda: value(b"b:Achternaam", b"\x80"),
    cut_character=lambda: value(b"b:Achternaam", b"\xe2\x82"),
    cut_at_end=lambda: good() + b"\xe2\x82",
    bytes_fe_ff=lambda: value(b"b:Achternaam", b"\xfe\xff"),
    latin1_in_comment=lambda: before_root(b"<!-- caf\xe9 -->"),
)
hostile(
    Stage.ENCODING,
    "B08",
    says_latin1=lambda: declared(b'<?xml version="1.0" encoding="ISO-8859-1"?>'),
    says_windows=lambda: declared(b'<?xml version="1.0" encoding="windows-1252"?>'),
    says_utf16=lambda: declared(b'<?xml version="1.0" encoding="UTF-16"?>'),
    says_utf7=lambda: declared(b'<?xml version="1.0" encoding="UTF-7"?>'),
    says_ascii=lambda: declared(b'<?xml version="1.0" encoding="US-ASCII"?>'),
    says_ebcdic=lambda: declared(b'<?xml version="1.0" encoding="EBCDIC-CP-NL"?>'),
    says_nonsense=lambda: declared(b'<?xml version="1.0" encoding="../../etc/passwd"?>'),
    xml_1_1=lambda: declared(b'<?xml version="1.1" encoding="UTF-8"?>'),
    xml_2_0=lambda: declared(b'<?xml version="2.0" encoding="UTF-8"?>'),
    no_version=lambda: declared(b'<?xml encoding="UTF-8"?>'),
    odd_standalone=lambda: declared(b'<?xml version="1.0" encoding="UTF-8" standalone="maybe"?>'),
    extra_in_declaration=lambda: declared(b'<?xml version="1.0" encoding="UTF-8" bsn="' + BSN + b'"?>'),
    unclosed_declaration=lambda: declared(b'<?xml version="1.0" encoding="UTF-8"'),
    space_before_declaration=lambda: b" " + good(),
    newline_before_declaration=lambda: b"\r\n" + good(),
    instruction_first=lambda: declared(b"<?php system('id'); ?>"),
    stylesheet_first=lambda: declared(b'<?xml-stylesheet href="http://127.0.0.1/x.xsl"?>'),
)
hostile(
    Stage.ENCODING,
    "B09",
    double_bom=lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + good(),
    triple_bom=lambda: b"\xef\xbb\xbf" * 3 + good(),
)
hostile(
    Stage.ENCODING,
    "B10",
    right_to_left=lambda: value(b"b:Achternaam", "\u202egeheim".encode()),
    isolate=lambda: value(b"b:Achternaam", "\u2066x\u2069".encode()),
    zero_width=lambda: value(b"b:Achternaam", "Jan\u200bsen".encode()),
    zero_width_joiner=lambda: value(b"m:Commentaar", "a\u200db".encode()),
    left_to_right_mark=lambda: value(b"m:Commentaar", "\u200e".encode()),
    arabic_mark=lambda: value(b"m:Commentaar", "\u061c".encode()),
    bom_in_value=lambda: value(b"m:Commentaar", "a\ufeffb".encode()),
    word_joiner=lambda: value(b"m:Commentaar", "a\u2060b".encode()),
    tag_characters=lambda: value(b"m:Commentaar", "\U000e0041".encode()),
    reference_hex=lambda: value(b"m:Commentaar", b"a&#x202E;b"),
    reference_zeros=lambda: value(b"m:Commentaar", b"a&#x00000000000000202e;b"),
    reference_decimal=lambda: value(b"m:Commentaar", b"a&#8203;b"),
    reference_decimal_zeros=lambda: value(b"m:Commentaar", b"a&#0000000000008203;b"),
    reference_bom=lambda: value(b"m:Commentaar", b"a&#xFEFF;b"),
)

# --- document types and entities
LAUGHS = b'<!DOCTYPE l [<!ENTITY l0 "lol">' + b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10)
) + b"]>"  # fmt: skip
hostile(
    Stage.XML,
    "B21",
    doctype=lambda: before_root(b"<!DOCTYPE Bericht>"),
    doctype_system=lambda: before_root(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">'),
    doctype_public=lambda: before_root(b'<!DOCTYPE a PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/x.dtd">'),
    doctype_file=lambda: before_root(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>').replace(BSN, b"&x;"),
    entity_internal=lambda: before_root(b'<!DOCTYPE a [<!ENTITY x "' + BSN + b'">]>').replace(BSN, b"&x;"),
    entity_parameter=lambda: before_root(b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>'),
    entity_php=lambda: before_root(
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "php://filter/read=convert.base64-encode/resource=/etc/passwd">]>'
    ),
    entity_data=lambda: before_root(b'<!DOCTYPE a [<!ENTITY x SYSTEM "data:,x">]>'),
    entity_unused=lambda: before_root(b'<!DOCTYPE a [<!ENTITY x "y">]>'),
    billion_laughs=lambda: before_root(LAUGHS).replace(BSN, b"&l9;"),
    quadratic=lambda: before_root(b'<!DOCTYPE a [<!ENTITY x "' + b"x" * 50_000 + b'">]>').replace(
        b"Tekst", b"&x;" * 20_000
    ),
    just_under_limit=lambda: before_root(b'<!DOCTYPE a [<!ENTITY x "' + b"x" * 1000 + b'">]>').replace(
        b"Tekst", b"&x;" * 4
    ),
    attlist=lambda: before_root(b'<!DOCTYPE a [<!ATTLIST m:Client x CDATA "y">]>'),
    attlist_id=lambda: before_root(b"<!DOCTYPE a [<!ATTLIST m:Client x ID #IMPLIED>]>"),
    element_declaration=lambda: before_root(b"<!DOCTYPE a [<!ELEMENT a ANY>]>"),
    notation=lambda: before_root(b'<!DOCTYPE a [<!NOTATION x SYSTEM "calc.exe">]>'),
    doctype_after_comment=lambda: before_root(b"<!--" + b"x" * 70_000 + b"--><!DOCTYPE a>"),
    doctype_after_bom=lambda: b"\xef\xbb\xbf" + before_root(b"<!DOCTYPE a>"),
    doctype_without_declaration=lambda: declared(b"<!DOCTYPE a>"),
    doctype_inside=lambda: in_client(b"<!DOCTYPE a>"),
    doctype_after_root=lambda: after_root(b"<!DOCTYPE a>"),
    doctype_in_comment=lambda: in_client(b"<!-- <!DOCTYPE a> -->"),
    entity_alone=lambda: before_root(b'<!ENTITY x "y">'),
    doctype_newlines=lambda: before_root(b"<!DOCTYPE\n\n\na\n[\n]\n>"),
    xxe_xinclude_dtd=lambda: before_root(b'<!DOCTYPE a [<!ENTITY % i SYSTEM "file:///dev/random">%i;]>'),
)
hostile(
    Stage.XML,
    "B20",
    undefined_entity=lambda: value(b"m:Commentaar", b"&geheim;"),
    lower_case_doctype=lambda: before_root(b"<!doctype a>"),
    cut_off=lambda: good()[:1500],
    cut_in_tag=lambda: good()[: good().index(b"<m:Geslacht>") + 5],
    cut_in_comment=lambda: in_client(b"<!-- " + BSN)[: good().index(b"<m:Bsn>") + 12],
    cut_before_end=lambda: good().rstrip()[:-1],
    two_roots=lambda: after_root(good()[good().index(b"<m:Bericht") :]),
    text_after=lambda: after_root(b"tot ziens"),
    zip_after=lambda: (
        after_root(zipped("a.xml", data=b"x" * 10).replace(b"\0", b"\1"))
        .replace(b"\xff", b"x")
        .decode(errors="ignore")
        .encode()
    ),
    text_before_root=lambda: before_root(b"tekst"),
    wrong_end_tag=lambda: swap(b"</m:Bsn>", b"</m:BSN>"),
    end_tag_twice=lambda: swap(b"</m:Bsn>", b"</m:Bsn></m:Bsn>"),
    no_end_tag=lambda: swap(b"</m:Bsn>", b""),
    attribute_twice=lambda: on_client(b'a="1" a="2"'),
    attribute_unquoted=lambda: on_client(b"a=1"),
    attribute_without_value=lambda: on_client(b"a"),
    attribute_with_bracket=lambda: on_client(b'a="<b>"'),
    unbound_prefix=lambda: in_client(b"<q:x/>"),
    unbound_attribute=lambda: on_client(b'q:a="1"'),
    xml_prefix_rebound=lambda: on_client(b'xmlns:xml="urn:x"'),
    xmlns_prefix_bound=lambda: on_client(b'xmlns:xmlns="urn:x"'),
    namespace_space=lambda: good().replace(WMO301, WMO301 + b" "),
    prefix_unbound_again=lambda: on_client(b'xmlns:m=""'),
    comment_with_dashes=lambda: in_client(b"<!-- a -- b -->"),
    comment_unclosed=lambda: in_client(b"<!-- "),
    bare_ampersand=lambda: value(b"m:Commentaar", b"a & b"),
    bare_bracket=lambda: value(b"m:Commentaar", b"a < b"),
    cdata_end=lambda: value(b"m:Commentaar", b"a ]]> b"),
    control_character=lambda: value(b"m:Commentaar", b"a\x01b"),
    reference_to_zero=lambda: value(b"m:Commentaar", b"&#0;"),
    reference_to_control=lambda: value(b"m:Commentaar", b"&#x1;"),
    reference_to_surrogate=lambda: value(b"m:Commentaar", b"&#xD800;"),
    reference_beyond=lambda: value(b"m:Commentaar", b"&#x110000;"),
    reference_enormous=lambda: value(b"m:Commentaar", b"&#" + b"9" * 10_000 + b";"),
    reference_open=lambda: value(b"m:Commentaar", b"&#12"),
    not_a_character=lambda: value(b"m:Commentaar", "\ufffe".encode()),
    brackets_only=b"<" * 900_000,
    half_a_tag=b"<a",
    sgml=b"<a><b><c></a>",
    name_with_digit=lambda: in_client(b"<9" + BSN + b"/>"),
    shorttag=lambda: swap(b"<m:Bsn>", b"<m:Bsn/"),
)
hostile(
    Stage.XML,
    "B22",
    stylesheet=lambda: before_root(b'<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>'),
    model=lambda: before_root(b'<?xml-model href="http://127.0.0.1:9/x.rng"?>'),
    php=lambda: in_client(b"<?php system('id'); ?>"),
    instruction_in_value=lambda: swap(BSN, b"9999<?x?>00006"),
    instruction_after=lambda: after_root(b"<?bye?>"),
    second_declaration=lambda: in_client(b'<?xml version="1.0"?>'),
    many_instructions=lambda: in_client(b"<?a b?>" * 5000),
    instruction_in_comment=lambda: in_client(b"<!-- <?a?> -->"),
)
hostile(
    Stage.XML,
    "B23",
    cdata=lambda: value(b"m:Commentaar", b"<![CDATA[<b>x</b>]]>"),
    cdata_in_bsn=lambda: swap(BSN, b"9999<![CDATA[00006]]>"),
    cdata_between=lambda: in_client(b"<![CDATA[ ]]>"),
    cdata_unclosed=lambda: value(b"m:Commentaar", b"<![CDATA[x"),
    cdata_flood=lambda: value(b"m:Commentaar", b"<![CDATA[x]]>" * 50_000),
    conditional_section=lambda: before_root(b"<![INCLUDE[x]]>"),
)
hostile(
    Stage.XML,
    "B24",
    comment_in_bsn=lambda: swap(BSN, b"9999<!-- -->00006"),
    comment_before_value=lambda: swap(b"<m:Bsn>", b"<m:Bsn><!-- -->"),
    comment_after_value=lambda: swap(b"</m:Bsn>", b"<!-- --></m:Bsn>"),
    comment_for_value=lambda: value(b"m:Commentaar", b"<!-- x -->"),
    comment_in_header=lambda: swap(b"0384", b"03<!---->84"),
)

# --- floods
hostile(
    Stage.LIMITS,
    "B25",
    comments=lambda: before_root(b"<!---->" * 1_001),
    comments_inside=lambda: in_client(b"<!-- x -->" * 50_000),
    comments_after=lambda: after_root(b"<!---->" * 2_000),
)
hostile(
    Stage.LIMITS,
    "B26",
    deep_33=lambda: in_client(b"<m:x>" * 31 + b"</m:x>" * 31),
    deep_200=lambda: in_client(b"<m:x>" * 200 + b"</m:x>" * 200),
    deep_1000=lambda: in_client(b"<m:x>" * 1_000 + b"</m:x>" * 1_000),
    deep_and_open=b"<a>" * 30_000,
)
hostile(
    Stage.LIMITS,
    "B27",
    text_without_end=lambda: value(b"m:Commentaar", b"x" * (2 * MiB)),
    spaces_without_end=lambda: in_client(b" " * (2 * MiB)),
    endless_name=lambda: in_client(b"<" + b"a" * (2 * MiB) + b"/>"),
    endless_attribute=lambda: on_client(b'a="' + b"b" * (2 * MiB) + b'"'),
    endless_comment=lambda: in_client(b"<!--" + b"x" * (2 * MiB) + b"-->"),
    endless_open_tag=lambda: b"<a " + b"x" * (5 * MiB),
    endless_number=lambda: value(b"b:Volume", b"1" * (2 * MiB)),
    endless_references=lambda: value(b"m:Commentaar", b"&lt;" * 600_000),
    endless_value_in_a_stream=lambda: value(b"m:Commentaar", b"a>" * (3 * MiB)),
)
hostile(
    Stage.LIMITS,
    "B28",
    attribute=lambda: on_client(b'a="1"'),
    attribute_on_value=lambda: swap(b"<m:Bsn>", b'<m:Bsn a="' + BSN + b'">'),
    attribute_on_root=lambda: swap(b"<m:Bericht ", b'<m:Bericht a="1" '),
    attribute_of_xml=lambda: on_client(b'xml:lang="nl"'),
    attribute_base=lambda: on_client(b'xml:base="http://127.0.0.1:9/"'),
    attribute_space=lambda: on_client(b'xml:space="preserve"'),
    attribute_id=lambda: on_client(b'xml:id="x"'),
    schema_location=lambda: on_client(
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd"'
    ),
    schema_location_root=lambda: swap(
        b"<m:Bericht ",
        b'<m:Bericht xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xsi:noNamespaceSchemaLocation="/etc/passwd" ',
    ),
    xsi_type=lambda: swap(b"<m:Bsn>", b'<m:Bsn xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="b:Omvang">'),
    xsi_nil=lambda: swap(b"<m:Bsn>" + BSN, b'<m:Bsn xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">'),
    xsi_hidden=lambda: swap(
        b"<m:Bsn>", b'<m:Bsn xmlns:i="http://www.w3.org/2001/XMLSchema&#45;instance" i:schemaLocation="a b">'
    ),
    attributes_flood=lambda: on_client(b" ".join(b'a%d="1"' % n for n in range(50_000))),
    namespaces_flood=lambda: on_client(b" ".join(b'xmlns:a%d="u:%d"' % (n, n) for n in range(30_000))),
    attributes_everywhere=lambda: in_client(b'<m:x a="1"/>' * 60_000),
)
hostile(
    Stage.LIMITS,
    "B29",
    namespaces_on_root=lambda: swap(
        b"<m:Bericht ", b"<m:Bericht " + b" ".join(b'xmlns:a%d="u:%d"' % (n, n) for n in range(20)) + b" "
    ),
)

# --- another type, another release
hostile(
    Stage.TYPE,
    "B48",
    soap=b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
    soap_12=b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>',
    envelope=b'<g:envelopHeenbericht-ggk_Di01 xmlns:g="http://www.stufstandaarden.nl/koppelvlak/ggk0210"/>',
    stuf_fault=b'<s:Fo01Bericht xmlns:s="http://www.egem.nl/StUF/StUF0301"/>',
)
hostile(
    Stage.TYPE,
    "B40",
    html=b"<html><body>" + BSN + b"</body></html>",
    svg=b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    schema=b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>',
    transformation=b'<x:transform version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform"/>'.replace(
        b'version="1.0" ', b""
    ),
    xinclude=b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude"/>',
    no_namespace=b"<Bericht><Header/></Bericht>",
    other_root=lambda: good().replace(b"m:Bericht", b"m:Berichten"),
    root_in_shared=lambda: good().replace(b"m:Bericht>", b"b:Bericht>").replace(b"<m:Bericht ", b"<b:Bericht "),
    namespace_upper_case=lambda: good().replace(WMO301, WMO301.replace(b"wmo301", b"WMO301x")),
    capitals=lambda: good().replace(WMO301, b"http://www.istandaarden.nl/iWmo/3_2/wmo301/schema"),
    namespace_slash=lambda: good().replace(WMO301, WMO301 + b"/"),
    namespace_of_another=lambda: good().replace(WMO301, b"urn:x"),
    invented=lambda: good().replace(WMO301, b"http://www.istandaarden.nl/iwlz/3_2/wmo301/schema"),
    empty_element=b"<a/>",
    unicode_root="<Bericht\u00e9/>".encode(),
)
hostile(
    Stage.TYPE,
    "B41",
    release_2_3=lambda: good().replace(b"3_2", b"2_3"),
    release_3_1=lambda: good().replace(b"3_2", b"3_1"),
    release_9_9=lambda: good().replace(b"3_2", b"9_9"),
    retired_303=lambda: good().replace(WMO301, b"http://www.istandaarden.nl/iwmo/2_3/wmo303/schema"),
    ieb_3=lambda: good().replace(WMO301, b"http://www.istandaarden.nl/ieb/3_0/wmo401/schema"),
)
hostile(
    Stage.TYPE,
    "B42",
    ieb_4=lambda: good().replace(WMO301, b"http://www.istandaarden.nl/ieb/4_0/wmo405/schema"),
)
hostile(
    Stage.TYPE,
    "B43",
    code_of_305=lambda: swap(b">414<", b">418<"),
    code_of_jw301=lambda: swap(b">414<", b">436<"),
    code_is_bsn=lambda: swap(b">414<", b">" + BSN + b"<"),
    code_empty=lambda: swap(b">414<", b"><"),
    namespace_of_305=lambda: good().replace(b"wmo301", b"wmo305"),
)
hostile(
    Stage.TYPE,
    "B44",
    version_2=lambda: swap(b"BerichtVersie>3<", b"BerichtVersie>2<"),
    version_03=lambda: swap(b"BerichtVersie>3<", b"BerichtVersie>03<"),
    subversion_1=lambda: swap(b"BerichtSubversie>2<", b"BerichtSubversie>1<"),
    version_is_text=lambda: swap(b"BerichtVersie>3<", b"BerichtVersie>" + NAME + b"<"),
)

# --- against the structure
hostile(
    Stage.STRUCTURE,
    "X12",
    bsn_of_8=lambda: swap(BSN, b"99990000"),
    bsn_of_10=lambda: swap(BSN, BSN + b"1"),
    bsn_with_spaces=lambda: swap(BSN, b" 99990006 "),
    bsn_full_width=lambda: swap(BSN, "９９９９００００６".encode()),
    bsn_arabic=lambda: swap(BSN, "٩٩٩٩٠٠٠٠٦".encode()),
    bsn_letters=lambda: swap(BSN, b"99990000O"),
    bsn_hyphen=lambda: swap(BSN, b"9999-0006"),
    gemeente_of_5=lambda: swap(b">0384<", b">00384<"),
    gemeente_letters=lambda: swap(b">0384<", b">038O<"),
    agb_of_7=lambda: swap(b">42420001<", b">4242000<"),
    agb_injection=lambda: swap(b">42420001<", b">' OR 1=1--<"),
)
hostile(
    Stage.STRUCTURE,
    "X10",
    no_such_day=lambda: value(b"m:Ingangsdatum", b"2026-02-30"),
    no_such_month=lambda: value(b"m:Ingangsdatum", b"2026-13-01"),
    leap_day=lambda: value(b"m:Ingangsdatum", b"2027-02-29"),
    zone=lambda: value(b"m:Ingangsdatum", b"2026-05-01Z"),
    zone_hours=lambda: value(b"m:Ingangsdatum", b"2026-05-01+02:00"),
    moment=lambda: value(b"m:Ingangsdatum", b"2026-05-01T00:00:00"),
    dutch_date=lambda: value(b"m:Ingangsdatum", b"01-05-2026"),
    text_for_date=lambda: value(b"m:Ingangsdatum", NAME),
    empty_date=lambda: value(b"m:Ingangsdatum", b""),
    year_of_5=lambda: value(b"b:Dagtekening", b"12026-05-06"),
    bsn_for_date=lambda: value(b"b:Dagtekening", BSN),
)
hostile(
    Stage.STRUCTURE,
    "X11",
    no_such_hour=lambda: value(b"m:Toewijzingstijd", b"25:00:00"),
    time_without_seconds=lambda: value(b"m:Toewijzingstijd", b"10:30"),
    time_with_zone=lambda: value(b"m:Toewijzingstijd", b"10:30:00Z"),
)
hostile(
    Stage.STRUCTURE,
    "X08",
    decimal=lambda: value(b"b:Volume", b"1.5"),
    comma=lambda: value(b"b:Volume", b"1,5"),
    exponent=lambda: value(b"b:Volume", b"1e6"),
    hexadecimal=lambda: value(b"b:Volume", b"0x10"),
    not_a_number=lambda: value(b"b:Volume", b"NaN"),
    formula_for_number=lambda: value(b"b:Volume", b"=1+1"),
    full_width_number=lambda: value(b"b:Volume", "１".encode()),
)
hostile(
    Stage.STRUCTURE,
    "X09",
    negative=lambda: value(b"b:Volume", b"-1"),
    too_big=lambda: value(b"b:Volume", b"100000000"),
    enormous=lambda: value(b"b:Volume", b"9" * 100_000),
)
hostile(
    Stage.STRUCTURE,
    "X07",
    empty_name=lambda: value(b"b:Achternaam", b""),
    blank_name=lambda: value(b"b:Achternaam", b"   "),
    blank_comment=lambda: value(b"m:Commentaar", b" \n\t "),
    empty_number=lambda: value(b"b:Volume", b""),
    self_closed=lambda: swap(b"<b:Achternaam>" + NAME + b"</b:Achternaam>", b"<b:Achternaam/>"),
)
hostile(
    Stage.STRUCTURE,
    "X05",
    unknown_code=lambda: value(b"m:Geslacht", b"9"),
    code_with_space=lambda: value(b"m:Geslacht", b"1 "),
    code_without_zero=lambda: value(b"b:Eenheid", b"4"),
    code_is_name=lambda: value(b"b:Eenheid", NAME),
    country_in_lower_case=lambda: value(b"b:LandCode", b"nl"),
    category_of_jw=lambda: value(b"b:Categorie", b"45"),
)
hostile(
    Stage.STRUCTURE,
    "X06",
    name_of_201=lambda: value(b"b:Achternaam", b"x" * 201),
    identification_of_13=lambda: value(b"b:Identificatie", b"1234567890123"),
    house_letter_of_2=lambda: swap(b"</b:Huisnummer>", b"</b:Huisnummer><b:Huisletter>ab</b:Huisletter>"),
)
hostile(
    Stage.STRUCTURE,
    "X13",
    phone_letters=lambda: value(b"b:Telefoonnummer", b"010-1234567"),
    version_letters=lambda: value(b"b:BerichtXsdVersie", b"1.0"),
)
hostile(
    Stage.STRUCTURE,
    "X14",
    bsn_line_break=lambda: swap(BSN, b"99990000&#10;"),
    name_on_two_lines=lambda: value(b"b:Achternaam", b"Jan\nsen"),
    name_with_return=lambda: value(b"b:Achternaam", b"Jan&#13;sen"),
    header_injection=lambda: value(b"b:Identificatie", b"B1&#13;&#10;Bcc: x"),
)
hostile(
    Stage.STRUCTURE,
    "X01",
    no_client=lambda: good()[: good().index(b"<m:Client>")] + b"</m:Bericht>",
    no_bsn=lambda: swap(b"<m:Bsn>" + BSN + b"</m:Bsn>", b""),
    no_header=lambda: good()[: good().index(b"<m:Header>")] + good()[good().index(b"<m:Client>") :],
    empty_root=lambda: b'<Bericht xmlns="' + WMO301 + b'"/>',
    empty_client=lambda: good()[: good().index(b"<m:Client>")] + b"<m:Client/></m:Bericht>",
    no_receiver=lambda: swap(b"<m:Ontvanger>42420001</m:Ontvanger>", b""),
)
hostile(
    Stage.STRUCTURE,
    "X02",
    wrong_order=lambda: swap(b"<m:Bsn>" + BSN + b"</m:Bsn>", b"").replace(
        b"</m:Geslacht>", b"</m:Geslacht><m:Bsn>" + BSN + b"</m:Bsn>"
    ),
    client_before_header=lambda: (
        good()[: good().index(b"<m:Header>")]
        + good()[good().index(b"<m:Client>") : good().index(b"</m:Bericht>")]
        + good()[good().index(b"<m:Header>") : good().index(b"<m:Client>")]
        + b"</m:Bericht>"
    ),
)
hostile(
    Stage.STRUCTURE,
    "X03",
    two_bsns=lambda: in_client(b"<m:Bsn>" + BSN + b"</m:Bsn>"),
    two_headers=lambda: swap(
        b"</m:Header>", b"</m:Header>" + good()[good().index(b"<m:Header>") : good().index(b"<m:Client>")]
    ),
    bsn_flood=lambda: in_client(b"<m:Bsn>999900006</m:Bsn>" * 3_000),
)
hostile(
    Stage.STRUCTURE,
    "X04",
    unknown_element=lambda: in_client(b"<m:Onbekend>x</m:Onbekend>"),
    bsn_as_name=lambda: in_client(b"<m:b999900006/>"),
    script_element=lambda: in_client(b"<script>alert(1)</script>"),
    xinclude_inside=lambda: in_client(b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude"/>'),
    nested_in_value=lambda: swap(BSN, b"<m:x/>" + BSN),
    value_in_value=lambda: swap(BSN, b"<m:Bsn>" + BSN + b"</m:Bsn>"),
    unknown_flood=lambda: in_client(b"<m:x/>" * 90_000),
)
hostile(
    Stage.STRUCTURE,
    "X17",
    bsn_in_other_namespace=lambda: swap(b"<m:Bsn>" + BSN + b"</m:Bsn>", b"<b:Bsn>" + BSN + b"</b:Bsn>"),
    without_prefix=lambda: swap(b"<m:Bsn>" + BSN + b"</m:Bsn>", b"<Bsn>" + BSN + b"</Bsn>"),
    prefix_rebound=lambda: swap(b"<m:Client>", b'<m:Client xmlns:m="urn:x">'),
    retour_code_in_heen=lambda: in_client(b"<m:Relaties/>".replace(b"Relaties", b"ToegewezenProduct")),
    element_of_jw=lambda: in_client(b"<m:Datum/>"),
)
hostile(
    Stage.STRUCTURE,
    "X15",
    text_between=lambda: in_client(NAME),
    bsn_between=lambda: in_client(BSN),
    text_in_container=lambda: swap(b"<m:Contactgegevens>", b"<m:Contactgegevens>tekst"),
)


HARMLESS: dict[str, Callable[[], bytes]] = {
    "script_in_name": lambda: value(b"b:Achternaam", b"&lt;script&gt;alert(1)&lt;/script&gt;"),
    "image_in_name": lambda: value(b"b:Achternaam", b"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"),
    "template_in_name": lambda: value(b"b:Achternaam", b"{{7*7}}${7*7}#{7*7}%7B"),
    "formula_in_name": lambda: value(b"b:Achternaam", b"=HYPERLINK(0)"),
    "sql_in_name": lambda: value(b"b:Achternaam", b"'; DROP TABLE bericht; --"),
    "shell_in_name": lambda: value(b"b:Achternaam", b"$(id) `id` | id"),
    "path_in_name": lambda: value(b"b:Achternaam", b"../../../etc/passwd"),
    "percent_in_name": lambda: value(b"b:Achternaam", b"%s%n%x %(x)s {0} ${naam}"),
    "jndi_in_comment": lambda: value(b"m:Commentaar", b"${jndi:ldap://127.0.0.1/a}"),
    "xml_in_comment": lambda: value(b"m:Commentaar", b"&lt;!DOCTYPE a&gt;&lt;?php?&gt;&lt;![CDATA[x]]&gt;"),
    "lines_in_comment": lambda: value(b"m:Commentaar", b"een\ntwee\r\n\tdrie"),
    "long_comment": lambda: value(b"m:Commentaar", b"tekst " * 100_000),
    "accents": lambda: value(b"b:Achternaam", "Çelik-Ørsted d'Ûñïçödé ß Łukasz".encode()),
    "other_scripts": lambda: value(b"b:Achternaam", "Иванов 王 محمد Παπαδόπουλος".encode()),
    "emoji": lambda: value(b"m:Commentaar", "👍🏽 😀".encode()),
    "combining": lambda: value(b"b:Achternaam", "e\u0301".encode()),
    "hard_space": lambda: value(b"b:Achternaam", "Van\u00a0Dijk".encode()),
    "references": lambda: value(b"b:Achternaam", b"M&#252;ller &amp; Z&#xF6;nen"),
    "no_declaration": lambda: declared(b""),
    "only_version": lambda: declared(b'<?xml version="1.0"?>'),
    "standalone": lambda: declared(b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>'),
    "single_quotes": lambda: declared(b"<?xml version='1.0' encoding='UTF-8'?>"),
    "space_before_root": lambda: declared(b"\n\n  "),
    "comments": lambda: before_root(b"<!-- gemaakt door een applicatie > 1 -->").replace(
        b"<m:Client>", b"<m:Client><!-- x -->"
    ),
    "thousand_comments": lambda: before_root(b"<!---->" * 1_000),
    "comment_after_root": lambda: after_root(b"<!-- einde -->\n"),
    "windows_lines": lambda: good().replace(b"\n", b"\r\n"),
    "one_line": lambda: good().replace(b"\n", b""),
    "other_prefixes": lambda: (
        good().replace(b"m:", b"wmo:").replace(b":m=", b":wmo=").replace(b"b:", b"iwmo:").replace(b":b=", b":iwmo=")
    ),
    "default_namespace": lambda: good().replace(b"<m:", b"<").replace(b"</m:", b"</").replace(b"xmlns:m=", b"xmlns="),
    "unused_namespaces": lambda: swap(
        b"<m:Bericht ",
        b'<m:Bericht xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xmlns:xsd="http://www.w3.org/2001/XMLSchema" ',
    ),
    "namespace_declared_inside": lambda: swap(
        b"<b:Dagtekening>",
        b'<b:Dagtekening xmlns:b="http://www.istandaarden.nl/iwmo/3_2/basisschema/schema">',
    ),
    "spaces_around_number": lambda: value(b"b:Volume", b" 4 "),
    "plus_before_number": lambda: value(b"b:Volume", b"+4"),
    "spaces_around_date": lambda: value(b"m:Ingangsdatum", b" 2026-05-01 "),
    "space_at_end": lambda: good() + b"\n" * 1000,
}
