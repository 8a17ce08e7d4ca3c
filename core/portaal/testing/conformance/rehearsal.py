"""The portal with the product switched on, and people who try what they may and what they may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.access.models import PRODUCT_ROLES, Role
from portaal.testing.application import Browser
from portaal.testing.conformance.subject import Route, Subject
from portaal.testing.people import People
from portaal.testing.products import Activation
from portaal.testing.queries import Counted, counting

HERE, NEIGHBOUR, NOWHERE = "0363", "0384", "9999"
ALL_ROLES = (Role.GEBRUIKER, Role.PRODUCTBEHEERDER, Role.AUDITOR)


@dataclass(frozen=True)
class Visit:
    """A page that was opened."""

    path: str
    role: Role
    browser: Browser
    response: Any

    @property
    def place(self) -> str:
        return f"{self.path} as {self.role.value}"

    def again(self) -> None:
        """Open it once more."""
        self.browser.get(self.path, status="*")

    @property
    def is_page(self) -> bool:
        return self.response.status_int == 200 and self.response.content_type == "text/html"


class Rehearsal:
    """The product in a portal on this test's connection; everything is rolled back."""

    def __init__(
        self,
        subject: Subject,
        dbsession: Session,
        connection: Connection,
        people: People,
        save_settings: Callable[..., None],
    ) -> None:
        self.subject = subject
        self.dbsession = dbsession
        self.people = people
        self.save_settings = save_settings
        self.activation = Activation(subject.app, dbsession)
        self._connection = connection
        for gemeente in (HERE, NEIGHBOUR):
            if subject.settings:
                save_settings(subject.name, gemeente=gemeente, **subject.settings)
            self.activation.on(subject.name, gemeente=gemeente)

    def count_queries(self) -> AbstractContextManager[Counted]:
        """Notes what is asked of the database meanwhile."""
        return counting(self._connection)

    def anonymous(self) -> Browser:
        return Browser(self.subject.app, extra_environ={"HTTP_HOST": "localhost"})

    def somebody(self, *roles: Role, product: str | None = None) -> Browser:
        """The browser of a new person with these roles in Amsterdam, those of products in this one."""
        product = product or self.subject.name
        given = [(role, product) if role in PRODUCT_ROLES else role for role in roles]
        browser = self.anonymous()
        browser.log_in_as(self.dbsession, self.people.new(*given, gemeente=HERE))
        return browser

    def attempts(self, gemeente: str = HERE) -> Iterator[tuple[Route, str, str]]:
        """Every route, method and path of the product."""
        for route in self.subject.routes:
            for method in route.views:
                yield route, method, self.subject.path(route, gemeente)

    def roles_of(self, permission: str) -> set[Role]:
        """Who has a permission."""
        return {role for known in self.subject.permissions if known.name == permission for role in known.roles}

    def visits(self, language: str = "nl") -> Iterator[Visit]:
        """Every address without variable parts, opened as each role that may."""
        browsers: dict[Role, Browser] = {}
        for route in self.subject.routes:
            if "GET" in route.views and route.is_fixed:
                path = self.subject.path(route, HERE)
                for role in sorted(self.roles_of(route.views["GET"])):
                    browser = browsers.setdefault(role, self.somebody(role))
                    yield Visit(path, role, browser, browser.get(path, {"taal": language}, status="*"))

    def pages(self, language: str = "nl") -> Iterator[Visit]:
        """Those of them that are pages."""
        yield from (visit for visit in self.visits(language) if visit.is_page)
