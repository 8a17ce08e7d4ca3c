"""The code on the page of the tutorial, followed step by step: what comes out passes all its tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.plugins.kit import written

PAGE = Path(__file__).parents[2] / "docs/plugins/tutorial.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> Iterator[tuple[str, str, str]]:
    """Kind, file and content of each block of code that belongs to a file."""
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind != "sh":
            name, _, content = text.partition("\n")
            assert name.startswith("# "), f"a block without the name of its file: {name}"
            yield kind, name.removeprefix("# "), content


def follow(project: Path) -> None:
    """Do what the page says."""
    for kind, name, content in blocks():
        path = project / name
        if kind == "diff":
            lines = content.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if line[0] in " -")
            new = "".join(line[1:] for line in lines if line[0] in " +")
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{name} has {text.count(old)} times:\n{old}"
            path.write_text(text.replace(old, new), encoding="utf-8")
        else:
            assert not path.exists(), f"{name} is there already"
            path.write_text(content, encoding="utf-8")


def test_the_tutorial_works(tmp_path: Path) -> None:
    written("prikbord", tmp_path)
    project = tmp_path / "portaal-prikbord"
    follow(project)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    clean |= {"PYTHONPATH": str(project), "PYTEST_DEBUG_TEMPROOT": str(tmp_path)}
    tests = [sys.executable, "-m", "pytest", "-q", "--database", "sqlite", "-p", "no:cacheprovider"]
    style = [sys.executable, "-m", "ruff", "check", "--no-cache", "."]
    for command in (style, tests):
        done = subprocess.run(
            command,
            cwd=project,
            env=clean,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_the_page_leads_to_pages_that_are_there() -> None:
    for page in sorted(PAGE.parent.glob("*.md")):
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists() or link.startswith("https://"), f"{page.name}: {link}"
