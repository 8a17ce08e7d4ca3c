"""Why somebody may do something or not. The security policy decides; this only puts its reasons into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyramid.authorization import Allow
from pyramid.httpexceptions import HTTPNotFound
from pyramid.interfaces import ISecurityPolicy
from translationstring import TranslationString

from portaal.access.identity import Identity
from portaal.access.models import Role
from portaal.access.permissions import Permission
from portaal.access.policy import PortaalSecurityPolicy
from portaal.access.reasons import Reason, Refusal
from portaal.access.resources import GemeenteContext, Root, product_factory
from portaal.access.words import ROLE_TITLES
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.registry import Registry

CORE = "portaal"

REASONS = {
    Reason.ACCOUNT_ENDED: _("The account has ended."),
    Reason.AGREEMENTS_MISSING: _("The gemeente has not returned all agreements yet."),
    Reason.PROFILE_MISSING: _("The person has not filled in Persoonlijke Instellingen yet."),
    Reason.NOT_VERIFIED: _("The person has not been verified yet."),
    Reason.NO_ROLES: _("The person has no role."),
}


class UnknownPermissionError(LookupError):
    """There is no such permission that belongs to a role."""


@dataclass(frozen=True)
class Explanation:
    """A yes or no with its reason."""

    allowed: bool
    why: TranslationString


@dataclass(frozen=True)
class Asker:
    """As much of a request as the resource tree looks at."""

    registry: Registry
    identity: Identity
    matchdict: dict[str, str]


def explain(registry: Registry, identity: Identity, gemeentecode: str, name: str) -> Explanation:
    """Whether a person may do something for a gemeente, and why.

    :param name: of the permission, e.g. ``iwmo:bericht:lezen``.
    :raises UnknownPermissionError: there is none with that name.
    """
    owner, permission = find_permission(registry, name)
    if identity.gemeente(gemeentecode) is None and not identity.is_operator:
        return Explanation(False, _("The person's organisation does not act for this gemeente."))
    asker = Asker(registry, identity, {"gemeentecode": gemeentecode})
    try:
        context = _context(asker, owner, name)
    except HTTPNotFound:
        return Explanation(False, _("The product is not switched on for this gemeente."))
    policy: PortaalSecurityPolicy = registry.getUtility(ISecurityPolicy)
    answer = policy.decide(identity, context, name)
    if isinstance(answer, Refusal):
        return Explanation(False, _refused(answer, permission))
    return Explanation(True, _allowed(answer, identity))


def find_permission(registry: Registry, name: str) -> tuple[str, Permission]:
    """The owner of a permission, and the permission.

    :raises UnknownPermissionError: there is none with that name.
    """
    permissions = registry["portaal.permissions"]
    for owner in permissions.owners:
        for permission in permissions.of_owner(owner):
            if permission.name == name:
                return owner, permission
    raise UnknownPermissionError(name)


def allows(context: Any, name: str) -> bool:
    """Whether the context's own list lets anybody do this."""
    return any(action == Allow and allowed == name for action, _principal, allowed in context.__acl__())


def roles_with(permission: Permission) -> list[TranslationString]:
    """The titles of the roles that have a permission."""
    return [ROLE_TITLES[role] for role in permission.roles]


def _context(asker: Asker, owner: str, name: str) -> Any:
    if owner != CORE:
        return product_factory(owner)(asker)
    gemeente = GemeenteContext(asker) if asker.identity.gemeente(asker.matchdict["gemeentecode"]) else None
    return gemeente if gemeente is not None and allows(gemeente, name) else Root(asker)


def _allowed(answer: Any, identity: Identity) -> TranslationString:
    principal = answer.ace[1]
    role = _role_of(identity, [principal])
    if role is None:
        return _("Everybody with a role for the gemeente may do this.")
    return _("The role ${role} includes this.", mapping={"role": ROLE_TITLES[role]})


def _refused(refusal: Refusal, permission: Permission) -> TranslationString:
    if refusal.reason in REASONS:
        return REASONS[refusal.reason]
    if refusal.detail is not None and str(refusal.detail.ace[1]).endswith(f":{Role.PRODUCTBEHEERDER}"):
        return _("A Productbeheerder is kept out of this: who manages a product does not do its work.")
    if not permission.roles:
        return _("No role includes this.")
    return _("None of the person's roles includes this.")


def _role_of(identity: Identity, principals: Iterable[str]) -> Role | None:
    wanted = set(principals)
    return next((grant.role for grant in identity.grants if grant.principal in wanted), None)
