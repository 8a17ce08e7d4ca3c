"""What a plugin's hooks answer, checked once before it is taken in: rubbish is refused at start, not met by users."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import is_dataclass
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
from pydantic import BaseModel
from sqlalchemy import MetaData
from translationstring import TranslationString

from portaal.access.models import Role
from portaal.access.permissions import Permission
from portaal.plugins.contract import (
    ApiOperation,
    ChainConnector,
    HealthCheck,
    Job,
    MenuEntry,
    Metric,
    MetricKind,
    Migrations,
    SettingsTab,
    Tile,
    Traffic,
)
from portaal.plugins.errors import ContractError

if TYPE_CHECKING:
    from portaal.plugins.loader import Plugin, Plugins

ASSET_SPEC = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*:.+\.jinja2$")
PERMISSION_NAME = re.compile(r"[a-z][a-z0-9_]*(:[a-z][a-z0-9-]*){2}")
PART_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
METRIC_WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")
API_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
SHORTEST_INTERVAL = timedelta(seconds=10)
LONGEST_INTERVAL = timedelta(days=366)  # much more cannot be added to a moment, and would stop the worker for all
STATUSES = range(100, 600)


def checked_answers(plugins: Plugins, plugin: Plugin) -> dict[str, Any]:
    """Call every hook that returns data, once, and check what comes back.

    :returns: the answers by hook name, None where there is none; lists have become tuples.
    :raises ContractError: an answer is not of the promised form, or a name is not the plugin's own.
    """
    return {hook: _checked(plugin.name, check, plugins.call(plugin, hook)) for hook, check in CHECKS.items()}


def ask(entry_point: EntryPoint, hook: str) -> Any:
    """The checked answer of a plugin to a hook that returns data, before there is a portal; None where it has none.

    :raises ContractError: the answer is not of the promised form. What the plugin itself raises comes out too.
    """
    function = getattr(entry_point.load(), hook, None)
    return None if function is None else _checked(entry_point.name, CHECKS[hook], function())


def _checked(name: str, check: Callable[[str, Any], Any], answer: Any) -> Any:
    return None if answer is None else check(name, answer)


def _one(kind: type, check: Callable[[str, Any], None]) -> Callable[[str, Any], Any]:
    def check_it(name: str, answer: Any) -> Any:
        _expect(answer, kind)
        check(name, answer)
        return answer

    return check_it


def _several(kind: type, check: Callable[[str, Any], None], *key: str) -> Callable[[str, Any], tuple[Any, ...]]:
    """:param key: the attributes that no two items may share."""

    def check_all(name: str, answer: Any) -> tuple[Any, ...]:
        if not isinstance(answer, Sequence) or isinstance(answer, str):
            raise ContractError(f"a hook must return a list of {kind.__name__}, not {type(answer).__name__}")
        for item in answer:
            _expect(item, kind)
            check(name, item)
        if key:
            names = [" ".join(getattr(item, attribute) for attribute in key) for item in answer]
            _refuse_twice(f"{kind.__name__} {' and '.join(key)}", names)
        return tuple(answer)

    return check_all


def _refuse_twice(what: str, names: Iterable[Any]) -> None:
    seen: set[Any] = set()
    for name in names:
        if name in seen:
            raise ContractError(f"{what} {name!r} is used twice")
        seen.add(name)


def _expect(answer: Any, kind: type) -> None:
    # A class of its own could answer otherwise after it was checked.
    if type(answer) is not kind if is_dataclass(kind) else not isinstance(answer, kind):
        raise ContractError(f"a hook must return {kind.__name__}, not {type(answer).__name__}")


def _typed(what: str, item: Any, **kinds: type) -> None:
    """Refuse an item of which a field is of another type: it would fail where it is used, on somebody's page."""
    for field, kind in kinds.items():
        value = getattr(item, field)
        if not isinstance(value, kind):
            raise ContractError(f"{what}: {field} must be {kind.__name__}, not {type(value).__name__}")


def _permission(name: str, permission: Permission) -> None:
    _typed("a permission", permission, name=str, roles=tuple)
    if not permission.name.startswith(f"{name}:"):
        raise ContractError(f"permission {permission.name!r} must begin with {name + ':'!r}")
    if not PERMISSION_NAME.fullmatch(permission.name):
        raise ContractError(f"permission {permission.name!r} must be <product>:<thing>:<act>")
    check_text(f"permission {permission.name!r}: the title", permission.title)
    if permission.group is not None:
        check_text(f"permission {permission.name!r}: the group", permission.group)
    if not all(isinstance(role, Role) for role in permission.roles):
        raise ContractError(f"permission {permission.name!r} names a role that does not exist")
    if {Role.SERVICEDESK, Role.GEBRUIKERSBEHEERDER} & set(permission.roles):
        raise ContractError(
            f"permission {permission.name!r}: a product's roles are gebruiker, productbeheerder and auditor"
        )


def _menu_entry(name: str, entry: MenuEntry) -> None:
    _typed("a menu entry", entry, route=str, order=int)
    if entry.route.startswith(f"{name}."):
        raise ContractError(f"menu entry {entry.route!r}: name the route without {name + '.'!r}")
    check_text(f"menu entry {entry.route!r}: the label", entry.label)


def _tile(name: str, tile: Tile) -> None:
    _part_name("tile", tile.name)
    _typed(f"tile {tile.name!r}", tile, permission=str, template=str, order=int)
    if not tile.permission.startswith(f"{name}:"):
        raise ContractError(f"tile {tile.name!r} must ask a permission of {name}")
    if not ASSET_SPEC.match(tile.template):
        raise ContractError(f"tile {tile.name!r}: the template must be an asset spec, package:path")
    _function(f"tile {tile.name!r}: load", tile.load)


def _settings_tab(name: str, tab: SettingsTab) -> None:
    if not (isinstance(tab.model, type) and issubclass(tab.model, BaseModel)):
        raise ContractError("the settings tab's model must be a pydantic model")
    required = [field for field, info in tab.model.model_fields.items() if info.is_required()]
    if required:
        raise ContractError(f"settings without a default: {', '.join(required)}; a new field must be safe without one")
    if tab.intro is not None:
        check_text("the settings tab's intro", tab.intro)
    if tab.test_connection is not None:
        _function("the settings tab's test_connection", tab.test_connection)


def _migrations(name: str, migrations: Migrations) -> None:
    _expect(migrations.metadata, MetaData)
    foreign = [table for table in migrations.metadata.tables if not table.startswith(f"{name}_")]
    if foreign:
        raise ContractError(f"tables must begin with {name + '_'!r}: {', '.join(foreign)}")
    if not isinstance(migrations.directory, Path) or not migrations.directory.is_dir():
        raise ContractError("the directory of the migrations must be the path of a folder")
    for table in migrations.metadata.tables.values():
        for key in table.foreign_keys:
            if key.target_fullname.rpartition(".")[0] not in migrations.metadata.tables:
                raise ContractError(
                    f"{key.parent} refers to {key.target_fullname!r}, which is not a table of {name}: keep the id in a "
                    "column without a foreign key, so that removing a product blocks nobody"
                )
    for path in migrations.directory.glob("*.py"):
        if not re.match(rf"({name}_\d{{4}}_|__)", path.name):
            raise ContractError(f"revision {path.name} must be called {name + '_0001_...'!r} and so on")


def _traffic(name: str, traffic: Traffic) -> None:
    _typed("the traffic", traffic, standard=str, sends=frozenset, receives=frozenset, partner=str)


def _health_check(name: str, check: HealthCheck) -> None:
    _part_name("health check", check.name)
    _function(f"health check {check.name!r}: run", check.run)


def _metrics(name: str, answer: Any) -> tuple[Any, ...]:
    metrics = _several(Metric, _metric)(name, answer)
    # A counter is shown with ``_total``: two under one name, and Prometheus refuses the page with all numbers.
    _refuse_twice("Metric name", [metric.name.removesuffix("_total") for metric in metrics])
    return metrics


def _metric(name: str, metric: Metric) -> None:
    _typed("a metric", metric, name=str, help=str, labels=tuple)
    for word in (metric.name, *metric.labels):
        if not METRIC_WORD.fullmatch(word):
            raise ContractError(f"metric {metric.name!r}: {word!r} must be of lower-case letters, digits, underscores")
    _refuse_twice(f"metric {metric.name!r}: the label", metric.labels)
    if metric.name.startswith("portaal_"):
        raise ContractError(f"metric {metric.name!r}: the portal adds 'portaal_{name}_' itself")
    if not isinstance(metric.kind, MetricKind):
        raise ContractError(f"metric {metric.name!r}: kind must be a MetricKind")
    _function(f"metric {metric.name!r}: read", metric.read, may_yield=True)


def _job(name: str, job: Job) -> None:
    _part_name("job", job.name)
    _function(f"job {job.name!r}: run", job.run)
    for field in ("every", "at_most"):
        interval = getattr(job, field)
        if not isinstance(interval, timedelta) or not SHORTEST_INTERVAL <= interval <= LONGEST_INTERVAL:
            raise ContractError(
                f"job {job.name!r}: {field} must be a timedelta of at least ten seconds and at most a year"
            )


def _command(name: str, command: click.Command) -> None:
    if not command.name:
        raise ContractError("a command needs a name")
    _part_name("command", command.name)


def _operation(name: str, operation: ApiOperation) -> None:
    _typed("an API operation", operation, route=str, method=str, status=int)
    where = f"API operation {operation.method} {operation.route!r}"
    if operation.route.startswith(f"{name}."):
        raise ContractError(f"{where}: name the route without {name + '.'!r}")
    if operation.method not in API_METHODS:
        raise ContractError(f"{where}: the method is not one of {', '.join(sorted(API_METHODS))}")
    check_text(f"{where}: the summary", operation.summary)
    if operation.status not in STATUSES:
        raise ContractError(f"{where}: {operation.status} is not a status of HTTP")
    models: tuple[tuple[Any, Literal["serialization", "validation"]], ...] = (
        (operation.answer, "serialization"),
        (operation.body, "validation"),
    )
    for model, mode in models:
        if model is None:
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise ContractError(f"{where}: answer and body must be pydantic models")
        try:
            model.model_json_schema(mode=mode)
        except Exception as error:  # of pydantic, or of what its author wrote
            raise ContractError(f"{where}: {model.__name__} cannot be described in JSON schema: {error}") from error


def _connector(name: str, connector: ChainConnector) -> None:
    _part_name("partner", connector.partner)
    _function(f"connector of {connector.partner!r}: make", connector.make)


def _part_name(kind: str, name: Any) -> None:
    if not isinstance(name, str) or not PART_NAME.fullmatch(name):
        raise ContractError(f"{kind} {name!r}: the name must be of lower-case letters, digits, hyphens, underscores")


def check_text(what: str, text: Any) -> None:
    if not isinstance(text, TranslationString):
        raise ContractError(f"{what} must be a text that can be translated: _('...')")
    if not text.strip():
        raise ContractError(f"{what} must not be empty")


def _function(what: str, value: Any, *, may_yield: bool = False) -> None:
    if not callable(value):
        raise ContractError(f"{what} must be a function")
    is_other_kind = is_asynchronous(value) or (inspect.isgeneratorfunction(value) and not may_yield)
    if is_other_kind:
        raise ContractError(f"{what} must be a plain function, without async or yield: it would never run")


def is_asynchronous(function: Any) -> bool:
    """Whether calling it only makes something that the portal would never wait for."""
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "portaal_permissions": _several(Permission, _permission),
    "portaal_menu": _several(MenuEntry, _menu_entry, "route"),
    "portaal_tiles": _several(Tile, _tile, "name"),
    "portaal_settings_tab": _one(SettingsTab, _settings_tab),
    "portaal_migrations": _one(Migrations, _migrations),
    "portaal_traffic": _one(Traffic, _traffic),
    "portaal_health_checks": _several(HealthCheck, _health_check, "name"),
    "portaal_metrics": _metrics,
    "portaal_jobs": _several(Job, _job, "name"),
    "portaal_commands": _several(click.Command, _command, "name"),
    "portaal_chain_connectors": _several(ChainConnector, _connector, "partner"),
    "portaal_openapi": _several(ApiOperation, _operation, "route", "method"),
}
