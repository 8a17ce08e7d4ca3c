"""Makes messages for the tests: from data by hand, or every possible element from the model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

from portaal.berichtenverkeer.standard import Base, DataType, Element, Klasse, MessageType, message_type

Tree = dict[str, Any]
IN_WMO = {"45": "02", "50": "10"}

SHARED_PREFIX, OWN_PREFIX = "b", "m"


def build(name: str, changes: dict[str, Any] | None = None, *, release: str | None = None) -> bytes:
    """A good message of this type with changes in it.

    `changes` maps a path such as "Client/ToegewezenProducten/ToegewezenProduct[2]/Einddatum" to a value, to a
    tree, or to None, which takes the element out. What is new lands in its proper place.
    """
    kind = message_type(name, release)
    tree = good(kind)
    for path, value in (changes or {}).items():
        put(tree, path, _copied(value, kind, path.rpartition("/")[2]))
    return render(kind, tree)


def put(tree: Tree, path: str, value: Any) -> None:
    *above, last = path.split("/")
    for step in above:
        name, index = _step(step)
        tree = tree.setdefault(name, {}) if index is None else tree[name][index]
    name, index = _step(last)
    if index is not None:
        items = tree.setdefault(name, [])
        items[index : index + 1] = [] if value is None else [value]
    elif value is None:
        del tree[name]
    else:
        tree[name] = value


def _step(step: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", step)
    assert match, step
    return match[1], int(match[2]) - 1 if match[2] else None


def render(kind: MessageType, tree: Tree) -> bytes:
    """The message as bytes: UTF-8 with declaration, an element a line."""
    assert kind.root is not None
    root = etree.Element(
        f"{{{kind.namespace}}}{kind.root.name}",
        nsmap={OWN_PREFIX: kind.namespace, SHARED_PREFIX: kind.release.shared_namespace},
    )
    _fill(root, kind, kind.root, tree)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _fill(parent: etree._Element, kind: MessageType, klasse: Klasse, tree: Tree) -> None:
    assert set(tree) <= set(klasse.by_name), set(tree) - set(klasse.by_name)
    namespace = kind.release.shared_namespace if klasse.shared else kind.namespace
    for element in klasse.elements:
        values = tree.get(element.name, [])
        for value in values if isinstance(values, list) else [values]:
            child = etree.SubElement(parent, f"{{{namespace}}}{element.name}")
            if isinstance(element.type, Klasse):
                _fill(child, kind, element.type, value)
            else:
                child.text = str(value)


def from_model(kind: MessageType, *, full: bool) -> bytes:
    """A message with every element the model has, or with only those it must have."""
    assert kind.root is not None
    return render(kind, _from_class(kind.root, full=full))


def _from_class(klasse: Klasse, *, full: bool) -> Tree:
    return {e.name: _from_element(e, full=full) for e in klasse.elements if full or not e.optional}


def _from_element(element: Element, *, full: bool) -> Any:
    if isinstance(element.type, Klasse):
        value: Any = _from_class(element.type, full=full)
    else:
        value = a_value(element.type)
    return [value, deepcopy(value)] if element.repeated and full else value


def a_value(datatype: DataType) -> str:
    """Some value that this type allows."""
    if datatype.codes:
        return next(iter(datatype.codes))
    pattern = datatype.pattern or ""
    if datatype.base is Base.DATE:
        return "2026-05-01"
    if datatype.base is Base.TIME:
        return "10:30:00"
    if datatype.base is Base.NUMBER:
        return pattern or "12"
    digits = re.fullmatch(r"\[0-9\]\{(?:\d+,)?(\d+)\}", pattern)
    if digits:
        return "1" * int(digits[1])
    if pattern.isdigit():
        return pattern
    return "1.0.0" if r"\." in pattern else "a"


def good(kind: MessageType) -> Tree:
    """A message of this type that keeps every rule."""
    tree: Tree = _copied({"Header": _header(kind), **BODIES[kind.number]}, kind)
    return tree


def _copied(value: Any, kind: MessageType, name: str = "") -> Any:
    """A copy that shares nothing. Bodies and changes have the products of iJw: in iWmo they become those of iWmo."""
    if isinstance(value, dict):
        return {below: _copied(part, kind, below) for below, part in value.items()}
    if isinstance(value, list):
        return [_copied(part, kind, name) for part in value]
    if kind.release.standard == "iwmo" and name.endswith(("Categorie", "Code")) and value is not None:
        return IN_WMO.get(value[:2], value[:2]) + value[2:]
    return value


def _header(kind: MessageType) -> Tree:
    assert kind.root is not None
    header = kind.root.by_name["Header"].type
    assert isinstance(header, Klasse)
    tree = _from_class(header, full=False)
    parties = {"gemeente": "0384", "aanbieder": "42420001", "CAK": None}
    tree["Afzender"] = parties[kind.header_sender]
    if "Ontvanger" in tree:
        tree["Ontvanger"] = parties[kind.header_receiver]
    tree["BerichtIdentificatie"] = {"Identificatie": "B1", "Dagtekening": "2026-05-06"}
    if kind.number == "325":
        tree["RetourCodes"] = {"RetourCode": "0200"}
    return tree


def leaves(kind: MessageType) -> Iterator[tuple[str, DataType]]:
    """Every simple element of the model with its path."""

    def walk(klasse: Klasse, path: str) -> Iterator[tuple[str, DataType]]:
        for element in klasse.elements:
            here = f"{path}/{element.name}".lstrip("/")
            if isinstance(element.type, Klasse):
                yield from walk(element.type, here)
            else:
                yield here, element.type

    assert kind.root is not None
    return walk(kind.root, "")


PERSON: Tree = {
    "Bsn": "999900006",
    "Geboortedatum": {"Datum": "1967-08-13"},
    "Geslacht": "1",
    "Naam": {"Geslachtsnaam": {"Achternaam": "Wit", "Voorvoegsel": "de"}},
}
FULL_NAME: Tree = {"Geslachtsnaam": {"Achternaam": "Wit"}, "NaamGebruik": "1"}
ADDRESS: Tree = {"Huis": {"Huisnummer": "12"}, "Postcode": "1111AA", "LandCode": "NL"}
VOLUME: Tree = {"Volume": "4", "Eenheid": "04", "Frequentie": "4"}


def product(number: int) -> Tree:
    """The first or the second product: of different categories, so that they may overlap."""
    category = {1: "45", 2: "50"}[number]
    return {"Categorie": category, "Code": f"{category}A0{number}"}


def prestatie(number: str, **changes: Any) -> Tree:
    """A line of a declaration."""
    return {
        "ProductReferentie": {"ReferentieNummer": number},
        "ToewijzingNummer": number.strip("R") or "1",
        "ProductCategorie": "45",
        "ProductCode": "45A03",
        "ProductPeriode": {"Begindatum": "2026-04-01", "Einddatum": "2026-04-30"},
        "GeleverdVolume": "4",
        "Eenheid": "04",
        "ProductTarief": "1250",
        "IngediendBedrag": {"Bedrag": "5000", "DebetCredit": "D"},
        **changes,
    }


BODIES: dict[str, Tree] = {
    "301": {
        "Client": {
            **PERSON,
            "Naam": FULL_NAME,
            "Relaties": {
                "Relatie": [
                    {
                        "Nummer": "1",
                        "Soort": "10",
                        "Geboortedatum": {"Datum": "1940-01-13"},
                        "Naam": FULL_NAME,
                        "Contact": {
                            "Soort": "02",
                            "Telefoon": {"Telefoon01": {"Telefoonnummer": "0101234567", "Landnummer": "31"}},
                        },
                    }
                ]
            },
            "Contactgegevens": {"Contact": [{"Soort": "01", "Adres": ADDRESS}]},
            "ToegewezenProducten": {
                "ToegewezenProduct": [
                    {
                        "ToewijzingNummer": str(number),
                        "Product": product(number),
                        "Toewijzingsdatum": "2026-05-01",
                        "Toewijzingstijd": "10:30:00",
                        "Ingangsdatum": "2026-05-01",
                        "Einddatum": "2026-12-31",
                        "Omvang": VOLUME,
                    }
                    for number in (1, 2)
                ]
            },
        }
    },
    "305": {
        "Client": {
            **PERSON,
            "StartProducten": {
                "StartProduct": [
                    {
                        "ToewijzingNummer": "1",
                        "Product": product(1),
                        "ToewijzingIngangsdatum": "2026-05-01",
                        "Begindatum": "2026-05-04",
                        "StatusAanlevering": "1",
                    }
                ]
            },
        }
    },
    "307": {
        "Client": {
            **PERSON,
            "StopProducten": {
                "StopProduct": [
                    {
                        "ToewijzingNummer": "1",
                        "Product": product(1),
                        "Begindatum": "2026-04-04",
                        "RedenBeeindiging": "31",
                        "Einddatum": "2026-05-04",
                        "StatusAanlevering": "1",
                    }
                ]
            },
        }
    },
    "315": {
        "Client": {
            **PERSON,
            "AangevraagdeProducten": {
                "AangevraagdProduct": [
                    {
                        "ReferentieAanbieder": f"R{number}",
                        "BeschikkingNummer": "123",
                        "Product": product(number),
                        "BeschikkingIngangsdatum": "2026-05-01",
                        "ToewijzingIngangsdatum": "2026-05-01",
                        "ToewijzingEinddatum": "2026-12-31",
                        "Omvang": VOLUME,
                        "Verwijzer": {"Type": "02", "ZorgverlenerCode": "12345678"},
                    }
                    for number in (1, 2)
                ]
            },
        }
    },
    "317": {
        "Client": {
            "Bsn": "999900006",
            "Verzoek": {
                "ReferentieAanbieder": "R1",
                "RedenVerzoek": "1",
                "OngewijzigdeProducten": {"OngewijzigdProduct": [{"ToewijzingNummer": "1"}]},
                "TeWijzigenProducten": {
                    "TeWijzigenProduct": [
                        {
                            "ToewijzingNummer": "2",
                            "GewensteIngangsdatum": "2026-06-01",
                            "Einddatum": "2026-12-31",
                            "Omvang": VOLUME,
                        }
                    ]
                },
                "NieuweProducten": {
                    "NieuwProduct": [
                        {
                            "Product": product(number),
                            "GewensteIngangsdatum": "2026-06-01",
                            "Einddatum": "2026-12-31",
                            "Omvang": VOLUME,
                        }
                        for number in (1, 2)
                    ]
                },
            },
        }
    },
    "319": {"Antwoord": {"ReferentieAanbieder": "R1", "VerzoekAntwoord": "1", "RedenAfwijzingVerzoek": "2"}},
    "323": {
        "Declaratie": {
            "DeclaratieNummer": "D1",
            "DeclaratiePeriode": {"Begindatum": "2026-04-01", "Einddatum": "2026-04-30"},
            "DeclaratieDagtekening": "2026-05-06",
            "TotaalIngediendBedrag": {"TotaalBedrag": "20000", "DebetCredit": "D"},
            "Clienten": {
                "Client": [
                    {"Bsn": "999900006", "Prestaties": {"Prestatie": [prestatie("R1"), prestatie("R2")]}},
                    {"Bsn": "999900018", "Prestaties": {"Prestatie": [prestatie("R3"), prestatie("R4")]}},
                ]
            },
        }
    },
    "325": {
        "DeclaratieAntwoord": {
            "DeclaratieNummer": "D1",
            "TotaalIngediendBedrag": {"TotaalBedrag": "20000", "DebetCredit": "D"},
            "TotaalToegekendBedrag": {"TotaalBedrag": "15000", "DebetCredit": "D"},
            "Clienten": {
                "Client": [
                    {
                        "Bsn": "999900006",
                        "Prestaties": {
                            "Prestatie": [prestatie("R1", RetourCodes={"RetourCode": "9339"})],
                        },
                        "RetourCodes": {"RetourCode": "0200"},
                    }
                ]
            },
            "RetourCodes": {"RetourCode": "0200"},
        }
    },
}


def take_apart(kind: MessageType, message: bytes) -> Tree:
    """The reverse of `render`: the tree of a message that is good."""
    assert kind.root is not None
    return _parts_of(etree.fromstring(message), kind.root)


def _parts_of(parent: etree._Element, klasse: Klasse) -> Tree:
    tree: Tree = {}
    for child in parent.iterchildren("*"):
        element = klasse.by_name[etree.QName(child).localname]
        value = _parts_of(child, element.type) if isinstance(element.type, Klasse) else child.text or ""
        if element.repeated:
            tree.setdefault(element.name, []).append(value)
        else:
            tree[element.name] = value
    return tree
