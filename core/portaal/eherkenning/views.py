"""The pages of a login: choosing a makelaar, being sent there, and coming back (R-39, R-48 to R-50)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from portaal import clock
from portaal.access import login
from portaal.eherkenning import pending
from portaal.eherkenning.artifact import check_artifact
from portaal.eherkenning.authn_request import new_request
from portaal.eherkenning.configuration import ACS_PATH
from portaal.eherkenning.metadata import our_metadata
from portaal.eherkenning.record import LoginRecord
from portaal.eherkenning.refusal import LoginRefusedError, RefusalReason
from portaal.eherkenning.response import Expected, verify_artifact_response
from portaal.web.forms import Form, empty, parse
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = logging.getLogger(__name__)
CHOICE = "portaal:templates/eherkenning/makelaar.jinja2"
SENDING = "portaal:templates/eherkenning/sending.jinja2"
REFUSED = "portaal:templates/eherkenning/refused.jinja2"
ACS_BYTES = 256 * 1024


class Choice(BaseModel):
    """The form with which somebody chooses a makelaar."""

    makelaar: str


def choose(request: Request) -> dict[str, Any]:
    """Which makelaar does your gemeente use?"""
    return _choice(request, empty(Choice))


def _choice(request: Request, form: Form[Choice]) -> dict[str, Any]:
    known = request.registry["eherkenning.makelaars"].values()
    return {"form": form, "makelaars": sorted(known, key=lambda makelaar: makelaar.display_name.casefold())}


def send(request: Request) -> Any:
    """Send the browser to the makelaar with a signed request."""
    form = parse(request, Choice)
    makelaar = request.registry["eherkenning.makelaars"].get(form.value.makelaar) if form.value else None
    if makelaar is None:
        form.errors["makelaar"] = _("Choose the makelaar of your gemeente.")
        request.response.status_int = 422
        return _choice(request, form)
    authn_request = new_request(request.registry["eherkenning.provider"], makelaar, clock.now())
    pending.remember(request.dbsession, authn_request, makelaar.entity_id, request.browser_binding)
    if authn_request.fields is None:
        return HTTPSeeOther(authn_request.url)
    return render_to_response(SENDING, {"request_to": authn_request, "makelaar": makelaar}, request=request)


def receive(request: Request) -> Response:
    """The browser is back with an artifact: exchange it, verify the answer, and log in."""
    parameters = request.GET if request.method == "GET" else request.POST
    try:
        record = _exchange(request, parameters.get("SAMLart", ""), parameters.get("RelayState", ""))
    except LoginRefusedError as refusal:
        return _refused(request, refusal)
    return login.complete(request, record)


def _exchange(request: Request, artifact: str, relay_state: str) -> LoginRecord:
    registry = request.registry
    waiting = pending.claim(request.dbsession, relay_state, request.browser_binding)
    makelaar = registry["eherkenning.makelaars"].get(waiting.makelaar)
    if makelaar is None:
        raise LoginRefusedError(RefusalReason.WRONG_PARTY, "the makelaar is no longer known")
    check_artifact(artifact, makelaar)
    provider = registry["eherkenning.provider"]
    answer = registry["eherkenning.resolver"].resolve(provider, makelaar, artifact, clock.now())
    expected = Expected(provider, makelaar, waiting.request_id, clock.now())
    record = verify_artifact_response(answer.element, answer.question_id, expected)
    pending.use_once(request.dbsession, record)
    return record


def _refused(request: Request, refusal: LoginRefusedError) -> Response:
    cancelled = refusal.reason is RefusalReason.CANCELLED
    log.log(logging.INFO if cancelled else logging.WARNING, "login refused", extra={
        "reason": refusal.reason.value, "detail": refusal.detail,
    })
    response = render_to_response(REFUSED, {"reason": refusal.reason.value}, request=request)
    response.status_int = 200 if cancelled else 403
    response.headers["X-Tm"] = "commit"  # the request stays used, whatever came of it
    return response


def metadata(request: Request) -> Response:
    """Our metadata, for the makelaars."""
    return Response(
        request.registry["eherkenning.metadata"], content_type="application/samlmetadata+xml", charset="UTF-8"
    )


def includeme(config: Configurator) -> None:
    config.registry["eherkenning.metadata"] = our_metadata(config.registry["eherkenning.provider"])
    config.add_route("inloggen", "/inloggen")
    config.add_view(choose, route_name="inloggen", request_method="GET", renderer=CHOICE,
                    permission=NO_PERMISSION_REQUIRED)
    config.add_view(send, route_name="inloggen", request_method="POST", renderer=CHOICE,
                    permission=NO_PERMISSION_REQUIRED)
    config.add_route("eherkenning_acs", ACS_PATH)
    config.add_writing_get(ACS_PATH)
    config.add_body_limit(ACS_PATH, ACS_BYTES)
    config.add_view(receive, route_name="eherkenning_acs", request_method="GET", permission=NO_PERMISSION_REQUIRED)
    config.add_view(receive, route_name="eherkenning_acs", request_method="POST", require_csrf=False,
                    permission=NO_PERMISSION_REQUIRED)
    config.add_route("eherkenning_metadata", "/eherkenning/metadata")
    config.add_view(metadata, route_name="eherkenning_metadata", request_method="GET",
                    permission=NO_PERMISSION_REQUIRED)
