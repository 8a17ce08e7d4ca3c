"""Declarative bases. The core and every plugin have their own, so a mistake in one cannot break another's mapping."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of the core's own models."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


def plugin_metadata() -> MetaData:
    """New metadata with the portal's naming convention, for the tables of one plugin.

    The plugin's base is SQLAlchemy's own: ``class Base(DeclarativeBase): metadata = plugin_metadata()``. With a base
    that all plugins derive from they would share its registry, and a wrong relationship in one would break the queries
    of every other.
    """
    return MetaData(naming_convention=NAMING_CONVENTION)
