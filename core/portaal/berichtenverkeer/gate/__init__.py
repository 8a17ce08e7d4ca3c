"""The gate: what every uploaded or received message passes before anything else is done with it."""

from __future__ import annotations

from portaal.berichtenverkeer.gate.gate import Gate, check
from portaal.berichtenverkeer.standard import Kind
from portaal.berichtenverkeer.verdict import Expectation, Finding, MessageHeader, Stage, Verdict

__all__ = ["Expectation", "Finding", "Gate", "Kind", "MessageHeader", "Stage", "Verdict", "check"]
