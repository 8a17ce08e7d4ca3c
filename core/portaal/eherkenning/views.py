"""Where the answers of makelaars come in (the ACS), and our metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from webob.multidict import MultiDict

from portaal import clock
from portaal.eherkenning.configuration import ACS_PATH, NAME
from portaal.eherkenning.metadata import our_metadata
from portaal.login import pending
from portaal.login.views import NOT_KEPT, receive

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

ACS_BYTES = 384 * 1024  # a message of the largest size in base64
RELAY_STATE_BYTES = 80
ARTIFACT_CHARACTERS = 200


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
    return HTTPSeeOther(request.route_url("eherkenning_acs", _query=query), headers=NOT_KEPT)


def _one(posted: MultiDict[str, str], name: str, most: int) -> str:
    """A posted text; empty when it is missing, twice there or too long: then the GET refuses it."""
    values = posted.getall(name)
    return values[0] if len(values) == 1 and len(values[0]) <= most else ""


def come_back(request: Request) -> Response:
    """The browser is back, with an artifact or after its answer came by POST."""
    return receive(request, NAME, "RelayState")


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
    config.add_route("eherkenning_acs", ACS_PATH)
    config.add_body_limit(ACS_PATH, ACS_BYTES)
    config.add_view(come_back, route_name="eherkenning_acs", request_method="GET", permission=NO_PERMISSION_REQUIRED)
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
