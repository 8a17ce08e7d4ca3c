"""Reading an upload form while it streams in: small fields are kept, files go straight on.

WebOb would write the whole body to a temporary file first, in plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import BinaryIO, Protocol

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

_PIECE = 1 << 16
_MAX_FIELD = 2_000  # bytes of an ordinary field that are kept
_MAX_FIELDS = 10


class FileSink(Protocol):
    """Takes the bytes of one file."""

    def write(self, piece: bytes) -> None: ...

    def close(self) -> None: ...


# Called at each file, with its name and the fields that came before it.
OpenFile = Callable[[str, Mapping[str, str]], FileSink]


class UploadFault(StrEnum):
    NOT_A_FORM = "not_a_form"
    TOO_MANY_FILES = "too_many_files"
    TOO_LARGE = "too_large"
    BROKEN = "broken"


class UploadError(Exception):
    """The form as a whole cannot be read. ``fault`` says why, ``fields`` are the ordinary fields that were read."""

    def __init__(self, fault: UploadFault, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.fields = fields or {}


def read_form(
    body: BinaryIO,
    content_type: str,
    length: int | None,
    open_file: OpenFile,
    *,
    file_field: str,
    max_files: int,
    max_size: int,
) -> dict[str, str]:
    """Read a ``multipart/form-data`` body to its end.

    :param length: the announced number of bytes.
    :param file_field: the only field that may hold files.
    :param open_file: gives what takes a file; what it raises ends the reading. An input in which no file was chosen
        does not count as one.
    :returns: the ordinary fields; of one sent twice, the first. One longer than 2,000 bytes is cut off there, which is
        for its own check to find too long.
    :raises UploadError: it is no such form, is broken off, or exceeds a limit.
    """
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise UploadError(UploadFault.NOT_A_FORM)
    if length is None or length > max_size:
        raise UploadError(UploadFault.TOO_LARGE, _fields_before_files(body, options["boundary"], file_field))
    form = _Form(open_file, file_field, max_files)
    try:
        with PushMultipartParser(
            options["boundary"], content_length=length, max_segment_count=max_files + _MAX_FIELDS, strict=True
        ) as parser:
            for event in parser.parse_blocking(body.read, chunk_size=_PIECE):
                form.take(event)
    except ParserLimitReached as error:
        raise UploadError(UploadFault.TOO_MANY_FILES, form.fields) from error
    except MultipartError as error:
        raise UploadError(UploadFault.BROKEN, form.fields) from error
    except UploadError as error:
        error.fields = form.fields
        raise
    return form.fields


def _fields_before_files(body: BinaryIO, boundary: str, file_field: str) -> dict[str, str]:
    """What was typed, from the beginning of a body that will not be read any further."""

    def stop(name: str, fields: Mapping[str, str]) -> FileSink:
        raise UploadError(UploadFault.TOO_LARGE)

    form = _Form(stop, file_field, 1)
    with suppress(MultipartError, UploadError), PushMultipartParser(boundary, strict=True) as parser:
        for event in parser.parse(body.read(_PIECE)):
            form.take(event)
    return form.fields


class _Form:
    """Sorts the parser's events into fields and files."""

    def __init__(self, open_file: OpenFile, file_field: str, max_files: int) -> None:
        self.fields: dict[str, str] = {}
        self._open_file = open_file
        self._file_field = file_field
        self._room = max_files
        self._name = ""
        self._text: bytearray | None = None
        self._file_name: str | None = None
        self._sink: FileSink | None = None

    def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if event is None:
            self._end()
        elif isinstance(event, bytes | bytearray):
            self._data(bytes(event))
        else:
            self._begin(event)

    def _begin(self, segment: MultipartSegment) -> None:
        self._name = segment.name or ""
        self._file_name = segment.filename
        self._text = bytearray() if segment.filename is None else None
        if self._file_name:
            self._open()

    def _data(self, piece: bytes) -> None:
        if self._text is not None:
            self._text += piece[: _MAX_FIELD - len(self._text)]
            return
        if self._sink is None:  # bytes under an empty file name: a file after all
            self._open()
        if self._sink is not None:
            self._sink.write(piece)

    def _end(self) -> None:
        if self._text is not None:
            self.fields.setdefault(self._name, self._text.decode("utf-8", errors="replace"))
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def _open(self) -> None:
        if self._name != self._file_field:
            raise UploadError(UploadFault.BROKEN)
        if not self._room:
            raise UploadError(UploadFault.TOO_MANY_FILES)
        self._room -= 1
        self._sink = self._open_file(self._file_name or "", self.fields)
