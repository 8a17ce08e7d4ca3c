"""Every model of the core, so that its metadata is complete wherever this is imported (migrations, tests)."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import MetaData

from portaal.db.base import Base

FEATURES = (
    "organisations.models",
    "organisations.agreements",
    "access.models",
    "organisations.activation",
    "jobs.models",
    "overview.models",
    "login.models",
    "onboarding.models",
    "relinking.models",
    "notifications.models",
    "settings.models",
    "audit.models",
    "berichtenverkeer.tracking.models",
    "berichtenverkeer.delivery.models",
)


def core_metadata() -> MetaData:
    """The metadata with all of the core's tables."""
    for feature in FEATURES:
        import_module(f"portaal.{feature}")
    return Base.metadata
