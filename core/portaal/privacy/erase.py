"""Making a person's account say nothing of them any more, across the core and the products."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session
from translationstring import TranslationString

from portaal import audit, clock
from portaal.access.emptying import empty
from portaal.access.identity import holds
from portaal.access.models import Account, RoleGrant
from portaal.db.models import core_metadata
from portaal.onboarding.models import AttemptWindow
from portaal.plugins.contract import Erasure, Kept, PersonContext
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.registry import Registry

log = logging.getLogger(__name__)

HOOK = "portaal_personal_data_erase"
CORE = "portaal"
ERASED = "gewist"  # what stands in the place of the pseudonym

# About the person and of no use without them.
REMOVED = ("former_identity", "login_session", "notification", "relinking", "verification_code")
KEPT: dict[str, tuple[TranslationString, TranslationString]] = {
    "audit_event": (
        _("Lines of the audit trail"),
        _("What was done must stay traceable (BIO2 8.15). They name an account by its number, without a name."),
    ),
    "message_event": (
        _("Steps of messages"),
        _("They belong to the messages, which have their own retention. They name an account by its number."),
    ),
    "role_grant": (
        _("Roles of the past"),
        _("Who had which right must stay known (BIO2 5.18). They name an account by its number."),
    ),
}


class StillActiveError(Exception):
    """The person can still log in and work."""


@dataclass(frozen=True)
class Report:
    """What became of a person's data.

    :param parts: per owner (``portaal`` for the core) what is erased and what is kept, and why.
    :param failed: the products whose part did not happen; erase again once they are repaired.
    """

    parts: dict[str, Erasure]
    failed: tuple[str, ...]


def erase(registry: Registry, dbsession: Session, account: Account) -> Report:
    """Erase what is known of a person, the products first. The account itself stays, without a name.

    :raises StillActiveError: the person's access has not ended; nothing was erased.
    """
    grants = sa.select(RoleGrant.id).where(RoleGrant.account_id == account.id, holds(clock.now())).limit(1)
    if account.ended_at is None and dbsession.scalar(grants) is not None:
        raise StillActiveError
    parts: dict[str, Erasure] = {}
    failed: list[str] = []
    for plugin in registry["portaal.plugins"]:
        context = PersonContext(dbsession, plugin.name, registry["portaal.settings"], account.id)
        try:
            with dbsession.begin_nested():
                answer = registry["portaal.plugins"].call(plugin, HOOK, context=context)
                dbsession.flush()
                if answer is not None:
                    parts[plugin.name] = _erasure(answer)
        except (Exception, SystemExit):
            log.exception("product %s failed on the erasure of a person's data", plugin.name)
            failed.append(plugin.name)
    parts[CORE] = _erase_core(dbsession, account)
    audit.record(
        dbsession,
        action="person.erase",
        outcome=audit.Outcome.DONE,
        actor=None,
        object_kind="account",
        object_id=account.id,
        details={"erased": {owner: part.erased for owner, part in parts.items()}, "failed": failed},
    )
    return Report(parts, tuple(failed))


def _erasure(answer: object) -> Erasure:
    if not isinstance(answer, Erasure) or not isinstance(answer.erased, int):
        raise TypeError(f"{HOOK} must return Erasure with a count, not {type(answer).__name__}")
    if not all(isinstance(kept, Kept) for kept in answer.kept):
        raise TypeError(f"{HOOK}: what is kept must be a list of Kept")
    return answer


def _erase_core(dbsession: Session, account: Account) -> Erasure:
    erased = 0
    for name in REMOVED:
        table = core_metadata().tables[name]
        erased += len(
            dbsession.execute(
                sa.delete(table).where(table.c.account_id == account.id).returning(table.c.account_id)
            ).all()
        )
    dbsession.execute(sa.delete(AttemptWindow).where(AttemptWindow.scope == f"account:{account.id}"))
    if not account.pseudonym.startswith(ERASED):
        empty(account, ERASED)
        erased += 1
    kept = []
    for name, (what, why) in KEPT.items():
        table = core_metadata().tables[name]
        column = table.c.actor if name == "audit_event" else table.c.account_id
        count = dbsession.scalar(sa.select(sa.func.count()).select_from(table).where(column == account.id)) or 0
        if count:
            kept.append(Kept(what, why, count))
    return Erasure(erased, tuple(kept))
