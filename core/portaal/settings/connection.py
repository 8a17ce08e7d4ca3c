"""Running a product's connection test: within its time, and whatever it raises."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pydantic

from portaal.plugins.contract import ConnectionTest
from portaal.time_limit import Call, LateError, StillBusyError, TimeLimit
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


LIMIT = TimeLimit(SECONDS)


def try_connection(
    test: Callable[[Any], ConnectionTest], value: pydantic.BaseModel, product: str, limit: TimeLimit = LIMIT
) -> ConnectionTest:
    """The outcome of the product's test with these settings.

    Where earlier tests of this product are late and still going on, no other one begins: they count as too slow too.
    """
    (outcome,) = limit.run([Call(product, lambda: test(value))])
    if isinstance(outcome.error, LateError | StillBusyError):
        return TOO_SLOW
    if outcome.error is not None:
        log.error("the connection test of product %s failed", product, exc_info=outcome.error)
    return outcome.value if isinstance(outcome.value, ConnectionTest) else FAILED
