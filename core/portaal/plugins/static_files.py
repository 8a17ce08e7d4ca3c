"""The static files of products, under names that carry a hash of their content, at ``/static/<product>/``."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import FileResponse
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal.plugins.errors import ContractError
from portaal.web.static import CONTENT_TYPES, PATH, YEAR

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

ROUTE = "product_static"
PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
ALLOWED = CONTENT_TYPES | PICTURES


class ProductFiles:
    """The files of one product. They are looked up by name among those that were there at the start: no path of a
    request ever reaches the disk.

    :raises ContractError: there is no such folder, or it holds a kind of file that is not for browsers.
    """

    def __init__(self, folder: Path) -> None:
        if not isinstance(folder, Path) or not folder.is_dir():
            raise ContractError(f"there is no folder with static files at {folder}")
        self._folder = folder.resolve()
        self._hashed: dict[str, str] = {}
        self._served: dict[str, Path] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self._add(PurePosixPath(path.relative_to(folder).as_posix()), path)

    def _add(self, name: PurePosixPath, path: Path) -> None:
        if name.suffix not in ALLOWED:
            raise ContractError(f"static file {name}: only {', '.join(sorted(ALLOWED))} are served")
        if not path.resolve().is_relative_to(self._folder):
            raise ContractError(f"static file {name} is a link to a file outside its folder")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:20]
        hashed = str(name.with_name(f"{name.stem}.{digest}{name.suffix}"))
        self._hashed[str(name)] = hashed
        self._served[hashed] = path

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which templates know the files."""
        return tuple(self._hashed)

    def hashed(self, name: str) -> str:
        """The name under which a file is served.

        :raises KeyError: there is no such file.
        """
        return self._hashed[name]

    def find(self, hashed: str) -> Path | None:
        return self._served.get(hashed)


def product_static(request: Request, product: str, name: str) -> str:
    """The address of a product's file, e.g. ``("iwmo", "stand.svg")`` -> ``/static/iwmo/stand.3f….svg``.

    :raises KeyError: the product has no such file.
    """
    files: dict[str, ProductFiles] = request.registry["portaal.product_files"]
    return f"{request.script_name}{PATH}{product}/{files[product].hashed(name)}"


def serve(request: Request) -> Response:
    """The file itself, to be kept for a year; 404 for anything but a hashed name."""
    files: ProductFiles | None = request.registry["portaal.product_files"].get(request.matchdict["product"])
    path = files.find(request.matchdict["name"]) if files else None
    if path is None:
        raise HTTPNotFound()
    response = FileResponse(str(path), request=request, content_type=ALLOWED[path.suffix])
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


def includeme(config: Configurator) -> None:
    config.registry["portaal.product_files"] = {}
    config.add_route(ROUTE, f"{PATH}{{product:[a-z][a-z0-9_]*}}/{{name:.+}}")
    config.add_view(serve, route_name=ROUTE, request_method="GET", permission=NO_PERMISSION_REQUIRED)
    config.add_request_method(product_static, "product_static")
