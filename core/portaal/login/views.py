"""The pages of a login: choosing with whom, being sent there, and coming back (R-39, R-48 to R-50)."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal.login import pending
from portaal.login.pending import Asked
from portaal.login.provider import LoginReturn, LoginStart
from portaal.login.providers import RETURN
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.login.session import NOT_LET_IN, complete, explain_not_let_in
from portaal.web.forms import Form, empty, parse
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.login.providers import LoginProviders

log = logging.getLogger(__name__)
CHOICE = "portaal:templates/login/choose.jinja2"
SENDING = "portaal:templates/login/sending.jinja2"
REFUSED = "portaal:templates/login/refused.jinja2"
REFERENCE = re.compile("([0-9a-f]{8})?")
# What carries a message through the browser says so in both ways (SAML 2.0 bindings, sections 3.4.5.1 and 3.5.5.1).
NOT_KEPT = {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"}


class Choice(BaseModel):
    """The form with which somebody chooses a makelaar."""

    makelaar: str


def choose(request: Request) -> dict[str, Any]:
    """Which makelaar does your gemeente use?"""
    return _choice(request, empty(Choice))


def _choice(request: Request, form: Form[Choice]) -> dict[str, Any]:
    return {"form": form, "makelaars": request.registry["portaal.login_providers"].choices}


def send(request: Request) -> Any:
    """Send the browser to whom was chosen, with the request of that provider."""
    providers: LoginProviders = request.registry["portaal.login_providers"]
    form = parse(request, Choice)
    issuer = form.value.makelaar if form.value else ""
    name = providers.owner_of(issuer)
    if name is None:
        form.errors["makelaar"] = _("Choose the makelaar of your gemeente.")
        request.response.status_int = 422
        return _choice(request, form)
    state = secrets.token_urlsafe(32)
    try:
        # Before the database is touched: a provider may ask its other side first, and SQLite would keep others waiting.
        begun = providers.begin(name, LoginStart(issuer, state, _return_url(request, name), request.locale_name))
    except LoginRefusedError as refusal:
        return refused(request, refusal)
    pending.remember(request.dbsession, Asked(name, issuer, begun.remember), state, request.browser_binding)
    if begun.fields is None:
        return HTTPSeeOther(begun.url, headers=NOT_KEPT)
    makelaar = next(choice for choice in providers.choices if choice.issuer == issuer)
    response = render_to_response(SENDING, {"request_to": begun, "makelaar": makelaar}, request=request)
    response.headers.update(NOT_KEPT)
    return response


def come_back(request: Request) -> Response:
    """The browser is back from a provider that answers at the portal's own address."""
    name = request.matchdict["provider"]
    if request.registry["portaal.login_providers"].return_path(name) != request.path:  # none, or one with its own page
        raise HTTPNotFound()
    return receive(request, name, "state")


def receive(request: Request, name: str, state_parameter: str) -> Response:
    """The browser is back from the provider of this name: verify what it brings, and log in."""
    request.identity  # noqa: B018 - read before the transaction begins: SQLite would wait for itself
    providers: LoginProviders = request.registry["portaal.login_providers"]
    try:
        state = request.GET.get(state_parameter, "")
        asked = pending.claim(request.registry, name, state, request.browser_binding)
        back = LoginReturn(
            asked.issuer, _parameters(request), asked.remembered, _return_url(request, name), asked.posted
        )
        record = providers.finish(name, back)
        pending.use_once(request.dbsession, record)
    except LoginRefusedError as refusal:
        return refused(request, refusal)
    return complete(request, record)


def _parameters(request: Request) -> Mapping[str, str]:
    """Those of the address; one that comes twice could be read in two ways (RFC 6749 section 3.1)."""
    parameters = dict(request.GET)
    if len(parameters) != len(request.GET):
        raise LoginRefusedError(RefusalReason.MALFORMED, "a parameter of the address occurs twice")
    return parameters


def _return_url(request: Request, name: str) -> str:
    path = request.registry["portaal.login_providers"].return_path(name)
    return f"{request.registry.settings['portaal.public_url']}{path}"


def refused(request: Request, refusal: LoginRefusedError) -> Response:
    """The page that says why there is no login, and what to do."""
    cancelled = refusal.reason is RefusalReason.CANCELLED
    reference = "" if cancelled else secrets.token_hex(4)
    level = logging.INFO if cancelled else logging.WARNING
    details = {"reason": refusal.reason.value, "detail": refusal.detail, "reference": reference}
    log.log(level, "login refused", extra=details)
    shown = {"reason": refusal.reason.value, "reference": reference}
    response = render_to_response(REFUSED, shown, request=request)
    response.status_int = 200 if cancelled else 403
    return response


def explain_again(request: Request) -> Response:
    """The page of a refusal without the login that was refused: in the other language."""
    reason, reference = request.matchdict["reason"], request.GET.get("kenmerk", "")
    if reason in NOT_LET_IN:
        return explain_not_let_in(request, reason, request.GET.get("vestiging"))
    if reason not in list(RefusalReason) or not REFERENCE.fullmatch(reference):
        raise HTTPNotFound()
    return render_to_response(REFUSED, {"reason": reason, "reference": reference}, request=request)


def includeme(config: Configurator) -> None:
    config.add_route("inloggen", "/inloggen")
    config.add_view(
        choose, route_name="inloggen", request_method="GET", renderer=CHOICE, permission=NO_PERMISSION_REQUIRED
    )
    config.add_view(
        send, route_name="inloggen", request_method="POST", renderer=CHOICE, permission=NO_PERMISSION_REQUIRED
    )
    config.add_route("inloggen_mislukt", "/inloggen/mislukt/{reason}")
    config.add_view(
        explain_again, route_name="inloggen_mislukt", request_method="GET", permission=NO_PERMISSION_REQUIRED
    )
    config.add_route("inloggen_terug", f"{RETURN}{{provider}}")
    config.add_view(come_back, route_name="inloggen_terug", request_method="GET", permission=NO_PERMISSION_REQUIRED)
