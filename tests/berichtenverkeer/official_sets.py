"""Sets of schemas to import, made with our own generator: as it is, or with something changed."""

from __future__ import annotations

from lxml import etree

from portaal.berichtenverkeer.standard import Release, releases
from portaal.berichtenverkeer.standard.importing import described_types
from portaal.berichtenverkeer.standard.official import key_of
from portaal.berichtenverkeer.standard.schema import IN_MEMORY, message_schema, shared_schema

Files = dict[str, bytes]


def release(key: str) -> Release:
    return next(one for one in releases() if key_of(one) == key)


def generated(key: str = "iwmo-3.2") -> Files:
    """The schemas that we make of a release, as files that import each other."""
    files = {}
    for kind in described_types(release(key)):
        shared = f"basis_{kind.name}.xsd"
        files[shared] = etree.tostring(shared_schema(kind))
        files[f"{kind.name}.xsd"] = etree.tostring(message_schema(kind)).replace(IN_MEMORY.encode(), shared.encode())
    return files


def changed(name: str, old: bytes, new: bytes) -> Files:
    """The generated set with something else in one of its files, everywhere."""
    files = generated()
    assert old in files[name]
    return files | {name: files[name].replace(old, new)}


BSN, OTHER_BSN = b'value="[0-9]{9}"', b'value="[0-8][0-9]{8}"'
ENDS = b'<xs:enumeration value="2"/>'
# The official schema would refuse the BSN of a good message, which begins with a 9; and it knows a Geslacht more.
STRICTER = ("WMO301.xsd", BSN, OTHER_BSN)
LOOSER = ("WMO301.xsd", ENDS, ENDS + b'<xs:enumeration value="7"/>')
