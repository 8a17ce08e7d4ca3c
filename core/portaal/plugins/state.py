"""What an application consists of, down to the insides of the portal's own objects.

While a plugin's hooks are called nothing of the application changes: what the plugin wants is only noted. So whatever
is different afterwards was changed behind the portal's back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyramid.config import Configurator

# Whose objects are looked into; of others only their identity counts.
PACKAGES = frozenset({"portaal", "pyramid", "pyramid_jinja2", "jinja2", "pluggy", "webob"})
ABSENT = object()
State = Mapping[tuple[Any, ...], Any]


def state(config: Configurator) -> State:
    """Every part by its place."""
    registry = config.registry
    roots = {
        "registry": dict(registry),
        "settings": dict(registry.settings),
        "utilities": {(u.provided, u.name): u.component for u in registry.registeredUtilities()},
        "directives": registry._directives,
        "adapters": {(*a.required, a.provided, a.name): a.factory for a in registry.registeredAdapters()},
        "subscribers": [
            (item.factory, item.required)
            for found in (registry.registeredHandlers(), registry.registeredSubscriptionAdapters())
            for item in found
        ],
        "configurator": {name: value for name, value in vars(config).items() if name != "registry"},
        "template environment": config.get_jinja2_environment(),
    }
    found: dict[tuple[Any, ...], Any] = {}
    _look(("",), roots, found, set())
    return found


def changes(before: State, after: State) -> Iterator[str]:
    """The places that differ, as far as people can read them."""
    yield from sorted({_place(key) for key in before.keys() | after.keys() if _differ(before, after, key)})


def _differ(before: State, after: State, key: tuple[Any, ...]) -> bool:
    old, new = before.get(key, ABSENT), after.get(key, ABSENT)
    return old is not new and not (isinstance(old, str | int | float | bytes) and type(old) is type(new) and old == new)


def _place(key: tuple[Any, ...]) -> str:
    return " ".join(filter(None, map(_word, key[1:4])))


def _word(part: Any) -> str:
    if isinstance(part, tuple):
        return " ".join(filter(None, map(_word, part)))
    return str(getattr(part, "__name__", part))


def _look(place: tuple[Any, ...], value: Any, found: dict[tuple[Any, ...], Any], seen: set[int]) -> None:
    parts = _parts(value)
    if parts is None or type(value).__module__ != "builtins":  # a list is what is in it
        found[place] = value
    if parts is None or id(value) in seen:
        return
    seen.add(id(value))
    for name, part in parts.items():
        _look((*place, name), part, found, seen)


def _parts(value: Any) -> Mapping[Any, Any] | None:
    kind = type(value)
    if kind is dict or isinstance(value, dict):
        return value
    if kind in (list, tuple):
        return dict(enumerate(value))
    if kind in (set, frozenset):
        return {item: item for item in value}
    if isinstance(value, type):
        return {name: part for name, part in vars(value).items() if callable(part)} if _is_ours(value) else None
    return vars(value) if _is_ours(kind) and hasattr(value, "__dict__") else None


def _is_ours(kind: type) -> bool:
    return str(kind.__module__).partition(".")[0] in PACKAGES
