"""The static files: the same each time, complete, ours alone, and good for a policy without inline or data: content."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ASSETS = Path(__file__).parents[2] / "assets"
BESIDE = {"manifest.json", "inputs.sha256"}


def load(folder: Path) -> ModuleType:
    """build_assets.py of a folder, as the build hook imports it."""
    spec = importlib.util.spec_from_file_location("build_assets", folder / "build_assets.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    module = load(ASSETS)
    try:
        module.fetch_packages()
    except SystemExit as refusal:
        pytest.skip(f"the npm packages are not here: {refusal}")
    return module


@pytest.fixture(scope="module")
def built(builder: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("assets") / "build"
    builder.build(out)
    return out


@pytest.fixture(scope="module")
def manifest(built: Path) -> dict[str, str]:
    names: dict[str, str] = json.loads((built / "manifest.json").read_text())
    return names


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_two_builds_are_equal(builder: ModuleType, built: Path, tmp_path: Path) -> None:
    builder.build(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(built)


def test_nothing_is_made_again_when_nothing_changed(
    builder: ModuleType, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "fetch_packages", lambda: pytest.fail("the build ran"))
    builder.build(built)


def test_a_changed_source_gives_another_name(builder: ModuleType, manifest: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(ASSETS, tmp_path / "assets", ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "assets/node_modules").symlink_to(ASSETS / "node_modules")
    with (tmp_path / "assets/css/components.css").open("a") as css:
        css.write(".pz-nieuw { color: red; }\n")
    copy = load(tmp_path / "assets")
    copy.build(tmp_path / "out")
    changed = json.loads((tmp_path / "out/manifest.json").read_text())
    assert {name for name in manifest if changed[name] != manifest[name]} == {"portaal.css"}


def test_the_manifest_names_every_file_by_its_content(built: Path, manifest: dict[str, str]) -> None:
    assert {"portaal.css", "portaal.js", "icons.svg", "favicon.svg", "THIRD-PARTY.txt"} <= set(manifest)
    present = {file.name for file in built.iterdir() if file.suffix != ".gz"}
    assert set(manifest.values()) == present - BESIDE
    for hashed in manifest.values():
        digest = hashlib.sha256((built / hashed).read_bytes()).hexdigest()
        assert f".{digest[:12]}." in hashed


def test_gzipped_copies_hold_the_same(built: Path) -> None:
    copies = list(built.glob("*.gz"))
    assert copies
    for copy in copies:
        assert gzip.decompress(copy.read_bytes()) == copy.with_suffix("").read_bytes()


def test_the_style_sheet_refers_to_own_files_only(built: Path, manifest: dict[str, str]) -> None:
    css = (built / manifest["portaal.css"]).read_text()
    addresses = re.findall(r"""url\(["']?([^"')]+)""", css)
    assert addresses
    assert set(addresses) <= set(manifest.values())
    assert "data:" not in css
    assert "//" not in css
    assert "@import" not in css


def test_every_token_that_is_used_has_a_value(built: Path, manifest: dict[str, str]) -> None:
    """Of our own components; the packages refer to many optional tokens."""
    css = (built / manifest["portaal.css"]).read_text()
    defined = set(re.findall(r"(--[\w-]+)\s*:", css))
    ours = "".join(file.read_text() for file in (ASSETS / "css").glob("*.css"))
    assert set(re.findall(r"var\((--[\w-]+)", ours)) <= defined


def test_the_script_keeps_to_the_policy(built: Path, manifest: dict[str, str]) -> None:
    script = (built / manifest["portaal.js"]).read_text()
    for forbidden in ("http:", "https:", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in script


def test_images_hold_no_script_and_no_outside_address(built: Path) -> None:
    for image in built.glob("*.svg"):
        svg = (
            image.read_text()
            .replace('xmlns="http://www.w3.org/2000/svg"', "")
            .replace("xmlns='http://www.w3.org/2000/svg'", "")
        )
        assert not re.search(r"<script|\bon\w+=|style=|https?:", svg), image.name


def test_every_package_is_pinned_by_hash_and_without_an_address() -> None:
    lock = json.loads((ASSETS / "package-lock.json").read_text())
    wanted = json.loads((ASSETS / "package.json").read_text())["dependencies"]
    packages = {name.removeprefix("node_modules/"): package for name, package in lock["packages"].items() if name}
    assert {name: package["version"] for name, package in packages.items()} == wanted
    for package in packages.values():
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package


def test_licences_travel_with_the_files(built: Path, manifest: dict[str, str]) -> None:
    notices = (built / manifest["THIRD-PARTY.txt"]).read_text()
    wanted = json.loads((ASSETS / "package.json").read_text())["dependencies"]
    for name, version in wanted.items():
        assert re.search(rf"^{re.escape(name)} {re.escape(version)} \((EUPL-1\.2|OFL-1\.1)\)$", notices, re.MULTILINE)
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in notices
    assert "SIL OPEN FONT LICENSE" in notices.upper()
    assert "THIRD-PARTY.txt" in (built / manifest["portaal.css"]).read_text()[:400]


def test_an_unreachable_registry_is_said_clearly(
    builder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setattr(builder, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(builder, "_npm", lambda: str(npm))
    with pytest.raises(SystemExit, match=r"(?s)ENOTFOUND.*registry reachable"):
        builder.fetch_packages()
