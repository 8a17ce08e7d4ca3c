"""How the lines of the audit trail are told to people. What is stored are codes, so that the words may improve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from translationstring import TranslationString

from portaal.audit.denials import ACCESS
from portaal.audit.models import Outcome
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator

TITLES: dict[str, TranslationString] = {
    ACCESS: _("Asked for access"),
    "account.choose_mails": _("Chose which notices come by e-mail"),
    "account.confirm_careful_use": _("Confirmed to use data safely and carefully"),
    "account.end": _("Ended somebody's access"),
    "account.restore": _("Restored somebody's access"),
    "account.welcome_seen": _("Read the welcome"),
    "agreement.note": _("Noted an agreement"),
    "audit.export": _("Exported the audit trail"),
    "audit.export_own": _("Exported what one did oneself"),
    "audit.search_bsn": _("Searched the audit trail by BSN"),
    "gemeente.add": _("Added a gemeente"),
    "organisation.link": _("Linked an organisation to a gemeente"),
    "organisation.period": _("Changed the period of an organisation"),
    "product.activate": _("Switched a product on"),
    "product.deactivate": _("Switched a product off"),
    "profile.save": _("Saved one's own data"),
    "role.grant": _("Granted a role"),
    "role.revoke": _("Revoked a role"),
    "session.end": _("Ended a session"),
    "session.start": _("Logged in"),
    "verification_code.issue": _("Issued a verification code"),
    "verification_code.use": _("Used a verification code"),
    "verification_code.withdraw": _("Withdrew a verification code"),
}
OUTCOMES = {Outcome.DONE: _("Done"), Outcome.DENIED: _("Refused")}
OUTCOME_KINDS = {Outcome.DONE: "ok", Outcome.DENIED: "error"}


def add_audit_titles(config: Configurator, titles: Mapping[str, TranslationString]) -> None:
    """Directive: how actions of the audit trail are called, by their code."""
    config.registry["portaal.audit_titles"].update(titles)


def includeme(config: Configurator) -> None:
    config.registry["portaal.audit_titles"] = dict(TITLES)
    config.add_directive("add_audit_titles", add_audit_titles)
