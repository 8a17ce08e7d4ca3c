"""What is left of a plugin that was uninstalled: told, and removed on request with nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal.access.models import Account, RoleGrant
from portaal.app import make_app
from portaal.audit.models import AuditEvent
from portaal.cli import main
from portaal.db import migrate
from portaal.db.models import core_metadata
from portaal.organisations.activation import Activation
from portaal.overview.models import Miss
from portaal.overview.trouble import note_miss
from portaal.plugins import cli
from portaal.plugins.activation import activations
from portaal.plugins.leftovers import ENDED, KEPT, REMOVED, Leftovers, find, remove
from portaal.plugins.tables import owners
from portaal.settings.models import SettingsVersion
from portaal.testing.application import app_settings
from portaal.testing.people import People
from portaal.testing.seed import PRODUCTS, seed
from tests.plugins.conftest import CODE
from tests.plugins.kit import example


@pytest.fixture
def used(fresh_database: Engine, tmp_path: Path) -> Engine:
    """A database in which the example product was used, with the three others beside it."""
    from portaal_voorbeeld.settings import Settings

    migrate.upgrade(owners(example().values())["voorbeeld"], fresh_database)
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        registry = make_app(app_settings(tmp_path) | {"portaal.engine": fresh_database}, example()).registry
        activations(registry).activate(dbsession, CODE, "voorbeeld", None)
        registry["portaal.settings"].save(dbsession, CODE, "voorbeeld", Settings(days=60), based_on=0, by=None)
        note_miss(dbsession.connection(), CODE, "voorbeeld", "aantal", Miss.LATE)
        People(dbsession, iter([1])).new(("gebruiker", "voorbeeld"), ("gebruiker", "iwmo"))
        dbsession.commit()
    return fresh_database


@pytest.fixture
def shell(used: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``shell("--remove", "voorbeeld")``: the command, where the example product is no longer installed."""
    url = used.url.render_as_string(hide_password=False)
    settings = app_settings(tmp_path) | {"sqlalchemy.url": url}
    monkeypatch.setattr(cli, "read_settings", lambda config_file: settings)

    def run(*arguments: str, answer: str = "") -> Result:
        return CliRunner().invoke(main, ["plugin", "leftovers", *arguments], input=answer)

    return run


def test_it_is_told(shell: Any) -> None:
    result = shell()
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "voorbeeld",
        "  table alembic_version_voorbeeld",
        "  table voorbeeld_note",
        "  1 in activation: to end",
        "  1 in role_grant: to end",
        "  1 in settings_version: to remove",
        "  1 in tile_trouble: to remove",
        "  2 in audit_event: stays",
    ]


def test_it_is_removed_with_nothing_else(shell: Any, used: Engine) -> None:
    before = set(sa.inspect(used).get_table_names())
    result = shell("--remove", "voorbeeld", "--yes")
    assert result.exit_code == 0, result.output
    assert before - set(sa.inspect(used).get_table_names()) == {"alembic_version_voorbeeld", "voorbeeld_note"}
    with Session(used) as dbsession:
        current = sa.select(Activation.product).where(Activation.deactivated_at.is_(None)).distinct()
        assert set(dbsession.scalars(current)) == set(PRODUCTS)
        grants = dbsession.scalars(sa.select(RoleGrant.product).where(RoleGrant.revoked_at.is_(None)))
        assert list(grants) == ["iwmo"]
        assert dbsession.scalar(sa.select(sa.func.count()).select_from(SettingsVersion)) == 0
        actions = set(dbsession.scalars(sa.select(AuditEvent.action).where(AuditEvent.product == "voorbeeld")))
        assert actions == {"product.activate", "settings.save", "product.remove_leftovers"}
        assert dbsession.scalar(sa.select(sa.func.count()).select_from(Account)) == 1
    result = shell()
    assert result.exit_code == 0
    assert "3 in audit_event: stays" in result.output


def test_it_asks_first(shell: Any, used: Engine) -> None:
    result = shell("--remove", "voorbeeld", answer="n\n")
    assert result.exit_code == 1
    assert "cannot be brought back" in result.output
    assert "voorbeeld_note" in sa.inspect(used).get_table_names()


def test_what_is_installed_or_never_was_there_is_not_removed(shell: Any, used: Engine) -> None:
    result = shell("--remove", "iwmo")
    assert result.exit_code == 1
    assert "iwmo is installed: uninstall it first" in result.output
    result = shell("--remove", "nergens")
    assert result.exit_code == 1
    assert "nothing is left of nergens" in result.output


def test_a_name_that_another_begins_with_is_not_mistaken(used: Engine) -> None:
    with used.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version_wlz (version_num VARCHAR(32))"))
        connection.execute(sa.text("CREATE TABLE wlz_question (id INTEGER)"))
        connection.execute(sa.text("CREATE TABLE wlz_registertoets_answer (id INTEGER)"))
    with Session(used) as dbsession:
        left = {leftovers.plugin: leftovers.tables for leftovers in find(dbsession, ["wlz_registertoets", "voorbeeld"])}
    assert left["wlz"] == ("alembic_version_wlz", "wlz_question")


def test_of_two_that_are_gone_each_has_its_own(used: Engine) -> None:
    with used.begin() as connection:
        for table in ("alembic_version_oud", "alembic_version_oud_en_nieuw", "oud_x", "oud_en_nieuw_x"):
            connection.execute(sa.text(f"CREATE TABLE {table} (id INTEGER)"))
    with Session(used) as dbsession:
        left = {leftovers.plugin: leftovers.tables for leftovers in find(dbsession, PRODUCTS)}
    assert left["oud"] == ("alembic_version_oud", "oud_x")
    assert left["oud_en_nieuw"] == ("alembic_version_oud_en_nieuw", "oud_en_nieuw_x")


def test_every_table_that_knows_of_products_is_thought_of() -> None:
    knowing = {
        name for name, table in core_metadata().tables.items() if {"product", "owner"} & set(table.columns.keys())
    }
    assert knowing == ENDED.keys() | REMOVED.keys() | KEPT.keys()


def test_what_its_tables_refer_to_is_not_removed(used: Engine) -> None:
    mine, shared = sa.MetaData(), core_metadata().tables["settings_draft"]
    sa.Table(
        "oud_visit",
        mine,
        sa.Column("draft", sa.Uuid, sa.ForeignKey(shared.c.id)),
        sa.Column("id", primary_key=True, type_=sa.Uuid),
    )
    sa.Table("oud_answer", mine, sa.Column("visit", sa.Uuid, sa.ForeignKey("oud_visit.id")))
    mine.create_all(used)
    before = set(sa.inspect(used).get_table_names())
    with Session(used) as dbsession:
        remove(dbsession, Leftovers("oud", ("oud_answer", "oud_visit"), {}, {}, {}))
        dbsession.commit()
    assert before - set(sa.inspect(used).get_table_names()) == {"oud_answer", "oud_visit"}
