"""Changing messages at random: their bytes, and their elements; with parts of other messages mixed in."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable

from lxml import etree

from portaal.eherkenning.xml import PREFIXES

Bytes = Callable[[random.Random, bytes, bytes], bytes]
Tree = Callable[[random.Random, list[etree._Element], list[etree._Element]], None]
IDS = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id")
TEXTS = ("99000384", "urn:etoegang:core:assurance-class:loa4", "_evil", "", " ", "2099-01-01T00:00:00Z", "&#0;", "true")


def mutate(dice: random.Random, message: bytes, other: bytes) -> bytes:
    """The message with one to four changes. ``other`` is where foreign parts come from."""
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 4))):
        if dice.random() < 0.25:
            message = dice.choice(BYTES)(dice, message, other)
        else:
            message = _change_tree(dice, message, other)
    return message


def _change_tree(dice: random.Random, message: bytes, other: bytes) -> bytes:
    try:
        root = etree.fromstring(message)
    except (etree.XMLSyntaxError, ValueError):  # an earlier change broke it
        return message
    dice.choice(TREES)(dice, list(root.iter(etree.Element)), list(etree.fromstring(other).iter(etree.Element)))
    return etree.tostring(root)


# ---- bytes


def _flip(dice: random.Random, message: bytes, other: bytes) -> bytes:
    changed = bytearray(message)
    changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _cut(dice: random.Random, message: bytes, other: bytes) -> bytes:
    start = dice.randrange(len(message))
    return message[:start] + message[start + dice.randrange(1, 200) :] or b"<x/>"


def _repeat(dice: random.Random, message: bytes, other: bytes) -> bytes:
    start = dice.randrange(len(message))
    return message[:start] + message[start : start + dice.randrange(1, 500)] * 2 + message[start:]


def _splice(dice: random.Random, message: bytes, other: bytes) -> bytes:
    """From a tag in this message on to the same place in the other."""
    place = message.find(b"<", dice.randrange(len(message)))
    tag = message[place : place + 12]
    found = other.find(tag)
    return message[:place] + other[found:] if place >= 0 and found >= 0 else message


BYTES: tuple[Bytes, ...] = (_flip, _flip, _cut, _repeat, _splice)


# ---- elements


def _copy(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    """A copy of an element, of this message or the other, somewhere else."""
    source = copy.deepcopy(dice.choice(elements if dice.random() < 0.5 else others))
    dice.choice(elements).insert(dice.randrange(4), source)


def _move(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    moved, target = dice.choice(elements), dice.choice(elements)
    if moved is not target and moved not in target.iterancestors() and moved.getparent() is not None:
        target.insert(dice.randrange(4), moved)


def _remove(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    element = dice.choice(elements)
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _replace(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    """An element by one of the same name from the other message."""
    element = dice.choice(elements)
    same = [each for each in others if each.tag == element.tag]
    parent = element.getparent()
    if same and parent is not None:
        parent.replace(element, copy.deepcopy(dice.choice(same)))


def _wrap(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    """An element inside a new one of some name."""
    element = dice.choice(elements)
    parent = element.getparent()
    if parent is not None:
        holder = etree.Element(dice.choice(elements).tag)
        parent.replace(element, holder)
        holder.append(element)


def _rename(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    element = dice.choice(elements)
    if dice.random() < 0.5:
        element.tag = dice.choice(elements).tag
    else:
        element.tag = f"{{{dice.choice(list(PREFIXES.values()))}}}{etree.QName(element).localname}"


def _attribute(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    """Another value for an attribute, or one of another element."""
    element, source = dice.choice(elements), dice.choice(elements)
    if element.attrib and dice.random() < 0.3:
        del element.attrib[dice.choice(list(element.attrib))]
    elif source.attrib:
        name = dice.choice(list(source.attrib))
        element.set(name, dice.choice((source.get(name), *TEXTS)).replace("\0", ""))


def _id(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    """An id that is there already, under one of its spellings."""
    ids = [each.get("ID") for each in elements if each.get("ID")]
    if ids:
        dice.choice(elements).set(dice.choice(IDS), dice.choice(ids))


def _text(dice: random.Random, elements: list[etree._Element], others: list[etree._Element]) -> None:
    element = dice.choice(elements)
    texts = [each.text for each in others if each.tag == element.tag and each.text]
    element.text = dice.choice((*texts, *TEXTS))


TREES: tuple[Tree, ...] = (
    _copy,
    _copy,
    _move,
    _move,
    _remove,
    _replace,
    _replace,
    _wrap,
    _rename,
    _attribute,
    _id,
    _text,
)
