"""Reads as much of YAML as the contract is written in: block mappings, lists, and plain or quoted scalars."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def load(path: Path) -> Any:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    value, rest = _block(lines, 0)
    assert not rest
    return value


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _block(lines: list[str], indent: int) -> tuple[Any, list[str]]:
    return _list(lines, indent) if lines[0].lstrip().startswith("- ") else _mapping(lines, indent)


def _list(lines: list[str], indent: int) -> tuple[list[Any], list[str]]:
    found = []
    while lines and _indent(lines[0]) == indent and lines[0].lstrip().startswith("- "):
        inner = " " * (indent + 2) + lines[0].lstrip()[2:]
        if ": " not in inner and not inner.endswith(":"):
            found.append(_scalar(inner.strip()))
            lines = lines[1:]
        else:
            value, lines = _mapping([inner, *lines[1:]], indent + 2)
            found.append(value)
    return found, lines


def _mapping(lines: list[str], indent: int) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    while lines and _indent(lines[0]) == indent and not lines[0].lstrip().startswith("- "):
        key, _, text = lines[0].strip().partition(":")
        key, text, lines = str(_scalar(key)), text.strip(), lines[1:]
        assert key not in found, f"{key} stands there twice"
        if text == "|":
            while lines and _indent(lines[0]) > indent:
                found[key] = f"{found.get(key, '')}{lines[0].strip()}\n"
                lines = lines[1:]
        elif text:
            found[key] = _scalar(text)
        else:
            found[key], lines = _block(lines, _indent(lines[0]))
    return found, lines


def _scalar(text: str) -> Any:
    if text.startswith("["):
        return [_scalar(part.strip()) for part in text[1:-1].split(",") if part.strip()]
    if text.startswith("'"):
        return text[1:-1]
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.isdigit() else text
