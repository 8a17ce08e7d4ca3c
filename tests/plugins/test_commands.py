"""Subcommands of products: listed without importing anything, and with the database at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.api import now
from portaal.cli import main
from portaal.plugins import commands
from portaal.plugins.commands import ProductGroup
from tests.plugins.kit import EXAMPLE, INSTALLED, Candidate, module


def group(**hooks: Any) -> ProductGroup:
    made = module("proef", **hooks)
    return ProductGroup(Candidate("proef", lambda: made))


def test_products_stand_in_the_help_without_being_imported() -> None:
    code = (
        "import sys; from portaal.cli import main; main(['--help'], standalone_mode=False); "
        "print('voorbeeld-imported', 'portaal_voorbeeld' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": f"{EXAMPLE}{os.pathsep}{INSTALLED}"},
    )
    assert "voorbeeld          portaal-voorbeeld 1.0" in done.stdout
    assert "voorbeeld-imported False False" in done.stdout


# portaal_commands
@pytest.mark.usefixtures("installed")
def test_a_command_gets_the_database(fresh_database: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from portaal_voorbeeld import notes
    from portaal_voorbeeld.models import Base

    from portaal.testing.application import app_settings

    Base.metadata.create_all(fresh_database)
    with Session(fresh_database) as dbsession:
        notes.write(dbsession, "0363", "een", None)
        notes.write(dbsession, "0384", "twee", None)
        dbsession.commit()
    settings = app_settings(tmp_path) | {"sqlalchemy.url": fresh_database.url.render_as_string(hide_password=False)}
    monkeypatch.setattr(commands, "read_settings", lambda config_file: settings)
    result = CliRunner().invoke(main, ["voorbeeld", "count", "0363"])
    assert (result.exit_code, result.output) == (0, "1\n")


@pytest.mark.usefixtures("installed")
def test_what_a_command_did_is_committed_unless_it_fails(
    fresh_database: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from portaal_voorbeeld.models import Base, Note

    from portaal.testing.application import app_settings

    Base.metadata.create_all(fresh_database)
    settings = app_settings(tmp_path) | {"sqlalchemy.url": fresh_database.url.render_as_string(hide_password=False)}
    monkeypatch.setattr(commands, "read_settings", lambda config_file: settings)
    portal = commands.CommandContext("voorbeeld", "portaal.ini")
    with portal.open() as context:
        context.dbsession.add(Note(gemeentecode="0363", text="blijft", written_at=now()))

    def fail() -> None:
        with portal.open() as context:
            context.dbsession.add(Note(gemeentecode="0363", text="verdwijnt", written_at=now()))
            context.dbsession.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with Session(fresh_database) as dbsession:
        assert [note.text for note in dbsession.query(Note)] == ["blijft"]


def test_a_product_without_commands_says_so() -> None:
    result = CliRunner().invoke(group(), ["--help"])
    assert result.exit_code == 0
    assert "Commands:" not in result.output
    assert "proef has no commands of its own." in result.output


@pytest.mark.parametrize(
    ("hooks", "reason"),
    [
        ({"commands": lambda: 1 / 0}, "ZeroDivisionError"),
        ({"commands": lambda: sys.exit(2)}, "SystemExit"),
        ({"commands": lambda: ["count"]}, "must return a list of Command|must return Command"),
    ],
)
def test_broken_commands_are_explained(hooks: dict[str, Any], reason: str) -> None:
    result = CliRunner().invoke(group(**hooks), ["count"])
    assert result.exit_code == 1
    assert "proef cannot be used" in result.output
    assert any(part in result.output for part in reason.split("|"))
    assert "Traceback" not in result.output


def test_without_settings_there_is_a_clear_message(tmp_path: Path) -> None:
    @click.command()
    @click.pass_obj
    def look(portal: commands.CommandContext) -> None:
        with portal.open():
            pass

    result = CliRunner().invoke(group(commands=lambda: [look]), ["--config", str(tmp_path / "no.ini"), "look"])
    assert result.exit_code == 1
    assert "no settings file" in result.output


def test_a_product_that_is_not_ready_says_why(
    tmp_path: Path, fresh_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portaal.testing.application import app_settings

    settings = app_settings(tmp_path) | {"portaal.strict_plugins": "false"}
    monkeypatch.setattr(commands, "read_settings", lambda config_file: settings)
    with (
        pytest.raises(click.ClickException, match="iwmo2 is not ready"),
        commands.CommandContext("iwmo2", "portaal.ini").open(),
    ):
        pass
