"""Which settings tabs a person can open: asked of the tabs' own pages, so no menu repeats a rule (R-86)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.authorization import Allow, Authenticated

from portaal.access.reach import may_open
from portaal.access.resources import DENY_ALL, Acl, GemeenteContext
from portaal.frame.menu import Link

if TYPE_CHECKING:
    from pyramid.request import Request

ANY_TAB = "instellingen:bekijken"


class SettingsContext(GemeenteContext):
    """The settings of a gemeente, for whoever can open at least one tab."""

    def __acl__(self) -> Acl:
        if reachable_tabs(self.request, self.code):
            return [(Allow, Authenticated, ANY_TAB), DENY_ALL]
        return [DENY_ALL]


def reachable_tabs(request: Request, gemeentecode: str, current: str | None = None) -> list[Link]:
    """The tabs this person can open, in the order of the products' names."""
    plugins = request.registry["portaal.plugins"].known
    return [
        Link(
            plugins[product].info.title,
            request.route_path(f"{product}.instellingen", gemeentecode=gemeentecode),
            product == current,
        )
        for product in request.registry["portaal.settings"].tabs
        if may_open(request, f"{product}.instellingen", gemeentecode=gemeentecode)
    ]
