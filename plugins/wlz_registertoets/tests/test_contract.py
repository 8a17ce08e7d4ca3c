"""The contract document, the models that read it and the simulated register say the same."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from portaal.api import outbound
from portaal.testing.ciz import Server
from portaal_wlz_registertoets.ciz import messages, register
from portaal_wlz_registertoets.grounds import GROUNDS

from .conftest import OIN, WITH, WITHOUT

ROOT = Path(__file__).parents[3]
CONTRACT = yaml.safe_load((ROOT / "docs/wlz-registertoets/ciz-openapi.yaml").read_text(encoding="utf-8"))
SCHEMAS = CONTRACT["components"]["schemas"]
MODELS = {
    "Raadpleging": messages.Raadpleging,
    "RaadplegingAntwoord": messages.RaadplegingAntwoord,
    "Besluit": messages.BesluitMessage,
    "Vergelijking": messages.Vergelijking,
    "VergelijkingAntwoord": messages.VergelijkingAntwoord,
    "Status": messages.Status,
}


@pytest.mark.parametrize("name", MODELS)
def test_the_models_are_those_of_the_contract(name: str) -> None:
    ours, theirs = MODELS[name].model_json_schema(by_alias=True), SCHEMAS[name]
    assert set(ours["properties"]) == set(theirs["properties"])
    assert set(ours.get("required", ())) == set(theirs["required"])
    assert theirs["additionalProperties"] is False
    for field, schema in ours["properties"].items():
        described = resolved(theirs["properties"][field])
        assert kinds(schema) == kinds(described), field


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    return SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def kinds(schema: dict[str, Any]) -> tuple[Any, ...]:
    """Type, format and values of a schema, apart from "or null" of what may be left out."""
    if "anyOf" in schema:
        schema = next(part for part in schema["anyOf"] if part.get("type") != "null")
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    return "object" if "$ref" in schema else schema.get("type"), schema.get("format"), values


def test_the_limits_are_those_of_the_contract() -> None:
    assert SCHEMAS["Vergelijking"]["properties"]["bsns"]["maxItems"] == register.MOST_COMPARED
    assert SCHEMAS["Bsn"]["pattern"] == messages.BSN_PATTERN
    pattern = re.compile(SCHEMAS["Raadpleging"]["properties"]["grondslag"]["pattern"])
    allowed = {ground.code for ground in GROUNDS if pattern.fullmatch(ground.code)}
    assert allowed == {ground.code for ground in GROUNDS if ground.law == "wmo2015"}


def ask(
    ciz: Server, method: str, path: str, content: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    body = json.dumps(content).encode() if content is not None else b""
    reply = outbound.call(outbound.Endpoint(ciz.url), method, path, body=body, headers=headers)
    described = CONTRACT["paths"][path][method.lower()]["responses"][str(reply.status)]
    if "$ref" in described:
        described = CONTRACT["components"]["responses"][described["$ref"].rpartition("/")[2]]
    (content_type,) = described["content"]
    assert reply.content_type == content_type
    found = json.loads(reply.body)
    check(found, resolved(described["content"][content_type]["schema"]))
    return reply.status, found


def check(value: Any, schema: dict[str, Any]) -> None:
    """As much of JSON Schema as the contract uses."""
    python = {"object": dict, "array": list, "string": str, "integer": int}[schema["type"]]
    assert type(value) is python
    assert value in schema.get("enum", [value])
    assert re.search(schema.get("pattern", ""), value) if python is str else True
    if python is list:
        for item in value:
            check(item, resolved(schema["items"]))
    if python is dict:
        assert set(schema["required"]) <= set(value)
        for name, part in value.items():
            assert name in schema["properties"] or schema.get("additionalProperties") is not False, name
            if name in schema["properties"]:
                check(part, resolved(schema["properties"][name]))


QUESTION = {
    "verzoekId": str(uuid.uuid4()), "oin": OIN, "gemeentecode": "0363", "bsn": WITH, "peildatum": "2026-11-20",
    "grondslag": "wmo2015:2.3.2",
}  # fmt: skip
COMPARISON = {
    "verzoekId": str(uuid.uuid4()), "oin": OIN, "gemeentecode": "0363", "peildatum": "2026-11-20",
    "bsns": [WITH, WITHOUT],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/v1/raadplegingen", QUESTION, 200),
        ("/v1/raadplegingen", QUESTION | {"bsn": WITHOUT}, 200),
        ("/v1/raadplegingen", QUESTION | {"bsn": "123456789"}, 400),
        ("/v1/raadplegingen", QUESTION | {"bsn": "99999007"}, 400),
        ("/v1/raadplegingen", QUESTION | {"oin": "1"}, 400),
        ("/v1/raadplegingen", QUESTION | {"grondslag": "jeugdwet:1.2"}, 403),
        ("/v1/raadplegingen", QUESTION | {"gemeentecode": "363"}, 400),
        ("/v1/raadplegingen", QUESTION | {"naam": "Jansen"}, 400),
        ("/v1/raadplegingen", {name: value for name, value in QUESTION.items() if name != "gemeentecode"}, 400),
        ("/v1/raadplegingen", [], 400),
        ("/v1/vergelijkingen", COMPARISON, 200),
        ("/v1/vergelijkingen", COMPARISON | {"bsns": []}, 400),
        ("/v1/vergelijkingen", COMPARISON | {"bsns": ["123456789"]}, 400),
        ("/v1/vergelijkingen", COMPARISON | {"bsns": [WITH, WITH]}, 400),
        ("/v1/vergelijkingen", COMPARISON | {"grondslag": "wmo2015:2.3.2"}, 400),
    ],
)
def test_the_simulated_register_keeps_the_contract(ciz: Server, path: str, content: Any, status: int) -> None:
    assert ask(ciz, "POST", path, content)[0] == status


def test_the_simulated_register_tells_its_status(ciz: Server) -> None:
    assert ask(ciz, "GET", "/v1/status", headers={"X-Oin": OIN})[0] == 200
    assert ask(ciz, "GET", "/v1/status")[0] == 403


def steer(ciz: Server, path: str, body: bytes) -> int:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    return outbound.call(outbound.Endpoint(ciz.url), "POST", path, body=body, headers=form).status


def test_the_page_of_the_simulated_register_shows_who_are_in_it_now(ciz: Server) -> None:
    def page() -> str:
        return outbound.call(outbound.Endpoint(ciz.url), "GET", "/").body.decode()

    def row(bsn: str) -> str:
        return f"<td>{bsn}</td>"

    assert row(WITH) in page()
    assert row(WITHOUT) not in page()
    assert steer(ciz, "/register", f"bsn={WITHOUT}&indicatie=ja".encode()) == 303
    assert steer(ciz, "/register", f"bsn={WITH}&indicatie=nee".encode()) == 303
    assert row(WITHOUT) in page()
    assert row(WITH) not in page()


@pytest.mark.parametrize("body", [b"", b"indicatie=ja", b"bsn=123456789&indicatie=ja", b"bsn=\xff"])
@pytest.mark.parametrize("path", ["/register", "/gedrag"])
def test_the_page_of_the_simulated_register_refuses_a_form_that_is_wrong(ciz: Server, path: str, body: bytes) -> None:
    assert steer(ciz, path, body) == 400


def test_the_version_in_the_address_is_that_of_the_contract() -> None:
    major = CONTRACT["info"]["version"].split(".")[0]
    assert all(path.startswith(f"/v{major}/") for path in CONTRACT["paths"])
