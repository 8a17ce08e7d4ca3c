"""What ``portaal plugin new`` writes passes its own tests and every check, in an environment made for it.

The environment is a virtual one without our checkout: the wheels of the portal and of the new product are installed in
it, beside links to the libraries of this one. So what a wheel forgets, or finds in the checkout only, fails here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from portaal.cli import main
from portaal.scaffold.write import Product, ScaffoldError, portaal_range, write_product

ROOT = Path(__file__).parents[2]
NAME = "wacht_lijst"
LONGEST = "a" * 39
CONDITION = ".where(Note.gemeentecode == gemeentecode)"
OWN = ("portaal", "_editable_impl_portaal")


@dataclass(frozen=True)
class Environment:
    """A fresh environment with the portal and the new product.

    :param project: the product as it was written; its tests stand in ``trial`` too, without the package beside them.
    """

    folder: Path
    project: Path
    trial: Path

    def test(self, *arguments: str, fails: bool = False) -> str:
        """Run the product's tests on the package that is installed."""
        options = ("-q", "--database", "sqlite", "-p", "no:cacheprovider")
        return self.run("python", "-m", "pytest", *options, *arguments, folder=self.trial, fails=fails)

    def run(self, *command: str, folder: Path | None = None, fails: bool = False) -> str:
        """The output of a program of this environment, run in the product's folder."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
        done = subprocess.run(
            [str(self.folder / "bin" / command[0]), *command[1:]],
            cwd=folder or self.project,
            text=True,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=clean
            | {
                "MYPY_CACHE_DIR": str(self.folder / "mypy"),
                "PYTEST_DEBUG_TEMPROOT": str(self.trial),
            },
        )
        assert (done.returncode != 0) is fails, done.stdout
        return done.stdout


def wheel(project: Path, folder: Path) -> Path:
    """The wheel of a project, built without any download."""
    folder.mkdir()
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--wheel-dir",
            str(folder),
            str(project),
        ],
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp("fresh")
    project = write_product(Product(NAME, "Wachtlijst"), folder)
    fresh = folder / "venv"
    venv.create(fresh, with_pip=False, symlinks=True)
    here = Path(sysconfig.get_path("purelib"))
    there = Path(sysconfig.get_path("purelib", vars={"base": str(fresh), "platbase": str(fresh)}))
    for library in here.iterdir():
        if not library.name.startswith(OWN):
            (there / library.name).symlink_to(library)
    wheels = [wheel(ROOT, folder / "portal"), wheel(project, folder / "product")]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(fresh / "bin/python"),
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            *map(str, wheels),
        ],
        check=True,
    )
    trial = folder / "trial"
    shutil.copytree(project / "tests", trial / "tests")
    shutil.copy(project / "pyproject.toml", trial)
    return Environment(fresh, project, trial)


def test_it_runs_beside_the_installed_portal(environment: Environment) -> None:
    code = f"import portaal, portaal_{NAME} as own; print(portaal.__file__, own.__file__)"
    where = environment.run("python", "-c", code, folder=environment.trial)
    assert where.count(str(environment.folder)) == 2
    assert str(ROOT) not in where
    listed = environment.run("portaal", "--help")
    assert f"{NAME}  portaal-{NAME.replace('_', '-')} 0.1.0" in listed
    assert "iwmo" not in listed


def test_its_own_tests_and_the_conformance_suite_pass(environment: Environment) -> None:
    output = environment.test()
    assert "failed" not in output
    assert "skipped" not in output


def test_its_tests_find_what_is_broken(environment: Environment) -> None:
    """Meaningful tests: without the condition on the gemeente the product's own tests turn red."""
    installed = next(environment.folder.glob(f"lib/*/site-packages/portaal_{NAME}/notes.py"))
    whole = installed.read_text()
    assert CONDITION in whole
    installed.write_text(whole.replace(CONDITION, ""))
    try:
        output = environment.test("tests/test_notes.py", fails=True)
    finally:
        installed.write_text(whole)
    assert "test_another_gemeente_has_notes_of_its_own" in output


def test_its_types_are_sound(environment: Environment) -> None:
    assert "Success: no issues found" in environment.run("python", "-m", "mypy")


def test_the_wheel_has_all_of_it(environment: Environment) -> None:
    (built,) = (environment.folder.parent / "product").glob("*.whl")
    shipped = set(zipfile.ZipFile(built).namelist())
    package = environment.project / f"portaal_{NAME}"
    written = {
        str(path.relative_to(environment.project))
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert written <= shipped


@pytest.mark.parametrize("name", ["wacht_lijst", LONGEST, "x2"])
def test_its_style_is_right_whatever_its_name(name: str, tmp_path: Path) -> None:
    project = write_product(Product(name, "Wachtlijst"), tmp_path)
    for arguments in (["check"], ["format", "--check"] if name == "wacht_lijst" else ["check", "--select", "E,F,I"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, "--no-cache", "--quiet", str(project)], check=True)


def test_it_asks_for_a_portal_that_keeps_its_promise(tmp_path: Path) -> None:
    project = write_product(Product(NAME, "Wachtlijst"), tmp_path)
    content = tomllib.loads((project / "pyproject.toml").read_text())
    assert content["project"]["dependencies"] == [f"portaal{portaal_range()}"]
    assert content["project"]["entry-points"]["portaal.plugins"] == {NAME: f"portaal_{NAME}.plugin"}


def new(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["plugin", "new", *arguments])
    return result.exit_code, result.output


def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    code, output = new(NAME, "--directory", str(tmp_path))
    assert code == 0
    assert f"{tmp_path}/portaal-wacht-lijst is written" in output
    assert "pip install --editable" in output
    assert 'title="Wacht lijst"' in (tmp_path / f"portaal-wacht-lijst/portaal_{NAME}/plugin.py").read_text()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Wachtlijst", "lower-case"),
        ("wacht-lijst", "lower-case"),
        ("2wacht", "lower-case"),
        ("../weg", "lower-case"),
        ("wacht_", "lower-case"),
        ("core", "reserved"),
        ("a" * 40, "lower-case"),
        ("db", "command of the portal"),
        ("account", "table of the portal"),
        ("role", "table of the portal"),
        ("wlz", "beginning of 'wlz_registertoets'"),
        ("inloggen", "page of the portal"),
        ("gebruikers", "page of the portal"),
        ("health", "page of the portal"),
        ("static", "page of the portal"),
        ("sqlalchemy", "setting of the portal"),
    ],
)
def test_a_name_that_cannot_be_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    code, output = new(name, "--directory", str(tmp_path))
    assert code == 1
    assert reason in output
    assert "Traceback" not in output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("title", [" ", "x" * 41, 'a"b', "<b>", "${x}", "a\nb", "{{ 7 }}"])
def test_a_title_that_cannot_be_is_refused(title: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="title"):
        write_product(Product(NAME, title), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "reason"), [("iwmo", "installed already"), ("iwmo_extra", "begins with 'iwmo'"), ("wlz", "beginning of")]
)
def test_a_name_that_an_installed_product_has_is_refused(name: str, reason: str, tmp_path: Path) -> None:
    code, output = new(name, "--directory", str(tmp_path))
    assert (code, reason in output) == (1, True)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "portaal-wacht-lijst/README.md"
    mine.parent.mkdir()
    mine.write_text("mine")
    code, output = new(NAME, "--directory", str(tmp_path))
    assert (code, "is there already" in output) == (1, True)
    assert mine.read_text() == "mine"
    assert len(list(tmp_path.rglob("*"))) == 2
