"""The desk of the operator: gemeenten, agreements, products, organisations and appointments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    from portaal.web.i18n import _

    config.add_audit_titles({"organisation.operator": _("Named the operator of the portal")})
    for part in ("views", "register_views", "people_views", "colleague_views", "relinking_views"):
        config.include(f"portaal.servicedesk.{part}")
