"""Waiting for another system without holding a transaction: no lock, no connection, nor SQLite's one writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.request import Request


@contextmanager
def between_transactions(request: Request) -> Iterator[None]:
    """Commit what the request did so far; run the block; then begin anew.

    Objects of the session do not survive it: keep plain values, and get the objects again by their ids. The view may be
    run a second time when the second transaction fails on another's (pyramid_retry), so the first part must be known by
    an id that comes with the request.
    """
    request.tm.commit()
    try:
        yield
    finally:
        request.tm.begin()


@contextmanager
def after_rollback(request: Request) -> Iterator[None]:
    """Give up what the request did so far; run the block; then begin anew. For a request that is refused, or that has
    only read.

    Without a transaction of its own, for instance on a page that only reads, there is nothing to give up.
    """
    active = request.environ.pop("tm.active", None)
    if active:
        request.tm.abort()
    try:
        yield
    finally:
        if active:
            request.environ["tm.active"] = active
            request.tm.begin()
