"""The tile on the overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portaal.berichtenverkeer.mailbox.listing import count_by_state
from portaal.berichtenverkeer.pages.common import unreachable_partner
from portaal.berichtenverkeer.tracking.states import GLOSSARY, State

if TYPE_CHECKING:
    from pyramid.request import Request

_SHOWN = (
    State.BEZORGD,
    State.INGEDIEND,
    State.RETOUR_TE_LAAT,
    State.AFGEKEURD_ONTVANGER,
    State.AFGEKEURD_KNOOPPUNT,
    State.MISLUKT,
)


def load(request: Request, gemeentecode: str, product: str) -> dict[str, Any]:
    """How many messages stand where somebody may have to do something."""
    counts = count_by_state(request.dbsession, gemeentecode, product)
    return {
        "glossary": GLOSSARY,
        "counts": [(state, counts[state]) for state in _SHOWN if counts.get(state)],
        "unreachable": unreachable_partner(request, product),
        "deliver_href": request.route_path(f"{product}.aanleveren", gemeentecode=gemeentecode),
        "list_href": lambda state: request.route_path(
            f"{product}.berichten", gemeentecode=gemeentecode, _query={"status": state.value} if state else {}
        ),
    }
