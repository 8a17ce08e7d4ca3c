"""What the makelaar and the portal say to each other: the request that comes in, and the answer that goes back."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from lxml import etree
from pyramid.httpexceptions import HTTPBadRequest, HTTPFound, HTTPSeeOther, HTTPServiceUnavailable
from pyramid.renderers import render_to_response
from pyramid.response import Response

from portaal.simulators.makelaar.answers import Asker, Person, artifact_response, cancel_response, new_artifact
from portaal.simulators.makelaar.deviations import NORMAL, OUT_OF_ORDER, answer_to
from portaal.simulators.makelaar.questions import BadQuestionError, read_request, read_resolve, soap
from portaal.simulators.makelaar.visits import Visit

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.simulators.makelaar.state import Makelaar

COOKIE = "makelaar"
POSTING = "portaal.simulators.makelaar:templates/posting.jinja2"


def now() -> datetime:
    return datetime.now(UTC)


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


def visit_of(request: Request) -> Visit | None:
    """The attempt that this browser is in, if any."""
    visit: Visit | None = request.makelaar.visits.get(request.cookies.get(COOKIE, ""), now())
    return visit


def current_visit(request: Request) -> Visit:
    """The attempt that this browser is in.

    :raises HTTPBadRequest: there is none (any more), or the form is of another.
    """
    visit = visit_of(request)
    if visit is None or (request.method == "POST" and request.POST.get("visit") != visit.token):
        raise HTTPBadRequest("gone")
    return visit


def finish(request: Request, visit: Visit, kvk_nummer: str) -> Response:
    """Back to the portal with the answer for this organisation, or with the deviating one that was chosen."""
    if visit.account is None:
        raise HTTPBadRequest("gone")
    person = Person(visit.account.pseudonym, kvk_nummer, visit.account.level)
    answer = answer_to(visit.deviation or NORMAL, request.makelaar.parties, _asker(request, visit), person, now())
    return _back(request, visit, answer)


def cancel(request: Request) -> Response:
    visit = current_visit(request)
    return _back(request, visit, cancel_response(request.makelaar.parties, _asker(request, visit), now()))


def _back(request: Request, visit: Visit, answer: etree._Element | None) -> Response:
    """To the portal: through the browser itself, or with an artifact behind which the answer waits."""
    makelaar: Makelaar = request.makelaar
    makelaar.visits.end(visit)
    question = visit.question
    if question.answer_by_post and answer is not None:
        fields = {"SAMLResponse": base64.b64encode(etree.tostring(answer)).decode(), "RelayState": question.relay_state}
        return render_to_response(POSTING, {"action": question.acs_url, "fields": fields}, request=request)
    artifact = new_artifact(makelaar.parties.entity_id)
    if answer is not None:
        makelaar.visits.keep_answer(artifact, answer, now())
    query = urlencode({"SAMLart": artifact, "RelayState": question.relay_state})
    return HTTPFound(f"{question.acs_url}?{query}")


def _asker(request: Request, visit: Visit) -> Asker:
    portal = request.makelaar.portal
    return Asker(
        portal.entity_id,
        visit.question.acs_url,
        portal.service_id,
        request.makelaar.service_uuid,
        portal.certificate,
        visit.question.request_id,
    )


def resolve(request: Request) -> Response:
    """The portal fetches the answer behind an artifact, once; afterwards there is nothing behind it."""
    makelaar: Makelaar = request.makelaar
    try:
        question_id, artifact = read_resolve(request.body, makelaar.portal, f"{makelaar.base_url}/artifact")
    except BadQuestionError as error:
        raise HTTPBadRequest(str(error)) from error
    answer: Any = makelaar.visits.take_answer(artifact)
    if answer is OUT_OF_ORDER:
        raise HTTPServiceUnavailable()
    body = soap(artifact_response(makelaar.parties, answer, question_id, now()))
    return Response(body, content_type="text/xml", charset="UTF-8")
