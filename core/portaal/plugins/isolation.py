"""A product's page that fails gives a page inside the portal that names the product; nothing else is harmed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPException
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.viewderivers import INGRESS
from pyramid_retry import is_error_retryable

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = logging.getLogger(__name__)
View = Callable[[Any, "Request"], Any]


def isolated_view(view: View, info: Any) -> View:
    """The view deriver: contain what a plugin's view raises.

    HTTP exceptions are answers, and what pyramid_retry will try again must reach it: both pass.
    """
    plugin = (info.options.get("route_name") or "").split(".")[0]
    if plugin not in info.registry["portaal.plugins"].known or info.exception_only:
        return view

    def contained(context: Any, request: Request) -> Any:
        try:
            return view(context, request)
        except (HTTPException, KeyboardInterrupt):
            raise
        except BaseException as error:  # also SystemExit, and the end of asynchronous work
            if is_error_retryable(request, error):
                raise
            log.exception("product %s failed on route %s", plugin, info.options.get("route_name"))
            return _page(request, plugin)

    return contained


def _page(request: Request, plugin: str) -> Response:
    if request.environ.get("tm.active"):
        # PostgreSQL answers nothing more in a transaction that failed, and the page's frame asks a few things.
        request.tm.abort()
        request.tm.begin().doom()
    product = request.registry["portaal.plugins"].known[plugin]
    response = render_to_response(
        "portaal:templates/errors/product.jinja2", {"product": product.info.title}, request=request
    )
    response.status_int = 503
    return response


def includeme(config: Configurator) -> None:
    config.add_view_deriver(isolated_view, name="portaal_isolated", under=INGRESS, over="secured_view")
