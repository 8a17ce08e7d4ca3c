"""Whether the product keeps the contract of the portal: its rules for pages, rights, texts, tables and code."""

from __future__ import annotations

from portaal.testing.conformance import suite

TestConformance = suite("ijw")
