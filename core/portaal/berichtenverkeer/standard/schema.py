"""XML Schema made from the model, in memory, and compiled by libxml2 once per process when first needed.

No schema is ever read from disk or from the network: the one import is answered from memory.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from portaal.berichtenverkeer.standard.model import Base, DataType, Element, Klasse, MessageType

XS = "http://www.w3.org/2001/XMLSchema"
IN_MEMORY = "memory:basisschema"
PRIMITIVE = {Base.TEXT: "xs:string", Base.NUMBER: "xs:integer", Base.DATE: "xs:date", Base.TIME: "xs:time"}


@cache
def compiled(message_type: MessageType) -> etree.XMLSchema:
    """The compiled schema of a message type.

    :raises ValueError: only the name of this type is known.
    """
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_FromMemory(etree.tostring(shared_schema(message_type))))
    return etree.XMLSchema(etree.fromstring(etree.tostring(message_schema(message_type)), parser))


def message_schema(message_type: MessageType) -> etree._Element:
    """The schema document of one message type: its own classes, importing the shared part."""
    root, shared = _root(message_type), message_type.release.shared_namespace
    schema = _schema(message_type.namespace, m=message_type.namespace, b=shared)
    schema.append(_xs("import", namespace=shared, schemaLocation=IN_MEMORY))
    schema.append(_xs("element", name=root.name, type=f"m:{root.name}"))
    schema.extend(_complex_type(klasse) for klasse in root.walk() if not klasse.shared)
    return schema


def shared_schema(message_type: MessageType) -> etree._Element:
    """The schema document of the classes that the message type takes from the basisschema of its release."""
    namespace = message_type.release.shared_namespace
    schema = _schema(namespace, b=namespace)
    schema.extend(_complex_type(klasse) for klasse in _root(message_type).walk() if klasse.shared)
    return schema


class _FromMemory(etree.Resolver):
    def __init__(self, document: bytes) -> None:
        self.document = document

    def resolve(self, *arguments: Any, **named: Any) -> Any:
        return self.resolve_string(self.document, arguments[-1], base_url=IN_MEMORY)


def _root(message_type: MessageType) -> Klasse:
    if message_type.root is None:
        raise ValueError(f"{message_type.name} is not described")
    return message_type.root


def _schema(namespace: str, **prefixes: str) -> etree._Element:
    attributes = {"targetNamespace": namespace, "elementFormDefault": "qualified"}
    return etree.Element(f"{{{XS}}}schema", attributes, nsmap={"xs": XS, **prefixes})


def _complex_type(klasse: Klasse) -> etree._Element:
    return _xs("complexType", _xs("sequence", *map(_element, klasse.elements)), name=klasse.name)


def _element(element: Element) -> etree._Element:
    attributes = {"name": element.name}
    if element.optional:
        attributes["minOccurs"] = "0"
    if element.repeated:
        attributes["maxOccurs"] = "unbounded"
    if isinstance(element.type, Klasse):
        return _xs("element", type=f"{'b' if element.type.shared else 'm'}:{element.type.name}", **attributes)
    return _xs("element", _simple_type(element.type), **attributes)


def _simple_type(datatype: DataType) -> etree._Element:
    restriction = _xs("restriction", base=PRIMITIVE[datatype.base])
    if datatype.max_length is not None:
        restriction.append(_xs("maxLength", value=str(datatype.max_length)))
    if datatype.maximum is not None:
        restriction.append(_xs("minInclusive", value="0"))
        restriction.append(_xs("maxInclusive", value=str(datatype.maximum)))
    if datatype.pattern is not None:
        restriction.append(_xs("pattern", value=datatype.pattern))
    restriction.extend(_xs("enumeration", value=code) for code in datatype.codes)
    return _xs("simpleType", restriction)


def _xs(tag: str, *children: etree._Element, **attributes: str) -> etree._Element:
    element = etree.Element(f"{{{XS}}}{tag}", attributes)
    element.extend(children)
    return element
