"""The broker as a WSGI application: discovery, keys, one page to log in on, and the exchange of codes."""

from __future__ import annotations

import base64
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPFound
from pyramid.response import FileResponse, Response

from portaal_oidc.simulator.answers import ALL, id_token
from portaal_oidc.simulator.state import NORMAL, Grant, Question, Simulator

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.router import Router

PAGE = "portaal_oidc.simulator:authorize.jinja2"
ERRORS = frozenset({"access_denied", "server_error", "unmet_authentication_requirements"})
SLOW_SECONDS = 6


def make_app(simulator: Simulator) -> Router:
    """The pages and addresses of this broker."""
    config = Configurator()
    config.include("pyramid_jinja2")
    config.add_request_method(lambda request: simulator, "simulator", property=True)
    for name, path in (
        ("discovery", "/.well-known/openid-configuration"),
        ("jwks", "/jwks"),
        ("authorize", "/authorize"),
        ("token", "/token"),
        ("icon", "/icon.svg"),
    ):
        config.add_route(name, path)
    config.add_view(discovery, route_name="discovery", request_method="GET")
    config.add_view(jwks, route_name="jwks", request_method="GET")
    config.add_view(ask, route_name="authorize", request_method="GET", renderer=PAGE)
    config.add_view(answer, route_name="authorize", request_method="POST")
    config.add_view(token, route_name="token", request_method="POST")
    config.add_view(icon, route_name="icon", request_method="GET")
    return config.make_wsgi_app()


DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "other_issuer": {"issuer": "https://elders.example"},
    "other_origin": {"authorization_endpoint": "https://elders.example/authorize"},
    "no_code_flow": {"response_types_supported": ["id_token"]},
    "no_pkce": {"code_challenge_methods_supported": ["plain"]},
    "no_algorithms": {"id_token_signing_alg_values_supported": []},
}


def discovery(request: Request) -> Response:
    fault = request.simulator.faults.get("discovery", "")
    return _json(request, "discovery", request.simulator.metadata() | DESCRIPTIONS.get(fault, {}))


def jwks(request: Request) -> Response:
    return _json(request, "jwks", {"keys": [request.simulator.signing_key.as_dict(private=False, use="sig")]})


def icon(request: Request) -> Response:
    """What a browser shows in its tab."""
    return FileResponse(str(Path(__file__).with_name("icon.svg")), request, content_type="image/svg+xml")


def ask(request: Request) -> dict[str, Any]:
    """Who are you? The page keeps the request in its form."""
    _question(request)
    return {"people": request.simulator.people.values(), "answers": (NORMAL, *ALL), "query": request.query_string}


def answer(request: Request) -> Response:
    """Send the browser back, with a code or with an error."""
    question, simulator = _question(request), request.simulator
    chosen = "access_denied" if "annuleren" in request.POST else request.POST.get("answer", NORMAL)
    back = {"state": question.state, "iss": simulator.issuer}
    if chosen in ERRORS:
        return _back(question, back | {"error": chosen})
    person = simulator.people.get(request.POST.get("person", ""))
    if person is None:
        raise HTTPBadRequest("nobody is called so")
    organisation = request.POST.get("organisation") or person.organisations[0]
    back["code"] = simulator.give_code(Grant(question, person, organisation, chosen))
    match chosen:
        case "wrong_iss_parameter":
            back["iss"] = "https://elders.example"
        case "no_iss_parameter":
            del back["iss"]
        case "mixed_up_state":
            back["state"] = secrets.token_urlsafe(32)
        case "no_code":
            del back["code"]
        case "invented_code":
            back["code"] = secrets.token_urlsafe(32)
        case "two_codes":
            return _back(question, [*back.items(), ("code", "another")])
    return _back(question, back)


def _question(request: Request) -> Question:
    """The request, held against what was agreed with the portal."""
    query, simulator = request.GET, request.simulator
    expected = {
        "response_type": "code",
        "client_id": simulator.client_id,
        "redirect_uri": simulator.redirect_uri,
        "code_challenge_method": "S256",
        "prompt": "login",
    }
    wrong = [name for name, value in expected.items() if query.getall(name) != [value]]
    wrong += [name for name in ("state", "nonce", "code_challenge") if len(query.get(name, "")) < 20]
    if wrong or "openid" not in query.get("scope", "").split():
        raise HTTPBadRequest(f"this is not as agreed: {', '.join(wrong) or 'scope'}")
    return Question(query["redirect_uri"], query["state"], query["nonce"], query["code_challenge"])


def _back(question: Question, parameters: Any) -> Response:
    return HTTPFound(f"{question.redirect_uri}?{urlencode(parameters)}")


def token(request: Request) -> Response:
    """A code for an ID token: once, to the client that the code was given for."""
    simulator, form = request.simulator, request.POST
    if not _is_client(request):
        return _error("invalid_client", 401)
    grant = simulator.grants.pop(form.get("code", ""), None)
    if (
        grant is None
        or form.get("grant_type") != "authorization_code"
        or form.get("redirect_uri") != grant.question.redirect_uri
        or create_s256_code_challenge(form.get("code_verifier", "")) != grant.question.code_challenge
    ):
        return _error("invalid_grant", 400)
    access_token = secrets.token_urlsafe(32)
    content: dict[str, Any] = {"access_token": access_token, "token_type": "Bearer", "expires_in": 60}
    found = id_token(simulator, grant, access_token)
    if found is not None:
        content["id_token"] = found
    return _json(request, "token", content)


def _is_client(request: Request) -> bool:
    """``client_secret_basic``, or ``private_key_jwt`` where the client's keys are known."""
    simulator = request.simulator
    if simulator.client_keys is None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        name, _, secret = base64.b64decode(given).decode().partition(":")
        return (scheme, unquote_plus(name), unquote_plus(secret)) == ("Basic", simulator.client_id, simulator.secret)
    registry = JWTClaimsRegistry(
        iss={"essential": True, "value": simulator.client_id},
        sub={"essential": True, "value": simulator.client_id},
        aud={"essential": True, "value": f"{simulator.issuer}/token"},
        exp={"essential": True},
        jti={"essential": True},
    )
    try:
        assertion = jwt.decode(
            request.POST.get("client_assertion", ""), simulator.client_keys, algorithms=["RS256", "ES256"]
        )
        registry.validate(assertion.claims)
    except (JoseError, ValueError):
        return False
    fresh = assertion.claims["jti"] not in simulator.used_assertions
    simulator.used_assertions.add(assertion.claims["jti"])
    return fresh


def _error(code: str, status: int) -> Response:
    return Response(json_body={"error": code}, status=status)


def _json(request: Request, address: str, content: dict[str, Any]) -> Response:
    """The answer, or the fault that this address has now."""
    match request.simulator.faults.get(address):
        case "down":
            return Response("out of order", status=503)
        case "gone":
            return Response("not here", status=404)
        case "slow":
            time.sleep(SLOW_SECONDS)
        case "garbage":
            return Response(b"\x00\xff<html>", content_type="application/json")
        case "list":
            return Response(json_body=[content])
        case "empty":
            return Response(json_body={})
        case "huge":
            return Response(b" " * 2_000_000 + b"{}", content_type="application/json")
    response = Response(json_body=content)
    response.headers["Cache-Control"] = "no-store"
    return response
