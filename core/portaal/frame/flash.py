"""A message for the next page, kept in the server-side session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from translationstring import TranslationString

from portaal.access.sessions import append_flash

if TYPE_CHECKING:
    from pyramid.request import Request

Kind = Literal["ok", "info", "warning", "error"]


@dataclass(frozen=True)
class Flash:
    """A message in the reader's language."""

    kind: Kind
    message: str


def flash(request: Request, kind: Kind, message: TranslationString) -> None:
    """Show ``message`` once, on the next page of this session.

    :raises RuntimeError: the person is not logged in, so there is no session to keep it in.
    """
    if request.identity is None:
        raise RuntimeError("a message for the next page needs a session")
    append_flash(request.dbsession, request.identity.session_id, kind, request.localizer.translate(message))
