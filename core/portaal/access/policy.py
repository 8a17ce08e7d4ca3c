"""The security policy: the ACL decides, and before it the conditions that hold for everyone.

An ACL's yes can still become a refusal with a reason: the account ended, the agreements are not returned, the profile
or the verification is missing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.interfaces import ISecurityPolicy
from pyramid.request import RequestLocalCache
from pyramid.traversal import lineage
from zope.interface import implementer

from portaal.access import sessions
from portaal.access.cookies import has_token
from portaal.access.identity import Identity, load_identity
from portaal.access.network import on_network
from portaal.access.reasons import Reason, Refusal
from portaal.access.resources import ACTIVE, LOGGED_IN, GemeenteContext, Root

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

log = logging.getLogger(__name__)

# What a person may do before they are verified and have a role.
WHILE_SIGNING_UP = frozenset({"portaal:eigen-aanmelding"})
# Nobody has this: it closes every view that forgot to name its permission.
NOBODY = "portaal:niemand"


@implementer(ISecurityPolicy)
class PortaalSecurityPolicy:
    """Identity from the server-side session, permission from the resource tree."""

    def __init__(self) -> None:
        self._acl = ACLHelper()
        self._identities = RequestLocalCache(self._load)

    def _load(self, request: Request) -> Identity | None:
        if not has_token(request):
            return None
        # Apart from the request's own transaction, and before it begins: on SQLite a touch could not get in between.
        identity = load_identity(request.reading_dbsession, request.browser_binding)
        if identity is not None and sessions.BACKGROUND not in request.headers:
            sessions.touch(request.registry, identity.session_id, identity.last_active_at)
        return identity

    def identity(self, request: Request) -> Identity | None:
        return self._identities.get_or_create(request)

    def authenticated_userid(self, request: Request) -> str | None:
        identity = self.identity(request)
        return str(identity.account_id) if identity else None

    def permits(self, request: Request, context: Any, permission: str) -> Any:
        identity = self.identity(request)
        if identity is None:
            return Refusal(Reason.NOT_LOGGED_IN)
        if not on_network(request):
            return Refusal(Reason.OUTSIDE_NETWORK)
        return self.decide(identity, context, permission)

    def decide(self, identity: Identity, context: Any, permission: str) -> Any:
        """Whether a person may do something to a resource: what Pyramid's ACL helper answered, or a Refusal."""
        obstacle = self._obstacle(identity, context, permission)
        if obstacle:
            return Refusal(obstacle)
        answer = self._acl.permits(context, principals(identity), permission)
        return answer or Refusal(Reason.NOT_PERMITTED, answer)

    def _obstacle(self, identity: Identity, context: Any, permission: str) -> Reason | None:
        if identity.is_ended:
            return Reason.ACCOUNT_ENDED
        if agreements_missing(identity, context):
            return Reason.AGREEMENTS_MISSING
        if permission in WHILE_SIGNING_UP:
            return None
        return standing(identity)

    def remember(self, request: Request, userid: str, **kwargs: Any) -> Iterable[tuple[str, str]]:
        return []

    def forget(self, request: Request, **kwargs: Any) -> Iterable[tuple[str, str]]:
        return []


def agreements_missing(identity: Identity, context: Any) -> bool:
    """R-12: within a gemeente its own agreements count; elsewhere the gate is shut when it is for all of them."""
    for resource in lineage(context):
        if isinstance(resource, GemeenteContext):
            return bool(resource.standing.missing_agreements)
    return bool(identity.gemeenten) and all(standing.missing_agreements for standing in identity.gemeenten)


def standing(identity: Identity) -> Reason | None:
    """What still stands between a logged-in person and their work, or None (R-65, R-69, R-75)."""
    if not identity.has_profile:
        return Reason.PROFILE_MISSING
    if not identity.is_verified:
        return Reason.NOT_VERIFIED
    if not identity.grants:
        return Reason.NO_ROLES
    return None


def principals(identity: Identity) -> list[str]:
    """What the ACLs know of a person."""
    members = {f"member:{grant.gemeentecode}" for grant in identity.grants if grant.gemeentecode}
    statuses = [LOGGED_IN] + ([ACTIVE] if standing(identity) is None else [])
    return [Everyone, Authenticated, *statuses, *sorted(members), *(grant.principal for grant in identity.grants)]


def includeme(config: Configurator) -> None:
    config.set_root_factory(Root)
    config.set_security_policy(PortaalSecurityPolicy())
    config.set_default_permission(NOBODY)
    config.registry["portaal.allow_combined_roles"] = (
        config.registry.settings.get("portaal.allow_combined_roles", "false") == "true"
    )
