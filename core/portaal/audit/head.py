"""The head of the chain, kept outside the database: without it, cutting off the last lines would go unseen."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

#: The execution option of an engine or connection under which its head file is found.
HEAD_OPTION = "portaal_audit_head"


@dataclass(frozen=True)
class Head:
    """The last link: its place and its hash."""

    seq: int
    hash: str


class HeadFileError(Exception):
    """The head file cannot be read or written. The text says what to do."""


class HeadFile:
    """A small file with the newest head, shared by all processes of the portal. It only ever moves forward.

    Keep it where whoever can change the database cannot write.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self) -> None:
        """Before a line is committed: could its head be written?

        :raises HeadFileError: it could not.
        """
        if not os.access(self.path.parent, os.W_OK):
            raise HeadFileError(f"the head of the audit trail cannot be written in {self.path.parent}")

    def read(self) -> Head | None:
        """The head that was written last, or None when there is no file.

        :raises HeadFileError: the file holds something else.
        """
        try:
            content = json.loads(self.path.read_text(encoding="ascii"))
            return Head(int(content["seq"]), str(content["hash"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise HeadFileError(f"{self.path} does not hold the head of an audit trail") from error

    def advance(self, head: Head) -> None:
        """Write a newer head; an older one, of a process that came late, is passed over."""
        with self._lock():
            known = self.read()
            if known is None or known.seq < head.seq:
                new = self.path.with_name(f"{self.path.name}.new")
                new.write_text(json.dumps(asdict(head)) + "\n", encoding="ascii")
                new.replace(self.path)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
