"""The pages of the simulated makelaar: supplier, password, code, organisation, and back with an artifact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from lxml import etree
from pyramid.config import Configurator
from pyramid.events import BeforeRender, NewResponse
from pyramid.httpexceptions import HTTPBadRequest, HTTPFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.router import Router

from portaal.simulators.makelaar.accounts import Account, check_password
from portaal.simulators.makelaar.answers import (
    Asker,
    Parties,
    Person,
    artifact_response,
    cancel_response,
    login_response,
    new_artifact,
)
from portaal.simulators.makelaar.phone import Phones
from portaal.simulators.makelaar.questions import BadQuestionError, Portal, read_request, read_resolve, soap
from portaal.simulators.makelaar.texts import Words
from portaal.simulators.makelaar.visits import Visit, Visits

COOKIE = "makelaar"
LANGUAGE = "taal"
SUPPLIERS = ("Herkenbaar", "Inlogwijs", "Sleutelbos", "Zekerzijn")
TEMPLATES = "portaal.simulators.makelaar:templates"


@dataclass
class Makelaar:
    """Everything one running makelaar knows."""

    base_url: str
    parties: Parties
    portal: Portal
    service_uuid: str
    provider_name: str
    accounts: dict[str, Account]
    metadata: bytes
    organisations: dict[str, str]
    visits: Visits = field(default_factory=Visits)
    phones: Phones = field(default_factory=Phones)


def now() -> datetime:
    return datetime.now(UTC)


def home(request: Request) -> dict[str, Any]:
    return {"accounts": request.makelaar.accounts.values()}


def metadata(request: Request) -> Response:
    return Response(request.makelaar.metadata, content_type="application/samlmetadata+xml", charset="UTF-8")


def sso(request: Request) -> Response:
    """A request of the portal comes in, by POST or by redirect."""
    makelaar: Makelaar = request.makelaar
    fields = request.POST if request.method == "POST" else request.GET
    query = "" if request.method == "POST" else request.query_string
    try:
        question = read_request(fields, query, makelaar.portal, f"{makelaar.base_url}/sso")
    except BadQuestionError as error:
        raise HTTPBadRequest(str(error)) from error
    visit = makelaar.visits.start(question, now())
    response = HTTPSeeOther("/keuze")
    response.set_cookie(COOKIE, visit.token, httponly=True, samesite="Lax")
    return response


def choose_supplier(request: Request) -> Any:
    visit = _visit(request)
    error = ""
    if request.method == "POST":
        if request.POST.get("supplier") in SUPPLIERS:
            visit.supplier = request.POST["supplier"]
            return HTTPSeeOther("/inloggen")
        error = "choose_supplier"
    return {"suppliers": SUPPLIERS, "error": error, "visit": visit}


def password(request: Request) -> Any:
    """User name and password, or the alternative: a smartcard."""
    visit = _visit(request)
    smartcard = request.GET.get("middel") == "smartcard"
    error = username = ""
    if request.method == "POST":
        username = request.POST.get("username", "")
        account = check_password(request.makelaar.accounts, username, request.POST.get("password", ""))
        if account is not None:
            visit.account = account
            if smartcard:
                visit.code_accepted = True
                return _after_code(request, visit)
            visit.code = request.makelaar.phones.send(account.phone, now())
            return HTTPSeeOther("/sms")
        error = "wrong_password"
    return {"error": error, "username": username, "smartcard": smartcard, "visit": visit}


def sms(request: Request) -> Any:
    visit = _visit(request)
    if visit.account is None or visit.code is None:
        return HTTPSeeOther("/inloggen")
    error = ""
    if request.method == "POST":
        verdict = visit.code.check(request.POST.get("code", ""), now())
        if verdict == "ok":
            visit.code_accepted = True
            return _after_code(request, visit)
        error = verdict
    return {"error": error, "phone": visit.account.phone, "visit": visit}


def new_code(request: Request) -> Response:
    """Another code, by text message or read aloud."""
    visit = _visit(request)
    if visit.account is None:
        return HTTPSeeOther("/inloggen")
    visit.code = request.makelaar.phones.send(visit.account.phone, now(), spoken="call" in request.POST)
    return HTTPSeeOther("/sms")


def _after_code(request: Request, visit: Visit) -> Response:
    if visit.account is not None and len(visit.account.organisations) == 1:
        return _finish(request, visit, visit.account.organisations[0])
    return HTTPSeeOther("/organisatie")


def organisation(request: Request) -> Any:
    visit = _visit(request)
    if visit.account is None or not visit.code_accepted:
        return HTTPSeeOther("/inloggen")
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("organisation", "")
        if chosen in visit.account.organisations:
            return _finish(request, visit, chosen)
        error = "choose_organisation"
    names = request.makelaar.organisations
    choices = [(kvk, names.get(kvk, "")) for kvk in visit.account.organisations]
    return {"error": error, "organisations": choices, "visit": visit}


def cancel(request: Request) -> Response:
    visit = _visit(request)
    return _back(request, visit, cancel_response(request.makelaar.parties, _asker(request, visit), now()))


def _finish(request: Request, visit: Visit, kvk_nummer: str) -> Response:
    if visit.account is None:
        raise HTTPBadRequest
    person = Person(visit.account.pseudonym, kvk_nummer, visit.account.level)
    return _back(request, visit, login_response(request.makelaar.parties, _asker(request, visit), person, now()))


def _back(request: Request, visit: Visit, answer: etree._Element) -> Response:
    """Send the browser back with an artifact; the answer waits here to be fetched."""
    makelaar: Makelaar = request.makelaar
    artifact = new_artifact(makelaar.parties.entity_id)
    makelaar.visits.keep_answer(artifact, answer, now())
    makelaar.visits.end(visit)
    query = urlencode({"SAMLart": artifact, "RelayState": visit.question.relay_state})
    return HTTPFound(f"{makelaar.portal.acs_url}?{query}")


def _asker(request: Request, visit: Visit) -> Asker:
    portal = request.makelaar.portal
    return Asker(
        portal.entity_id,
        portal.acs_url,
        portal.service_id,
        request.makelaar.service_uuid,
        portal.certificate,
        visit.question.request_id,
    )


def resolve(request: Request) -> Response:
    """The portal fetches the answer behind an artifact, once."""
    makelaar: Makelaar = request.makelaar
    try:
        question_id, artifact = read_resolve(request.body, makelaar.portal, f"{makelaar.base_url}/artifact")
    except BadQuestionError as error:
        raise HTTPBadRequest(str(error)) from error
    answer = makelaar.visits.take_answer(artifact)
    if answer is None:
        raise HTTPBadRequest("there is nothing behind this artifact (any more)")
    body = soap(artifact_response(makelaar.parties, answer, question_id, now()))
    return Response(body, content_type="text/xml", charset="UTF-8")


def phones(request: Request) -> dict[str, Any]:
    return {"accounts": request.makelaar.accounts.values()}


def phone(request: Request) -> dict[str, Any]:
    number = request.matchdict["number"]
    return {"number": number, "messages": request.makelaar.phones.messages.get(number, [])}


def help_page(request: Request) -> dict[str, Any]:
    topic = request.matchdict["topic"]
    if topic not in ("forgot", "register"):
        raise HTTPBadRequest
    return {"topic": topic}


def refused(request: Request) -> dict[str, Any]:
    request.response.status_int = request.exception.status_int
    return {"detail": request.exception.detail or ""}


def _visit(request: Request) -> Visit:
    visit: Visit | None = request.makelaar.visits.get(request.cookies.get(COOKIE, ""), now())
    if visit is None:
        raise HTTPBadRequest("gone")
    if request.method == "POST" and request.POST.get("visit") != visit.token:
        raise HTTPBadRequest("gone")
    return visit


def _words(request: Request) -> Words:
    return Words(request.GET.get(LANGUAGE) or request.cookies.get(LANGUAGE, "nl"))


def _add_words(event: BeforeRender) -> None:
    event["w"] = event["request"].words


def _finish_response(event: NewResponse) -> None:
    request, headers = event.request, event.response.headers
    if request.GET.get(LANGUAGE) in ("nl", "en"):
        event.response.set_cookie(LANGUAGE, request.GET[LANGUAGE], httponly=True, samesite="Lax")
    portal = "/".join(request.makelaar.portal.acs_url.split("/")[:3])
    headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {portal}"
    )
    headers["Cache-Control"] = "no-cache, no-store"
    headers["X-Content-Type-Options"] = "nosniff"


def make_app(makelaar: Makelaar) -> Router:
    """The makelaar as a WSGI application."""
    config = Configurator(settings={"jinja2.trim_blocks": True, "jinja2.lstrip_blocks": True})
    config.include("pyramid_jinja2")
    config.add_request_method(lambda request: makelaar, "makelaar", property=True)
    config.add_request_method(_words, "words", reify=True)
    config.add_subscriber(_add_words, BeforeRender)
    config.add_subscriber(_finish_response, NewResponse)
    config.add_static_view("static", "portaal.simulators.makelaar:static")
    for name, path, view, methods, template in (
        ("home", "/", home, ("GET",), "home"),
        ("metadata", "/metadata", metadata, ("GET",), None),
        ("sso", "/sso", sso, ("GET", "POST"), None),
        ("keuze", "/keuze", choose_supplier, ("GET", "POST"), "supplier"),
        ("inloggen", "/inloggen", password, ("GET", "POST"), "password"),
        ("sms", "/sms", sms, ("GET", "POST"), "sms"),
        ("nieuwe_code", "/nieuwe-code", new_code, ("POST",), None),
        ("organisatie", "/organisatie", organisation, ("GET", "POST"), "organisation"),
        ("annuleren", "/annuleren", cancel, ("POST",), None),
        ("artifact", "/artifact", resolve, ("POST",), None),
        ("telefoons", "/telefoon", phones, ("GET",), "phones"),
        ("telefoon", "/telefoon/{number}", phone, ("GET",), "phone"),
        ("hulp", "/hulp/{topic}", help_page, ("GET",), "help"),
    ):
        config.add_route(name, path)
        renderer = f"{TEMPLATES}/{template}.jinja2" if template else None
        config.add_view(view, route_name=name, request_method=methods, renderer=renderer)
    config.add_exception_view(refused, context=HTTPBadRequest, renderer=f"{TEMPLATES}/refused.jinja2")
    return config.make_wsgi_app()
