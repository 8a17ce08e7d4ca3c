"""The resource tree: Root -> Gemeente -> Product. Its ACLs are the whole of "who may what where".

Every list ends in ``DENY_ALL``: nothing is inherited by accident.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from pyramid.authorization import ALL_PERMISSIONS, Allow, Deny, Everyone
from pyramid.httpexceptions import HTTPNotFound

from portaal.access.identity import GemeenteStanding, role_principal
from portaal.access.models import PRODUCT_ROLES, Role

if TYPE_CHECKING:
    from pyramid.request import Request

Acl = list[tuple[str, str, Any]]
DENY_ALL = (Deny, Everyone, ALL_PERMISSIONS)

LOGGED_IN = "status:logged-in"
ACTIVE = "status:active"


class Root:
    """What belongs to no gemeente: one's own account, and the operator's desk."""

    __parent__ = None
    __name__ = ""

    def __init__(self, request: Request) -> None:
        self.request = request

    def __acl__(self) -> Acl:
        return [
            (Allow, LOGGED_IN, "portaal:eigen-aanmelding"),
            (Allow, ACTIVE, "portaal:eigen-account"),
            (Allow, role_principal(Role.SERVICEDESK, None, None), "servicedesk:beheren"),
            DENY_ALL,
        ]


class GemeenteContext:
    """A gemeente: its overview and its people. Found only by those whose organisation acts for it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.code: str = request.matchdict["gemeentecode"]
        self.__parent__ = Root(request)
        self.__name__ = self.code
        self.standing = self._standing()

    def _standing(self) -> GemeenteStanding:
        identity = self.request.identity
        standing = identity.gemeente(self.code) if identity else None
        if identity is not None and standing is None:
            # The same answer as for a gemeente that does not exist (ASVS 8.2.2).
            raise HTTPNotFound()
        return standing or GemeenteStanding(self.code, "", (), frozenset())

    @property
    def naam(self) -> str:
        return self.standing.naam

    def __acl__(self) -> Acl:
        beheerder = role_principal(Role.GEBRUIKERSBEHEERDER, self.code, None)
        auditor = role_principal(Role.AUDITOR, self.code, None)
        return [
            (Allow, f"member:{self.code}", "gemeente:bekijken"),
            (Allow, beheerder, "gebruikers:beheren"),
            (Allow, auditor, "audit:bekijken"),
            (Allow, beheerder, "rechten:bekijken"),
            (Allow, auditor, "rechten:bekijken"),
            DENY_ALL,
        ]


class ProductContext:
    """A product of a gemeente: its declared permissions times its roles.

    A permission that the Productbeheerder is not given is denied to them first, so that somebody who somehow holds both
    roles still reads no message (R-87, R-88), unless the portal allows combined roles (R-90).
    """

    product: str

    def __init__(self, request: Request) -> None:
        self.request = request
        self.gemeente = GemeenteContext(request)
        self.__parent__ = self.gemeente
        self.__name__ = self.product
        if request.identity is not None and self.product not in self.gemeente.standing.active_products:
            raise HTTPNotFound()  # before any permission is looked at

    @property
    def code(self) -> str:
        """The gemeentecode."""
        return self.gemeente.code

    def __acl__(self) -> Acl:
        permissions = self.request.registry["portaal.permissions"].of_owner(self.product)
        acl: Acl = []
        if not self.request.registry["portaal.allow_combined_roles"]:
            beheerder = role_principal(Role.PRODUCTBEHEERDER, self.code, self.product)
            acl += [
                (Deny, beheerder, permission.name)
                for permission in permissions
                if Role.PRODUCTBEHEERDER not in permission.roles
            ]
        for permission in permissions:
            for role in permission.roles:
                product = self.product if role in PRODUCT_ROLES else None
                acl.append((Allow, role_principal(role, self.code, product), permission.name))
        acl.append(DENY_ALL)
        return acl


def product_factory(product: str) -> Callable[[Request], ProductContext]:
    """The root factory of one product's routes."""
    return cast(
        "Callable[[Request], ProductContext]", type(f"{product}Context", (ProductContext,), {"product": product})
    )
