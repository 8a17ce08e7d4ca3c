"""Forms with files, read while they stream in: WebOb would write the files to a disk first, in plain text.

For views with ``checks_csrf_itself``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyramid.csrf import check_csrf_origin
from pyramid.exceptions import BadCSRFToken
from pyramid.interfaces import ICSRFStoragePolicy

from portaal.web.forms import CSRF_FIELD, CSRF_HEADER
from portaal.web.multipart_form import FileSink, OpenFile, UploadError, UploadFault, read_form

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
    """Read a form with one small file into memory, and check its CSRF token.

    :param name: of the file's field.
    :param most: how many bytes the file may have.
    :raises UploadError: it is no such form, is broken off, or too large.
    :raises BadCSRFToken: the token is wrong or missing.
    """
    file = _Memory(most)
    fields = read_files(request, lambda _name, _fields: file, name, max_files=1, max_size=most + FORM_AROUND_IT)
    return Upload(fields, bytes(file.content))


def read_files(
    request: Request, open_file: OpenFile, file_field: str, *, max_files: int, max_size: int
) -> dict[str, str]:
    """Read a form with files, and check its CSRF token before anything of a file is taken.

    For the parameters see :func:`portaal.web.multipart_form.read_form`.

    :returns: the ordinary fields, without the token.
    :raises UploadError: it is no such form, is broken off, or exceeds a limit. Its fields are empty when the token is
        not among them: what another site filled in is not shown again.
    :raises BadCSRFToken: the token is wrong or missing.
    """

    def open_checked(name: str, fields: Mapping[str, str]) -> FileSink:
        _check_csrf(request, fields)
        return open_file(name, fields)

    try:
        fields = read_form(
            request.environ["wsgi.input"],
            request.headers.get("Content-Type", ""),
            request.content_length,
            open_checked,
            file_field=file_field,
            max_files=max_files,
            max_size=max_size,
        )
    except UploadError as error:
        if not _has_token(request, error.fields):
            error.fields = {}
        raise
    _check_csrf(request, fields)
    return {name: text for name, text in fields.items() if name != CSRF_FIELD}


def _check_csrf(request: Request, fields: Mapping[str, str]) -> None:
    check_csrf_origin(request)
    if not _has_token(request, fields):
        raise BadCSRFToken("wrong or missing token")


def _has_token(request: Request, fields: Mapping[str, str]) -> bool:
    policy = request.registry.getUtility(ICSRFStoragePolicy)
    return bool(policy.check_csrf_token(request, request.headers.get(CSRF_HEADER) or fields.get(CSRF_FIELD, "")))


__all__ = ["Upload", "UploadError", "UploadFault", "read_files", "read_upload"]
