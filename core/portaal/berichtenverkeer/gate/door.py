"""The outermost layer: what can be said of a file from its bytes, before any XML parser sees them.

Bytes come in as they arrive and go out in pieces that end with ">", so that no tag, comment or character is ever
cut in two: that makes each check below a plain search.
"""

from __future__ import annotations

import re

from portaal.berichtenverkeer.gate.words import finding
from portaal.berichtenverkeer.verdict import Refusal, Stage

BOM = b"\xef\xbb\xbf"
OTHER_FILES = {
    b"PK\x03\x04": "ZIP",
    b"PK\x05\x06": "ZIP",
    b"PK\x07\x08": "ZIP",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"%PDF": "PDF",
}
OTHER_ENCODINGS = {
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\x00<": "UTF-32",
    b"<\x00\x00\x00": "UTF-32",
    b"\xfe\xff": "UTF-16",
    b"\xff\xfe": "UTF-16",
    b"\x00<": "UTF-16",
    b"<\x00": "UTF-16",
    b"Lo\xa7\x94": "EBCDIC",
    b"+ADw": "UTF-7",
}
DECLARATION = re.compile(
    rb"""<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"utf-8"|'utf-8'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>""",
    re.IGNORECASE,
)
FIRST_TAG = re.compile(rb"<[^?!][^>]*>")  # the root's, or what looks like a tag in a comment before it
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)")
INVISIBLE_POINTS = frozenset(
    point
    for first, last in [
        (0x061C, 0x061C),  # Arabic letter mark
        (0x200B, 0x200F),  # zero width, left-to-right and right-to-left marks
        (0x202A, 0x202E),  # embeddings and overrides of direction
        (0x2060, 0x2064),  # invisible operators
        (0x2066, 0x2069),  # isolates
        (0xFEFF, 0xFEFF),  # byte order mark in the middle
        (0xE0000, 0xE007F),  # tags
    ]
    for point in range(first, last + 1)
)
INVISIBLE = re.compile("[" + "".join(map(chr, sorted(INVISIBLE_POINTS))) + "]")
CHARACTER_REFERENCE = re.compile(rb"&#(?:x0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));")
ATTRIBUTE = re.compile(rb"""=[ \t\r\n]*["']""")
WHITE = b" \t\r\n"
HEAD = 1024
PIECE = 65_536
MAX_COMMENTS = 1_000
MAX_ATTRIBUTES_IN_PIECE = 2_048
MAX_PART = 1 << 20


class Door:
    """Checks the bytes and counts lines. What ``feed`` and ``close`` return may go on to the parser."""

    def __init__(self) -> None:
        self.lines = 0
        self.comments = 0
        self.has_bom = False
        self._waiting = bytearray()
        self._opened = False
        self._passed = False

    def feed(self, data: bytes) -> bytes:
        """The complete piece after these bytes, empty when there is none yet. At most PIECE bytes at a time.

        :raises Refusal: a limit is passed, or it cannot be XML.
        """
        searched = len(self._waiting)
        self._waiting += data
        if not self._opened:
            if len(self._waiting) < HEAD:
                return b""
            self._open()
            searched = 0
        end = self._waiting.rfind(b">", searched) + 1
        if len(self._waiting) - end > MAX_PART:
            raise Refusal(Stage.LIMITS, finding("B27", regel=self.lines + 1, kilobytes=MAX_PART // 1024))
        piece = bytes(self._waiting[:end])
        del self._waiting[:end]
        return self._checked(piece)

    def close(self) -> bytes:
        """What is left at the end of the file.

        :raises Refusal: as :meth:`feed` does, or the file does not end with a tag.
        """
        if not self._opened:
            self._open()
        rest = self._checked(bytes(self._waiting))
        if rest[rest.rfind(b">") + 1 :].strip(WHITE):
            raise Refusal(Stage.XML, finding("B20", regel=self.lines + 1))
        return rest

    def _open(self) -> None:
        self._opened = True
        head = bytes(self._waiting[:HEAD])
        if not head:
            raise Refusal(Stage.FILE, finding("B01"))
        for beginning, kind in OTHER_FILES.items():
            if head.startswith(beginning):
                raise Refusal(Stage.FILE, finding("B03", kind=kind))
        for beginning, encoding in OTHER_ENCODINGS.items():
            if head.startswith(beginning):
                raise Refusal(Stage.ENCODING, finding("B06", regel=1, encoding=encoding))
        if head.startswith(BOM):
            self.has_bom = True
            del self._waiting[: len(BOM)]
            head = head[len(BOM) :]
            if head.startswith(BOM):
                raise Refusal(Stage.ENCODING, finding("B09", regel=1))
        first = head.lstrip(WHITE)
        if not first.startswith(b"<"):
            raise Refusal(Stage.FILE, finding("B04", regel=1))
        if first.startswith(b"<?") and not DECLARATION.match(head):
            raise Refusal(Stage.ENCODING, finding("B08", regel=1))

    def _checked(self, piece: bytes) -> bytes:
        """Looks for single characters first: that is many times quicker, and they are seldom there."""
        if b"\x00" in piece:
            raise Refusal(Stage.FILE, finding("B05", regel=self._line(piece, piece.index(b"\x00"))))
        if not piece.isascii():
            self._check_characters(piece)
        if b"&" in piece:
            self._check_references(piece)
        if b"=" in piece and piece.count(b"=") > MAX_ATTRIBUTES_IN_PIECE:
            self._check_attributes(piece)
        if b"!" in piece:
            self._check_markup(piece)
        if b"?" in piece:
            self._check_instructions(piece)
        self.lines += piece.count(b"\n")
        self._passed = self._passed or bool(piece)
        return piece

    def _check_characters(self, piece: bytes) -> None:
        try:
            text = piece.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refusal(Stage.ENCODING, finding("B07", regel=self._line(piece, error.start))) from None
        invisible = INVISIBLE.search(text)
        if invisible:
            regel = self.lines + text.count("\n", 0, invisible.start()) + 1
            raise Refusal(Stage.ENCODING, finding("B10", regel=regel))

    def _check_references(self, piece: bytes) -> None:
        for reference in CHARACTER_REFERENCE.finditer(piece):
            point = int(reference[1], 16) if reference[1] else int(reference[2])
            if point in INVISIBLE_POINTS:
                raise Refusal(Stage.ENCODING, finding("B10", regel=self._line(piece, reference.start())))

    def _check_markup(self, piece: bytes) -> None:
        doctype = DOCTYPE.search(piece)
        if doctype:
            raise Refusal(Stage.XML, finding("B21", regel=self._line(piece, doctype.start())))
        cdata = piece.find(b"<![")
        if cdata >= 0:
            raise Refusal(Stage.XML, finding("B23", regel=self._line(piece, cdata)))
        self.comments += piece.count(b"<!--")
        if self.comments > MAX_COMMENTS:
            raise Refusal(Stage.LIMITS, finding("B25", regel=self.lines + 1, most=MAX_COMMENTS))

    def _check_instructions(self, piece: bytes) -> None:
        is_declared = not self._passed and piece.startswith(b"<?")
        behind = piece.index(b"?>") + len(b"?>") if is_declared else 0
        instruction = piece.find(b"<?", behind) if piece.find(b"?", behind) >= 0 else -1
        if instruction >= 0:
            raise Refusal(Stage.XML, finding("B22", regel=self._line(piece, instruction)))

    def _check_attributes(self, piece: bytes) -> None:
        if sum(1 for _ in ATTRIBUTE.finditer(piece)) > MAX_ATTRIBUTES_IN_PIECE:
            raise Refusal(Stage.LIMITS, finding("B28", regel=self.lines + 1))

    def _line(self, piece: bytes, offset: int) -> int:
        return self.lines + piece.count(b"\n", 0, offset) + 1
