"""What stands in the log: one JSON object per line, whatever somebody managed to put into it (ASVS 16.2, 16.4.1)."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from portaal.logs import configure_logging, request_id

BSN = "999990007"


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Any:
    """``logged(act)``: the lines that an act logs, as the portal's own handler writes them."""
    before = logging.root.handlers[:], logging.root.level

    def logged(act: Any) -> list[dict[str, Any]]:
        configure_logging()
        try:
            act()
        finally:
            logging.captureWarnings(False)
            logging.root.handlers[:], level = before
            logging.root.setLevel(level)
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return logged


FORGED = 'x\r\n{"level": "INFO", "message": "logged in"}\n\x00\x1b[2J\u2028\x85'


def test_nobody_can_add_a_line(logged: Any) -> None:
    (line,) = logged(lambda: logging.getLogger("test").warning("read %s", FORGED, extra={"typed": FORGED}))
    assert line["message"] == f"read {FORGED}"
    assert line["typed"] == FORGED
    assert (line["level"], line["logger"]) == ("WARNING", "test")


def test_a_traceback_is_one_line_and_holds_no_bsn(logged: Any) -> None:
    def fail() -> None:
        try:
            raise ValueError(f"no such citizen: {BSN}\nnor {BSN[:3]}.{BSN[3:6]}.{BSN[6:]}")
        except ValueError:
            logging.getLogger("test").exception("failed for %s", BSN, extra={"what": BSN})

    (line,) = logged(fail)
    assert "ValueError: no such citizen" in line["exc_info"]
    assert BSN not in json.dumps(line)
    assert "999.990.007" not in json.dumps(line)


def test_a_line_names_the_request_it_was_written_in(logged: Any) -> None:
    def ask() -> None:
        token = request_id.set("b" * 32)
        logging.getLogger("test").info("inside")
        request_id.reset(token)
        logging.getLogger("test").info("outside")

    inside, outside = logged(ask)
    assert inside["request_id"] == "b" * 32
    assert "request_id" not in outside
