"""Every view of the portal with an address that reaches it: for tests that go over all of them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

PLACEHOLDER = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})*))?\}|\*(\w+)")
GEMEENTE = "0363"


@dataclass(frozen=True)
class View:
    """One method of one route."""

    route: str
    method: str
    pattern: str
    permission: str

    @property
    def product(self) -> str:
        """The product whose page it is, or an empty text."""
        return self.route.partition(".")[0] if "." in self.route else ""

    @property
    def of_gemeente(self) -> bool:
        return self.pattern.startswith("/g/")

    @property
    def parts(self) -> frozenset[str]:
        """The names of what varies in its address."""
        return frozenset(name or rest for name, _, rest in PLACEHOLDER.findall(self.pattern))

    def path(self, gemeentecode: str = GEMEENTE, **parts: str) -> str:
        """Its address; a part that is not given is a number or an id of nothing."""

        def fill(placeholder: re.Match[str]) -> str:
            name, pattern, rest = placeholder.groups(default="")
            if name == "gemeentecode":
                return gemeentecode
            if name or rest in parts:
                return parts.get(name or rest) or ("1" if pattern.startswith("[0-9]") else str(uuid.UUID(int=0)))
            return "bestaat-niet"

        return PLACEHOLDER.sub(fill, self.pattern)


def views(app: Any) -> list[View]:
    """All views with a route, the static files' too."""
    introspector = app.registry.introspector
    patterns = {
        item["introspectable"]["name"]: item["introspectable"]["pattern"]
        for item in introspector.get_category("routes")
    }
    found = []
    for item in introspector.get_category("views"):
        view = item["introspectable"]
        if view["route_name"]:
            (permission,) = {r["value"] for r in item["related"] if r.category_name == "permissions"}
            methods = view["request_methods"]
            methods = {methods} if isinstance(methods, str) else set(methods)
            found += [
                View(view["route_name"], method, patterns[view["route_name"]], permission)
                for method in sorted(methods - {"HEAD"})
            ]
    return found
