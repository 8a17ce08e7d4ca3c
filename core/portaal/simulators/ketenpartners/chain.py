"""What the simulated VECOZO and the providers behind it do with messages, apart from HTTP."""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from portaal import clock
from portaal.berichtenverkeer.envelope import (
    Confirmation,
    Envelope,
    Fault,
    Functie,
    Party,
    Plek,
    SoapMessage,
    StufCode,
    build,
    build_confirmation,
    build_fault,
    new_reference,
)
from portaal.simulators.ketenpartners.behaviour import Behaviour, Reply
from portaal.simulators.ketenpartners.istandaard import RETOUREN, make_retour, make_start
from portaal.simulators.ketenpartners.portal import Portal

log = logging.getLogger(__name__)

VECOZO = Party("VECOZO", "VECOZOWebservice")
AANBIEDERS = ("42420001", "65656055")
_KEPT = 200


@dataclass(frozen=True)
class Line:
    """One line of the page: what passed by, without personal data."""

    at: datetime
    incoming: bool
    what: str
    party: str
    reference: str
    outcome: str


class Chain:
    """The partners: receives what the portal sends, and answers through the portal's own endpoint."""

    def __init__(self, portal: Portal, how: Behaviour) -> None:
        self.behaviour = how
        self.lines: deque[Line] = deque(maxlen=_KEPT)
        self._portal = portal
        self._known: dict[str, None] = {}  # references taken before: a repetition has no effect
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._timers: set[threading.Timer] = set()

    def refuse(self, message: Envelope | Fault | Confirmation) -> SoapMessage:
        """The answer of a partner that refuses everything."""
        self._note(message, incoming=True, outcome="geweigerd met Fo03")
        return build_fault(
            Fault(
                StufCode.FO03,
                VECOZO,
                message.zender,
                new_reference(),
                message.reference_id,
                clock.now(),
                "BRS04",
                Plek.CLIENT,
                "De geadresseerde is niet aangesloten (simulatie)",
            )
        )

    def take(self, message: Envelope | Fault | Confirmation, payload: bytes) -> SoapMessage:
        """Accept a message and have it answered later; give its Bv03."""
        with self._lock:
            repeated = message.reference_id in self._known
            self._known[message.reference_id] = None
        self._note(message, incoming=True, outcome="herhaling, geen effect" if repeated else "aangenomen")
        if isinstance(message, Envelope) and message.code is StufCode.DI01 and not repeated:
            self._later(message, payload)
        return build_confirmation(
            Confirmation(VECOZO, message.zender, new_reference(), message.reference_id, clock.now())
        )

    def start(self, standaard: str, aanbieder: str, gemeente: str) -> None:
        """Have a provider report that care started (WMO305 or JW305)."""
        today = clock.today()
        identificatie = self._identification("S")
        payload = make_start(standaard, aanbieder, gemeente, identificatie, today)
        functie = Functie("WMO305" if standaard == "iwmo" else "JW305", 3, 2)
        envelope = Envelope(
            StufCode.DI01, Party(aanbieder, "Simulatie ECD"), Party(gemeente), new_reference(), clock.now(), functie
        )
        self._deliver(envelope, payload)

    def close(self) -> None:
        """Forget what would have been answered later."""
        with self._lock:
            timers = list(self._timers)
        for timer in timers:
            timer.cancel()
            timer.join()

    def _later(self, heen: Envelope, payload: bytes) -> None:
        reply = self.behaviour.reply
        if reply is Reply.NIETS or (reply is not Reply.FO01 and heen.functie.berichttype not in RETOUREN):
            return
        timer = threading.Timer(self.behaviour.delay, self._answer, (heen, payload, reply))
        timer.daemon = True
        with self._lock:
            self._timers = {other for other in self._timers if other.is_alive()} | {timer}
        timer.start()

    def _answer(self, heen: Envelope, payload: bytes, reply: Reply) -> None:
        try:
            if reply is Reply.FO01:
                self._deliver_fault(heen)
            else:
                self._deliver_retour(heen, payload, refuse=reply is Reply.AFKEUREN)
        except Exception:
            log.exception("answering failed")

    def _deliver_retour(self, heen: Envelope, payload: bytes, *, refuse: bool) -> None:
        berichttype = heen.functie.berichttype
        retour = make_retour(berichttype, payload, self._identification("R"), clock.today(), refuse=refuse)
        functie = Functie(RETOUREN[berichttype].berichttype, heen.functie.versie, heen.functie.subversie)
        # The envelope goes the other way; the payload's header does not turn round.
        envelope = Envelope(
            StufCode.DU01,
            Party(heen.ontvanger.organisatie, "Simulatie ECD"),
            Party(heen.zender.organisatie),
            new_reference(),
            clock.now(),
            functie,
            cross_reference_id=heen.reference_id,
        )
        self._deliver(envelope, retour)

    def _deliver_fault(self, heen: Envelope) -> None:
        fault = Fault(
            StufCode.FO01,
            VECOZO,
            Party(heen.zender.organisatie),
            new_reference(),
            heen.reference_id,
            clock.now(),
            "IB010",
            Plek.CLIENT,
            "De geadresseerde is niet aangesloten (simulatie)",
            f"{heen.functie.berichttype}-{heen.functie.versie:04}{heen.functie.subversie:04}",
        )
        for _ in range(2 if self.behaviour.twice else 1):
            self._note(fault, incoming=False, outcome=self._portal.send(lambda: build_fault(fault)))

    def _deliver(self, envelope: Envelope, payload: bytes) -> None:
        for _ in range(2 if self.behaviour.twice else 1):
            outcome = self._portal.send(lambda: build(envelope, [payload], len(payload)))
            self._note(envelope, incoming=False, outcome=outcome)

    def _identification(self, letter: str) -> str:
        """At most 12 characters, different at every start of the simulator too."""
        return f"{letter}{clock.now():%d%H%M%S}{next(self._numbers) % 1000:03}"

    def _note(self, message: Envelope | Fault | Confirmation, *, incoming: bool, outcome: str) -> None:
        if isinstance(message, Envelope):
            what, party = message.functie.berichttype, message.ontvanger if incoming else message.zender
            line = Line(
                clock.now(),
                incoming,
                f"{what} ({message.code.value})",
                party.organisatie,
                message.reference_id,
                outcome,
            )
        else:
            kind = message.code.value if isinstance(message, Fault) else StufCode.BV03.value
            line = Line(clock.now(), incoming, kind, message.zender.organisatie, message.reference_id, outcome)
        self.lines.appendleft(line)
        log.info("%s %s", line.what, outcome)
