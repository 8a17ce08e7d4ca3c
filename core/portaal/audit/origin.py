"""Where an act came from: the session, level, roles and address of the request in which it happens."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from pyramid.threadlocal import get_current_request

from portaal.access.identity import Grant, Identity
from portaal.logs import request_id


@dataclass(frozen=True)
class Origin:
    """What a line says of its origin. Everything is empty for what the portal does by itself or from the shell."""

    organisation: uuid.UUID | None = None
    roles: str = ""
    level: str = ""
    session: str = ""
    address: str = ""
    request_id: str = ""


def current_origin(actor: uuid.UUID | None, gemeentecode: str | None, product: str | None) -> Origin:
    """The origin of an act by ``actor`` in this thread's request."""
    request = get_current_request()
    if request is None:
        return Origin()
    address = request.remote_addr or ""
    identity: Identity | None = request.identity
    if identity is None or identity.account_id != actor:  # while logging in there is no session yet
        return Origin(address=address, request_id=request_id.get())
    return Origin(
        organisation=identity.organisation_id,
        roles=",".join(
            sorted({grant.role.value for grant in identity.grants if _applies(grant, gemeentecode, product)})
        ),
        level=identity.level,
        session=identity.session_id,
        address=address,
        request_id=request_id.get(),
    )


def _applies(grant: Grant, gemeentecode: str | None, product: str | None) -> bool:
    return grant.gemeentecode in (None, gemeentecode) and (product is None or grant.product in (None, product))
