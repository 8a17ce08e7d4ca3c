"""Whatever step of keeping a file fails, an upload is whole or not there, and the next one works.

Security goals 2 and 22: an upload fails at each of its steps in the file system in turn, on a full and a broken disk.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from tests.berichtenverkeer_traffic.on_screen import upload
from tests.e2e.messages import wmo301

from portaal.berichtenverkeer.delivery.models import OutboxEntry
from portaal.berichtenverkeer.storage import files
from portaal.berichtenverkeer.tracking.models import Message, Submission


class Steps:
    """Counts the steps in the file system, and fails at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken, self.fails_at, self.error = 0, 0, 0
        for owner, name in (
            (files.os, "open"), (files.os, "fsync"), (Path, "rename"), (Path, "mkdir"), (files.FileWriter, "_keep")
        ):  # fmt: skip
            monkeypatch.setattr(owner, name, self._counting(getattr(owner, name)))

    def begin(self, fails_at: int, error: int) -> None:
        self.taken, self.fails_at, self.error = 0, fails_at, error

    def _counting(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            self.taken += 1
            if self.taken == self.fails_at:
                raise OSError(self.error, "planted")
            return real(*args, **kwargs)

        return step


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def test_an_upload_is_whole_or_not_there(
    log_in: Any, app: Any, dbsession: Session, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    folder = Path(app.registry.settings["portaal.storage"])

    def kept() -> list[int]:
        dbsession.expire_all()
        counts = [
            dbsession.scalar(sa.select(sa.func.count()).select_from(m)) for m in (Message, OutboxEntry, Submission)
        ]
        return [*counts, sum(1 for path in folder.glob("??/*") if path.name.endswith(".part"))]

    steps = Steps(monkeypatch)
    failed = 0
    while True:
        before = kept()
        steps.begin(failed + 1, error)
        content = wmo301("0363", identificatie=f"F{error}-{failed}")
        answer = upload(browser, (f"{failed}.xml", content), status="*")
        if answer.status_int == 303:  # it took fewer steps than that
            break
        assert answer.status_int == 503
        assert "iWmo werkt op dit moment niet" in answer.text
        assert kept() == before, f"step {failed + 1}"
        failed += 1
    assert failed >= 5
    after = kept()
    assert after[0] == before[0] + 1
    assert after[3] == 0
    kept_as = dbsession.scalars(sa.select(Message.payload_id).where(Message.file_name == f"{failed}.xml")).one()
    assert b"".join(app.registry["portaal.payloads"].open(kept_as)) == content
