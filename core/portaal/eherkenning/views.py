"""The pages of a login: choosing a makelaar, being sent there, and coming back (R-39, R-48 to R-50)."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from webob.multidict import MultiDict

from portaal import clock
from portaal.access import login
from portaal.eherkenning.authn_request import new_request
from portaal.eherkenning.configuration import ACS_PATH
from portaal.eherkenning.metadata import our_metadata
from portaal.eherkenning.response import Expected, verify_artifact_response, verify_response
from portaal.eherkenning.xml import parse_base64
from portaal.login import pending
from portaal.login.record import LoginRecord
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.web.forms import Form, empty, parse
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = logging.getLogger(__name__)
CHOICE = "portaal:templates/login/choose.jinja2"
SENDING = "portaal:templates/login/sending.jinja2"
REFUSED = "portaal:templates/login/refused.jinja2"
ACS_BYTES = 384 * 1024  # a message of the largest size in base64
RELAY_STATE_BYTES = 80
ARTIFACT_CHARACTERS = 200


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


def take_post(request: Request) -> Response:
    """An answer by POST: keep it, and let the browser come back by itself.

    Another site's POST does not bring our cookie along (SameSite=Lax), the GET that follows does. So nothing is decided
    here, nothing is shown, and above all no cookie is set.
    """
    posted = request.POST if request.content_type == "application/x-www-form-urlencoded" else MultiDict()
    relay_state = _one(posted, "RelayState", RELAY_STATE_BYTES)
    query = {"RelayState": relay_state}
    if "SAMLResponse" in posted:
        by_post = [m.entity_id for m in request.registry["eherkenning.makelaars"].values() if m.answers_by_post]
        message = _one(posted, "SAMLResponse", ACS_BYTES)
        pending.keep_posted(request.dbsession, relay_state, message.encode(), by_post)
    else:
        query["SAMLart"] = _one(posted, "SAMLart", ARTIFACT_CHARACTERS)
    return HTTPSeeOther(request.route_url("eherkenning_acs", _query=query))


def _one(posted: MultiDict[str, str], name: str, most: int) -> str:
    """A posted text; empty when it is missing, twice there or too long: then the GET refuses it."""
    values = posted.getall(name)
    return values[0] if len(values) == 1 and len(values[0]) <= most else ""


def receive(request: Request) -> Response:
    """The browser is back, with an artifact or after its answer came by POST: verify the answer and log in."""
    request.identity  # noqa: B018 - read before the transaction begins: SQLite would wait for itself
    try:
        record = _login_record(request)
    except LoginRefusedError as refusal:
        return _refused(request, refusal)
    return login.complete(request, record)


def _login_record(request: Request) -> LoginRecord:
    registry = request.registry
    claimed = pending.claim(registry, request.GET.get("RelayState", ""), request.browser_binding)
    makelaar = registry["eherkenning.makelaars"].get(claimed.makelaar)
    if makelaar is None:
        raise LoginRefusedError(RefusalReason.WRONG_PARTY, "the makelaar is no longer known")
    provider = registry["eherkenning.provider"]
    expected = Expected(provider, makelaar, claimed.request_id, clock.now())
    if claimed.posted is not None:
        record = verify_response(parse_base64(claimed.posted), expected)
    else:
        artifact = request.GET.get("SAMLart", "")
        answer = registry["eherkenning.resolver"].resolve(provider, makelaar, artifact, clock.now())
        record = verify_artifact_response(answer.element, answer.question_id, expected)
    pending.use_once(request.dbsession, record)
    return record


def _refused(request: Request, refusal: LoginRefusedError) -> Response:
    cancelled = refusal.reason is RefusalReason.CANCELLED
    reference = "" if cancelled else secrets.token_hex(4)
    level = logging.INFO if cancelled else logging.WARNING
    details = {"reason": refusal.reason.value, "detail": refusal.detail, "reference": reference}
    log.log(level, "login refused", extra=details)
    shown = {"reason": refusal.reason.value, "reference": reference}
    response = render_to_response(REFUSED, shown, request=request)
    response.status_int = 200 if cancelled else 403
    return response


def metadata(request: Request) -> Response:
    """Our metadata, for the makelaars."""
    return Response(
        request.registry["eherkenning.metadata"], content_type="application/samlmetadata+xml", charset="UTF-8"
    )


def includeme(config: Configurator) -> None:
    registry = config.registry
    registry["eherkenning.metadata"] = our_metadata(
        registry["eherkenning.provider"],
        clock.now(),
        answers_by_post=any(makelaar.answers_by_post for makelaar in registry["eherkenning.makelaars"].values()),
    )
    config.add_route("inloggen", "/inloggen")
    config.add_view(
        choose, route_name="inloggen", request_method="GET", renderer=CHOICE, permission=NO_PERMISSION_REQUIRED
    )
    config.add_view(
        send, route_name="inloggen", request_method="POST", renderer=CHOICE, permission=NO_PERMISSION_REQUIRED
    )
    config.add_route("eherkenning_acs", ACS_PATH)
    config.add_writing_get(ACS_PATH)
    config.add_body_limit(ACS_PATH, ACS_BYTES)
    config.add_view(receive, route_name="eherkenning_acs", request_method="GET", permission=NO_PERMISSION_REQUIRED)
    config.add_view(
        take_post,
        route_name="eherkenning_acs",
        request_method="POST",
        require_csrf=False,
        permission=NO_PERMISSION_REQUIRED,
    )
    config.add_route("eherkenning_metadata", "/eherkenning/metadata")
    config.add_view(
        metadata, route_name="eherkenning_metadata", request_method="GET", permission=NO_PERMISSION_REQUIRED
    )
