"""As much of the iStandaarden as a simulated provider needs: which retour belongs to which message, and making one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lxml import etree

_IWMO, _IJW = "iwmo", "ijw"
_CONTAINERS = frozenset(
    {
        "Relaties",
        "Contactgegevens",
        "ToegewezenProducten",
        "StartProducten",
        "StopProducten",
        "AangevraagdeProducten",
        "OngewijzigdeProducten",
        "TeWijzigenProducten",
        "NieuweProducten",
    }
)
_RIGHT, _REFUSED = "0200", "9332"


@dataclass(frozen=True)
class Retour:
    """The retour of a message type."""

    berichttype: str
    berichtcode: str


# What a gemeente sends and a provider answers.
RETOUREN = {
    "WMO301": Retour("WMO302", "415"),
    "WMO319": Retour("WMO320", "483"),
    "JW301": Retour("JW302", "437"),
    "JW319": Retour("JW320", "489"),
}


def make_retour(berichttype: str, heen: bytes, identificatie: str, today: date, *, refuse: bool) -> bytes:
    """The retour on a message: its own header unchanged, with the part of the retour added.

    :param refuse: have the last product refused, with everything of that client copied; otherwise all is approved
        and there is a header only.
    """
    retour = RETOUREN[berichttype]
    old = etree.fromstring(heen, etree.XMLParser(resolve_entities=False, no_network=True))
    standaard = _IWMO if berichttype.startswith("WMO") else _IJW
    base = f"http://www.istandaarden.nl/{standaard}/3_2/basisschema/schema"
    new_namespace = f"http://www.istandaarden.nl/{standaard}/3_2/{retour.berichttype.lower()}/schema"
    prefix = retour.berichttype.lower()
    new = etree.Element(f"{{{new_namespace}}}Bericht", nsmap={prefix: new_namespace, standaard: base})
    old_namespace = etree.QName(old).namespace or ""
    for part in old:
        if refuse or etree.QName(part).localname == "Header":
            new.append(_renamed(part, old_namespace, new_namespace))
    header = new[0]
    header[0].text = retour.berichtcode
    _add(header, new_namespace, "IdentificatieRetour").text = identificatie
    _add(header, new_namespace, "DagtekeningRetour").text = today.isoformat()
    versie = _add(header, new_namespace, "XsdVersieRetour")
    _add(versie, base, "BasisschemaXsdVersie").text = "1.0.0"
    _add(versie, base, "BerichtXsdVersie").text = "1.0.0"
    if refuse:
        _judge(new, new_namespace)
    return etree.tostring(new, encoding="UTF-8", xml_declaration=True)


def _renamed(element: etree._Element, old: str, new: str) -> etree._Element:
    """A copy in which every element of the old message's namespace is of the new one's."""
    name = etree.QName(element)
    copy = etree.Element(f"{{{new if name.namespace == old else name.namespace}}}{name.localname}")
    copy.text = element.text if not len(element) else None
    copy.extend(_renamed(child, old, new) for child in element.iterchildren(etree.Element))
    return copy


def _judge(bericht: etree._Element, namespace: str) -> None:
    """Give every class its retourcodes: the last one, a product, is refused, the others are right."""
    classes = [element for element in bericht.iterdescendants() if _is_class(element, namespace)]
    refused = classes[-1]
    for element in classes:
        codes = _add(element, namespace, "RetourCodes")
        _add(codes, namespace, "RetourCode").text = _REFUSED if element is refused else _RIGHT


def _is_class(element: etree._Element, namespace: str) -> bool:
    name = etree.QName(element)
    own_children = any(etree.QName(child).namespace == namespace for child in element)
    return name.namespace == namespace and own_children and name.localname not in _CONTAINERS


def _add(parent: etree._Element, namespace: str, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}")


def make_start(standaard: str, aanbieder: str, gemeente: str, identificatie: str, today: date) -> bytes:
    """A start message (305) of a provider, about an invented client with a BSN of the test range."""
    wmo = standaard == _IWMO
    name, code, product = ("wmo305", "418", ("02", "02A11")) if wmo else ("jw305", "438", ("45", "45A48"))
    base = f"http://www.istandaarden.nl/{standaard}/3_2/basisschema/schema"
    namespace = f"http://www.istandaarden.nl/{standaard}/3_2/{name}/schema"
    tree = [
        (
            "Header",
            [
                ("BerichtCode", code),
                ("BerichtVersie", "3"),
                ("BerichtSubversie", "2"),
                ("Afzender", aanbieder),
                ("Ontvanger", gemeente),
                ("BerichtIdentificatie", [("b:Identificatie", identificatie), ("b:Dagtekening", today.isoformat())]),
                ("XsdVersie", [("b:BasisschemaXsdVersie", "1.0.0"), ("b:BerichtXsdVersie", "1.0.0")]),
            ],
        ),
        (
            "Client",
            [
                ("Bsn", "999900006"),
                ("Geboortedatum", [("b:Datum", "1980-02-29")]),
                ("Geslacht", "2"),
                ("Naam", [("b:Geslachtsnaam", [("b:Achternaam", "Voorbeeld")]), ("b:Voorletters", "V")]),
                (
                    "StartProducten",
                    [
                        (
                            "StartProduct",
                            [
                                ("ToewijzingNummer", "300201"),
                                ("Product", [("b:Categorie", product[0]), ("b:Code", product[1])]),
                                ("ToewijzingIngangsdatum", today.replace(day=1).isoformat()),
                                ("Begindatum", today.isoformat()),
                                ("StatusAanlevering", "1"),
                            ],
                        )
                    ],
                ),
            ],
        ),
    ]
    root = etree.Element(f"{{{namespace}}}Bericht", nsmap={name: namespace, standaard: base})
    _build(root, tree, namespace, base)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _build(parent: etree._Element, children: list[tuple[str, object]], namespace: str, base: str) -> None:
    for name, content in children:
        shared = name.startswith("b:")
        element = _add(parent, base if shared else namespace, name.removeprefix("b:"))
        if isinstance(content, list):
            _build(element, content, namespace, base)
        else:
            element.text = str(content)
