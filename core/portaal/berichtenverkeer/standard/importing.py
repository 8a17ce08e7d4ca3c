"""Importing an official set of schemas: from a folder or a ZIP, checked as if a stranger had made it."""

from __future__ import annotations

import shutil
import stat
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from lxml import etree

from portaal import clock
from portaal.berichtenverkeer.standard.comparing import differences
from portaal.berichtenverkeer.standard.load import all_types
from portaal.berichtenverkeer.standard.model import MessageType, Release
from portaal.berichtenverkeer.standard.official import (
    XS,
    OfficialSet,
    compile_schemas,
    key_of,
    parse_schema,
    write_set,
)

MOST_FILES = 200
LARGEST_FILE = 5_000_000  # bytes
MOST_REPEATED = 10_000  # libxml2 counts a fixed maximum out in memory
REFERENCES = (f"{XS}import", f"{XS}include")
REPLACEMENTS = (f"{XS}redefine", f"{XS}override")


class ImportFault(Exception):  # noqa: N818 - it is what the operator is told
    """The set cannot be used. The text says why, and names the file."""


def described_types(release: Release) -> tuple[MessageType, ...]:
    """The types of a release of which more than the name is known."""
    return tuple(kind for kind in all_types() if kind.release is release and kind.root is not None)


def import_set(folder: Path, release: Release, source: Path) -> OfficialSet:
    """Check the schemas in ``source``, a folder or a ZIP, and keep them in ``folder`` in place of an earlier set.

    :raises ImportFault: what was there before stays.
    """
    kinds = described_types(release)
    if not kinds:
        raise ImportFault(f"of {release} only the names of its messages are known")
    files = dict(_files_of(source))
    if not files:
        raise ImportFault(f"there are no .xsd files in {source.name}")
    _check_documents(files, release, kinds)
    try:
        schemas = compile_schemas(files)
    except etree.XMLSchemaParseError as error:
        raise ImportFault(f"the schemas cannot be compiled (line {error.error_log.last_error.line})") from error
    missing = [kind.name for kind in kinds if kind.namespace not in schemas]
    if missing:
        raise ImportFault(f"the set is not complete: {', '.join(missing)} is missing")
    found = [str(one) for kind in kinds for one in differences(kind, schemas[kind.namespace])]
    made = OfficialSet(key_of(release), clock.now().isoformat(), files, tuple(found))
    _put(folder, made)
    return made


def _put(folder: Path, made: OfficialSet) -> None:
    fresh, old = (folder / f".{made.key}.{uuid.uuid4().hex}" for _ in range(2))
    write_set(fresh, made)
    if (folder / made.key).exists():
        (folder / made.key).rename(old)
    fresh.rename(folder / made.key)
    shutil.rmtree(old, ignore_errors=True)


def _files_of(source: Path) -> Iterator[tuple[str, bytes]]:
    """The schema files, each name once."""
    seen: set[str] = set()
    found = _in_zip(source) if source.is_file() else _in_folder(source)
    for name, data in found:
        if name.casefold() in seen:
            raise ImportFault(f"{name} is there twice")
        if len(seen) == MOST_FILES:
            raise ImportFault(f"there are more than {MOST_FILES} files")
        if len(data) > LARGEST_FILE:
            raise ImportFault(f"{name} is larger than {LARGEST_FILE // 1_000_000} MB")
        seen.add(name.casefold())
        yield name, data


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        raise ImportFault(f"{folder.name} is no folder and no ZIP")
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".xsd":
            continue
        if path.is_symlink() or not path.is_file():
            raise ImportFault(f"{path.name} is no ordinary file")
        with path.open("rb") as file:
            yield path.name, file.read(LARGEST_FILE + 1)


def _in_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                inside = PurePosixPath(info.filename)
                if inside.suffix.lower() != ".xsd":
                    continue
                escapes = inside.is_absolute() or ".." in inside.parts or PureWindowsPath(info.filename).drive
                if escapes or "\\" in info.filename or stat.S_ISLNK(info.external_attr >> 16):
                    raise ImportFault(f"{inside.name} points outside the ZIP")
                with archive.open(info) as file:
                    yield inside.name, file.read(LARGEST_FILE + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise ImportFault(f"{path.name} is no ZIP that can be read") from error


def _check_documents(files: Mapping[str, bytes], release: Release, kinds: tuple[MessageType, ...]) -> None:
    """Every file is a schema of this release, and refers to others of the set only."""
    namespaces = {release.shared_namespace, *(kind.namespace for kind in kinds)}
    for name, data in files.items():
        try:
            root = parse_schema(data)
        except (etree.LxmlError, ValueError) as error:
            raise ImportFault(f"{name} is no well-formed XML without DOCTYPE") from error
        if root.tag != f"{XS}schema":
            raise ImportFault(f"{name} is no XML Schema")
        if root.get("targetNamespace") not in namespaces:
            raise ImportFault(f"{name} is not of {release}: its targetNamespace is another")
        if next(root.iter(*REPLACEMENTS), None) is not None:
            raise ImportFault(f"{name} redefines another schema, which is not supported")
        for reference in root.iter(*REFERENCES):
            if (reference.get("schemaLocation") or "").removeprefix("./") not in files:
                raise ImportFault(f"{name} refers to something that is not in the set")
        for element in root.iter(f"{XS}*"):
            most = element.get("maxOccurs", "1")
            if most != "unbounded" and not (most.isdecimal() and int(most) <= MOST_REPEATED):
                raise ImportFault(f"{name} has a maxOccurs of more than {MOST_REPEATED}")
