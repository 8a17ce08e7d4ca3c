"""The OpenAPI description of a gemeente: made from routes and models, and only of what is on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.api import ApiOperation, _
from portaal.app import make_app
from portaal.plugins.activation import Activations, activations
from portaal.testing.application import Browser, app_settings
from tests.plugins.conftest import CODE
from tests.plugins.kit import plugin

ADDRESS = f"/g/{CODE}/openapi.json"


class Part(BaseModel):
    text: str


class Whole(BaseModel):
    parts: list[Part]
    number: int = 1


# portaal_openapi
def test_the_example_describes_its_list(log_in: Any, active: Session) -> None:
    browser = log_in(("gebruiker", "voorbeeld"))
    described = browser.get(ADDRESS).json
    assert described["openapi"] == "3.1.0"
    (path,) = described["paths"]
    operation = described["paths"][path]["get"]
    assert operation["operationId"] == "voorbeeld.lijst.get"
    assert operation["summary"] == "De notities van de gemeente"
    reference = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    schema = described["components"]["schemas"][reference.removeprefix("#/components/schemas/")]
    answer = browser.get(path).json  # the address is a real one
    assert answer.keys() == schema["properties"].keys() == {"notes"}


def test_what_is_off_is_not_described(log_in: Any, switch: Activations, active: Session) -> None:
    browser = log_in(("gebruiker", "voorbeeld"))
    switch.deactivate(active, CODE, "voorbeeld", None)
    active.commit()
    assert browser.get(ADDRESS).json["paths"] == {}


def test_it_is_closed_to_strangers(browser: Browser, log_in: Any, active: Session) -> None:
    assert browser.get(ADDRESS).status_int == 303
    log_in(("gebruiker", "voorbeeld"), gemeente="0384").get(ADDRESS, status=404)


def test_parameters_bodies_and_nested_models(
    tmp_path: Path, connection: Connection, dbsession: Session, people: Any
) -> None:
    def view(request: Any) -> dict[str, Any]:
        return {}

    def includeme(config: Any) -> None:
        config.add_route("deel", r"delen/{nummer:\d{1,3}}/{soort}")
        for method in ("GET", "PUT"):
            config.add_view(
                view, route="deel", permission="proef:pagina:bekijken", request_method=method, renderer="json"
            )

    operations = [
        ApiOperation("deel", "GET", _("Overview"), answer=Whole),
        ApiOperation("deel", "PUT", _("Overview"), body=Whole, status=204),
    ]
    app = make_app(app_settings(tmp_path), plugin("proef", includeme=includeme, openapi=lambda: operations))
    app.registry["portaal.engine"].dispose()
    app.registry["portaal.engine"] = app.registry["portaal.reading_engine"] = connection
    activations(app.registry).activate(dbsession, CODE, "proef", None)
    browser = Browser(app, extra_environ={"HTTP_HOST": "localhost"})
    browser.log_in_as(dbsession, people.new(("gebruiker", "proef")))
    described = browser.get(ADDRESS).json
    item = described["paths"][f"/g/{CODE}/proef/delen/{{nummer}}/{{soort}}"]
    assert [parameter["name"] for parameter in item["get"]["parameters"]] == ["nummer", "soort"]
    assert [parameter["name"] for parameter in item["put"]["parameters"]] == ["nummer", "soort", "X-CSRF-Token"]
    assert "content" not in item["put"]["responses"]["204"]
    body = item["put"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    for reference in references(described):
        assert reference.removeprefix("#/components/schemas/") in described["components"]["schemas"]
    assert body in set(references(described))
    assert all(name.startswith("proef.") for name in described["components"]["schemas"])


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for part in value.values() for found in references(part)]
    return [found for part in value for found in references(part)] if isinstance(value, list) else []
