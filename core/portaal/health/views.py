"""``/health`` and ``/ready``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyramid.security import NO_PERMISSION_REQUIRED

from portaal.db.owners import core_owner
from portaal.health.checks import SECONDS, Finding, State, look_at_everything, overall
from portaal.health.networks import is_operator_network
from portaal.time_limit import TimeLimit

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


def live(request: Request) -> dict[str, Any]:
    """The process answers. It looks at nothing: restarting this process would not bring a database back."""
    return {"status": State.OK.value}


def ready(request: Request) -> dict[str, Any]:
    """Whether visitors can be sent here: 503 when not. The details are for the operator's networks only."""
    findings = look_at_everything(request.registry)
    state = overall(findings)
    if state is State.FAILED:
        request.response.status_int = 503
    answer: dict[str, Any] = {"status": state.value}
    if is_operator_network(request):
        answer["checks"] = [_described(finding) for finding in findings]
    return answer


def _described(finding: Finding) -> dict[str, str]:
    described = {"owner": finding.owner, "name": finding.name, "status": finding.state.value}
    return described | ({"text": finding.text} if finding.text else {})


def includeme(config: Configurator) -> None:
    config.registry["portaal.health_limit"] = config.get_settings().get("portaal.health_limit") or TimeLimit(SECONDS)
    config.registry["portaal.core_owner"] = core_owner()
    for name, view in (("health", live), ("ready", ready)):
        config.add_route(name, f"/{name}")
        config.add_view(view, route_name=name, request_method="GET", permission=NO_PERMISSION_REQUIRED, renderer="json")
