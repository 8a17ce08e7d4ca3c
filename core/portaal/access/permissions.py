"""Every permission by name: the core's own and those the products declare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from translationstring import TranslationString

from portaal.access.models import Role
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator


@dataclass(frozen=True)
class Permission:
    """Something that can be permitted, and the roles that have it.

    :param name: ``<product>:<thing>:<act>``, e.g. ``iwmo:bericht:aanleveren``.
    :param title: what it lets a person do, e.g. "Deliver messages".
    :param roles: the roles that have it; a permission without roles is nobody's.
    :param group: the heading it stands under on the page that shows who may do what, e.g. "Messages".
    """

    name: str
    title: TranslationString
    roles: tuple[Role, ...] = ()
    group: TranslationString | None = None


class DuplicatePermissionError(ValueError):
    """Two declarations of the same permission."""


class PermissionRegistry:
    """The permissions of this application, by owner."""

    def __init__(self) -> None:
        self._by_owner: dict[str, dict[str, Permission]] = {}

    def declare(self, owner: str, permissions: Iterable[Permission]) -> None:
        """Add permissions of the core (``portaal``) or of a product.

        :raises DuplicatePermissionError: the name is declared already.
        """
        for permission in permissions:
            if permission.name in self:
                raise DuplicatePermissionError(f"permission {permission.name!r} is declared twice")
            self._by_owner.setdefault(owner, {})[permission.name] = permission

    def of_owner(self, owner: str) -> tuple[Permission, ...]:
        return tuple(self._by_owner.get(owner, {}).values())

    @property
    def owners(self) -> tuple[str, ...]:
        return tuple(self._by_owner)

    def __contains__(self, name: object) -> bool:
        return any(name in permissions for permissions in self._by_owner.values())


CORE_PERMISSIONS = (
    Permission("portaal:eigen-aanmelding", _("Complete one's own registration")),
    Permission("portaal:eigen-account", _("Use the portal and one's own account")),
    Permission("gemeente:bekijken", _("See the overview of the gemeente")),
    Permission("gebruikers:beheren", _("Manage the people of the gemeente"), (Role.GEBRUIKERSBEHEERDER,)),
    Permission("audit:bekijken", _("Read the audit trail of the gemeente"), (Role.AUDITOR,)),
    Permission("rechten:bekijken", _("See who may do what in the gemeente"), (Role.GEBRUIKERSBEHEERDER, Role.AUDITOR)),
    Permission("servicedesk:beheren", _("Do the work of the Servicedesk"), (Role.SERVICEDESK,)),
)


def includeme(config: Configurator) -> None:
    registry = PermissionRegistry()
    registry.declare("portaal", CORE_PERMISSIONS)
    config.registry["portaal.permissions"] = registry
