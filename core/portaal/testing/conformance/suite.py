"""The checks as a class of tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session

from portaal.db.session import make_engine
from portaal.testing.application import Portals, bound
from portaal.testing.conformance.check import CHECKS, Check, Needs
from portaal.testing.conformance.rehearsal import Rehearsal
from portaal.testing.conformance.subject import DoesNotLoadError, Subject
from portaal.testing.databases import new_database
from portaal.testing.people import People
from portaal.testing.products import installed, settings_saver

PARTS = (
    "contract",
    "rights",
    "refusals",
    "pages",
    "tiles",
    "settings",
    "texts",
    "templates",
    "tables",
    "hooks",
    "code",
    "files",
)
LOADING = "it_loads_beside_the_core"

for part in PARTS:
    import_module(f"portaal.testing.conformance.{part}")


class Suite:
    """What every suite shares; :func:`suite` adds the tests."""

    product: str
    options: Mapping[str, Any]

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls, portals: Portals) -> Subject:
        try:
            entry_point = installed(cls.product)[cls.product]
        except LookupError as error:
            pytest.fail(str(error), pytrace=False)
        return Subject(entry_point, portals, **cls.options)

    @pytest.fixture
    def rehearsal(
        self, subject: Subject, connection: Connection, dbsession: Session, people: People
    ) -> Iterator[Rehearsal]:
        app = loaded(subject)
        with bound(app, connection, {subject.name: subject.entry_point}):
            yield Rehearsal(subject, dbsession, connection, people, settings_saver(app, dbsession))

    @pytest.fixture
    def empty_database(self, database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
        with new_database(database_kind, tmp_path, request) as url:
            engine = make_engine(url)
            yield engine
            engine.dispose()


def suite(
    product: str, *, settings: Mapping[str, Any] | None = None, examples: Mapping[str, str] | None = None
) -> type[Suite]:
    """A class of tests, one for each check.

    :param product: the name of an installed plugin.
    :param settings: settings without which it cannot be switched on.
    :param examples: values for variable parts of its addresses, for those with a pattern that the suite cannot fill.
    """
    members: dict[str, Any] = {f"test_{check.name}": _test(check) for check in CHECKS.values()}
    members["product"] = product
    members["options"] = {"settings": settings, "examples": examples}
    return type("Conformance", (Suite,), members)


def _test(check: Check) -> Callable[..., None]:
    """A test with the fixture that the check needs."""

    def on_source(self: Suite, subject: Subject) -> None:
        if check.name != LOADING:
            loaded(subject)
        report(check, check.find(subject))

    def on_portal(self: Suite, rehearsal: Rehearsal) -> None:
        report(check, check.find(rehearsal))

    def on_database(self: Suite, subject: Subject, empty_database: Engine) -> None:
        loaded(subject)
        report(check, check.find(subject, empty_database))

    tests: dict[Needs, Any] = {Needs.SOURCE: on_source, Needs.PORTAL: on_portal, Needs.DATABASE: on_database}
    test: Callable[..., None] = tests[check.needs]
    test.__name__ = f"test_{check.name}"
    test.__doc__ = check.meaning
    return test


def loaded(subject: Subject) -> Any:
    """The application, or a skipped test where one check already says that it cannot be made."""
    try:
        return subject.app
    except DoesNotLoadError:
        pytest.skip(f"it does not load: see test_{LOADING}")


def report(check: Check, faults: Iterator[str]) -> None:
    """Fail with everything that is wrong."""
    found = list(dict.fromkeys(faults))
    if found:
        lines = "\n".join(f"- {fault}" for fault in found)
        pytest.fail(f"{check.meaning}\n{lines}\nSee docs/plugins/conformance.md, {check.name}.", pytrace=False)
