"""The makelaar's screens: supplier, password or card, code, organisation; and the helps and telephones beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther

from portaal.simulators.makelaar.accounts import check_password
from portaal.simulators.makelaar.deviations import DEVIATIONS, NORMAL
from portaal.simulators.makelaar.exchange import current_visit, finish, now, visit_of

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.simulators.makelaar.visits import Visit

SUPPLIERS = ("Herkenbaar", "Inlogwijs", "Sleutelbos", "Zekerzijn")
REMEMBERED = "leverancier"
ONE_YEAR = 365 * 24 * 3600


def home(request: Request) -> dict[str, Any]:
    return {"accounts": request.makelaar.accounts.values()}


def choose_supplier(request: Request) -> Any:
    """Kies hoe u wilt inloggen: the supplier, and for who tries the portal out a deviating answer."""
    visit = current_visit(request)
    error, chosen = "", request.cookies.get(REMEMBERED, "")
    if request.method == "POST":
        chosen, deviation = request.POST.get("supplier", ""), request.POST.get("deviation", NORMAL)
        if chosen in SUPPLIERS and deviation in DEVIATIONS:
            visit.supplier, visit.deviation = chosen, deviation
            return _remember(request, chosen)
        error = "choose_supplier"
    return {"suppliers": SUPPLIERS, "chosen": chosen, "deviations": DEVIATIONS, "error": error, "visit": visit}


def _remember(request: Request, supplier: str) -> Response:
    response = HTTPSeeOther("/inloggen")
    if request.POST.get("remember"):
        response.set_cookie(REMEMBERED, supplier, max_age=ONE_YEAR, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(REMEMBERED)
    return response


def password(request: Request) -> Any:
    """User name and password, or the alternative: a smartcard."""
    visit = current_visit(request)
    smartcard = request.GET.get("middel") == "smartcard"
    error = username = ""
    if request.method == "POST":
        username = request.POST.get("username", "")
        account = check_password(request.makelaar.accounts, username, request.POST.get("password", ""))
        if account is not None:
            visit.account = account
            if smartcard:
                return _after_code(request, visit)
            visit.code = request.makelaar.phones.send(account.phone, now())
            return HTTPSeeOther("/sms")
        error = "wrong_password"
    return {"error": error, "username": username, "smartcard": smartcard, "visit": visit}


def sms(request: Request) -> Any:
    visit = current_visit(request)
    if visit.account is None or visit.code is None:
        return HTTPSeeOther("/inloggen")
    error = ""
    if request.method == "POST":
        verdict = visit.code.check(request.POST.get("code", ""), now())
        if verdict == "ok":
            return _after_code(request, visit)
        error = verdict
    told = "call_intro" if visit.code.spoken else "sms_intro"
    return {"error": error, "phone": visit.account.phone, "told": told, "visit": visit}


def new_code(request: Request) -> Response:
    """Another code, by text message or read aloud."""
    visit = current_visit(request)
    if visit.account is None:
        return HTTPSeeOther("/inloggen")
    visit.code = request.makelaar.phones.send(visit.account.phone, now(), spoken="call" in request.POST)
    return HTTPSeeOther("/sms")


def _after_code(request: Request, visit: Visit) -> Response:
    visit.authenticated = True
    if visit.account is not None and len(visit.account.organisations) == 1:
        return finish(request, visit, visit.account.organisations[0])
    return HTTPSeeOther("/organisatie")


def organisation(request: Request) -> Any:
    visit = current_visit(request)
    if visit.account is None or not visit.authenticated:
        return HTTPSeeOther("/inloggen")
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("organisation", "")
        if chosen in visit.account.organisations:
            return finish(request, visit, chosen)
        error = "choose_organisation"
    names = request.makelaar.organisations
    choices = [(kvk, names.get(kvk, "")) for kvk in visit.account.organisations]
    return {"error": error, "organisations": choices, "visit": visit}


def phones(request: Request) -> dict[str, Any]:
    return {"accounts": request.makelaar.accounts.values()}


def phone(request: Request) -> dict[str, Any]:
    number = request.matchdict["number"]
    return {"number": number, "messages": request.makelaar.phones.messages.get(number, [])}


def help_page(request: Request) -> dict[str, Any]:
    topic = request.matchdict["topic"]
    if topic not in ("forgot", "register"):
        raise HTTPBadRequest("gone")
    return {"topic": topic, "visit": visit_of(request)}


def refused(request: Request) -> dict[str, Any]:
    request.response.status_int = request.exception.status_int
    return {"detail": request.exception.detail or ""}
