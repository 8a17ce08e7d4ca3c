"""The portal's own style sheet, script, font and images, under names that carry a hash of their content.

What a name holds never changes, so browsers may keep it for a year. `assets/build_assets.py` makes the files
when the package is installed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pyramid.exceptions import ConfigurationError
from pyramid.httpexceptions import HTTPNotFound
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.static import static_view

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

FOLDER = Path(__file__).parent.parent / "static/build"
ROUTE = "static"
PATH = "/static/"
YEAR = 365 * 24 * 3600
CONTENT_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}


class StaticFiles:
    """The built files: where each one is found, and the view that hands them out."""

    def __init__(self, folder: Path) -> None:
        self._hashed: dict[str, str] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self._served = frozenset(self._hashed.values())
        self._view = static_view(f"{folder}/", use_subpath=True, content_encodings=("gzip",))

    def path(self, request: Request, name: str) -> str:
        """The address of a file, e.g. ``portaal.css`` -> ``/static/portaal.0f3d….css``.

        :raises KeyError: there is no such file among the built ones.
        """
        return f"{request.script_name}{PATH}{self._hashed[name]}"

    def serve(self, request: Request) -> Response:
        """The file itself, gzipped where the browser takes that; 404 for anything but a hashed name."""
        name = request.matchdict["name"]
        if name not in self._served:
            raise HTTPNotFound
        request.subpath = (name,)  # where Pyramid's view looks
        response = self._view(request.context, request)
        if response.status_code == 200:
            response.content_type = CONTENT_TYPES[Path(name).suffix]
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
            response.expires = None
        return response


def includeme(config: Configurator) -> None:
    if not (FOLDER / "manifest.json").is_file():
        raise ConfigurationError("The style sheet and the script were not built yet: run `make setup` first.")
    files = StaticFiles(FOLDER)
    config.registry["portaal.static"] = files
    config.add_route(ROUTE, f"{PATH}{{name}}")
    config.add_view(files.serve, route_name=ROUTE, request_method="GET", permission=NO_PERMISSION_REQUIRED)
