"""Asking about one citizen.

The answer to the POST *is* the outcome; there is no page with an address on which it could be found again. Going back
or reloading sends the same question, which is known and not asked or shown again (docs/wlz-registertoets/choices.md).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from portaal.api import _, between_transactions, forms, now, product_settings, secrecy, today
from portaal_wlz_registertoets import words
from portaal_wlz_registertoets.consulting import AlreadyAskedError, announce, carry_out, conclude, refuse
from portaal_wlz_registertoets.forms import ConsultForm, refuse_mentions
from portaal_wlz_registertoets.grounds import ground_with, in_words
from portaal_wlz_registertoets.limits import Limit, Limits, spend
from portaal_wlz_registertoets.pages import TEMPLATES, asker_of, ground_options
from portaal_wlz_registertoets.settings import Settings, register_of

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.api import PluginConfigurator, ProductContext

PERMISSION = "wlz_registertoets:raadpleging:doen"
LIMITS_REACHED = {
    Limit.MINUUT: _("You asked as often as you may in one minute. Wait a moment and ask again."),
    Limit.DAG: _("You asked as often as you may on one day. Ask again tomorrow, or talk to your Productbeheerder."),
}


def show_form(context: ProductContext, request: Request) -> dict[str, Any]:
    """An empty question."""
    return _form_page(request, forms.empty(ConsultForm, vraag=uuid.uuid4(), peildatum=today()))


def ask(context: ProductContext, request: Request) -> dict[str, Any]:
    """Ask, and give the outcome."""
    form = forms.parse(request, ConsultForm)
    if form.value is not None:
        refuse_mentions(form, [form.value.bsn])
    if form.value is None:
        request.response.status_int = 422
        return _form_page(request, form)
    asker, settings = asker_of(request), product_settings(request, Settings)
    limits = Limits(settings.per_minute, settings.per_day)
    reached = spend(request.dbsession, asker.account_id, asker.gemeentecode, limits, now())
    if reached is not None:
        refuse(request.dbsession, asker, reached.value)
        return _limit_page(request, form, reached)
    try:
        announced = announce(
            request.dbsession, secrecy(request), form.value.vraag, form.value.bsn, form.value.why, asker
        )
    except AlreadyAskedError:
        request.response.status_int = 409
        return _page(request, "gone")
    with between_transactions(request):
        answer = carry_out(register_of(settings), announced)
    besluit = answer.besluit if settings.show_decision else None
    conclude(request.dbsession, announced, answer, decision_shown=besluit is not None)
    request.response.headers["Clear-Site-Data"] = '"cache"'
    return _page(request, "outcome") | {
        "bsn": form.value.bsn,
        "why": announced.why,
        "ground": ground_with(announced.why.ground),
        "ground_in_words": in_words,
        "flag": announced.flag,
        "answer": answer,
        "besluit": besluit,
        "asked_at": now(),
        "outcomes": words.OUTCOMES,
        "kinds": words.OUTCOME_KINDS,
        "reasons": words.REASONS,
    }


def _limit_page(request: Request, form: forms.Form[ConsultForm], reached: Limit) -> dict[str, Any]:
    form.add_error("", LIMITS_REACHED[reached])
    request.response.status_int = 429
    request.response.headers["X-Tm"] = "commit"  # the refusal stays in the audit trail
    return _form_page(request, form)


def _form_page(request: Request, form: forms.Form[ConsultForm]) -> dict[str, Any]:
    return _page(request, "form") | {
        "form": form,
        "ground_options": ground_options(request),
        "signals": product_settings(request, Settings).signals,
    }


def _page(request: Request, part: str) -> dict[str, Any]:
    """One template with three parts: the question, its outcome, and "gone" where a question was sent twice."""
    return {"part": part, "gemeente": request.context.gemeente}


def includeme(config: PluginConfigurator) -> None:
    config.add_route("raadplegen", "")
    for method, view in (("GET", show_form), ("POST", ask)):
        config.add_view(
            view,
            route="raadplegen",
            permission=PERMISSION,
            request_method=method,
            renderer=f"{TEMPLATES}/raadplegen.jinja2",
        )
