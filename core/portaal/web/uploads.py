"""One small file with a form, read into memory only: WebOb would write it to a temporary file, in plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyramid.csrf import check_csrf_origin
from pyramid.exceptions import BadCSRFToken
from pyramid.interfaces import ICSRFStoragePolicy

from portaal.web.forms import CSRF_FIELD, CSRF_HEADER
from portaal.web.multipart_form import UploadError, UploadFault, read_form

if TYPE_CHECKING:
    from pyramid.request import Request

FORM_AROUND_IT = 10_000  # bytes


@dataclass
class Upload:
    """What was sent.

    :ivar content: of the file; empty where none was chosen.
    """

    fields: dict[str, str]
    content: bytes = field(repr=False)


class _Memory:
    """Takes the file, up to a size."""

    def __init__(self, most: int) -> None:
        self.content = bytearray()
        self._most = most

    def write(self, piece: bytes) -> None:
        if len(self.content) + len(piece) > self._most:
            raise UploadError(UploadFault.TOO_LARGE)
        self.content += piece

    def close(self) -> None:
        """Nothing to do."""


def read_upload(request: Request, name: str, most: int) -> Upload:
    """Read a form with one file, and check its CSRF token. For a view with ``checks_csrf_itself``.

    :param name: of the file's field.
    :param most: how many bytes the file may have.
    :raises UploadError: it is no such form, is broken off, or too large.
    :raises BadCSRFToken: the token is wrong or missing.
    """
    file = _Memory(most)
    fields = read_form(
        request.environ["wsgi.input"], request.headers.get("Content-Type", ""), request.content_length,
        lambda _name, _fields: file, file_field=name, max_files=1, max_size=most + FORM_AROUND_IT,
    )  # fmt: skip
    check_csrf(request, fields)
    return Upload({key: value for key, value in fields.items() if key != CSRF_FIELD}, bytes(file.content))


def check_csrf(request: Request, fields: Mapping[str, str]) -> None:
    """The check of a form that streams in: Pyramid's own would read the whole body first.

    :param fields: those that came so far.
    :raises BadCSRFToken: the token is wrong, or not among them.
    """
    check_csrf_origin(request)
    if not has_token(request, fields):
        raise BadCSRFToken("wrong or missing token")


def has_token(request: Request, fields: Mapping[str, str]) -> bool:
    """Whether the fields, or the headers, hold the CSRF token of this browser."""
    policy = request.registry.getUtility(ICSRFStoragePolicy)
    return bool(policy.check_csrf_token(request, request.headers.get(CSRF_HEADER) or fields.get(CSRF_FIELD, "")))


__all__ = ["Upload", "UploadError", "UploadFault", "check_csrf", "has_token", "read_upload"]
