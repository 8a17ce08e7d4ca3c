"""Lists as CSV that a spreadsheet opens as it is: UTF-8 with a mark, semicolons, and nothing that runs as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

# What makes a spreadsheet read a cell as a formula (ASVS 1.2.10).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: Any) -> str:
    """A cell that a spreadsheet shows and does not run."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_csv(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """The table as the bytes of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    for row in (header, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def csv_response(request: Request, name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Response:
    """A download called ``<name>.csv``.

    :param name: letters, digits and hyphens; never something that a person typed.
    """
    response = request.response
    response.content_type = "text/csv"
    response.charset = "utf-8"
    response.content_disposition = f'attachment; filename="{name}.csv"'
    response.body = as_csv(header, rows)
    return response
