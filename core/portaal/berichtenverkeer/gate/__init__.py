"""The gate: what every uploaded or received message passes before anything else is done with it."""

from portaal.berichtenverkeer.gate.gate import Gate, check
from portaal.berichtenverkeer.gate.verdict import Expectation, Finding, MessageHeader, Stage, Verdict
from portaal.berichtenverkeer.standard import Kind

__all__ = ["Expectation", "Finding", "Gate", "Kind", "MessageHeader", "Stage", "Verdict", "check"]
