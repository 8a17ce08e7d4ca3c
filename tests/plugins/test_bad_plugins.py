"""A frozen set of bad plugins: each is refused with its reason, and the honest one beside it runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pydantic
import pytest
import sqlalchemy as sa
from pyramid.interfaces import ISecurityPolicy
from pyramid.response import Response

from portaal.access.resources import product_factory
from portaal.api import (
    ApiOperation,
    HealthCheck,
    Job,
    MenuEntry,
    Metric,
    Migrations,
    Permission,
    PluginConfigurator,
    Role,
    Sample,
    SettingsTab,
    Tile,
    _,
)
from portaal.app import make_app
from portaal.plugins.errors import RefusedError
from portaal.testing.application import app_settings
from tests.plugins.kit import Candidate, info, module, permission, plugin, real_configurator, written


def page(request: Any) -> Response:
    return Response("page")


def honest(config: PluginConfigurator) -> None:
    config.add_route("pagina", "")
    config.add_view(page, route="pagina", permission="eerlijk:pagina:bekijken", request_method="GET")


def fails_on_import() -> Any:
    raise ImportError("no module named zorg")


def exits_on_import() -> Any:
    sys.exit(3)


def recurses_on_import() -> Any:
    return recurses_on_import()


def raw(act: Callable[[Any], Any]) -> Callable[..., None]:
    """An includeme that gets hold of the real configurator."""

    def includeme(config: PluginConfigurator) -> None:
        act(real_configurator())

    return includeme


def with_route(act: Callable[[Any], Any]) -> Callable[..., None]:
    def includeme(config: PluginConfigurator) -> None:
        real = real_configurator()
        real.add_route("kwaad.pagina", "/g/{gemeentecode:[0-9]{4}}/kwaad/", factory=product_factory("kwaad"))
        act(real)

    return includeme


def add_own_view(config: Any, **arguments: Any) -> None:
    given = {"route_name": "kwaad.pagina", "permission": "kwaad:pagina:bekijken", "request_method": "GET"}
    config.add_view(page, **{name: value for name, value in (given | arguments).items() if value is not None})


def model_without_default() -> SettingsTab:
    class Settings(pydantic.BaseModel):
        adres: str

    return SettingsTab(Settings)


def no_samples(dbsession: Any) -> list[Sample]:
    return []


def no_work(context: Any) -> None:
    pass


def foreign_table() -> Migrations:
    metadata = sa.MetaData()
    sa.Table("account", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return Migrations(Path("nowhere"), metadata)


def exits(config: PluginConfigurator) -> None:
    sys.exit(1)


def add_route(name: str, pattern: str) -> Callable[..., None]:
    def includeme(config: PluginConfigurator) -> None:
        config.add_route(name, pattern)

    return includeme


def add_view(pattern: str = "", **arguments: Any) -> Callable[..., None]:
    def includeme(config: PluginConfigurator) -> None:
        config.add_route("pagina", pattern)
        given = {"route": "pagina", "permission": "kwaad:pagina:bekijken", "request_method": "GET"}
        config.add_view(page, **(given | arguments))

    return includeme


def tile(**arguments: Any) -> Callable[[], list[Tile]]:
    given = {
        "name": "stand",
        "permission": "kwaad:pagina:bekijken",
        "template": "tests:plugins/templates/tegel.jinja2",
        "load": lambda request, code: {},
    }
    return lambda: [Tile(**(given | arguments))]


LOADED: dict[str, tuple[Callable[[], Any], str, str]] = {
    "import error": (fails_on_import, "discover", "no module named zorg"),
    "exit on import": (exits_on_import, "discover", "SystemExit"),
    "endless recursion": (recurses_on_import, "discover", "RecursionError"),
    "no module at all": (lambda: None, "check", "does not implement portaal_plugin_info"),
    "no plugin info": (lambda: module("kwaad", plugin_info=lambda: None), "check", "must return PluginInfo"),
    "info is a dict": (lambda: module("kwaad", plugin_info=lambda: {"name": "kwaad"}), "check", "PluginInfo"),
    "another name": (lambda: module("iwmo"), "check", "calls itself 'iwmo'"),
    "newer major API": (lambda: module("kwaad", plugin_info=lambda: info("kwaad", (2, 0))), "check", "portaal.api 2.0"),
    "newer minor API": (lambda: module("kwaad", plugin_info=lambda: info("kwaad", (1, 99))), "check", "1.99"),
    "newer minor API with a hook of it": (
        lambda: module("kwaad", plugin_info=lambda: info("kwaad", (1, 99)), nieuw=lambda: None),
        "check",
        "1.99",
    ),
    "older major API": (lambda: module("kwaad", plugin_info=lambda: info("kwaad", (0, 9))), "check", "0.9"),
    "misspelled hook": (lambda: module("kwaad", tegels=no_samples), "check", "no hook portaal_tegels"),
    "hook with a letter too many": (
        lambda: module("kwaad", menus=lambda: None),
        "check",
        "no hook portaal_menus; is portaal_menu meant?",
    ),
    "unknown hook argument": (lambda: module("kwaad", menu=lambda request: []), "check", "request"),
    "info raises": (lambda: module("kwaad", plugin_info=lambda: 1 / 0), "check", "ZeroDivisionError"),
}

CONFIGURED: dict[str, tuple[dict[str, Callable[..., Any]], str]] = {
    "includeme raises": ({"includeme": raw(lambda config: 1 / 0)}, "ZeroDivisionError"),
    "includeme exits": ({"includeme": exits}, "SystemExit"),
    "permission of another": ({"permissions": lambda: [permission("iwmo")]}, "must begin with 'kwaad:'"),
    "permission of the core": (
        {"permissions": lambda: [Permission("gebruikers:beheren", _("Overview"))]},
        "must begin with",
    ),
    "permission twice": ({"permissions": lambda: [permission("kwaad")] * 2}, "declared twice"),
    "permission is text": ({"permissions": lambda: ["kwaad:pagina:bekijken"]}, "must return Permission"),
    "permissions are text": ({"permissions": lambda: "kwaad:a:b"}, "list of Permission"),
    "malformed permission": ({"permissions": lambda: [Permission("kwaad:*", _("Overview"))]}, "<thing>:<act>"),
    "permission for the servicedesk": (
        {"permissions": lambda: [Permission("kwaad:a:b", _("Overview"), (Role.SERVICEDESK,))]},
        "product's roles",
    ),
    "invented role": ({"permissions": lambda: [Permission("kwaad:a:b", _("Overview"), ("baas",))]}, "does not exist"),
    "menu is None in a list": ({"menu": lambda: [None]}, "must return MenuEntry"),
    "menu entry with prefix": ({"menu": lambda: [MenuEntry("kwaad.x", _("Overview"))]}, "without 'kwaad.'"),
    "tile with foreign permission": ({"tiles": tile(permission="iwmo:a:b")}, "permission of kwaad"),
    "tile without template": ({"tiles": tile(template="stand.html")}, "asset spec"),
    "tile with the template of another": (
        {"tiles": tile(template="portaal_iwmo:templates/x.jinja2")},
        "must be one of its own",
    ),
    "page with the template of another": (
        {"includeme": add_view(renderer="portaal_iwmo:templates/x.jinja2")},
        "must be one of its own",
    ),
    "page with a template that is nobody's": ({"includeme": add_view(renderer="x.jinja2")}, "must be one of its own"),
    "tile that cannot load": ({"tiles": tile(load=None)}, "must be a function"),
    "tile twice": ({"tiles": lambda: tile()() * 2}, "'stand' is used twice"),
    "menu entry that is nowhere": ({"menu": lambda: [MenuEntry("nergens", _("Overview"))]}, "no such route"),
    "menu entry with a variable address": (
        {"includeme": add_view(pattern="{jaar}"), "menu": lambda: [MenuEntry("pagina", _("Overview"))]},
        "variable parts",
    ),
    "menu entry with plain text": ({"menu": lambda: [MenuEntry("pagina", "Overzicht")]}, "can be translated"),
    "health check without function": ({"health_checks": lambda: [HealthCheck("register", None)]}, "function"),
    "health check without name": ({"health_checks": lambda: [HealthCheck("Het Register", str)]}, "lower-case"),
    "metric with a dash": ({"metrics": lambda: [Metric("aan-tal", "", no_samples)]}, "lower-case"),
    "metric of the portal": (
        {"metrics": lambda: [Metric("portaal_sessions", "", no_samples)]},
        "adds 'portaal_kwaad_'",
    ),
    "metric twice": ({"metrics": lambda: [Metric("aantal", "", no_samples)] * 2}, "used twice"),
    "job without rest": ({"jobs": lambda: [Job("opruimen", no_work, timedelta(0))]}, "at least ten seconds"),
    "job every so many seconds": ({"jobs": lambda: [Job("opruimen", no_work, 60)]}, "timedelta"),
    "commands are functions": ({"commands": lambda: [no_work]}, "must return Command"),
    "command without name": ({"commands": lambda: [click.Command(None)]}, "needs a name"),
    "API operation that is nowhere": (
        {"openapi": lambda: [ApiOperation("nergens", "GET", _("Overview"))]},
        "no such view",
    ),
    "API operation for another method": (
        {"includeme": add_view(), "openapi": lambda: [ApiOperation("pagina", "DELETE", _("Overview"))]},
        "no such view",
    ),
    "API operation with a dict": (
        {"openapi": lambda: [ApiOperation("pagina", "GET", _("Overview"), answer={})]},
        "pydantic",
    ),
    "settings without default": ({"settings_tab": model_without_default}, "without a default: adres"),
    "settings are a dict": ({"settings_tab": lambda: {"adres": "x"}}, "must return SettingsTab"),
    "table of the core": ({"migrations": foreign_table}, "must begin with 'kwaad_'"),
    "migrations are a path": ({"migrations": lambda: Path()}, "must return Migrations"),
    "route pattern absolute": ({"includeme": add_route("pagina", "/servicedesk")}, "relative"),
    "route pattern climbs": ({"includeme": add_route("pagina", "../gebruikers")}, "relative"),
    "route name too long for the audit trail": ({"includeme": add_route("p" * 41, "")}, "at most 40"),
    "act too long for the audit trail": (
        {"includeme": lambda config: config.add_audit_titles({f"kwaad.{'a' * 80}": _("Overview")})},
        "at most 80",
    ),
    "act without a title": ({"includeme": lambda config: config.add_audit_titles({"kwaad.x": _("")})}, "not be empty"),
    "route name malformed": ({"includeme": add_route("Pagina!", "")}, "lower-case"),
    "view without permission": (
        {"includeme": add_view(permission=None)},
        "not declared by kwaad, only: kwaad:pagina:bekijken",
    ),
    "view with core permission": ({"includeme": add_view(permission="gebruikers:beheren")}, "not declared"),
    "view for any method": ({"includeme": add_view(request_method=None)}, "request method"),
    "view for TRACE": ({"includeme": add_view(request_method="TRACE")}, "request method"),
    "raw route elsewhere": (
        {"includeme": raw(lambda c: c.add_route("gebruikers2", "/g/{gemeentecode}/gebruikers/"))},
        "must begin with",
    ),
    "raw route with own factory": (
        {
            "includeme": raw(
                lambda c: c.add_route("kwaad.x", "/g/{gemeentecode:[0-9]{4}}/kwaad/x", factory=lambda request: None)
            )
        },
        "root factory of its own",
    ),
    "replaces a core route": ({"includeme": raw(lambda c: c.add_route("overzicht", "/g/{gemeentecode}/"))}, "replaces"),
    "replaces a core view": (
        {
            "includeme": raw(
                lambda c: c.add_view(
                    page, route_name="overzicht", request_method="GET", permission="kwaad:pagina:bekijken"
                )
            )
        },
        "replaces",
    ),
    "shadows a core view with a predicate": (
        {
            "includeme": raw(
                lambda c: c.add_view(
                    page, route_name="overzicht", request_method="GET", xhr=True, permission="kwaad:pagina:bekijken"
                )
            )
        },
        "own routes",
    ),
    "raw view without permission": (
        {"includeme": with_route(lambda c: add_own_view(c, permission=None))},
        "permission",
    ),
    "raw view without method": ({"includeme": with_route(lambda c: add_own_view(c, request_method=None))}, "method"),
    "raw view with decorator": (
        {"includeme": with_route(lambda c: add_own_view(c, decorator=lambda view: view))},
        "decorator",
    ),
    "global exception view": (
        {"includeme": raw(lambda c: c.add_exception_view(page, context=ZeroDivisionError))},
        "own routes",
    ),
    "replaces the security policy": ({"includeme": raw(lambda c: c.set_security_policy(object()))}, "SecurityPolicy"),
    "unregisters the security policy": (
        {"includeme": raw(lambda c: c.registry.unregisterUtility(provided=ISecurityPolicy))},
        "ISecurityPolicy",
    ),
    "replaces the root factory": ({"includeme": raw(lambda c: c.set_root_factory(lambda request: None))}, "replaces"),
    "adds a tween": ({"includeme": raw(lambda c: c.add_tween("tests.plugins.kit.module"))}, "tween"),
    "adds a view deriver": (
        {"includeme": raw(lambda c: c.add_view_deriver(lambda view, info: view, name="kwaad"))},
        "only the core may",
    ),
    "adds a request method": (
        {"includeme": raw(lambda c: c.add_request_method(lambda request: 1, "kwaad"))},
        "only the core may",
    ),
    "adds a subscriber": (
        {"includeme": raw(lambda c: c.add_subscriber(lambda event: None, "pyramid.events.NewRequest"))},
        "subscriber",
    ),
    "overrides templates": (
        {"includeme": raw(lambda c: c.override_asset("portaal:templates/", "tests:plugins/"))},
        "asset|only the core",
    ),
    "changes settings": (
        {"includeme": raw(lambda c: c.add_settings({"portaal.environment": "development!"}))},
        "changes the settings",
    ),
    "changes the registry": (
        {"includeme": raw(lambda c: c.registry.__setitem__("portaal.keyring", None))},
        "changes the registry",
    ),
    "template global": (
        {"includeme": raw(lambda c: c.get_jinja2_environment().globals.update(portal=1))},
        "template globals",
    ),
    "template filter": (
        {"includeme": raw(lambda c: c.get_jinja2_environment().filters.update(e=str))},
        "template filters",
    ),
    "turns off CSRF checks": (
        {"includeme": raw(lambda c: c.set_default_csrf_options(require_csrf=False))},
        "replaces|only the core",
    ),
    "opens the default permission": (
        {"includeme": raw(lambda c: c.set_default_permission("gemeente:bekijken"))},
        "replaces|only the core",
    ),
}


# Answers that are well-formed, and wrong only beside what else is configured.
BESIDE_THE_CORE = {
    "permission twice",
    "menu entry that is nowhere",
    "API operation that is nowhere",
    "tile with the template of another",
}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    return app_settings(tmp_path) | {"portaal.strict_plugins": "false"}


def test_there_are_enough() -> None:
    assert len(LOADED) + len(CONFIGURED) >= 40


@pytest.mark.parametrize("case", LOADED)
def test_refused_when_loaded(case: str, settings: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    load, phase, reason = LOADED[case]
    candidates = {"kwaad": Candidate("kwaad", load), **plugin("zeker", includeme=lambda config: None)}
    assert_refused(settings, candidates, phase, reason, ["zeker"])
    assert "kwaad" in caplog.text


@pytest.mark.parametrize("case", CONFIGURED)
def test_refused_when_configured(case: str, settings: dict[str, Any]) -> None:
    hooks, reason = CONFIGURED[case]
    candidates = {**plugin("eerlijk", includeme=honest), **plugin("kwaad", **hooks), **plugin("zeker")}
    phase = "configure" if "includeme" in hooks or case in BESIDE_THE_CORE else "check"
    assert_refused(settings, candidates, phase, reason, ["eerlijk", "zeker"])


def assert_refused(
    settings: dict[str, Any], candidates: dict[str, Any], phase: str, reason: str, honest_ones: list[str]
) -> None:
    app = make_app(settings, candidates)
    plugins = app.registry["portaal.plugins"]
    (refused,) = plugins.quarantined
    assert (refused.name, refused.phase) == ("kwaad", phase)
    assert re.search(reason, refused.error), refused.error
    assert refused.hint
    assert [accepted.name for accepted in plugins] == honest_ones


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Kwaad", "lower-case"),
        ("core", "reserved"),
        ("zek_er_heid", "begins with 'zek_er'"),
        ("role", "'role_grant'"),
        ("account", "'account'"),
        ("db", "command of the portal"),
        ("gebruikers", "page of the portal"),
        ("overzicht", "page of the portal"),
        ("inloggen", "page of the portal"),
        ("static", "page of the portal"),
        ("sqlalchemy", "setting of the portal"),
        ("product", "act in the portal's audit trail"),
        ("requests", "number at /metrics"),
    ],
)
def test_names_of_others_are_refused(name: str, reason: str, settings: dict[str, Any]) -> None:
    app = make_app(settings, {**plugin(name), **plugin("zek_er")})
    (refused,) = app.registry["portaal.plugins"].quarantined
    assert (refused.name, refused.phase) == (name, "check")
    assert reason in refused.error
    assert [accepted.name for accepted in app.registry["portaal.plugins"]] == ["zek_er"]


def test_a_plugin_that_fails_the_second_time_is_refused_as_well(settings: dict[str, Any]) -> None:
    calls: list[int] = []

    def fickle(config: PluginConfigurator) -> None:
        calls.append(1)
        if len(calls) > 1:
            raise RuntimeError("not again")

    app = make_app(settings, {**plugin("aap", includeme=fickle), **plugin("kwaad", includeme=exits), **plugin("zeker")})
    plugins = app.registry["portaal.plugins"]
    assert {refused.name for refused in plugins.quarantined} == {"aap", "kwaad"}
    assert [accepted.name for accepted in plugins] == ["zeker"]


def test_strict_mode_raises(settings: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="plugin kwaad is refused in phase discover: ImportError: no module named"):
        make_app(settings | {"portaal.strict_plugins": "true"}, {"kwaad": Candidate("kwaad", fails_on_import)})


@pytest.mark.parametrize(
    ("installed", "newcomer", "reason"),
    [("lang_naam", "lang", "is the beginning of 'lang_naam'"), ("kort", "kort_naam", "begins with 'kort'")],
)
def test_no_plugin_takes_out_another_by_its_name(
    installed: str, newcomer: str, reason: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    """Who has tables in the database was here first."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/portal.sqlite")
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE alembic_version_{installed} (version_num TEXT)"))
    app = make_app(settings | {"portaal.engine": engine}, {**plugin(newcomer), **plugin(installed)})
    engine.dispose()
    (refused,) = app.registry["portaal.plugins"].quarantined
    assert (refused.name, refused.phase) == (newcomer, "check")
    assert reason in refused.error
    assert [accepted.name for accepted in app.registry["portaal.plugins"]] == [installed]


def test_the_line_in_the_plugin_is_named(settings: dict[str, Any], tmp_path: Path) -> None:
    settings |= {"portaal.strict_plugins": "false"}
    edit = ("*/plugin.py", 'config.add_route("notities", "")', 'config.add_route("Notities", "")')
    entry_point = written("foutje", tmp_path, [edit])
    source = (tmp_path / "portaal-foutje/portaal_foutje/plugin.py").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(source, start=1) if "Notities" in text)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path / "portaal-foutje")
        (refused,) = make_app(settings, {"foutje": entry_point}).registry["portaal.plugins"].quarantined
    assert refused.error.endswith(f"(portaal_foutje.plugin, line {line})")


def test_honest_plugins_run_after_a_bad_one(settings: dict[str, Any]) -> None:
    candidates = {**plugin("aap", includeme=exits), **plugin("eerlijk", includeme=honest)}
    app = make_app(settings, candidates)
    routes = {item["introspectable"]["name"] for item in app.registry.introspector.get_category("routes")}
    assert "eerlijk.pagina" in routes
