"""The names of gemeenten, for what knows them by their code."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portaal.organisations.models import Gemeente


def gemeente_names(dbsession: Session, codes: Iterable[str | None]) -> dict[str, str]:
    """The names of these gemeenten, as far as the portal knows them."""
    rows = dbsession.execute(
        sa.select(Gemeente.gemeentecode, Gemeente.naam).where(Gemeente.gemeentecode.in_(set(codes)))
    )
    return {row.gemeentecode: row.naam for row in rows}
