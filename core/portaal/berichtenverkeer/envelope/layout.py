"""The messages of StUF-GGk 0210 as flat lists of leaf elements: reading and writing follow the same list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portaal.berichtenverkeer.envelope.model import StufCode

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
STUF = "http://www.egem.nl/StUF/StUF0301"
GGK = "http://www.stufstandaarden.nl/koppelvlak/ggk0210"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PREFIXES = {SOAP: "soap", STUF: "StUF", GGK: "GGK"}

MAX_ENVELOPE = 25_000_000  # bytes of a Di01 or Du01 with its base64 (specification 3.2)
MAX_SOAP = 35_000_000  # what is taken in: room for a payload of 25 MB (OP179) in base64


@dataclass(frozen=True, slots=True)
class Leaf:
    """One element with text: its path of qualified names below the root of the message."""

    name: str
    path: tuple[str, ...]
    pattern: re.Pattern[str]
    required: bool = True

    @property
    def place(self) -> str:
        """The path for people: local names with slashes."""
        return "/".join(step.rpartition("}")[2] for step in self.path)


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of message: root element, SOAPAction, leaves in order."""

    code: StufCode
    root: str
    action: str
    leaves: tuple[Leaf, ...]


_LINE = r"[^\x00-\x1f\x7f]"
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_REFERENCE = re.compile(_LINE + r"{0,40}")
_ORGANISATIE = re.compile(_LINE + r"{0,200}")
_APPLICATIE = re.compile(_LINE + r"{3,50}")
_ADMINISTRATIE = re.compile(_LINE + r"{0,50}")
_GEBRUIKER = re.compile(_LINE + r"{0,100}")
_TIJDSTIP = re.compile(r"[0-9]{8,17}")
_FUNCTIE = re.compile(_LINE + r"{0,30}")
_VERSIE = re.compile(r"[0-9]{4}")
_FOUTCODE = re.compile(_LINE + r"{0,7}")
_PLEK = re.compile("client|server")
_OMSCHRIJVING = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f]{0,200}")
_DETAILS = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f]{0,1000}")
_PAYLOAD = re.compile("")  # never matched: a payload is not text to be kept
BESTANDSNAAM = re.compile(r"[A-Za-z0-9\-._]{4,255}")

XML_BESTAND = "xmlBestand"
TEKST_BESTAND = "tekstBestand"
DETAILS_XML = "detailsXML"
PAYLOADS = frozenset({XML_BESTAND, TEKST_BESTAND})


def _stuurgegevens(code: StufCode, namespace: str) -> list[Leaf]:
    enveloped = code in {StufCode.DI01, StufCode.DU01}
    reference = _UUID4 if enveloped else _REFERENCE

    def leaf(name: str, pattern: re.Pattern[str], *steps: str, required: bool = True) -> Leaf:
        path = (f"{{{namespace}}}stuurgegevens", *(f"{{{STUF}}}{step}" for step in (*steps, name)))
        return Leaf(".".join((*steps, name)), path, pattern, required)

    leaves = [leaf("berichtcode", re.compile(code.value))]
    for party in ("zender", "ontvanger"):
        leaves += [
            leaf("organisatie", _ORGANISATIE, party, required=enveloped),
            leaf("applicatie", _APPLICATIE, party),
            leaf("administratie", _ADMINISTRATIE, party, required=False),
            leaf("gebruiker", _GEBRUIKER, party, required=False),
        ]
    leaves += [leaf("referentienummer", reference), leaf("tijdstipBericht", _TIJDSTIP)]
    if code is not StufCode.DI01:
        leaves.append(leaf("crossRefnummer", reference))
    if enveloped:
        leaves.append(leaf("functie", _FUNCTIE))
    return leaves


def _parameters() -> list[Leaf]:
    def leaf(name: str, pattern: re.Pattern[str], *steps: str, required: bool = True) -> Leaf:
        path = tuple(f"{{{GGK}}}{step}" for step in ("parameters", *steps, name))
        return Leaf(name, path, pattern, required)

    return [
        *(
            leaf(name, _VERSIE)
            for name in ("applicatieVersie", "applicatieSubversie", "functieVersie", "functieSubversie")
        ),
        # A choice of these two: the reader sees to it that there is exactly one.
        leaf(TEKST_BESTAND, _PAYLOAD, "bericht", required=False),
        leaf(XML_BESTAND, _PAYLOAD, "bericht", required=False),
    ]


def _body() -> list[Leaf]:
    def leaf(name: str, pattern: re.Pattern[str], required: bool = True) -> Leaf:
        return Leaf(name, (f"{{{STUF}}}body", f"{{{STUF}}}{name}"), pattern, required)

    return [
        leaf("code", _FOUTCODE),
        leaf("plek", _PLEK),
        leaf("omschrijving", _OMSCHRIJVING),
        leaf("details", _DETAILS, required=False),
        leaf(DETAILS_XML, _PAYLOAD, required=False),
    ]


LAYOUTS = {
    layout.code: layout
    for layout in (
        Layout(
            StufCode.DI01,
            f"{{{GGK}}}envelopHeenbericht-ggk_Di01",
            f"{GGK}/ggk_Di01",
            (*_stuurgegevens(StufCode.DI01, GGK), *_parameters()),
        ),
        Layout(
            StufCode.DU01,
            f"{{{GGK}}}envelopRetourbericht-ggk_Du01",
            f"{GGK}/ggk_Du01",
            (*_stuurgegevens(StufCode.DU01, GGK), *_parameters()),
        ),
        Layout(
            StufCode.FO01, f"{{{STUF}}}Fo01Bericht", f"{STUF}/Fo01", (*_stuurgegevens(StufCode.FO01, STUF), *_body())
        ),
        Layout(StufCode.BV03, f"{{{STUF}}}Bv03Bericht", "", tuple(_stuurgegevens(StufCode.BV03, STUF))),
        Layout(StufCode.FO03, f"{{{STUF}}}Fo03Bericht", "", (*_stuurgegevens(StufCode.FO03, STUF), *_body())),
    )
}
BY_ROOT = {layout.root: layout for layout in LAYOUTS.values()}
