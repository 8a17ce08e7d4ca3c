"""Running a product's connection test: within its time, and whatever it raises."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pydantic

from portaal.plugins.contract import ConnectionTest
from portaal.web.i18n import _

log = logging.getLogger(__name__)

SECONDS = 15.0
FAILED = ConnectionTest(succeeded=False, text=_("The test itself failed. Ask the Servicedesk to look at it."))
TOO_SLOW = ConnectionTest(
    succeeded=False,
    text=_(
        "No answer within ${seconds} seconds. Check the address, and whether the other side lets the portal in.",
        mapping={"seconds": int(SECONDS)},
    ),
)


def try_connection(
    test: Callable[[Any], ConnectionTest], value: pydantic.BaseModel, product: str, seconds: float = SECONDS
) -> ConnectionTest:
    """The outcome of the product's test with these settings.

    A test that does not come back is left behind in its thread; a thread cannot be stopped from outside.
    """
    outcome = [TOO_SLOW]

    def run() -> None:
        try:
            answer = test(value)
            outcome[0] = answer if isinstance(answer, ConnectionTest) else FAILED
        except (Exception, SystemExit):
            log.exception("the connection test of product %s failed", product)
            outcome[0] = FAILED

    thread = threading.Thread(target=run, name=f"connection test of {product}", daemon=True)
    thread.start()
    thread.join(seconds)
    return outcome[0]
