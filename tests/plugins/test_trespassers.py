"""Plugins that go around the portal while they are loaded: each is refused by name, and what it changed is put back.

All of them are tried beside each other, so that each also proves that those before it left nothing behind.
"""

from __future__ import annotations

import decimal
import gc
import locale
import logging
import os
import re
import signal
import socket
import socketserver
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import jinja2
import pytest
import sqlalchemy as sa
from pyramid.config import Configurator
from pyramid.events import NewRequest
from pyramid.interfaces import (
    IRequest,
    IRequestExtensions,
    IRoutesMapper,
    ISecurityPolicy,
    ITweens,
    IView,
    IViewClassifier,
)
from pyramid.response import Response
from sqlalchemy.orm import Session
from zope.interface import Interface

from portaal import audit, bsn
from portaal.access.models import Account
from portaal.access.policy import PortaalSecurityPolicy
from portaal.api import (
    HealthCheck,
    Job,
    MenuEntry,
    Metric,
    Permission,
    PluginConfigurator,
    PluginInfo,
    Role,
    Tile,
    _,
)
from portaal.app import make_app
from portaal.db.models import core_metadata
from portaal.plugins import guard
from portaal.plugins.surroundings import Surroundings, is_foreign
from portaal.testing.application import app_settings
from tests.plugins.kit import Candidate, module, plugin, real_configurator

TEXT = _("Overview")
RIGHT = "{name}:pagina:bekijken"
Hooks = dict[str, Callable[..., Any]]


def nothing(*_: Any) -> Any:
    return None


def page(context: Any, request: Any) -> Response:
    return Response("page")


async def asynchronous(*_: Any) -> None:
    """Never awaited."""


def generator(*_: Any) -> Iterator[None]:
    """Never begun."""
    yield


# ---- in the includeme, with the real configurator


def raw(act: Callable[[Any], Any]) -> Hooks:
    def includeme(config: PluginConfigurator) -> None:
        act(real_configurator())

    return {"includeme": includeme}


def through(interface: Any, act: Callable[[Any], Any]) -> Hooks:
    return raw(lambda config: act(config.registry.getUtility(interface)))


def on_environment(act: Callable[[jinja2.Environment], Any]) -> Hooks:
    return raw(lambda config: act(config.get_jinja2_environment()))


def hidden_view(config: Any) -> None:
    """A view that the introspection does not know."""
    config.introspection = False
    config.add_view(page, route_name="overzicht", request_method="PUT", permission="__no_permission_required__")


def hidden_in_another_configurator(config: Any) -> None:
    other = Configurator(registry=config.registry, introspection=False)
    other.add_view(page, name="achterdeur", permission="__no_permission_required__")
    other.commit()


def exchange_a_subscriber(config: Any) -> None:
    """One more and one less: as many as before."""
    registration = next(iter(config.registry.registeredHandlers()))
    config.registry.unregisterHandler(registration.handler, registration.required)
    config.registry.registerHandler(nothing, registration.required)


CONFIGURED: dict[str, tuple[Hooks, str]] = {
    "view in the registry itself": (
        raw(lambda c: c.registry.registerAdapter(nothing, (IViewClassifier, IRequest, Interface), IView, name="x")),
        "adapters x",
    ),
    "utility": (raw(lambda c: c.registry.registerUtility(object(), Interface, name="x")), "utilities Interface"),
    "handler": (raw(lambda c: c.registry.registerHandler(nothing, (NewRequest,))), "subscriber"),
    "handler in the place of another": (raw(exchange_a_subscriber), "subscribers"),
    "subscription": (
        raw(lambda c: c.registry.registerSubscriptionAdapter(nothing, (Interface,), Interface)),
        "subscribers",
    ),
    "request method in the list itself": (
        through(IRequestExtensions, lambda extensions: extensions.methods.update(user=nothing)),
        "IRequestExtensions",
    ),
    "tween in the list itself": (through(ITweens, lambda tweens: tweens.add_implicit("x.y", nothing)), "ITweens"),
    "no routes any more": (through(IRoutesMapper, lambda mapper: mapper.routelist.clear()), "IRoutesMapper"),
    "routes in another order": (through(IRoutesMapper, lambda mapper: mapper.routelist.reverse()), "IRoutesMapper"),
    "route in the mapper itself": (through(IRoutesMapper, lambda mapper: mapper.connect("x", "/x")), "IRoutesMapper"),
    "another factory of a route": (
        through(IRoutesMapper, lambda mapper: setattr(mapper.get_route("overzicht"), "factory", nothing)),
        "IRoutesMapper",
    ),
    "policy that permits everything": (
        through(ISecurityPolicy, lambda policy: setattr(policy, "permits", nothing)),
        "ISecurityPolicy",
    ),
    "permission in the list itself": (
        raw(lambda c: c.registry["portaal.permissions"].declare("eerlijk", [Permission("eerlijk:x:y", TEXT)])),
        "portaal.permissions",
    ),
    "site for scripts": (
        raw(lambda c: c.registry["portaal.content_sources"].update({"eerlijk": {"script-src": ["https://x.nl"]}})),
        "portaal.content_sources",
    ),
    "files of another": (
        raw(lambda c: c.registry["portaal.product_files"].update(eerlijk=None)),
        "portaal.product_files",
    ),
    "another plugin thrown out": (
        raw(lambda c: c.registry["portaal.plugins"].accepted.pop("eerlijk")),
        "portaal.plugins accepted",
    ),
    "second plugin": (
        raw(lambda c: c.registry["portaal.plugins"].manager.register(module("tweede"))),
        "portaal.plugins manager",
    ),
    "template loader": (on_environment(lambda e: setattr(e, "loader", jinja2.DictLoader({}))), "environment"),
    "search path of templates": (
        on_environment(lambda e: e.loader.searchpath.insert(0, "elsewhere")),  # type: ignore[union-attr]
        "environment",
    ),
    "no escaping": (on_environment(lambda e: setattr(e, "autoescape", False)), "environment"),
    "template extension": (on_environment(lambda e: e.add_extension("jinja2.ext.debug")), "environment"),
    "hidden view on a page of the portal": (raw(hidden_view), "adapters"),
    "hidden view elsewhere": (raw(hidden_in_another_configurator), "adapters"),
    "directive of the portal": (
        raw(lambda c: c.add_directive("add_catalogues", nothing, action_wrap=False)),
        "directives",
    ),
    "name of another plugin": (
        {"includeme": lambda config: setattr(config, "plugin", "eerlijk")},
        "has no setter",
    ),
}

# ---- in the process


def listen(target: Any, name: str) -> Callable[[], Any]:
    return lambda: sa.event.listen(target, name, nothing)


def replace(owner: Any, name: str, value: Any = nothing) -> Callable[[], Any]:
    return lambda: setattr(owner, name, value)


def add_a_table() -> None:
    sa.Table("kwaad_x", core_metadata(), sa.Column("id", sa.Integer, primary_key=True))


def start_a_thread() -> None:
    threading.Thread(target=threading.Event().wait, args=(0.5,), name="eigen draad", daemon=True).start()


def unset_a_variable() -> None:
    del os.environ["PATH"]


def lower_the_rights() -> None:
    os.umask(0)


LOADED: dict[str, tuple[Callable[[], Any], str]] = {
    "locale": (lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8"), "the locale"),
    "folder": (lambda: os.chdir("/"), "the folder that the portal runs in"),
    "rights of files": (lower_the_rights, "the rights of new files"),
    "rounding": (lambda: setattr(decimal.getcontext(), "prec", 3), "how numbers are rounded"),
    "time limit of sockets": (lambda: socket.setdefaulttimeout(1), "the time limit of sockets"),
    "recursion": (lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 1), "the limit of recursion"),
    "garbage": (gc.disable, "the collection of garbage"),
    "no logging": (lambda: logging.disable(logging.CRITICAL + 1), "what is logged at all"),
    "log handler": (lambda: logging.getLogger().addHandler(logging.NullHandler()), "the log of everything"),
    "log of the portal": (lambda: logging.getLogger("portaal").setLevel(1), "the log portaal"),
    "variable of the environment": (unset_a_variable, "the variables of the environment"),
    "hook for errors": (replace(sys, "excepthook"), "sys.excepthook"),
    "standard output": (replace(sys, "stdout", None), "sys.stdout"),
    "signal": (lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN), "what happens at SIGHUP"),
    "sockets of its own": (replace(socket, "socket", type("Socket", (socket.socket,), {})), "socket.socket"),
    "thread": (start_a_thread, "the thread 'eigen draad'; work beside the pages is a job"),
    "function of the portal": (replace(audit, "record"), "portaal.audit.record"),
    "function that is not there": (replace(bsn, "of_my_own"), "portaal.bsn.of_my_own"),
    "method of the policy": (replace(PortaalSecurityPolicy, "permits"), "PortaalSecurityPolicy.permits"),
    "the guard itself": (replace(guard, "check_changes"), "portaal.plugins.guard.check_changes"),
    "class of Pyramid": (replace(Response, "has_body", property(nothing)), "Response.has_body"),
    "module of the portal": (
        lambda: sys.modules.update({"portaal.bsn": types.ModuleType("portaal.bsn")}),
        "replaces the module portaal.bsn",
    ),
    "attribute of an account": (replace(Account, "bijzonder", property(nothing)), "Account.bijzonder"),
    "table beside the portal's": (add_a_table, "the table 'kwaad_x'"),
    "listener on every session": (listen(Session, "before_flush"), "'before_flush' of Session"),
    "listener on every account": (listen(Account, "load"), "'load' of Account"),
    "listener on every database": (listen(sa.Engine, "commit"), "'commit' of Engine"),
}

# ---- in what it answers


class Chameleon(Permission):
    """Answers otherwise after it was looked at."""


class WordlessError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def fails(error: BaseException) -> Callable[..., Any]:
    def hook(*_: Any) -> Any:
        raise error

    return hook


def tile(name: str, **fields: Any) -> Hooks:
    given = {"name": "a", "permission": RIGHT.format(name=name), "template": "tests:plugins/templates/tegel.jinja2"}
    return {"tiles": lambda: [Tile(**(given | {"load": nothing} | fields))]}


def own_page(name: str, **fields: Any) -> Hooks:
    def includeme(config: PluginConfigurator) -> None:
        config.add_route("pagina", "")
        given: dict[str, Any] = {
            "view": page,
            "route": "pagina",
            "permission": RIGHT.format(name=name),
            "request_method": "GET",
        }
        config.add_view(**(given | fields))

    return {"includeme": includeme}


def routes(*patterns: str) -> Hooks:
    def includeme(config: PluginConfigurator) -> None:
        for number, pattern in enumerate(patterns):
            config.add_route(f"route{number}", pattern)

    return {"includeme": includeme}


ANSWERED: dict[str, tuple[Callable[[str], Hooks], str]] = {
    "permission of a class of its own": (
        lambda name: {"permissions": lambda: [Chameleon(RIGHT.format(name=name), TEXT, (Role.GEBRUIKER,))]},
        "must return Permission, not Chameleon",
    ),
    "permissions one by one": (lambda name: {"permissions": lambda: iter([])}, "not list_iterator"),
    "tile that is asynchronous": (lambda name: tile(name, load=asynchronous), "without async or yield"),
    "tile that yields": (lambda name: tile(name, load=generator), "without async or yield"),
    "job that is asynchronous": (
        lambda name: {"jobs": lambda: [Job("a", asynchronous, timedelta(hours=1))]},  # type: ignore[arg-type]
        "without async or yield",
    ),
    "health check that yields": (
        lambda name: {"health_checks": lambda: [HealthCheck("a", generator)]},  # type: ignore[arg-type]
        "without async or yield",
    ),
    "metric that is asynchronous": (
        lambda name: {"metrics": lambda: [Metric("a", "A", asynchronous)]},  # type: ignore[arg-type]
        "without async or yield",
    ),
    "page that is asynchronous": (lambda name: own_page(name, view=asynchronous), "plain function"),
    "page that is nothing": (lambda name: own_page(name, view=None), "plain function"),
    "page with a template that is not there": (
        lambda name: own_page(name, renderer="tests:nergens.jinja2"),
        "'tests:nergens.jinja2' is not there",
    ),
    "page of another language": (lambda name: own_page(name, renderer="tests:x.mako"), "renderer must be 'json'"),
    "tile with a template that is not there": (
        lambda name: tile(name, template="tests:nergens.jinja2"),
        "'tests:nergens.jinja2' is not there",
    ),
    "two routes with one address": (lambda name: routes("lijst", "lijst"), "never reached"),
    "route behind a wider one": (lambda name: routes("{wat}", "nieuw"), "never reached: '{name}.route0' takes"),
    "route that is no pattern": (lambda name: routes("{wat:(}"), "cannot be read"),
    "route with a second gemeente": (lambda name: routes("{gemeentecode}"), "stands before it already"),
    "command like an option": (lambda name: {"commands": lambda: [click.Command("--help")]}, "lower-case"),
    "title of two lines": (
        lambda name: {"plugin_info": lambda: PluginInfo(name, "Kwaad\nERROR", TEXT, (1, 0))},
        "of one line",
    ),
    "error without words": (lambda name: {"menu": fails(WordlessError())}, "^WordlessError$"),
    "error that does not end": (lambda name: {"menu": fails(ValueError("x" * 10**6))}, r"^ValueError: x{2000} \.\.\.$"),
    "end of a generator": (lambda name: {"menu": fails(GeneratorExit())}, "GeneratorExit"),
    "no memory": (lambda name: {"menu": fails(MemoryError())}, "MemoryError"),
    "menu entry of a text of its own": (
        lambda name: {"menu": lambda: [MenuEntry("a", type("Text", (str,), {})("b"))]},
        "can be translated",
    ),
}


# ---- all of them in one portal


def made(name: str, act: Callable[[], Any] | None, hooks: Hooks) -> Any:
    if act:
        act()
    return module(name, **hooks)


def cases() -> Iterator[tuple[str, Callable[[], Any] | None, Callable[[str], Hooks], str]]:
    for case, (act, reason) in LOADED.items():
        yield case, act, lambda name: {}, reason
    for case, (hooks, reason) in CONFIGURED.items():
        yield case, None, lambda name, hooks=hooks: hooks, reason  # type: ignore[misc]
    for case, (make, reason) in ANSWERED.items():
        yield case, None, make, reason


NAMES = {case: f"kwaad{number:02}" for number, (case, *_rest) in enumerate(cases())}
REASONS = {case: reason.replace("{name}", NAMES[case]) for case, _act, _hooks, reason in cases()}


def honest(config: PluginConfigurator) -> None:
    config.add_route("pagina", "")
    config.add_view(page, route="pagina", permission="eerlijk:pagina:bekijken", request_method="GET")


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What became of them; all that can be put back has been."""
    candidates: dict[str, Any] = plugin("eerlijk", includeme=honest)
    for case, act, hooks, _reason in cases():
        name = NAMES[case]
        candidates[name] = Candidate(name, lambda name=name, act=act, hooks=hooks: made(name, act, hooks(name)))  # type: ignore[misc]
    settings = app_settings(tmp_path_factory.mktemp("trespassers")) | {"portaal.strict_plugins": "false"}
    before = Surroundings()
    candidates |= plugin("zeker")
    registry = make_app(settings, candidates).registry
    registry["portaal.engine"].dispose()
    for thread in threading.enumerate():
        if thread.name == "eigen draad":
            thread.join()
    before.check()
    return registry["portaal.plugins"]


@pytest.mark.parametrize("case", NAMES)
def test_it_is_refused(case: str, plugins: Any) -> None:
    (refused,) = [found for found in plugins.quarantined if found.name == NAMES[case]]
    assert re.search(REASONS[case], refused.error), refused.error
    late = case in CONFIGURED or case.startswith(("page", "route", "two routes")) or "is not there" in REASONS[case]
    assert refused.phase == ("configure" if late else "check"), refused.error


def test_honest_plugins_run_beside_all_of_them(plugins: Any) -> None:
    assert [accepted.name for accepted in plugins] == ["eerlijk", "zeker"]


def test_nothing_leads_from_a_plugins_configurator_to_the_portal(tmp_path: Path) -> None:
    """Not in one step, and not in many."""
    kept: list[PluginConfigurator] = []
    candidates: dict[str, Any] = plugin("eerlijk", includeme=lambda config: kept.append(config))
    registry = make_app(app_settings(tmp_path), candidates).registry
    registry["portaal.engine"].dispose()
    seen: dict[int, Any] = {}
    waiting: list[Any] = [*vars(kept[0]).values()]
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen and not isinstance(thing, type | types.ModuleType):
            seen[id(thing)] = thing
            waiting += gc.get_referents(thing)
    assert len(seen) > 3
    assert not [thing for thing in seen.values() if isinstance(thing, Configurator | type(registry))]


def test_which_warnings_are_errors_is_not_for_a_plugin(tmp_path: Path) -> None:
    before = list(warnings.filters)

    def load() -> Any:
        return made("eerlijk", lambda: warnings.simplefilter("error", ResourceWarning), {})

    candidates: dict[str, Any] = {"eerlijk": Candidate("eerlijk", load)}
    registry = make_app(app_settings(tmp_path), candidates).registry
    registry["portaal.engine"].dispose()
    assert warnings.filters == before
    assert "eerlijk" in registry["portaal.plugins"]


def test_a_thread_that_has_just_done_its_work_is_nobodys() -> None:
    """A page that was served while a plugin is loaded leaves its thread in Python's list for a moment."""
    started, ends, seen = threading.Event(), threading.Event(), []

    class Server(socketserver.ThreadingMixIn):
        def finish_request(self, request: Any, client_address: Any) -> None:
            started.set()
            ends.wait(60)

        def shutdown_request(self, request: Any) -> None:
            pass

    thread = threading.Thread(target=Server().process_request_thread, args=(None, None))
    list_no_longer = thread._delete  # type: ignore[attr-defined]
    vars(thread)["_delete"] = lambda: (seen.append(is_foreign(thread)), list_no_longer())
    thread.start()
    started.wait(60)
    assert not is_foreign(thread)
    ends.set()
    thread.join(60)
    assert seen == [False]
