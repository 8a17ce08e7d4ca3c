"""Rules on requests and the answers to them (315, 317, 319)."""

from __future__ import annotations

from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.rule import Message, rule
from portaal.web.i18n import _

WITH_REFERRER = ("02", "03", "04", "05")
REJECTED, BEING_LOOKED_INTO = "1", "2"
WOONPLAATSBEGINSEL = "8"


@rule(
    "CD043",
    "315.AangevraagdProduct/BeschikkingNummer",
    _("BeschikkingNummer and BeschikkingIngangsdatum go together: one of them is missing."),
    _("Fill in both or leave both out."),
)
def decision_has_number_and_date(product: Part, message: Message) -> bool:
    return product.has("BeschikkingNummer") == product.has("BeschikkingIngangsdatum")


@rule(
    "CD066",
    "315.Verwijzer/Naam",
    _("A referrer has a ZorgverlenerCode or a Naam, not both."),
    _("Leave out Naam."),
)
def referrer_has_not_both(referrer: Part, message: Message) -> bool:
    return referrer.values["Type"] not in WITH_REFERRER or not (
        referrer.has("ZorgverlenerCode") and referrer.has("Naam")
    )


@rule(
    "CD067",
    "315.Verwijzer/Naam",
    _("This type of referrer needs a ZorgverlenerCode or a Naam."),
    _("Fill in one of both."),
)
def referrer_is_known(referrer: Part, message: Message) -> bool:
    known = referrer.has("ZorgverlenerCode") or referrer.has("Naam")
    return known or referrer.values["Type"] not in WITH_REFERRER


@rule(
    "CD068",
    "315.Verwijzer/ZorgverlenerCode",
    _("This type of referrer has no ZorgverlenerCode."),
    _("Leave out ZorgverlenerCode or correct Type."),
)
def only_care_givers_have_a_code(referrer: Part, message: Message) -> bool:
    return referrer.values["Type"] in WITH_REFERRER or not referrer.has("ZorgverlenerCode")


@rule(
    "TR383",
    "315.AangevraagdProduct/ReferentieAanbieder",
    _("This ReferentieAanbieder is used twice in the message."),
    _("Give every product its own reference."),
)
class ReferencesDiffer:
    """Every AangevraagdProduct has its own ReferentieAanbieder."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, product: Part, message: Message) -> bool:
        reference = product.values["ReferentieAanbieder"].strip()
        is_new = reference not in self.seen
        self.seen.add(reference)
        return is_new


@rule(
    "TR352",
    "317.Verzoek",
    _("A request for change names at least one product that stays or changes."),
    _("Add the client's current products, unchanged or changed."),
)
def request_names_a_current_product(request: Part, message: Message) -> bool:
    return request.has("OngewijzigdeProducten") or request.has("TeWijzigenProducten")


@rule(
    "TR353",
    "317.Verzoek",
    _("A request for change changes something: a product to change or a new one."),
    _("Add what should change, or do not send the request."),
)
def request_asks_something(request: Part, message: Message) -> bool:
    return request.has("TeWijzigenProducten") or request.has("NieuweProducten")


@rule(
    "CD085",
    "319.Antwoord/RedenAfwijzingVerzoek",
    _("A rejection needs a reason."),
    _("Fill in RedenAfwijzingVerzoek."),
)
def rejection_has_reason(answer: Part, message: Message) -> bool:
    return answer.values["VerzoekAntwoord"] != REJECTED or answer.has("RedenAfwijzingVerzoek")


@rule(
    "CD086",
    "319.Antwoord/RedenAfwijzingVerzoek",
    _("A request that is being looked into has no reason for rejection."),
    _("Leave out RedenAfwijzingVerzoek."),
)
def only_rejection_has_reason(answer: Part, message: Message) -> bool:
    return answer.values["VerzoekAntwoord"] != BEING_LOOKED_INTO or not answer.has("RedenAfwijzingVerzoek")


@rule(
    "TR377",
    "319.Antwoord/Woonplaatsbeginsel",
    _("With reason 8 (woonplaatsbeginsel) the responsible gemeente must be named."),
    _("Add Woonplaatsbeginsel with that gemeente."),
    standards=["ijw"],
)
def woonplaatsbeginsel_names_gemeente(answer: Part, message: Message) -> bool:
    return answer.get("RedenAfwijzingVerzoek") != WOONPLAATSBEGINSEL or answer.has("Woonplaatsbeginsel")


@rule(
    "TR409",
    "319.Antwoord/Woonplaatsbeginsel",
    _("Woonplaatsbeginsel goes with reason 8 only."),
    _("Leave out Woonplaatsbeginsel or correct the reason."),
    standards=["ijw"],
)
def only_woonplaatsbeginsel_names_gemeente(answer: Part, message: Message) -> bool:
    return answer.get("RedenAfwijzingVerzoek") == WOONPLAATSBEGINSEL or not answer.has("Woonplaatsbeginsel")
