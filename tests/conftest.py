"""Fixtures that tests of the whole share."""

from __future__ import annotations

from tests.world import world

__all__ = ["world"]
