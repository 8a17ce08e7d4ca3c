"""What a plugin changed when it was tried on scratch, and whether it may.

Pyramid lets a later registration win silently once the core has committed: a view, a policy, a template. So the
configuration is compared before and after each plugin. The guard catches mistakes; it is no wall against malice, since
a plugin is code in our process (docs/plugins/trust.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateNotFound
from pyramid.interfaces import IRoutesMapper

from portaal.access.resources import ProductContext
from portaal.plugins.configurator import GEMEENTECODE
from portaal.plugins.errors import ContractError

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Introspectable

# What PluginConfigurator's directives leave behind.
OWN_CATEGORIES = frozenset({"routes", "root factories", "views", "permissions", "templates"})


@dataclass(frozen=True)
class Snapshot:
    """What is registered at one moment."""

    introspectables: dict[int, Introspectable]
    utilities: dict[tuple[Any, str], Any]
    adapters: dict[tuple[Any, ...], Any]
    subscribers: int
    settings: dict[str, Any]
    registry: dict[str, Any]
    jinja: dict[str, dict[str, Any]]


def snapshot(config: Configurator) -> Snapshot:
    """Look at everything a plugin could change."""
    registry = config.registry
    environment = config.get_jinja2_environment()
    return Snapshot(
        introspectables={id(found): found for found in introspectables(config)},
        utilities={(u.provided, u.name): u.component for u in registry.registeredUtilities()},
        adapters={(*a.required, a.provided, a.name): a.factory for a in registry.registeredAdapters()},
        subscribers=len(list(registry.registeredHandlers())),
        settings=dict(registry.settings),
        registry=dict(registry),
        jinja={
            "globals": dict(environment.globals),
            "filters": dict(environment.filters),
            "tests": dict(environment.tests),
        },
    )


def introspectables(config: Configurator, category: str | None = None) -> Iterator[Introspectable]:
    """Those of one category, or all. Pyramid's own ways also look up what each is related to, which takes its time."""
    for name, found in config.registry.introspector._categories.items():
        if category in (None, name):
            yield from {id(item): item for item in found.values()}.values()


def check_changes(config: Configurator, plugin: str, before: Snapshot) -> None:
    """Compare now with ``before``.

    :raises ContractError: naming everything the plugin changed that is not its own.
    """
    after = snapshot(config)
    faults = [*_introspection(config, plugin, before, after), *_registry(before, after)]
    if faults:
        raise ContractError("; ".join(sorted(set(faults))))


def _introspection(config: Configurator, plugin: str, before: Snapshot, after: Snapshot) -> Iterator[str]:
    for key, introspectable in before.introspectables.items():
        if key not in after.introspectables:
            yield f"it replaces {_name(introspectable)} of the portal"
    for key in after.introspectables.keys() - before.introspectables.keys():
        added = after.introspectables[key]
        if added.category_name not in OWN_CATEGORIES:
            yield f"it adds {_name(added)}, which only the core may"
        elif added.category_name == "root factories" and not _is_core_factory(added["factory"], plugin):
            yield "it adds a root factory of its own; the core's decides who may what"
        elif added.category_name == "routes":
            yield from _route_faults(config, plugin, added)
        elif added.category_name == "views":
            yield from _view_faults(config, plugin, added)
        elif added.category_name == "templates":
            yield from template_faults(config, plugin, added["name"])


def _route_faults(config: Configurator, plugin: str, route: Introspectable) -> Iterator[str]:
    name, pattern = route["name"], route["pattern"]
    if not name.startswith(f"{plugin}."):
        yield f"route {name!r} must begin with {plugin + '.'!r}"
    if not pattern.startswith(f"/g/{GEMEENTECODE}/{plugin}/"):
        yield f"route {name!r} lies outside the product's own address"
    registered = config.registry.getUtility(IRoutesMapper).get_route(name)
    if registered is None or not _is_core_factory(registered.factory, plugin):
        yield f"route {name!r} has a root factory of its own; the core's decides who may what"


def _is_core_factory(factory: Any, plugin: str) -> bool:
    return isinstance(factory, type) and issubclass(factory, ProductContext) and factory.product == plugin


def _view_faults(config: Configurator, plugin: str, view: Introspectable) -> Iterator[str]:
    name = view["route_name"] or view["name"] or "a view"
    if not (view["route_name"] or "").startswith(f"{plugin}."):
        yield f"view {name!r} is not on one of the product's own routes"
    permissions = {
        related.discriminator
        for related in config.registry.introspector.related(view) or ()
        if related.category_name == "permissions"
    }
    declared = {permission.name for permission in config.registry["portaal.permissions"].of_owner(plugin)}
    if not permissions or not permissions <= declared:
        yield f"view {name!r} needs a permission that the product declares"
    if not view["request_methods"]:
        yield f"view {name!r} needs a request method"
    if view["decorator"] is not None or view["mapper"] is not None:
        yield f"view {name!r} has a decorator or mapper of its own"


def template_faults(config: Configurator, plugin: str, name: str) -> Iterator[str]:
    """What is wrong with the template of a page or tile: it must be the product's own, or the portal's."""
    module = config.registry["portaal.plugins"].known[plugin].module
    own = getattr(module, "__name__", type(module).__module__).partition(".")[0]
    package, is_spec, _ = name.partition(":")
    if not name.endswith(".jinja2"):
        return
    if not (is_spec and package.partition(".")[0] in {own, "portaal"}):
        yield f"template {name!r} must be one of its own ({own}:...) or of the portal"
        return
    environment = config.get_jinja2_environment()
    config.begin()  # a checkout has the portal's templates elsewhere, which only its registry knows
    try:
        environment.loader.get_source(environment, name)
    except (TemplateNotFound, ImportError):
        yield f"template {name!r} is not there"
    finally:
        config.end()


def _registry(before: Snapshot, after: Snapshot) -> Iterator[str]:
    for (provided, name), component in before.utilities.items():
        if after.utilities.get((provided, name)) is not component:
            yield f"it replaces {provided.__name__} {name}".rstrip()
    for key, factory in before.adapters.items():
        if after.adapters.get(key) is not factory:
            yield f"it replaces a view or adapter of the portal ({getattr(key[-2], '__name__', key[-2])})"
    if after.subscribers != before.subscribers:
        yield "it adds a subscriber; use the hooks"
    if after.settings != before.settings:
        yield "it changes the settings of the portal"
    if after.registry != before.registry:
        yield "it changes the registry of the portal"
    for kind, names in before.jinja.items():
        if after.jinja[kind] != names:
            yield f"it changes the template {kind}"


def _name(introspectable: Introspectable) -> str:
    return f"{introspectable.category_name}: {introspectable.title}"
