"""What notices say and where they lead: on the screen with names, in a mail without."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from translationstring import TranslationString

from portaal.access.names import account_names
from portaal.access.words import ROLE_TITLES
from portaal.notifications.models import Notification, NotificationKind
from portaal.organisations.names import gemeente_names
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request


@dataclass(frozen=True)
class Wording:
    """The texts of one kind of notice.

    :param text: for the screen; may use ``${person}``, ``${gemeente}``, ``${product}`` and ``${role}``.
    :param mail: for a mail; names nobody (ASVS 16.2.5).
    :param route: the page it leads to.
    """

    text: TranslationString
    mail: TranslationString
    route: str


WORDINGS = {
    NotificationKind.NIEUWE_AANMELDING: Wording(
        _("${person} registered as a new user of ${gemeente}. Grant roles and give the verification code."),
        _("Somebody registered as a new user of your gemeente."),
        "gebruiker",
    ),
    NotificationKind.WACHT_OP_GEBRUIKERSBEHEERDER: Wording(
        _("${person} registered for ${gemeente}, which has no gebruikersbeheerder yet."),
        _("Somebody registered for a gemeente that has no gebruikersbeheerder yet."),
        "servicedesk_gemeente",
    ),
    NotificationKind.ROL_TOEGEKEND: Wording(
        _("You now have the role ${role} for ${product} of ${gemeente}."),
        _("You were given a role in the portal."),
        "overzicht",
    ),
    NotificationKind.ROL_INGETROKKEN: Wording(
        _("You no longer have the role ${role} for ${product} of ${gemeente}."),
        _("A role that you had in the portal was revoked."),
        "overzicht",
    ),
    NotificationKind.GEBRUIKERSBEHEERDER_BENOEMD: Wording(
        _("${person} is now gebruikersbeheerder of ${gemeente}."),
        _("Your gemeente has a new gebruikersbeheerder."),
        "gebruiker",
    ),
    NotificationKind.TOEGANG_BEEINDIGD: Wording(
        _("The access of ${person}, gebruikersbeheerder of ${gemeente}, has ended."),
        _("The access of a gebruikersbeheerder has ended."),
        "gebruiker",
    ),
    NotificationKind.INSTELLINGEN_WACHTEN: Wording(
        _("${person} wants to change the settings of ${product} for ${gemeente}. Somebody else must activate it."),
        _("A change of the settings of a product waits until you activate it."),
        "instellingen",
    ),
    NotificationKind.CERTIFICAAT_VERLOOPT: Wording(
        _("A certificate in the settings of ${product} for ${gemeente} expires soon or has expired."),
        _("A certificate in the settings of a product expires soon or has expired."),
        "instellingen",
    ),
    NotificationKind.HERKOPPELING_WACHT: Wording(
        _("A colleague wants to relink the account of ${person} to another login. A second colleague must confirm it."),
        _("A relinking of an account waits until a second colleague of the Servicedesk confirms it."),
        "servicedesk_herkoppelen",
    ),
    NotificationKind.ANDERE_INLOG: Wording(
        _(
            "The Servicedesk tied your account to another login with eHerkenning. "
            "Did you not ask for this? Call at once."
        ),
        _("Your account was tied to another login with eHerkenning. Did you not ask for this? Call the Servicedesk."),
        "eigen_handelingen",
    ),
    NotificationKind.ANDERE_INLOG_VAN_GEBRUIKER: Wording(
        _("${person} of ${gemeente} has another login with eHerkenning; the Servicedesk tied the account to it."),
        _("The Servicedesk tied the account of somebody of your gemeente to another login with eHerkenning."),
        "gebruiker",
    ),
}


@dataclass(frozen=True)
class Notice:
    """A notice as a page shows it."""

    notification: Notification
    text: str
    href: str


def notices(request: Request, notifications: Iterable[Notification]) -> list[Notice]:
    """Notices with the names of today: one query for all people, one for all gemeenten."""
    found = list(notifications)
    parameters = [notification.parameters for notification in found]
    ids = {uuid.UUID(named["account"]) for named in parameters if "account" in named}
    people = {str(account_id): name for account_id, name in account_names(request.dbsession, ids).items()}
    gemeenten = gemeente_names(request.dbsession, (named.get("gemeentecode") for named in parameters))
    return [_notice(request, notification, people, gemeenten) for notification in found]


def target(request: Request, notification: Notification) -> str:
    """The page that a notice leads to."""
    parameters = notification.parameters
    return request.route_url(
        WORDINGS[notification.kind].route,
        gemeentecode=parameters.get("gemeentecode", ""),
        account_id=parameters.get("account", ""),
    )


def _notice(request: Request, notification: Notification, people: dict[str, str], gemeenten: dict[str, str]) -> Notice:
    parameters = notification.parameters
    translate = request.localizer.translate
    code = parameters.get("gemeentecode", "")
    mapping = {
        "person": people.get(parameters.get("account", ""), translate(_("Somebody"))),
        "gemeente": gemeenten.get(code, code),
        "product": request.registry["portaal.plugins"].title_of(parameters.get("product", "")),
        "role": translate(ROLE_TITLES[parameters["role"]]) if "role" in parameters else "",
    }
    text = translate(WORDINGS[notification.kind].text, mapping=mapping)
    return Notice(notification, text, target(request, notification))
