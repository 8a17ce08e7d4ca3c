"""What stands in an address: ids, and what a list is asked for. Nobody types that, so what makes no sense is absent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound

if TYPE_CHECKING:
    from pyramid.request import Request

PAGE = "pagina"
MOST_DIGITS = 6


def read_id(request: Request, name: str) -> uuid.UUID:
    """An id in the path.

    :raises HTTPNotFound: it is none.
    """
    found = as_id(request.matchdict[name])
    if found is None:
        raise HTTPNotFound
    return found


def as_id(text: str) -> uuid.UUID | None:
    """The id or reference number that a text is; None for any other text."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def read_number(text: str) -> int | None:
    """A whole number from 1, of at most six digits."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) or None if is_number else None


def read_page(query: Mapping[str, str]) -> int:
    """Which page of a list is asked for, the first where the address does not say."""
    return read_number(query.get(PAGE, "")) or 1


def page_count(total: int, size: int) -> int:
    """How many pages a list has; an empty one has one too."""
    return max(1, -(-total // size))
