"""Rules on products that are asked for, changed or assigned: period, volume, budget, overlap (301, 315, 317)."""

from __future__ import annotations

from collections import defaultdict

from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.periods import FOREVER, Days
from portaal.berichtenverkeer.rules.rule import Message, rule
from portaal.web.i18n import _

BEGIN = {
    "ToegewezenProduct": "Ingangsdatum",
    "AangevraagdProduct": "ToewijzingIngangsdatum",
    "TeWijzigenProduct": "GewensteIngangsdatum",
    "NieuwProduct": "GewensteIngangsdatum",
}
END = {
    "ToegewezenProduct": "Einddatum",
    "AangevraagdProduct": "ToewijzingEinddatum",
    "TeWijzigenProduct": "Einddatum",
    "NieuwProduct": "Einddatum",
}
OLD_STYLE_UNTIL = "2020-12-31"
WITHOUT_DAY = ("14", "16", "83", "84")
AIDS = ("11", "12", "13", "14")  # rolstoelen, vervoer- and woonvoorzieningen, other aids: may overlap in iWmo
REMOVED = "13"
LAPSED = "01"

ALL_PRODUCTS = "301.ToegewezenProduct 315.AangevraagdProduct 317.TeWijzigenProduct 317.NieuwProduct"
NEW_PRODUCTS = "301.ToegewezenProduct 315.AangevraagdProduct 317.NieuwProduct"
END_DATES = (
    "301.ToegewezenProduct/Einddatum 315.AangevraagdProduct/ToewijzingEinddatum"
    " 317.TeWijzigenProduct/Einddatum 317.NieuwProduct/Einddatum"
)


def begin_of(product: Part) -> str:
    return product.values[BEGIN[product.name]]


def end_of(product: Part) -> str | None:
    return product.get(END[product.name])


def _is_after_2020(product: Part) -> bool:
    end = end_of(product)
    return end is None or end > OLD_STYLE_UNTIL


def _at(element: str, products: str) -> str:
    return " ".join(f"{word}/{element}" for word in products.split())


@rule(
    "CS003",
    END_DATES,
    _("The end date lies before the begin date."),
    _("Correct the dates."),
)
def product_ends_after_it_begins(product: Part, message: Message) -> bool:
    end = end_of(product)
    return end is None or end >= begin_of(product)


@rule(
    "CS335",
    "301.ToegewezenProduct/Einddatum",
    _("A removed assignment (RedenWijziging 13) ends on the day it begins."),
    _("Make Einddatum equal to Ingangsdatum, or give another reason."),
)
def removed_assignment_lasts_no_time(product: Part, message: Message) -> bool:
    return product.get("RedenWijziging") != REMOVED or end_of(product) == begin_of(product)


@rule(
    "CS336",
    "301.ToegewezenProduct/RedenWijziging",
    _("RedenWijziging 01 is no longer in use."),
    _("Use 13 (removed) or 14 (administrative correction)."),
)
def lapsed_reason_is_not_used(product: Part, message: Message) -> bool:
    return product.get("RedenWijziging") != LAPSED


FREQUENCY = _("With this Eenheid, Frequentie must be per week (2), per month (4) or in total (6).")


@rule("CS338", _at("Omvang/Frequentie", "301.ToegewezenProduct 317.TeWijzigenProduct 317.NieuwProduct"), FREQUENCY)
@rule("CS343", "315.AangevraagdProduct/Omvang/Frequentie", FREQUENCY)
def frequency_fits_unit(product: Part, message: Message) -> bool:
    if product.get("Omvang", "Eenheid") not in WITHOUT_DAY or not _is_after_2020(product):
        return True
    return product.get("Omvang", "Frequentie") in ("2", "4", "6")


@rule(
    "CD041",
    _at("Omvang", NEW_PRODUCTS),
    _("A product with a code needs an Omvang."),
    _("Fill in Omvang."),
)
def product_code_needs_volume(product: Part, message: Message) -> bool:
    return product.get("Product", "Code") is None or product.has("Omvang")


@rule("CD075", END_DATES, _("A Budget needs an end date."), _("Fill in the end date."))
def budget_needs_end_date(product: Part, message: Message) -> bool:
    return not product.has("Budget") or end_of(product) is not None


@rule(
    "CD076",
    END_DATES,
    _("A volume per week (Frequentie 2) needs an end date."),
    _("Fill in the end date."),
)
def weekly_volume_needs_end_date(product: Part, message: Message) -> bool:
    return product.get("Omvang", "Frequentie") != "2" or end_of(product) is not None


BUDGET_OR_VOLUME = _("Budget and Omvang exclude each other.")


@rule("CD077", _at("Budget", ALL_PRODUCTS), BUDGET_OR_VOLUME, _("Leave out one of both."))
@rule("CD078", _at("Omvang", ALL_PRODUCTS), BUDGET_OR_VOLUME, _("Leave out one of both."))
def budget_or_volume(product: Part, message: Message) -> bool:
    return not (product.has("Budget") and product.has("Omvang"))


@rule(
    "CD079",
    _at("Product", NEW_PRODUCTS),
    _("Without a Budget, Product is required."),
    _("Fill in Product or Budget."),
)
def product_or_budget(product: Part, message: Message) -> bool:
    return product.has("Budget") or product.has("Product")


VOLUME_NEEDS_CODE = _("An Omvang needs a product code.")


@rule("CD080", "301.ToegewezenProduct/Omvang", VOLUME_NEEDS_CODE, _("Fill in Code or leave out Omvang."))
@rule("CD095", "315.AangevraagdProduct/Omvang", VOLUME_NEEDS_CODE, _("Fill in Code or leave out Omvang."))
@rule("CD096", "317.NieuwProduct/Omvang", VOLUME_NEEDS_CODE, _("Fill in Code or leave out Omvang."))
def volume_needs_product_code(product: Part, message: Message) -> bool:
    return not product.has("Omvang") or product.get("Product", "Code") is not None or not _is_after_2020(product)


OVERLAP = _("The same product stands in this message more than once for the same days.")
SEPARATE = _("Let the periods follow each other, or leave one out.")


@rule("TR302", "301.ToegewezenProduct", OVERLAP, SEPARATE)
@rule("TR386", "315.AangevraagdProduct", OVERLAP, SEPARATE)
@rule("TR410", "317.NieuwProduct", OVERLAP, SEPARATE)
class ProductsDoNotOverlap:
    """No two periods of the same product share a day.

    A product without code stands for its whole category, one without category for everything.
    """

    def __init__(self) -> None:
        self.days: dict[str, Days] = defaultdict(Days)

    def __call__(self, product: Part, message: Message) -> bool:
        category, code = product.get("Product", "Categorie"), product.get("Product", "Code")
        begin, end = begin_of(product), end_of(product) or FOREVER
        if product.get("RedenWijziging") in (LAPSED, REMOVED) and begin == end:
            return True
        if message.standard == "iwmo" and category in AIDS:
            return True
        if category is None:
            rivals, groups = ["all"], ["all", "without category"]
        elif code is None:
            rivals = [f"all of {category}", "without category"]
            groups = ["all", f"all of {category}", f"{category} without code"]
        else:
            rivals = [f"{category} {code}", f"{category} without code", "without category"]
            groups = ["all", f"all of {category}", f"{category} {code}"]
        clash = any(self.days[group].overlap(begin, end) for group in rivals)
        for group in groups:
            self.days[group].add(begin, end)
        return not clash


@rule(
    "TR380",
    "317.NieuwProduct/GewensteIngangsdatum",
    _("A new product begins after the date of the message."),
    _("Choose a later date, or ask for it with a verzoek om toewijzing."),
)
def new_product_begins_later(product: Part, message: Message) -> bool:
    return begin_of(product) > message.dagtekening


@rule(
    "TR381",
    "301,305,307,315,317.Product/Code 323.Prestatie/ProductCode",
    _("This product code does not belong to this ProductCategorie."),
    _("Correct the code or the category."),
    retourcode="S329",
    level="extern",
)
def product_code_belongs_to_category(part: Part, message: Message) -> bool:
    codes = message.lists.productcodes
    if codes is None:
        return True
    category = part.get("Categorie") or part.get("ProductCategorie")
    code = part.get("Code") or part.get("ProductCode")
    return code is None or code in codes.get(category or "", ())
