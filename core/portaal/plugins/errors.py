"""What can be wrong with a plugin."""

from __future__ import annotations


class ContractError(Exception):
    """A plugin breaks the contract of ``portaal.api``. The text says which rule and what to do."""


class PendingMigrationsError(ContractError):
    """The tables of a plugin are behind its revisions."""


class RefusedError(ContractError):
    """In strict mode: a plugin that would have been left out. The text names it, with phase, error and hint."""
