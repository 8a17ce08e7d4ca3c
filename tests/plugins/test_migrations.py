"""Tables of plugins: up, check, down, up on both databases; each owner apart; what is behind is not taken in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.util.exc import CommandError
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine

from portaal.app import make_app
from portaal.cli import db as db_cli
from portaal.cli import main
from portaal.db import migrate
from portaal.db.owners import Owner, core_owner
from portaal.db.pending import current, newest, pending
from portaal.db.session import make_engine
from portaal.plugins.tables import owners
from portaal.testing.application import app_settings
from portaal.testing.databases import new_database
from tests.plugins.kit import EXAMPLE, Candidate, example, plugin


@pytest.fixture
def empty_database(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database without any table."""
    with new_database(database_kind, tmp_path, request) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def owner() -> Owner:
    return owners(example().values())["voorbeeld"]


def tables(engine: Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


# portaal_migrations
def test_up_check_down_up(empty_database: Engine, owner: Owner) -> None:
    migrate.upgrade(owner, empty_database)
    migrate.check(owner, empty_database)
    assert current(owner, empty_database) == migrate.head(owner, empty_database) == "voorbeeld_0002"
    migrate.downgrade(owner, empty_database, "voorbeeld_0001")
    with pytest.raises(CommandError, match="not up to date"):
        migrate.check(owner, empty_database)
    migrate.downgrade(owner, empty_database, "base")
    assert "voorbeeld_note" not in tables(empty_database)
    migrate.upgrade(owner, empty_database)
    migrate.check(owner, empty_database)


def test_data_survives_a_step_back_and_forward(empty_database: Engine, owner: Owner) -> None:
    migrate.upgrade(owner, empty_database, "voorbeeld_0001")
    with empty_database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO voorbeeld_note (id, gemeentecode, text, written_at) "
                "VALUES ('00000000000000000000000000000001', '0363', 'blijft', '2026-01-01 00:00:00')"
            )
        )
    migrate.upgrade(owner, empty_database)
    migrate.downgrade(owner, empty_database, "voorbeeld_0001")
    migrate.upgrade(owner, empty_database)
    with empty_database.connect() as connection:
        assert connection.execute(sa.text("SELECT text, pinned FROM voorbeeld_note")).all() == [("blijft", False)]


def test_the_core_goes_up_and_down_as_well(empty_database: Engine) -> None:
    core = core_owner()
    migrate.upgrade(core, empty_database)
    migrate.check(core, empty_database)
    migrate.downgrade(core, empty_database, "base")
    assert tables(empty_database) <= {"alembic_version"}
    migrate.upgrade(core, empty_database)
    migrate.check(core, empty_database)


def test_people_and_their_roles_come_along_from_the_first_tables(empty_database: Engine) -> None:
    """SQLite makes a changed table anew; what refers to it may neither stop that nor be lost."""
    core, here = core_owner(), "00000000000000000000000000000001"
    migrate.upgrade(core, empty_database, "core_0001")
    with empty_database.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO organisation (id, kvk_nummer, naam, kind) VALUES (:id, '1', 'A', 'gemeente')"),
            {"id": here},
        )
        connection.execute(
            sa.text(
                "INSERT INTO account (id, issuer, organisation_id, pseudonym, created_at, voorletters, voornaam, "
                "tussenvoegsel, achternaam, afdeling, telefoonnummer, email, nieuwsbrief) "
                "VALUES (:id, 'i', :id, 'p', '2026-01-01 00:00:00', '', '', '', '', '', '', '', false)"
            ),
            {"id": here},
        )
        connection.execute(
            sa.text(
                "INSERT INTO role_grant (id, account_id, role, granted_at) "
                "VALUES (:id, :id, 'servicedesk', '2026-01-01 00:00:00')"
            ),
            {"id": here},
        )
    migrate.upgrade(core, empty_database)
    migrate.downgrade(core, empty_database, "core_0001")
    migrate.upgrade(core, empty_database)
    migrate.check(core, empty_database)
    with empty_database.connect() as connection:
        joined = "SELECT role FROM role_grant JOIN account ON account.id = account_id"
        assert connection.scalar(sa.text(joined)) == "servicedesk"


def test_owners_do_not_see_each_other(empty_database: Engine, owner: Owner) -> None:
    core = core_owner()
    migrate.upgrade(core, empty_database)
    migrate.upgrade(owner, empty_database)
    migrate.check(core, empty_database)
    migrate.check(owner, empty_database)
    migrate.downgrade(owner, empty_database, "base")
    migrate.check(core, empty_database)
    assert "account" in tables(empty_database)


def test_a_plugin_that_is_gone_blocks_nobody(empty_database: Engine, owner: Owner) -> None:
    migrate.upgrade(core_owner(), empty_database)
    migrate.upgrade(owner, empty_database)
    for left in owners([]).values():
        migrate.upgrade(left, empty_database)
        migrate.check(left, empty_database)
    assert "voorbeeld_note" in tables(empty_database)


def as_alembic_says(owner: Owner, engine: Engine) -> str | None:
    with engine.connect() as connection:
        options = {"version_table": owner.version_table}
        return MigrationContext.configure(connection, opts=options).get_current_revision()


def test_what_is_pending_is_what_alembic_says(empty_database: Engine, owner: Owner) -> None:
    assert newest("voorbeeld", owner.directory) == migrate.head(owner, empty_database)
    core = core_owner()
    assert newest("core", core.directory) == migrate.head(core, empty_database)
    for step in ("voorbeeld_0001", "voorbeeld_0002"):
        assert pending(owner, empty_database) != ""
        migrate.upgrade(owner, empty_database, step)
        assert current(owner, empty_database) == as_alembic_says(owner, empty_database) == step
    assert pending(owner, empty_database) == ""


def test_the_names_of_owners_that_look_alike_are_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "wlz_0001_a.py").touch()
    (tmp_path / "wlz_x_0009_b.py").touch()
    (tmp_path / "__init__.py").touch()
    assert newest("wlz", tmp_path) == "wlz_0001"
    assert newest("iwmo", tmp_path) is None


# ---- at the start of the portal


def start(engine: Engine, folder: Path, candidates: Any, **settings: str) -> Any:
    given = app_settings(folder) | {
        "portaal.engine": engine,
        "portaal.check_migrations": "true",
        "portaal.strict_plugins": "false",
    }
    return make_app(given | settings, candidates).registry["portaal.plugins"]


def test_a_plugin_whose_tables_are_behind_is_not_taken_in(empty_database: Engine, owner: Owner, tmp_path: Path) -> None:
    migrate.upgrade(core_owner(), empty_database)
    migrate.upgrade(owner, empty_database, "voorbeeld_0001")
    plugins = start(empty_database, tmp_path, {**example(), **plugin("zeker")})
    (refused,) = plugins.quarantined
    assert (refused.name, refused.phase) == ("voorbeeld", "check")
    assert "at voorbeeld_0001 and must be at voorbeeld_0002" in refused.error
    assert "portaal db upgrade" in refused.hint
    assert "zeker" in plugins
    migrate.upgrade(owner, empty_database)
    assert "voorbeeld" in start(empty_database, tmp_path, example())


def test_a_plugin_whose_tables_were_never_made_is_not_taken_in(empty_database: Engine, tmp_path: Path) -> None:
    (refused,) = start(empty_database, tmp_path, example()).quarantined
    assert "at nothing and must be at voorbeeld_0002" in refused.error


def test_a_database_that_is_away_says_nothing_against_a_plugin(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/nowhere/portaal.sqlite")
    assert "voorbeeld" in start(engine, tmp_path, example())
    assert "the database is not there" in caplog.text


# ---- from the shell


@pytest.fixture
def shell(empty_database: Engine, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``shell("status")``: a subcommand of ``portaal db`` on this database."""
    url = empty_database.url.render_as_string(hide_password=False)
    monkeypatch.setattr(db_cli, "read_settings", lambda config_file: {"sqlalchemy.url": url})

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["db", *arguments])

    return run


def install(monkeypatch: pytest.MonkeyPatch, points: dict[str, Any]) -> None:
    monkeypatch.setattr("portaal.plugins.tables.discover", lambda: points)


def test_the_commands(shell: Any, empty_database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, example())
    result = shell("status")
    assert result.exit_code == 1
    assert "voorbeeld                no tables                     newest: voorbeeld_0002" in result.output
    result = shell("upgrade")
    assert result.exit_code == 0, result.output
    assert "voorbeeld: voorbeeld_0002" in result.output
    assert shell("status").exit_code == 0
    assert "voorbeeld: as its models" in shell("check").output
    result = shell("downgrade", "--plugin", "voorbeeld", "voorbeeld_0001")
    assert "voorbeeld: voorbeeld_0001" in result.output
    result = shell("check", "--plugin", "voorbeeld")
    assert result.exit_code == 1
    assert "voorbeeld differs from its models" in result.output
    assert shell("upgrade", "--plugin", "voorbeeld").exit_code == 0
    assert "no tables" in shell("downgrade", "--plugin", "voorbeeld", "base").output
    result = shell("upgrade", "--plugin", "nergens")
    assert result.exit_code == 1
    assert "nergens has no tables. Choose from: core, voorbeeld" in result.output


def test_somebody_is_asked_before_data_is_removed(
    shell: Any, empty_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, example())
    shell("upgrade")
    monkeypatch.setattr(db_cli, "_somebody_is_there", lambda: True)
    result = shell("downgrade", "--plugin", "voorbeeld", "base")
    assert result.exit_code == 1
    assert "voorbeeld is at voorbeeld_0002 and goes back to base." in result.output
    assert "voorbeeld_note" in tables(empty_database)
    assert shell("downgrade", "--plugin", "voorbeeld", "base", "--yes").exit_code == 0
    assert "voorbeeld_note" not in tables(empty_database)


def test_a_plugin_that_cannot_be_imported_stops_no_other(
    shell: Any, empty_database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, {"kwaad": Candidate("kwaad", lambda: sys.exit(3)), **example()})
    result = shell("upgrade")
    assert result.exit_code == 1
    assert "kwaad: left alone, it cannot be used. SystemExit: 3" in result.output
    asked_for = shell("upgrade", "--plugin", "kwaad")
    assert asked_for.exit_code == 1
    assert "has no tables" not in asked_for.output
    assert {"account", "voorbeeld_note"} <= tables(empty_database)


def test_a_new_revision_is_written_and_runs(
    shell: Any, empty_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"kladje_{empty_database.dialect.name}"  # a module of its own in this process
    package = tmp_path / "site" / name
    shutil.copytree(EXAMPLE / "portaal_voorbeeld", package)
    for path in package.rglob("*.py"):
        path.write_text(path.read_text().replace("portaal_voorbeeld", name))
    model = package / "models.py"
    model.write_text(
        model.read_text().replace(
            "    written_at:", "    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)\n    written_at:"
        )
    )
    monkeypatch.syspath_prepend(package.parent)
    install(monkeypatch, {"voorbeeld": EntryPoint("voorbeeld", f"{name}.plugin", "portaal.plugins")})
    assert shell("upgrade", "--plugin", "voorbeeld").exit_code == 0
    result = shell("new", "--plugin", "voorbeeld", "remember when it was read")
    assert result.exit_code == 0, result.output
    (written,) = package.glob("migrations/voorbeeld_0003_*.py")
    assert "from portaal.api import UtcDateTime" in written.read_text()
    assert shell("upgrade", "--plugin", "voorbeeld").exit_code == 0
    assert "as its models" in shell("check", "--plugin", "voorbeeld").output
    assert shell("downgrade", "--plugin", "voorbeeld", "voorbeeld_0002").exit_code == 0
    command = [sys.executable, "-m", "ruff", "check", "--select", "E,F", "--ignore", "E501", str(written)]
    subprocess.run(command, check=True)
