"""What is installed with the plugin."""

from __future__ import annotations

import tomllib
from pathlib import Path

HERE = Path(__file__).parents[1]
REQUIREMENTS = HERE.parents[1] / "requirements"


def test_what_is_locked_is_what_the_plugin_needs() -> None:
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [line for line in project["dependencies"] if not line.startswith("portaal>")]
    asked = (REQUIREMENTS / "oidc.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in asked if not line.startswith("#")] == needed
    locked = (REQUIREMENTS / "oidc.txt").read_text(encoding="utf-8")
    for name in ("authlib", "joserfc"):
        assert f"\n{name}==" in f"\n{locked}"
    runtime = (REQUIREMENTS / "runtime.txt").read_text(encoding="utf-8")
    assert "authlib" not in runtime
    assert "joserfc" not in runtime
