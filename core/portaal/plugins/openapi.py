"""The web service of a gemeente described in OpenAPI: the parts of the products that are on (hook ``portaal_openapi``).

Addresses and parameters come from the routes themselves, and what goes over the line from pydantic models, so the
description cannot tell another story than the code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from pyramid.interfaces import IRoutesMapper

from portaal.access.cookies import cookie_name
from portaal.access.resources import GemeenteContext
from portaal.plugins.contract import API_VERSION, ApiOperation
from portaal.web.forms import CSRF_HEADER

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

    from portaal.plugins.loader import Plugin

PARAMETER = re.compile(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})*)?\}")
JSON = "application/json"
Mode = Literal["validation", "serialization"]
Names = dict[tuple[Any, Mode], str]


def describe(context: GemeenteContext, request: Request) -> dict[str, Any]:
    """The OpenAPI document for one gemeente."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {}
    for plugin, operations in request.registry["portaal.plugins"].answers("portaal_openapi"):
        if plugin.name in context.standing.active_products:
            names, found = _schemas(plugin, operations)
            schemas |= found
            for operation in operations:
                path, described = _operation(request, plugin, operation, context.code, names)
                paths.setdefault(path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Portaal Zorg: {context.naam}", "version": ".".join(map(str, API_VERSION))},
        "servers": [{"url": request.registry.settings["portaal.public_url"]}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": cookie_name(request)}},
        },
        "security": [{"session": []}],
    }


def _schemas(plugin: Plugin, operations: Sequence[ApiOperation]) -> tuple[Names, dict[str, Any]]:
    """The reference to each model, and the schemas by name; names are prefixed with the product."""
    models: list[tuple[type[BaseModel], Mode]] = []
    for operation in operations:
        models += [(operation.answer, "serialization")] if operation.answer else []
        models += [(operation.body, "validation")] if operation.body else []
    template = f"#/components/schemas/{plugin.name}.{{model}}"
    references, definitions = models_json_schema(list(dict.fromkeys(models)), ref_template=template)
    named: Names = {key: str(reference["$ref"]) for key, reference in references.items()}
    return named, {f"{plugin.name}.{name}": schema for name, schema in definitions.get("$defs", {}).items()}


def _operation(
    request: Request, plugin: Plugin, operation: ApiOperation, code: str, names: Names
) -> tuple[str, dict[str, Any]]:
    route = request.registry.getUtility(IRoutesMapper).get_route(f"{plugin.name}.{operation.route}")
    path = PARAMETER.sub(lambda found: code if found[1] == "gemeentecode" else f"{{{found[1]}}}", route.pattern)
    parameters = [_parameter(name) for name in PARAMETER.findall(route.pattern) if name != "gemeentecode"]
    if operation.method != "GET":
        parameters.append({"name": CSRF_HEADER, "in": "header", "required": True, "schema": {"type": "string"}})
    summary = request.localizer.translate(operation.summary)
    answer: dict[str, Any] = {"description": summary}
    if operation.answer:
        answer["content"] = _content(names[operation.answer, "serialization"])
    described: dict[str, Any] = {
        "operationId": f"{plugin.name}.{operation.route}.{operation.method.lower()}",
        "summary": summary,
        "tags": [plugin.info.title],
        "parameters": parameters,
        "responses": {str(operation.status): answer},
    }
    if operation.body:
        described["requestBody"] = {"required": True, "content": _content(names[operation.body, "validation"])}
    return path, described


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _content(reference: str) -> dict[str, Any]:
    return {JSON: {"schema": {"$ref": reference}}}


def includeme(config: Configurator) -> None:
    config.add_route("openapi", "/g/{gemeentecode:[0-9]{4}}/openapi.json", factory=GemeenteContext)
    config.add_view(
        describe, route_name="openapi", request_method="GET", permission="gemeente:bekijken", renderer="json"
    )
