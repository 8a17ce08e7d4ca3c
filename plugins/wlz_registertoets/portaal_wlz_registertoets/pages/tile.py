"""The product on the overview: where to go, and whether signals wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from portaal.api import product_settings
from portaal_wlz_registertoets.models import Signaal
from portaal_wlz_registertoets.settings import Settings

if TYPE_CHECKING:
    from pyramid.request import Request


def load(request: Request, gemeentecode: str) -> dict[str, Any]:
    """The tile's variables. ``waiting`` is None where the gemeente does not use Wlz-signalen."""
    if not product_settings(request, Settings, gemeentecode).signals:
        return {"waiting": None}
    to_do = sa.select(sa.func.count()).where(Signaal.gemeentecode == gemeentecode, Signaal.dealt_with_at.is_(None))
    return {"waiting": request.dbsession.scalar(to_do) or 0}
