"""Sealing every stored secret again under the current key, so that an old key can be put away (ASVS 13.3.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal import audit
from portaal.keyring import Keyring
from portaal.settings.models import SettingsDraft, SettingsVersion
from portaal.settings.secrets import Place, Sealed, Sealer, SecretUnreadableError

BATCH = 500


@dataclass
class Rotation:
    """What was done. ``unreadable`` names what did not open and was left as it is."""

    renewed: int = 0
    already_current: int = 0
    unreadable: list[Place] = field(default_factory=list)


def rotate(dbsession: Session, keyring: Keyring) -> Rotation:
    """Seal again what an older key sealed, in every version and draft: the history keeps working without the old
    key.

    Safe to run again, and beside a portal that is in use. The caller commits.
    """
    sealer, done = Sealer(keyring), Rotation()
    for table in (SettingsVersion, SettingsDraft):
        _rotate(dbsession, table, sealer, done)
    if done.renewed:
        audit.record(
            dbsession,
            action="settings.reseal",
            outcome=audit.Outcome.DONE,
            actor=None,
            object_kind="settings",
            object_id=sealer.current_key_id,
            details={"renewed": done.renewed},
        )
    return done


def _rotate(dbsession: Session, table: type[SettingsVersion | SettingsDraft], sealer: Sealer, done: Rotation) -> None:
    rows = dbsession.execute(
        sa.select(table.id, table.gemeentecode, table.product, table.secrets)
        .order_by(table.gemeentecode, table.product)
        .with_for_update()
        .execution_options(yield_per=BATCH)
    )
    for partition in rows.partitions():
        changed = [
            {"id": row.id, "secrets": renewed}
            for row in partition
            if (renewed := _renewed(sealer, row, done)) != row.secrets
        ]
        if changed:
            dbsession.execute(sa.update(table), changed)


def _renewed(sealer: Sealer, row: Any, done: Rotation) -> dict[str, Sealed]:
    renewed = dict(row.secrets)
    for name, sealed in row.secrets.items():
        place = Place(row.gemeentecode, row.product, name)
        if sealer.is_current(sealed):
            done.already_current += 1
            continue
        try:
            renewed[name] = sealer.seal(sealer.open(sealed, place), place)
            done.renewed += 1
        except SecretUnreadableError:
            done.unreadable.append(place)
    return renewed
