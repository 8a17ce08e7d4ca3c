"""Whether the plugin keeps the contract of the portal."""

from __future__ import annotations

from portaal.testing.conformance import suite

TestConformance = suite("oidc")
