"""What belongs to the whole process or to the portal, and what a plugin must leave as it is while it is loaded.

``locale.setlocale``, ``logging.basicConfig``, a function of the portal that is replaced: each is one line in a plugin,
or in a library that it imports, and each changes every page. So all of it is looked at before and after. A plugin that
changed something is refused with the name of it, and it is put back as far as Python lets us.
"""

from __future__ import annotations

import decimal
import functools
import gc
import locale
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from operator import is_
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Pool
from sqlalchemy.event import registry as listeners
from sqlalchemy.orm import Mapper, Session

from portaal.db.base import Base
from portaal.db.models import core_metadata
from portaal.plugins.errors import ContractError

PACKAGES = ("portaal", "pyramid", "webob")
CODE = (FunctionType, type, property, classmethod, staticmethod, functools._lru_cache_wrapper)
LOGGERS = ("", "portaal")
VARIABLES = frozenset(os.environ)
SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGCHLD")  # not every system has all of them
SERVING = ("portaal", "waitress", "socketserver")
ABSENT = object()
Listener = tuple[int, str, Any]  # SQLAlchemy's: which target, which event, which function


class Part(NamedTuple):
    """Something of the process.

    :param put_back: is given what was read before.
    """

    name: str
    read: Callable[[], Any]
    put_back: Callable[[Any], Any]


def _attribute(owner: Any, name: str) -> Part:
    """One attribute; it is not there where it is deleted."""

    def put_back(value: Any) -> None:
        if value is ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, value)

    return Part(f"{owner.__name__}.{name}", lambda: getattr(owner, name, ABSENT), put_back)


def _logger(name: str) -> Part:
    logger = logging.getLogger(name)

    def read() -> Any:
        return tuple(logger.handlers), tuple(logger.filters), logger.level, logger.disabled, logger.propagate

    def put_back(value: Any) -> None:
        handlers, filters, logger.level, logger.disabled, logger.propagate = value
        logger.handlers[:], logger.filters[:] = handlers, filters
        logger.manager._clear_cache()  # type: ignore[attr-defined]  # which levels are on

    return Part(f"the log {name or 'of everything'}", read, put_back)


def _signal(number: signal.Signals) -> Part:
    def put_back(value: Any) -> None:
        with suppress(ValueError):  # only the main thread may
            signal.signal(number, value)

    return Part(f"what happens at {number.name}", lambda: signal.getsignal(number), put_back)


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it was removed meanwhile
        return None


def _put_folder_back(before: str | None) -> None:
    if before is not None:
        os.chdir(before)


def _umask() -> int:
    value = os.umask(0o077)  # there is no way to only look
    os.umask(value)
    return value


def _numbers() -> tuple[int, str]:
    return decimal.getcontext().prec, decimal.getcontext().rounding


def _put_numbers_back(before: tuple[int, str]) -> None:
    decimal.getcontext().prec, decimal.getcontext().rounding = before


def _environment() -> dict[str, str]:
    """Those that were there; libraries add variables of their own."""
    return {name: value for name, value in os.environ.items() if name in VARIABLES}


PROCESS = (
    Part("the locale", lambda: locale.setlocale(locale.LC_ALL), lambda value: locale.setlocale(locale.LC_ALL, value)),
    Part("the folder that the portal runs in", _folder, _put_folder_back),
    Part("the rights of new files", _umask, os.umask),
    Part("how numbers are rounded", _numbers, _put_numbers_back),
    Part("the time limit of sockets", socket.getdefaulttimeout, socket.setdefaulttimeout),
    Part("the limit of recursion", sys.getrecursionlimit, sys.setrecursionlimit),
    Part("the collection of garbage", gc.isenabled, lambda value: gc.enable() if value else gc.disable()),
    Part("what is logged at all", lambda: logging.root.manager.disable, logging.disable),
    Part("the variables of the environment", _environment, os.environ.update),
    *(_attribute(sys, name) for name in ("excepthook", "unraisablehook", "stdout", "stderr", "displayhook")),
    _attribute(threading, "excepthook"),
    _attribute(socket, "socket"),
    *(_logger(name) for name in LOGGERS),
    *(_signal(number) for number in signal.Signals if number.name in SIGNALS),
)


class Surroundings:
    """What everything is like now."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._targets = {id(target): target for target in _targets(engine)}
        self._process = [part.read() for part in PROCESS]
        self._threads = set(threading.enumerate())
        self._modules = dict(_modules())
        self._code = [(owner, tuple(vars(owner)), tuple(vars(owner).values())) for owner in _owners(self._modules)]
        self._tables = set(core_metadata().tables)
        self._listeners = self._listening()

    def check(self) -> None:
        """Compare with what everything is like now.

        :raises ContractError: naming what a plugin changed that is not its own.
        """
        faults = [*self._faults()]
        if faults:
            raise ContractError("; ".join(faults))

    def _faults(self) -> Iterator[str]:
        for part, before in zip(PROCESS, self._process, strict=True):
            if part.read() != before:
                yield f"it changes {part.name}, which is the whole portal's"
        for thread in filter(is_foreign, set(threading.enumerate()) - self._threads):
            yield f"it starts the thread {thread.name!r}; work beside the pages is a job"
        for name, module in self._modules.items():
            if sys.modules.get(name) is not module:
                yield f"it replaces the module {name}"
        for owner, name, _ in self._changed_code():
            yield f"it changes {_path(owner)}.{name}"
        for table in core_metadata().tables.keys() - self._tables:
            yield f"it adds the table {table!r} to those of the portal"
        for target, name, _ in self._listening() - self._listeners:
            yield f"it listens to {name!r} of {getattr(self._targets[target], '__name__', self._targets[target])}"

    def put_back(self) -> None:
        """Undo what can be undone; a thread goes on, and so does what it holds."""
        for part, before in zip(PROCESS, self._process, strict=True):
            if part.read() != before:
                part.put_back(before)
        for name, module in self._modules.items():
            sys.modules[name] = module
        for owner, name, before in list(self._changed_code()):
            if before is ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, before)
        for table in core_metadata().tables.keys() - self._tables:
            core_metadata().remove(core_metadata().tables[table])
        for key in self._listening() - self._listeners:
            self._stop_listening(key)

    def _stop_listening(self, key: Listener) -> None:
        """As ``sqlalchemy.event.remove``, which wants the function as it was before SQLAlchemy wrapped it."""
        target, name, function = key
        found = [reference() for reference in listeners._key_to_collection[key].values()]
        if found and found[0] is not None:
            event_key: Any = listeners._EventKey(self._targets[target], name, found[0], self._targets[target])
            event_key.fn_key = function
            event_key.remove()

    def _changed_code(self) -> Iterator[tuple[Any, str, Any]]:
        for owner, names, values in self._code:
            now = vars(owner)
            if len(now) == len(values) and all(map(is_, now.values(), values)):
                continue
            before = dict(zip(names, values, strict=True))
            for name in (*names, *(now.keys() - before.keys())):
                old, new = before.get(name, ABSENT), now.get(name, ABSENT)
                if old is not new and (isinstance(old, CODE) or isinstance(new, CODE)):
                    yield owner, name, old

    def _listening(self) -> set[Listener]:
        return {key for key in list(listeners._key_to_collection) if key[0] in self._targets}


def is_foreign(thread: threading.Thread) -> bool:
    """Whether it has work, and none of that with which the portal serves pages meanwhile.

    A thread that has done its work forgets it; Python lists such a thread a moment longer.
    """
    plain = type(thread).run is threading.Thread.run
    work = getattr(thread, "_target", None) if plain else type(thread).run
    return work is not None and str(getattr(work, "__module__", "")).partition(".")[0] not in SERVING


def _targets(engine: Engine | None) -> Iterator[Any]:
    """What belongs to the portal of that which SQLAlchemy lets one listen to."""
    yield from (Session, Mapper, Engine, Connection, Pool, Base, core_metadata(), *core_metadata().tables.values())
    for mapper in Base.registry.mappers:
        yield from (mapper, mapper.class_)
    if engine is not None:
        yield from (engine, engine.pool)


def _modules() -> Iterator[tuple[str, ModuleType]]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in PACKAGES and isinstance(module, ModuleType):
            yield name, module


def _owners(modules: dict[str, ModuleType]) -> Iterator[Any]:
    """The modules, and the classes that are defined in them."""
    for name, module in modules.items():
        yield module
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == name:
                yield value


def _path(owner: Any) -> str:
    return owner.__name__ if isinstance(owner, ModuleType) else f"{owner.__module__}.{owner.__qualname__}"
