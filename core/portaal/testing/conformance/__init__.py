"""The conformance suite: does a product keep the contract of the portal? One line in a product's tests runs it all.

    from portaal.testing.conformance import suite

    TestConformance = suite("voorbeeld")

What each check wants, and why, stands in docs/plugins/conformance.md.
"""

from __future__ import annotations

from portaal.testing.conformance.suite import suite

__all__ = ["suite"]
