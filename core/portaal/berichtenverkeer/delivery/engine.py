"""What wakes the workers and spreads the work. The outbox table stays the truth whatever does this."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from portaal.berichtenverkeer.delivery.answers import Answer
from portaal.berichtenverkeer.delivery.sender import Sender

log = logging.getLogger(__name__)


class Engine(Protocol):
    """Delivers until told to stop; ``wake`` means that there may be work right now."""

    def run(self, stop: threading.Event) -> None: ...

    def wake(self) -> None: ...


class EmbeddedPoller:
    """The engine for one machine: a thread per partner looks in the outbox, a few more do the sending.

    Partners do not wait for each other, and one slow message leaves the others of its partner room.

    :param interval: seconds between looks when there is nothing to do.
    :param at_once: how many messages may be on their way to one partner.
    """

    def __init__(self, sender: Sender, interval: float = 1.0, at_once: int = 4) -> None:
        self._sender = sender
        self._interval = interval
        self._at_once = at_once
        self._bells = {partner: threading.Event() for partner in sender.partners}

    def wake(self) -> None:
        for bell in self._bells.values():
            bell.set()

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; what is on its way then is finished first."""
        loops = [
            threading.Thread(target=self._serve, args=(partner, bell, stop), name=f"outbox-{partner}")
            for partner, bell in self._bells.items()
        ]
        for loop in loops:
            loop.start()
        stop.wait()
        self.wake()
        for loop in loops:
            loop.join()

    def _serve(self, partner: str, bell: threading.Event, stop: threading.Event) -> None:
        on_the_way: set[Future[Answer]] = set()
        with ThreadPoolExecutor(self._at_once, thread_name_prefix=f"send-{partner}") as pool:
            while not stop.is_set():
                bell.clear()
                on_the_way = {future for future in on_the_way if not future.done()}
                started = self._start(partner, pool, self._at_once - len(on_the_way), bell)
                on_the_way |= started
                if not started:
                    bell.wait(self._interval)

    def _start(self, partner: str, pool: ThreadPoolExecutor, room: int, bell: threading.Event) -> set[Future[Answer]]:
        if not room:
            return set()
        try:
            futures = {pool.submit(self._sender.deliver, claim) for claim in self._sender.claim(partner, room)}
        except Exception:  # the database may be away for a moment; the outbox is still there afterwards
            log.exception("cannot look in the outbox", extra={"partner": partner})
            return set()
        for future in futures:
            future.add_done_callback(lambda done: _finished(done, bell))
        return futures


def _finished(future: Future[Answer], bell: threading.Event) -> None:
    if (error := future.exception()) is not None:  # its lease ends, and then it is sent again
        log.error("the outcome of a sending could not be written down", exc_info=error)
    bell.set()
