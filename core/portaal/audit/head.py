"""The head of the chain, kept outside the database: without it, cutting off the last lines would go unseen."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

#: The execution option of an engine or connection under which its head file is found.
HEAD_OPTION = "portaal_audit_head"


@dataclass(frozen=True)
class Head:
    """The last link: its place and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Known:
    """What the head file holds.

    :param head: the head that was committed last.
    :param coming: the head of a commit that had begun. Where the portal was killed then, nobody can tell whether it
        became the head.
    """

    head: Head
    coming: Head | None = None


class HeadFileError(Exception):
    """The head file cannot be read or written. The text says what to do."""


class HeadFile:
    """A small file with the newest head, shared by all processes of the portal. It only ever moves forward.

    Keep it where whoever can change the database cannot write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Known | None:
        """What was written last, or None when there is no file.

        :raises HeadFileError: the file holds something else.
        """
        try:
            content = json.loads(self.path.read_text(encoding="ascii"))
            coming = content.get("coming")
            return Known(_head(content), _head(coming) if coming else None)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise HeadFileError(f"{self.path} does not hold the head of an audit trail") from error

    def announce(self, current: Head, coming: Head) -> bool:
        """Before a commit: write that a newer head is coming, so that its lines are known as the portal's own.

        :param current: the head as the database has it.
        :returns: whether that is the one which the portal wrote; not when the file is gone from a trail that has lines.
        :raises HeadFileError: it cannot be written; then nothing may be committed.
        """
        try:
            with self._lock():
                known = self.read()
                if known is None or known.head.seq <= current.seq:
                    self._write(Known(current, coming))
        except OSError as error:
            raise HeadFileError(f"the head of the audit trail cannot be written in {self.path.parent}") from error
        return current in (known.head, known.coming) if known else current.seq == 0

    def advance(self, head: Head) -> None:
        """After a commit: write the newer head; an older one, of a process that came late, is passed over."""
        with self._lock():
            known = self.read()
            if known is None or known.head.seq < head.seq:
                self._write(Known(head))

    def _write(self, known: Known) -> None:
        content = asdict(known.head) | ({"coming": asdict(known.coming)} if known.coming else {})
        new = self.path.with_name(f"{self.path.name}.new")
        new.write_text(json.dumps(content) + "\n", encoding="ascii")
        new.replace(self.path)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _head(content: dict[str, Any]) -> Head:
    return Head(int(content["seq"]), str(content["hash"]))
