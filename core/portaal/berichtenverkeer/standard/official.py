"""The official schemas that an operator imported: beside the generated ones, a second judge.

Each set is a folder with its files and ``set.json``, which names their SHA-256 and where they differ from ours. A set
that is not as it was imported is not used, and said to be broken; it never stops a portal.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from lxml import etree

from portaal.berichtenverkeer.standard.load import all_types
from portaal.berichtenverkeer.standard.model import MessageType, Release

log = logging.getLogger(__name__)

MANIFEST = "set.json"
XS = "{http://www.w3.org/2001/XMLSchema}"


def folder_from(settings: Mapping[str, str]) -> Path:
    """Where imported sets are: ``portaal.standaarden``, else beside the messages."""
    return Path(settings.get("portaal.standaarden") or Path(settings["portaal.storage"]).parent / "standaarden")


def key_of(release: Release) -> str:
    """What a release is called in the shell and on disk: iwmo-3.2."""
    return f"{release.standard}-{release.version}"


@dataclass(frozen=True)
class OfficialSet:
    """One imported set. ``fault`` says what is wrong with it; then it has no schemas.

    ``differences`` are the places where it judges otherwise than the generated schemas, found when it was imported.
    """

    key: str
    imported_at: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    differences: tuple[str, ...] = ()
    fault: str = ""


class OfficialSchemas:
    """The sets in a folder, read again whenever asked for; a schema is compiled once, when first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.disagreements: Counter[str] = Counter()
        self._compiled: dict[str, Mapping[str, etree.XMLSchema]] = {}
        self._fallen: set[str] = set()
        self._lock = Lock()

    def sets(self) -> list[OfficialSet]:
        """Every set that is there, in order of name."""
        releases = {key_of(kind.release) for kind in all_types()}
        return [read_set(self.folder, key) for key in sorted(releases) if (self.folder / key).is_dir()]

    def schema_for(self, message_type: MessageType) -> etree.XMLSchema | None:
        """The official schema of a type; None when no set has it, or the set is broken."""
        key = key_of(message_type.release)
        with self._lock:
            if key not in self._compiled:
                self._compiled[key] = self._compile(key)
        return self._compiled[key].get(message_type.namespace)

    def disagreed(self, message_type: MessageType) -> None:
        """Remember, until the process ends, that the two schemas judged a message differently."""
        self.disagreements[message_type.name] += 1
        log.warning("the official schema and ours disagree", extra={"berichttype": message_type.name})

    def trouble(self) -> str:
        """What an operator should look into; empty when there is nothing."""
        found = []
        for one in self.sets():
            if one.fault or one.key in self._fallen:
                found.append(f"{one.key} is not used: {one.fault or 'it cannot be compiled'}")
            elif one.differences:
                found.append(f"{one.key} differs from ours in {len(one.differences)} places")
        found += [f"{name}: {count} messages judged differently" for name, count in sorted(self.disagreements.items())]
        return "; ".join(found)

    def _compile(self, key: str) -> Mapping[str, etree.XMLSchema]:
        if not (self.folder / key).is_dir():
            return {}
        found = read_set(self.folder, key)
        if not found.fault:
            try:
                return compile_schemas(found.files)
            except etree.LxmlError:  # it was compiled at its import: libxml2 became another since
                self._fallen.add(key)
        log.error("official schemas are not used", extra={"set": key, "fault": found.fault})
        return {}


def read_set(folder: Path, key: str) -> OfficialSet:
    """The set of this name as it stands in the folder. Never raises for what is in it."""
    try:
        manifest = json.loads((folder / key / MANIFEST).read_text(encoding="utf-8"))
        files = {name: (folder / key / name).read_bytes() for name in manifest["bestanden"]}
        changed = [name for name, data in files.items() if _sha256(data) != manifest["bestanden"][name]]
        if changed:
            return OfficialSet(key, fault=f"{', '.join(changed)} is not what was imported")
        return OfficialSet(key, manifest["ingelezen"], files, tuple(manifest["verschillen"]))
    except OSError as error:
        return OfficialSet(key, fault=f"{Path(error.filename or '').name} cannot be read")
    except (ValueError, KeyError, TypeError, AttributeError):
        return OfficialSet(key, fault=f"{MANIFEST} is damaged")


def write_set(folder: Path, found: OfficialSet) -> None:
    """Put a set in a folder of its own, ready to be renamed."""
    folder.mkdir(parents=True)
    for name, data in found.files.items():
        (folder / name).write_bytes(data)
    manifest = {
        "ingelezen": found.imported_at,
        "bestanden": {name: _sha256(data) for name, data in found.files.items()},
        "verschillen": list(found.differences),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False), encoding="utf-8")


def parse_schema(data: bytes) -> etree._Element:
    """A schema document, read with every door closed.

    :raises lxml.etree.LxmlError: it is no XML.
    :raises ValueError: it has a DOCTYPE.
    """
    root = etree.fromstring(data, _parser())
    information: Any = root.getroottree().docinfo
    if information.doctype:
        raise ValueError("DOCTYPE")
    return root


def compile_schemas(files: Mapping[str, bytes]) -> dict[str, etree.XMLSchema]:
    """Per target namespace the schema of each file that declares an element.

    What a file imports is answered from these files alone, never from disk or network.

    :raises lxml.etree.LxmlError: one is no schema.
    """
    schemas = {}
    for data in files.values():
        root = etree.fromstring(data, _parser(files))
        if root.find(f"{XS}element") is not None:
            schemas[str(root.get("targetNamespace"))] = etree.XMLSchema(root)
    return schemas


def _parser(files: Mapping[str, bytes] | None = None) -> etree.XMLParser:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    parser.resolvers.add(_OnlyThese(files or {}))
    return parser


class _OnlyThese(etree.Resolver):
    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def resolve(self, *arguments: Any, **named: Any) -> Any:
        address, context = arguments[0] or "", arguments[-1]
        return self.resolve_string(self.files.get(Path(address).name, b""), context, base_url=address)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
