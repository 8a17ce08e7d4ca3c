"""The audit trail: who did what, to what, where, and whether it was allowed (BIO2 8.15.01, NEN 7513).

Lines are only added. A chain of hashes ties them together and its head is also kept outside the database, so that a
line that was changed, removed or slipped in is found (``portaal audit verify``). docs/audit.md tells the whole story.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Engine

from portaal.audit.denials import record_denied, record_out_of_reach
from portaal.audit.head import HEAD_OPTION, HeadFile
from portaal.audit.models import AuditEvent, Outcome
from portaal.audit.subjects import Subject, Subjects
from portaal.audit.trail import record, record_apart
from portaal.configuration import UnsafeConfigurationError

if TYPE_CHECKING:
    from pyramid.config import Configurator

__all__ = [
    "AuditEvent", "Outcome", "Subject", "Subjects", "keep_head_elsewhere", "record", "record_apart", "record_denied",
    "record_out_of_reach",
]  # fmt: skip


def includeme(config: Configurator) -> None:
    settings = config.registry.settings
    keep_head_elsewhere(config.registry["portaal.engine"], settings)
    config.registry["portaal.audit_subjects"] = Subjects(config.registry["portaal.keyring"])
    config.include("portaal.audit.words")
    config.include("portaal.audit.views")
    config.include("portaal.audit.own")


def keep_head_elsewhere(engine: Engine, settings: Mapping[str, Any]) -> None:
    """Everything that commits through this engine also writes the head of the chain to ``portaal.audit_head``.

    :param settings: the ini settings, complete.
    :raises UnsafeConfigurationError: the file is not named, outside development.
    """
    path = settings.get("portaal.audit_head")
    if path:
        engine.update_execution_options(**{HEAD_OPTION: HeadFile(Path(path))})
    elif settings["portaal.environment"] != "development":
        raise UnsafeConfigurationError(
            "set portaal.audit_head: the file, outside the database, that keeps the head of the audit trail's chain"
        )
