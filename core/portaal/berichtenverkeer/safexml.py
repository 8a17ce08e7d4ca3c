"""How libxml2 may read bytes of others: with every door closed, and the one way to do so without building a tree."""

from __future__ import annotations

from typing import Any

from lxml import etree

# Never collect_ids=False: with it libxml2 opens the files that a DTD names, whatever the other options say.
# lxml's stubs do not know `decompress`, hence Any.
CLOSED_DOORS: dict[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
    "decompress": False,
}


def target_parser(target: Any, schema: etree.XMLSchema | None = None) -> etree.XMLParser:
    """A parser that reports to ``target`` (lxml's target interface) as bytes are fed, and validates if asked.

    Its ``doctype`` method must raise: only then are entities impossible. What the target raises comes out of
    ``feed`` and ``close``; what libxml2 finds wrong comes as ``lxml.etree.LxmlError``, whose text can repeat
    input and is never to be shown or logged.
    """
    return etree.XMLParser(target=target, schema=schema, **CLOSED_DOORS)
