"""What an application consists of, down to the insides of the portal's own objects.

While a plugin's hook is called nothing of the application changes: what the plugin wants is only noted. So whatever is
different afterwards was changed behind the portal's back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, count
from operator import is_
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from zope.interface.interface import InterfaceClass

if TYPE_CHECKING:
    from pyramid.config import Configurator

# Whose objects are looked into; of others only their identity counts.
PACKAGES = frozenset({"portaal", "pyramid", "pyramid_jinja2", "jinja2", "pluggy", "webob"})
Parts = tuple[tuple[Any, ...], tuple[Any, ...]]  # names, none for what only has an order, and values


class State:
    """Every container of the application with what is in it now."""

    def __init__(self, config: Configurator) -> None:
        self._config = config
        self._roots = {name: tuple(found) for name, found in _roots(config)}
        self._containers: list[tuple[tuple[Any, ...], Any, Parts]] = []
        seen: set[int] = set()
        for kind, found in self._roots.items():
            label = ""
            for value in found:  # a name stands before what it is of
                if isinstance(value, str | InterfaceClass):
                    label = _word(value) or label
                else:
                    self._look((kind,), label, value, seen)

    def _look(self, above: tuple[Any, ...], name: Any, value: Any, seen: set[int]) -> None:
        """Note a container and what is in it. There are thousands, so what cannot be one is told by its type."""
        read = READERS.get(type(value), _reader)
        if read is None or id(value) in seen or (parts := read(value)) is None:
            return
        seen.add(id(value))
        place = (*above, name)
        self._containers.append((place, value, parts))
        for inner, part in zip(parts[0] or count(), parts[1], strict=False):
            if READERS.get(type(part), _reader) is not None:
                self._look(place, inner, part, seen)

    def changes(self) -> list[str]:
        """The places that are different now, as far as people can read them."""
        return sorted(set(self._changes()))

    def _changes(self) -> Iterator[str]:
        for name, found in _roots(self._config):
            now = tuple(found)
            if not _same(self._roots[name], now):
                new = [value for value in now if not any(value is old for old in self._roots[name])]
                yield " ".join([name, *map(_word, new)][:4])
        for place, container, before in self._containers:
            now = _parts(container) or ((), ())
            if not (_same(before[0], now[0]) and _same(before[1], now[1])):
                yield " ".join(filter(None, map(_word, place[:3])))


def _roots(config: Configurator) -> Iterator[tuple[str, Iterator[Any]]]:
    registry = config.registry
    yield "registry", chain.from_iterable(dict(registry).items())
    yield "settings", chain.from_iterable(dict(registry.settings).items())
    yield "directives", chain.from_iterable(registry._directives.items())
    yield "utilities", chain.from_iterable((u.provided, u.name, u.component) for u in registry.registeredUtilities())
    yield (
        "adapters",
        chain.from_iterable((*a.required, a.provided, a.name, a.factory) for a in registry.registeredAdapters()),
    )
    handlers = (registry.registeredHandlers(), registry.registeredSubscriptionAdapters())
    yield "subscribers", chain.from_iterable((*s.required, s.factory) for s in chain(*handlers))
    yield "configurator", (value for name, value in sorted(vars(config).items()) if name != "registry")
    yield "template environment", iter([config.get_jinja2_environment()])


def _reader(value: Any) -> Parts | None:
    """Read an object of a type that was not met yet, and remember how."""
    kind = type(value)
    if isinstance(value, type):
        return _class(value)
    if isinstance(value, dict):
        READERS[kind] = _mapping
    elif _is_ours(kind) and hasattr(value, "__dict__"):
        READERS[kind] = _object
    else:
        READERS[kind] = None
    return _parts(value)


def _parts(value: Any) -> Parts | None:
    read = READERS.get(type(value), _reader)
    return None if read is None else read(value)


def _sequence(value: Any) -> Parts:
    values = tuple(value)
    return (), values


def _mapping(value: Any) -> Parts:
    return tuple(value), tuple(value.values())


def _object(value: Any) -> Parts:
    return tuple(vars(value)), tuple(vars(value).values())


def _class(value: Any) -> Parts | None:
    functions = {name: part for name, part in vars(value).items() if callable(part)} if _is_ours(value) else {}
    return (tuple(functions), tuple(functions.values())) if functions else None


READERS: dict[type, Callable[[Any], Parts | None] | None] = {
    **dict.fromkeys((str, int, float, bool, bytes, type(None), FunctionType, ModuleType)),
    **dict.fromkeys((list, tuple, set, frozenset), _sequence),
    dict: _mapping,
}


def _is_ours(kind: type) -> bool:
    return str(kind.__module__).partition(".")[0] in PACKAGES


def _same(before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    return len(before) == len(now) and all(map(is_, before, now))


def _word(part: Any) -> str:
    if isinstance(part, tuple):
        return " ".join(filter(None, map(_word, part)))
    return str(getattr(part, "__name__", part))
