"""Rubbish from every hook: refused when the portal starts, or contained when the hook is called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pydantic
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import hookspecs
from portaal.access.models import Account
from portaal.api import (
    ApiOperation,
    ChainConnector,
    Erasure,
    HealthCheck,
    Job,
    Kept,
    MenuEntry,
    Metric,
    Migrations,
    Permission,
    PluginInfo,
    SettingsTab,
    Tile,
    Traffic,
    _,
    hookimpl,
    setting,
)
from portaal.app import make_app
from portaal.plugins.answers import CHECKS
from portaal.plugins.discovery import discover
from portaal.plugins.errors import ContractError
from portaal.plugins.tables import owners
from portaal.privacy.erase import erase
from portaal.privacy.export import export
from portaal.settings.announce import announce
from portaal.testing.application import app_settings
from tests.plugins.kit import Candidate, module, plugin

TEXT = _("Overview")


class Settings(pydantic.BaseModel):
    days: int = setting(7, label=TEXT)


class Undescribed(pydantic.BaseModel):
    """What JSON has no word for."""

    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    engine: sa.Engine | None = None


def tables(refers_to: str) -> sa.MetaData:
    """Tables of a plugin, of which one refers to another."""
    metadata = sa.MetaData()
    sa.Table("kwaad_gesprek", metadata, sa.Column("id", sa.Integer, primary_key=True))
    for table, target in (("kwaad_antwoord", "kwaad_gesprek.id"), ("kwaad_klacht", refers_to)):
        sa.Table(table, metadata, sa.Column("naar", sa.Integer, sa.ForeignKey(target), primary_key=True))
    return metadata


def nothing(*_: Any) -> Any:
    return None


async def asynchronous(context: Any) -> None:
    """Never awaited."""


def generator(context: Any) -> Iterator[None]:
    """Never begun."""
    yield


def unmarked() -> Any:
    made = module("kwaad")
    made.portaal_menu = list  # type: ignore[attr-defined]  # what an author forgot
    return made


def marked(**options: bool) -> Any:
    made = module("kwaad")
    made.portaal_menu = hookimpl(**options)(lambda: (yield))  # type: ignore[attr-defined]
    return made


def info(**fields: Any) -> Callable[[], PluginInfo]:
    given = {"name": "kwaad", "title": "Kwaad", "description": TEXT, "api": (1, 0)}
    return lambda: PluginInfo(**(given | fields))


def tile(**fields: Any) -> list[Tile]:
    given = {"name": "stand", "permission": "kwaad:pagina:bekijken", "template": "tests:x.jinja2", "load": nothing}
    return [Tile(**(given | fields))]


ANYTHING = (42, "text", object(), b"bytes", {"a": 1}, [42], [None], ["text"], lambda: None)

ANSWERS: dict[str, list[tuple[Any, str]]] = {
    "portaal_permissions": [
        (["kwaad:a:b"], "must return Permission"),
        ([Permission(7, TEXT)], "name must be str"),
        ([Permission("kwaad:a:b", "Lezen")], "can be translated"),
        ([Permission("kwaad:a:b", TEXT, group="Groep")], "can be translated"),
        ([Permission("kwaad:a:b", TEXT, "gebruiker")], "roles must be tuple"),
        ([Permission("kwaad:a:b", _(""))], "must not be empty"),
    ],
    "portaal_menu": [
        ([MenuEntry(7, TEXT)], "route must be str"),
        ([MenuEntry("pagina", TEXT, order="eerst")], "order must be int"),
        ([MenuEntry("pagina", _(" "))], "must not be empty"),
    ],
    "portaal_tiles": [
        (tile(name=7), "lower-case"),
        (tile(permission=None), "permission must be str"),
        (tile(template=None), "template must be str"),
        (tile(order="eerst"), "order must be int"),
    ],
    "portaal_traffic": [
        (Traffic(None, frozenset(), frozenset(), "vecozo"), "standard must be str"),
        (Traffic("iwmo", ["WMO301"], frozenset(), "vecozo"), "sends must be frozenset"),
        (Traffic("iwmo", frozenset(), frozenset(), 7), "partner must be str"),
    ],
    "portaal_chain_connectors": [
        ([ChainConnector(7, nothing)], "lower-case"),
        ([ChainConnector("buurman", "nothing")], "must be a function"),
    ],
    "portaal_settings_tab": [
        (SettingsTab(Settings()), "must be a pydantic model"),
        (SettingsTab(dict), "must be a pydantic model"),
        (SettingsTab(Settings, intro="Lees dit"), "can be translated"),
        (SettingsTab(Settings, test_connection="ja"), "must be a function"),
    ],
    "portaal_migrations": [
        (Migrations("migrations", sa.MetaData()), "path of a folder"),
        (Migrations(Path("nowhere"), sa.MetaData()), "path of a folder"),
        (Migrations(Path(__file__).parent / "example", None), "must return MetaData"),
        (
            Migrations(Path(__file__).parent, tables("account.id")),
            "kwaad_klacht.naar refers to 'account.id', which is not",
        ),
        (Migrations(Path(__file__).parent, tables("kwaad_weg.id")), "which is not a table of kwaad"),
    ],
    "portaal_health_checks": [([HealthCheck("a", "ok")], "must be a function")],
    "portaal_metrics": [
        ([Metric("a", None, nothing)], "help must be str"),
        ([Metric("a", "A", nothing, labels="status")], "labels must be tuple"),
        ([Metric("a", "A", nothing, kind="gauge")], "kind must be a MetricKind"),
        ([Metric("a", "A", 7)], "must be a function"),
        ([Metric("a", "A", nothing, labels=("x", "x"))], "the label 'x' is used twice"),
        ([Metric("a", "A", nothing), Metric("a_total", "A", nothing)], "Metric name 'a' is used twice"),
    ],
    "portaal_jobs": [
        ([Job("a", None, timedelta(hours=1))], "must be a function"),
        ([Job("a", nothing, timedelta(hours=1), at_most=5)], "at_most must be a timedelta"),
        ([Job("a", nothing, timedelta(hours=1), at_most=timedelta.max)], "at most a year"),
        ([Job("a", nothing, timedelta.max)], "at most a year"),
    ],
    "portaal_commands": [([click.Command("a"), click.Command("a")], "used twice")],
    "portaal_openapi": [
        ([ApiOperation(7, "GET", TEXT)], "route must be str"),
        ([ApiOperation("a", "GET", "Lijst")], "can be translated"),
        ([ApiOperation("a", "FETCH", TEXT)], "not one of"),
        ([ApiOperation("a", "GET", TEXT, status="200")], "status must be int"),
        ([ApiOperation("a", "GET", TEXT, status=20)], "not a status of HTTP"),
        ([ApiOperation("a", "GET", TEXT), ApiOperation("a", "GET", TEXT)], "'a GET' is used twice"),
        ([ApiOperation("a", "GET", TEXT, answer=Undescribed)], "Undescribed cannot be described in JSON schema"),
    ],
}

FUNCTIONS: dict[str, tuple[Callable[[], Any], str]] = {
    "info without a title": (lambda: module("kwaad", plugin_info=info(title=" ")), "title must be a text"),
    "info with a title of None": (lambda: module("kwaad", plugin_info=info(title=None)), "title must be a text"),
    "info with plain words": (lambda: module("kwaad", plugin_info=info(description="x")), "can be translated"),
    "info with a version as text": (lambda: module("kwaad", plugin_info=info(api="1.0")), "api must be two numbers"),
    "info with texts": (lambda: module("kwaad", plugin_info=info(api=("1", "0"))), "api must be two numbers"),
    "info with one number": (lambda: module("kwaad", plugin_info=info(api=(1,))), "api must be two numbers"),
    "hook that is not marked": (unmarked, "portaal_menu is not marked with @hookimpl"),
    "hook that wraps others": (lambda: marked(wrapper=True), "takes no options"),
    "hook that wraps the old way": (lambda: marked(hookwrapper=True), "takes no options"),
    "hook that may be misspelled": (lambda: marked(optionalhook=True), "takes no options"),
    "hook that wants to be first": (lambda: marked(tryfirst=True), "takes no options"),
    "hook in the place of another": (lambda: marked(specname="portaal_tiles"), "takes no options"),
    "asynchronous hook": (lambda: module("kwaad", activated=asynchronous), "without async or yield"),
    "hook that yields": (lambda: module("kwaad", deactivated=generator), "without async or yield"),
}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return app_settings(tmp_path) | {"portaal.strict_plugins": "false"}


def refusal(settings: dict[str, Any], load: Callable[[], Any]) -> str:
    """Why the plugin is refused; the one beside it runs."""
    app = make_app(settings, {"kwaad": Candidate("kwaad", load), **plugin("zeker")})
    plugins = app.registry["portaal.plugins"]
    (refused,) = plugins.quarantined
    assert (refused.name, refused.phase) == ("kwaad", "check")
    assert [accepted.name for accepted in plugins] == ["zeker"]
    return str(refused.error)


def test_every_hook_has_its_rubbish() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("portaal_")}
    with_arguments = {name for name in hooks if name not in CHECKS and name != "portaal_plugin_info"}
    assert ANSWERS.keys() == CHECKS.keys()
    assert with_arguments == {"portaal_includeme", *CALLED}


@pytest.mark.parametrize("hook", CHECKS)
def test_no_answer_of_another_kind_is_taken(hook: str) -> None:
    for rubbish in ANYTHING:
        with pytest.raises(ContractError, match="must return"):
            CHECKS[hook]("kwaad", rubbish)


@pytest.mark.parametrize(("hook", "index"), [(hook, i) for hook, cases in ANSWERS.items() for i in range(len(cases))])
def test_no_answer_with_rubbish_in_it_is_taken(hook: str, index: int) -> None:
    answer, reason = ANSWERS[hook][index]
    with pytest.raises(ContractError, match=reason):
        CHECKS[hook]("kwaad", answer)


@pytest.mark.parametrize("hook", ANSWERS)
def test_rubbish_costs_one_plugin(hook: str, settings: dict[str, Any]) -> None:
    hooks = {hook.removeprefix("portaal_"): lambda: ANSWERS[hook][0][0]}
    assert refusal(settings, lambda: module("kwaad", **hooks)).startswith("ContractError")


@pytest.mark.parametrize("case", FUNCTIONS)
def test_what_would_never_be_called_is_refused(case: str, settings: dict[str, Any]) -> None:
    load, reason = FUNCTIONS[case]
    assert reason in refusal(settings, load)


def test_a_tile_asks_a_permission_that_is_there(settings: dict[str, Any]) -> None:
    candidates = plugin("kwaad", tiles=lambda: tile(permission="kwaad:pagina:bekijekn"))
    (refused,) = make_app(settings, candidates).registry["portaal.plugins"].quarantined
    assert "'kwaad:pagina:bekijekn' is not declared by kwaad" in refused.error


# ---- hooks that are called while the portal runs


def test_in_strict_mode_the_end_of_the_process_is_an_error(settings: dict[str, Any]) -> None:
    """Whoever calls ``sys.exit(0)`` would have all tests pass."""
    with pytest.raises(ContractError, match="plugin kwaad is refused in phase discover: SystemExit"):
        make_app(settings | {"portaal.strict_plugins": "true"}, {"kwaad": Candidate("kwaad", lambda: sys.exit(0))})


def raises(error: BaseException) -> Callable[[Any], Any]:
    def hook(context: Any) -> Any:
        raise error

    return hook


class Portal:
    """A portal whose one product does this in one of its hooks."""

    def __init__(self, folder: Path, hook: str, function: Callable[..., Any]) -> None:
        self.registry = make_app(app_settings(folder), plugin("kwaad", **{hook: function})).registry
        self.registry["portaal.engine"].dispose()

    @property
    def product(self) -> Any:
        return self.registry["portaal.plugins"].accepted["kwaad"]


@pytest.mark.parametrize(
    "hook", [raises(SystemExit(0)), raises(RuntimeError()), lambda context: 42, lambda context: [1], lambda context: ""]
)
def test_an_export_without_the_part_that_is_rubbish(hook: Any, tmp_path: Path, dbsession: Session, people: Any) -> None:
    anna: Account = people.new()
    found = export(Portal(tmp_path, "personal_data_export", hook).registry, dbsession, anna)
    assert found.failed == ("kwaad",)
    assert found.content["account"]["id"] == str(anna.id)


def hook_that_writes(answer: Any) -> Callable[[Any], Any]:
    def hook(context: Any) -> Any:
        context.dbsession.execute(sa.update(Account).values(afdeling="gewist"))
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return hook


@pytest.mark.parametrize(
    "answer", [SystemExit(0), 42, "gewist", Erasure("alles"), Erasure(1, ("notities",)), Erasure(1, 7)]
)
def test_an_erasure_of_which_nothing_is_known_is_undone(
    answer: Any, tmp_path: Path, dbsession: Session, people: Any
) -> None:
    anna, bert = people.new(), people.new(afdeling="Zorg")
    report = erase(Portal(tmp_path, "personal_data_erase", hook_that_writes(answer)).registry, dbsession, anna)
    assert report.failed == ("kwaad",)
    dbsession.expire_all()
    assert bert.afdeling == "Zorg"


def test_an_erasure_that_tells_what_it_did_is_kept(tmp_path: Path, dbsession: Session, people: Any) -> None:
    anna, bert = people.new(), people.new(afdeling="Zorg")
    hook = hook_that_writes(Erasure(1, (Kept(TEXT, TEXT, 1),)))
    assert erase(Portal(tmp_path, "personal_data_erase", hook).registry, dbsession, anna).failed == ()
    dbsession.expire_all()
    assert bert.afdeling == "gewist"


@pytest.mark.parametrize("error", [SystemExit(0), RuntimeError("no")])
def test_changed_settings_stand_whatever_the_product_does(
    error: BaseException, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def settings_changed(gemeentecode: str, old: Any, new: Any) -> None:
        raise error

    portal = Portal(tmp_path, "settings_changed", settings_changed)
    saved: Any = SimpleNamespace(old=Settings(), new=Settings())
    announce(portal.registry["portaal.plugins"], portal.product, "0363", saved)
    assert "product kwaad failed on its changed settings" in caplog.text


# Where each of the other hooks meets rubbish and errors; the includeme has tests/plugins/test_bad_plugins.py.
CALLED = {
    "portaal_login_provider": "tests/plugins/test_login_provider.py",
    "portaal_activation_check": "tests/plugins/test_activation.py",
    "portaal_activated": "tests/plugins/test_activation.py",
    "portaal_deactivated": "tests/plugins/test_activation.py",
    "portaal_settings_changed": "tests/plugins/test_rubbish.py",
    "portaal_personal_data_export": "tests/plugins/test_rubbish.py",
    "portaal_personal_data_erase": "tests/plugins/test_rubbish.py",
}


# ---- what the shell asks of plugins without a portal


@pytest.mark.parametrize(
    ("name", "answer", "told"),
    [
        ("kwaad", ANSWERS["portaal_migrations"][0][0], "path of a folder"),
        ("kwaad", 42, "must return Migrations"),
        ("account", Migrations(Path(__file__).parent / "example", sa.MetaData()), "table of the portal"),
        ("kwaad", Migrations(Path(__file__).parent / "example", Account.metadata), "must begin with 'kwaad_'"),
    ],
)
def test_the_tables_of_a_bad_plugin_are_left_alone(name: str, answer: Any, told: str) -> None:
    broken: list[str] = []
    points: Any = plugin(name, migrations=lambda: answer).values()
    assert list(owners(points, lambda name, error: broken.append(f"{name} {error}"))) == ["core"]
    (fault,) = broken
    assert told in fault


def test_a_plugin_that_has_no_tables_may_say_so() -> None:
    points: Any = plugin("zeker", migrations=nothing).values()
    assert list(owners(points, lambda name, error: pytest.fail(name))) == ["core"]


def test_a_name_that_two_distributions_claim_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    for distribution in ("portaal-iwmo-echt", "portaal-iwmo-nep"):
        folder = tmp_path / f"{distribution.replace('-', '_')}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text("[portaal.plugins]\ndubbel = portaal_iwmo.plugin\n")
    monkeypatch.syspath_prepend(tmp_path)
    (refused,) = make_app(settings, {"dubbel": discover()["dubbel"]}).registry["portaal.plugins"].quarantined
    assert refused.phase == "discover"
    assert "called 'dubbel': portaal-iwmo-echt, portaal-iwmo-nep" in refused.error
    assert "Uninstall" in refused.hint
