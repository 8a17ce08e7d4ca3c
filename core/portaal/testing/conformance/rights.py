"""Permissions: explained, held by somebody, and none of messages for the Productbeheerder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from portaal.access.models import Role
from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.subject import Subject

# What a Productbeheerder must never see: messages, and what was asked about citizens.
CONTENT = ("bericht", "raadpleging")


@check(Needs.SOURCE)
def permissions_are_explained_and_held(subject: Subject) -> Iterator[str]:
    """Every permission says in Dutch what it lets a person do, and is held by a role."""
    titles = Counter(str(permission.title) for permission in subject.permissions)
    for permission in subject.permissions:
        for what, text in (("title", permission.title), ("group", permission.group)):
            if text is not None and not subject.dutch(text):
                yield f"{permission.name}: the {what} {str(text)!r} has no Dutch text"
        if titles[str(permission.title)] > 1:
            yield f"{permission.name}: another permission has the title {str(permission.title)!r} too"
        if not permission.roles:
            yield f"{permission.name}: no role has it, so nobody ever will"


@check(Needs.SOURCE)
def the_productbeheerder_sees_no_messages(subject: Subject) -> Iterator[str]:
    """No permission about messages or consultations is held by the Productbeheerder (R-87, R-88)."""
    for permission in subject.permissions:
        thing = permission.name.split(":")[1]
        if thing.startswith(CONTENT) and Role.PRODUCTBEHEERDER in permission.roles:
            yield f"{permission.name} is held by the Productbeheerder"
