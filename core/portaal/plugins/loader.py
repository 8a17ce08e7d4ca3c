"""Loading plugins: one that is wrong is quarantined with phase, error and hint; the others and the portal start.

The phases, per plugin in the order of their names: *discover* (import), *check* (names, what its hooks answer, pending
migrations), *configure* (beside the core and everything accepted so far). A configuration that a plugin spoilt is
thrown away and made anew without it.
"""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from importlib.metadata import EntryPoint
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

import pluggy
from translationstring import TranslationString

from portaal import hookspecs
from portaal.plugins.answers import checked_answers
from portaal.plugins.contract import API_VERSION, PluginInfo
from portaal.plugins.errors import ContractError, PendingMigrationsError, RefusedError
from portaal.plugins.names import check_name
from portaal.plugins.surroundings import Surroundings
from portaal.plugins.tables import check_tables, has_tables

if TYPE_CHECKING:
    from pyramid.config import Configurator

log = logging.getLogger(__name__)
LONGEST_TITLE = 60
LONGEST_ERROR = 2000


@dataclass(frozen=True)
class Quarantined:
    """A plugin that was not taken in.

    :param phase: ``discover``, ``check`` or ``configure``.
    :param hint: what its author or the operator can do.
    """

    name: str
    phase: str
    error: str
    hint: str


@dataclass(frozen=True)
class Plugin:
    """A plugin that runs."""

    info: PluginInfo
    module: Any
    distribution: str

    @property
    def name(self) -> str:
        return self.info.name


class Plugins:
    """The plugins of one application, by name, and its plugin manager."""

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self.manager = manager
        self.known: dict[str, Plugin] = {}  # the accepted ones, and the one being tried
        self.accepted: dict[str, Plugin] = {}
        self.quarantined: list[Quarantined] = []
        self._kept: dict[str, Mapping[str, Any]] = {}

    def __iter__(self) -> Any:
        return iter(self.accepted.values())

    def __contains__(self, name: object) -> bool:
        return name in self.accepted

    def get(self, name: str) -> Plugin | None:
        return self.accepted.get(name)

    def title_of(self, name: str) -> str:
        """What people call a product; its name where the plugin is not installed (any more)."""
        plugin = self.accepted.get(name)
        return plugin.info.title if plugin else name

    @property
    def products(self) -> list[Plugin]:
        """The plugins that can be switched on for a gemeente: those with rights or settings of their own.

        Others serve the whole portal, such as one that only brings another way to log in.
        """
        hooks = ("portaal_permissions", "portaal_settings_tab")
        return [plugin for plugin in self if any(self.call(plugin, hook) for hook in hooks)]

    def quarantine(self, name: str, phase: str, error: BaseException, package: str = "") -> None:
        """Leave a plugin out, and keep why.

        :param package: its import package, so that the line in it can be named.
        """
        quarantined = Quarantined(name, phase, _describe(error, package), _hint(phase, error))
        self.quarantined.append(quarantined)
        log.error("plugin %s is quarantined in phase %s: %s", name, phase, quarantined.error)
        self.known.pop(name, None)
        self.accepted.pop(name, None)
        self._kept.pop(name, None)
        if self.manager.has_plugin(name):
            self.manager.unregister(name=name)
        # A misspelled hook leaves an unspecified entry behind that would fail the next plugin's check too.
        for hook in [hook for hook in vars(self.manager.hook) if not hook.startswith("_")]:
            if not getattr(self.manager.hook, hook).has_spec():
                delattr(self.manager.hook, hook)

    def keep(self, plugin: Plugin, answers: Mapping[str, Any]) -> None:
        """Remember the checked answers of the hooks that return data, so that they stay what was checked."""
        self._kept[plugin.name] = answers

    def call(self, plugin: Plugin, hook: str, **arguments: Any) -> Any:
        """The answer of one plugin to one hook, or None where it does not implement it."""
        kept = self._kept.get(plugin.name, {})
        if hook in kept:
            return kept[hook]
        for implementation in getattr(self.manager.hook, hook).get_hookimpls():
            if implementation.plugin is plugin.module:
                wanted = {name: arguments[name] for name in implementation.argnames}
                return implementation.function(**wanted)
        return None

    def answers(self, hook: str) -> list[tuple[Plugin, Any]]:
        """The answers of all plugins that implement a hook, in the order of their names."""
        found = ((plugin, self.call(plugin, hook)) for plugin in self)
        return [(plugin, answer) for plugin, answer in found if answer is not None]


def load(
    candidates: Mapping[str, EntryPoint],
    core: Callable[[Plugins], Configurator],
    install: Callable[[Configurator, Plugins, Plugin], None],
    *,
    strict: bool = False,
) -> Configurator:
    """A configuration with the core and every plugin that keeps the contract.

    :param core: makes a configuration of the core alone.
    :param install: adds one plugin to a configuration; raises when it may not be there.
    :param strict: raise instead of quarantining (tests, CI).
    :raises RefusedError: in strict mode, for the first plugin that is refused.
    """
    plugins = Plugins(_manager())
    config = core(plugins)
    if candidates:
        import_module("portaal.api")  # so that all of it is looked at before the first plugin imports it
    surroundings = Surroundings(config.registry["portaal.engine"])
    for name, entry_point in candidates.items():
        phase = "discover"
        accepted = dict(plugins.accepted)
        log.info("loading plugin %s", name)  # where the process ends here, or hangs, this says for whom
        try:
            module = _imported(entry_point)
            phase = "check"
            check_name(name, candidates, partial(has_tables, config))
            plugin = _register(plugins, name, module, entry_point)
            plugins.known[name] = plugin
            plugins.keep(plugin, checked_answers(plugins, plugin))
            surroundings.check()
            check_tables(config, plugins, plugin)
            phase = "configure"
            install(config, plugins, plugin)
            surroundings.check()
            plugins.accepted[name] = plugin
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # sys.exit in a plugin must not stop the portal either
            surroundings.put_back()
            package = getattr(entry_point, "value", "").partition(":")[0].partition(".")[0]
            if strict:
                told = f"plugin {name} is refused in phase {phase}: {_describe(error, package)}. {_hint(phase, error)}"
                raise RefusedError(told) from error
            plugins.known, plugins.accepted = dict(accepted), accepted
            plugins.quarantine(name, phase, error, package)
            if phase == "configure":
                config = _again(core, install, plugins)
            surroundings = Surroundings(config.registry["portaal.engine"])  # what stays changed is not the next one's
    return config


def _imported(entry_point: EntryPoint) -> Any:
    with warnings.catch_warnings():  # which warnings are shown, or are errors, is for the operator to say
        return entry_point.load()


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _again(
    core: Callable[[Plugins], Configurator], install: Callable[[Configurator, Plugins, Plugin], None], plugins: Plugins
) -> Configurator:
    config = core(plugins)
    for plugin in list(plugins):
        try:
            install(config, plugins, plugin)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # it went well the first time: one that is different every time is not honest
            plugins.quarantine(plugin.name, "configure", error)
            return _again(core, install, plugins)
    return config


def _register(plugins: Plugins, name: str, module: Any, entry_point: EntryPoint) -> Plugin:
    if not callable(getattr(module, "portaal_plugin_info", None)):
        raise ContractError("the plugin does not implement portaal_plugin_info")
    # Before the hooks: one that is new in a later portal would be told to be misspelled.
    info = check_info(name, module.portaal_plugin_info())
    check_hooks(module)
    plugins.manager.register(module, name=name)
    plugins.manager.check_pending()
    return Plugin(info, module, entry_point.dist.name if entry_point.dist else "")


def check_hooks(module: Any) -> None:
    """Check the functions that stand for hooks; what :mod:`pluggy` would pass over, or never run, without a word.

    :raises ContractError: one is not marked, or is no plain function.
    """
    for name in dir(module):
        function = getattr(module, name)
        options = getattr(function, f"{hookspecs.PROJECT}_impl", None) if inspect.isroutine(function) else None
        if options is None:
            if name.startswith("portaal_") and callable(function):
                raise ContractError(f"{name} is not marked with @hookimpl, so it would never be called")
            continue
        if name.startswith("portaal_") and name not in vars(hookspecs):
            meant = get_close_matches(name, vars(hookspecs), n=1)
            raise ContractError(f"there is no hook {name}" + (f"; is {meant[0]} meant?" if meant else ""))
        if any(options.values()):
            raise ContractError(f"{name}: @hookimpl takes no options here")
        if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
            raise ContractError(f"{name} must be a plain function, without async or yield")


def check_info(name: str, info: Any) -> PluginInfo:
    """Check what a plugin says of itself.

    :raises ContractError: it is no PluginInfo, has another name than its entry point, or needs another API.
    """
    if not isinstance(info, PluginInfo):
        raise ContractError(f"portaal_plugin_info must return PluginInfo, not {type(info).__name__}")
    if info.name != name:
        raise ContractError(f"the entry point is called {name!r} but the plugin calls itself {info.name!r}")
    if not isinstance(info.title, str) or not info.title.strip():
        raise ContractError("PluginInfo: the title must be a text that is not empty")
    if len(info.title) > LONGEST_TITLE or not info.title.isprintable():
        raise ContractError(f"PluginInfo: the title must be of one line and at most {LONGEST_TITLE} characters")
    if not isinstance(info.description, TranslationString):
        raise ContractError("PluginInfo: the description must be a text that can be translated: _('...')")
    if not isinstance(info.api, tuple) or [type(number) for number in info.api] != [int, int]:
        raise ContractError(f"PluginInfo: api must be two numbers such as {API_VERSION}, not {info.api!r}")
    major, minor = info.api
    if major != API_VERSION[0] or minor > API_VERSION[1]:
        current = ".".join(map(str, API_VERSION))
        raise ContractError(f"it needs portaal.api {major}.{minor}; this portal has {current}")
    return info


def _describe(error: BaseException, package: str = "") -> str:
    """What is wrong and where, also if the error cannot say so itself, and never more than a page can show."""
    try:
        text = str(error)
    except Exception:
        text = ""
    shown = text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]} ..."
    told = f"{type(error).__name__}: {shown}" if shown else type(error).__name__
    places = [
        f"{frame.f_globals['__name__']}, line {line}"
        for frame, line in walk_tb(error.__traceback__)
        if package and str(frame.f_globals.get("__name__")).partition(".")[0] == package
    ]
    return f"{told} ({places[-1]})" if places else told  # the last line of its own on the way to the error


def _hint(phase: str, error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "The plugin ends the process. Remove the call of sys.exit."
    if phase == "discover" and isinstance(error, ContractError):
        return "Uninstall all but one of them."
    if phase == "discover":
        return "The plugin cannot be imported. Reinstall it, or install what it needs."
    if isinstance(error, PendingMigrationsError):
        return "Run 'portaal db upgrade' and start the portal again."
    if isinstance(error, pluggy.PluginValidationError):
        return "A hook has an unknown name or arguments. Compare it with portaal.hookspecs."
    if phase == "check":
        return "The plugin does not keep the contract. Read the error, then docs/plugins/."
    return "The plugin's configuration fails beside the core and the other plugins. Read the error."
