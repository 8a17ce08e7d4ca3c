"""The portal checks its own trail every day (BIO2 8.15.05).

That is an alarm, and no proof: whoever can change the portal can silence it. The proof is ``portaal audit verify``,
run by somebody independent.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from portaal.audit.head import HEAD_OPTION
from portaal.audit.verify import one_moment, verify
from portaal.plugins.contract import HookContext, Job

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Registry

log = logging.getLogger(__name__)


class TrailNotIntactError(Exception):
    """The audit trail is not as it was written. The findings stand in the log."""


def check(registry: Registry) -> None:
    """Check every line and the chain.

    :raises TrailNotIntactError: something was changed, removed or slipped in; the job fails, so ``/ready`` and the
        metrics tell it too.
    """
    engine = registry["portaal.engine"]
    with one_moment(engine) as connection:
        verdict = verify(connection, engine.get_execution_options().get(HEAD_OPTION))
    for finding in verdict.findings:
        log.critical("the audit trail is not intact: %s", finding)
    if not verdict.intact:
        raise TrailNotIntactError
    log.info("the audit trail is intact", extra={"seq": verdict.head.seq, "hash": verdict.head.hash})


def includeme(config: Configurator) -> None:
    registry = config.registry

    def run(context: HookContext) -> None:
        check(registry)

    config.add_job(Job("audit", run, every=timedelta(days=1), at_most=timedelta(hours=1)))
