"""Making a change hold, or keeping it as a draft where it must be prepared first; and where the person goes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydantic
from pyramid.httpexceptions import HTTPSeeOther
from translationstring import TranslationString

from portaal.access.models import Role
from portaal.frame.flash import flash
from portaal.notifications.models import NotificationKind
from portaal.notifications.service import notify
from portaal.roles.grants import holders
from portaal.settings import drafts, pages
from portaal.settings.announce import announce_after_commit
from portaal.settings.diff import changed_fields
from portaal.settings.store import Loaded, Saved
from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.request import Request
    from pyramid.response import Response

    from portaal.access.resources import ProductContext


def change(
    context: ProductContext,
    request: Request,
    current: Loaded[Any],
    value: pydantic.BaseModel,
    reason: str,
    *,
    done: TranslationString,
) -> Response:
    """Save ``value``, or propose it where that is the rule.

    :param current: what it was made from.
    :param done: what to say when it holds.
    :raises StaleVersionError: somebody else saves at this moment.
    :raises DraftExistsError: it must be prepared, and another change is being prepared already.
    """
    store, by = pages.store_of(request), request.identity.account_id
    if rules(context, request).prepare(changed_fields(current.value, value)):
        drafts.propose(
            store, request.dbsession, context.code, context.product, value, base=current, by=by, reason=reason
        )
        _tell_the_others(context, request)
        flash(request, "info", _("Your change is kept, but does not hold yet. See below what has to be done first."))
        return HTTPSeeOther(pages.address(context, request, "concept"))
    saved = store.save(
        request.dbsession, context.code, context.product, value, based_on=current.number, by=by, reason=reason
    )
    return conclude(context, request, saved, done)


def _tell_the_others(context: ProductContext, request: Request) -> None:
    """The other Productbeheerders of this product: one of them may have to activate the change."""
    by = request.identity.account_id
    people = holders(request.dbsession, Role.PRODUCTBEHEERDER, context.code, context.product)
    others = [account for account in people if account.id != by]
    notify(
        request.dbsession,
        others,
        NotificationKind.INSTELLINGEN_WACHTEN,
        account=by,
        gemeentecode=context.code,
        product=context.product,
    )


def conclude(context: ProductContext, request: Request, saved: Saved, done: TranslationString) -> Response:
    """After saving: tell the product and the person, and go to the tab."""
    if saved.added:
        announce_after_commit(request, context.code, context.product, saved)
        flash(request, "ok", done)
    else:
        flash(request, "info", _("You changed nothing, so nothing was saved."))
    return HTTPSeeOther(pages.address(context, request))


def rules(context: ProductContext, request: Request) -> drafts.Rules:
    """What a change of these settings has to go through."""
    return drafts.rules_for(pages.store_of(request).tabs[context.product], request.registry.settings)
