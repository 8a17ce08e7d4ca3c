"""Rules on declarations and the answers to them (323, 325): periods, amounts, debit and credit."""

from __future__ import annotations

from functools import partial
from itertools import compress

from portaal.berichtenverkeer.rules.lines import Lines
from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.periods import last_day_of_month, years_before
from portaal.berichtenverkeer.rules.rule import Message, rule
from portaal.berichtenverkeer.rules.seen import Seen
from portaal.berichtenverkeer.rules.together import Remember
from portaal.web.i18n import _

CREDIT = "C"
EUROS, MINUTES = "83", "01"
FIRST_DAY_OF_NEW_STYLE = "2021-01-01"
YEARS_TO_DECLARE = 5
DAY = len("-01")
GRANTED = ("0200", "8001")


def signed_sum(lines: Lines) -> int:
    """The sum of IngediendBedrag over these lines, as :func:`signed` counts."""
    amounts = list(map(int, lines.column("Prestatie", "IngediendBedrag", "Bedrag")))
    credit = map(CREDIT.__eq__, lines.column("Prestatie", "IngediendBedrag", "DebetCredit"))
    return sum(amounts) - 2 * sum(compress(amounts, credit))


def references(lines: Lines, name: str) -> list[str]:
    """The numbers of this name in ProductReferentie, of the lines that have one."""
    return list(filter(None, map(str.strip, lines.column("Prestatie", "ProductReferentie", name))))


def signed(amount: Part, name: str = "Bedrag") -> int:
    """The amount in eurocents, negative when it is credit."""
    value = int(amount.values[name])
    return -value if amount.values["DebetCredit"] == CREDIT else value


@rule(
    "CD060",
    "323,325.Prestatie/ProductReferentie/VorigReferentieNummer",
    _("A credit names the declared line it takes back (VorigReferentieNummer), a debit does not."),
    _("Fill in VorigReferentieNummer for a credit, leave it out for a debit."),
)
def credit_names_what_it_takes_back(prestatie: Part, message: Message) -> bool:
    is_credit = prestatie.parts["IngediendBedrag"].values["DebetCredit"] == CREDIT
    return is_credit == prestatie.parts["ProductReferentie"].has("VorigReferentieNummer")


@rule(
    "CD087",
    "323.Prestatie/ProductTarief",
    _("ProductTarief is required, except when the unit is euros (83): then it must be left out."),
    _("Fill in or leave out ProductTarief."),
)
def tariff_goes_with_unit(prestatie: Part, message: Message) -> bool:
    return prestatie.has("ProductTarief") == (prestatie.values["Eenheid"] != EUROS)


@rule(
    "CS100",
    "323.ProductPeriode/Begindatum 323.DeclaratiePeriode/Begindatum",
    _("Only care given on or after 1 January 2021 can be declared with this message."),
    _("Correct the period."),
)
def period_is_of_the_new_style(period: Part, message: Message) -> bool:
    return period.values["Begindatum"] >= FIRST_DAY_OF_NEW_STYLE


@rule(
    "CS325",
    "323,325.IngediendBedrag/DebetCredit 323,325.TotaalIngediendBedrag/DebetCredit"
    " 325.TotaalToegekendBedrag/DebetCredit",
    _("An amount of 0 is debit (D), never credit."),
    _("Change DebetCredit to D."),
)
def nothing_is_debit(amount: Part, message: Message) -> bool:
    if amount.values["DebetCredit"] != CREDIT:
        return True
    return int(amount.get("Bedrag") or amount.get("TotaalBedrag") or "0") != 0


@rule(
    "CS337",
    "323.ProductPeriode/Einddatum",
    _("The period of a line lies within one calendar month."),
    _("Divide it over several lines."),
)
def line_is_within_one_month(period: Part, message: Message) -> bool:
    return period.values["Begindatum"][:-DAY] == period.values["Einddatum"][:-DAY]


@rule(
    "CS339",
    "323.Prestatie/IngediendBedrag/Bedrag",
    _("With the unit euros (83), the amount equals GeleverdVolume: both are in eurocents."),
    _("Correct the amount or the volume."),
)
def euros_are_the_amount(prestatie: Part, message: Message) -> bool:
    if prestatie.values["Eenheid"] != EUROS:
        return True
    return int(prestatie.values["GeleverdVolume"]) == int(prestatie.parts["IngediendBedrag"].values["Bedrag"])


@rule(
    "CS340",
    "323.DeclaratiePeriode/Einddatum",
    _("The period of a declaration is exactly one calendar month."),
    _("Correct the period."),
)
def declaration_is_one_month(period: Part, message: Message) -> bool:
    begin = period.values["Begindatum"]
    return begin.endswith("-01") and period.values["Einddatum"] == last_day_of_month(begin)


@rule(
    "TR137",
    "323.DeclaratiePeriode/Einddatum 323,325.ProductPeriode/Einddatum",
    _("The period ends before it begins, or after the date of the message."),
    _("Correct the period, or declare when it is over."),
)
def period_is_over(period: Part, message: Message) -> bool:
    return period.values["Begindatum"] <= period.values["Einddatum"] <= message.dagtekening


@rule(
    "TR315",
    "323.ProductReferentie/VorigReferentieNummer",
    _("This line is taken back twice in the message."),
    _("Leave out one of both credits."),
)
class LineIsTakenBackOnce:
    """VorigReferentieNummer is unique in the message."""

    def __init__(self) -> None:
        self.taken_back = Seen()

    def __call__(self, reference: Part, message: Message) -> bool:
        previous = reference.values.get("VorigReferentieNummer", "").strip()
        return not previous or self.taken_back.add(previous)

    def together(self, lines: Lines, around: Part, message: Message) -> Remember | None:
        previous = references(lines, "VorigReferentieNummer")
        is_right = len(set(previous)) == len(previous) and self.taken_back.lacks(previous)
        return partial(self.taken_back.update, previous) if is_right else None


@rule(
    "TR316",
    "323.ProductReferentie/VorigReferentieNummer",
    _("A line is declared and taken back in the same message."),
    _("Leave out both lines, or take it back in a later message."),
)
class LineIsNotTakenBackAtOnce:
    """No VorigReferentieNummer is a ReferentieNummer of this same message."""

    def __init__(self) -> None:
        self.declared, self.taken_back = Seen(), Seen()

    def __call__(self, reference: Part, message: Message) -> bool:
        number = reference.values["ReferentieNummer"].strip()
        previous = reference.values.get("VorigReferentieNummer", "").strip()
        self.declared.add(number)
        if previous:
            self.taken_back.add(previous)
        return not (previous and previous in self.declared) and number not in self.taken_back

    def together(self, lines: Lines, around: Part, message: Message) -> Remember | None:
        numbers, previous = references(lines, "ReferentieNummer"), references(lines, "VorigReferentieNummer")
        if not (set(previous).isdisjoint(numbers) and self.taken_back.lacks(numbers) and self.declared.lacks(previous)):
            return None

        def remember() -> None:
            self.declared.update(numbers)
            self.taken_back.update(previous)

        return remember


@rule(
    "TR319",
    "323.Prestatie/ProductPeriode",
    _("The period of this line lies after that of the declaration."),
    _("Declare it in the month it belongs to."),
    retourcode="9319",
)
def line_is_not_of_a_later_month(prestatie: Part, message: Message) -> bool:
    last = prestatie.within("Declaratie").parts["DeclaratiePeriode"].values["Einddatum"]
    period = prestatie.parts["ProductPeriode"].values
    return period["Begindatum"] <= last and period["Einddatum"] <= last


@rule(
    "TR335",
    "323.Prestatie/ProductPeriode/Einddatum",
    _("This line is from more than five years before DeclaratieDagtekening."),
    _("It can no longer be declared: leave it out."),
)
def line_is_not_too_old(prestatie: Part, message: Message) -> bool:
    declared = prestatie.within("Declaratie").values["DeclaratieDagtekening"]
    end = prestatie.parts["ProductPeriode"].values["Einddatum"]
    return end >= years_before(declared, YEARS_TO_DECLARE)


@rule(
    "TR342",
    "325.Prestatie 325.DeclaratieAntwoord/TotaalToegekendBedrag",
    _("The lines sent back do not explain the difference between submitted and granted."),
    _("Send exactly the rejected lines back, or correct TotaalToegekendBedrag."),
)
class RejectedLinesExplainDifference:
    """Submitted minus granted is the sum of the lines sent back; of a rejected declaration nothing is granted."""

    def __init__(self) -> None:
        self.rejected = 0

    def __call__(self, part: Part, message: Message) -> bool:
        if part.name == "Prestatie":
            self.rejected += signed(part.parts["IngediendBedrag"])
            return True
        granted = signed(part.parts["TotaalToegekendBedrag"], "TotaalBedrag")
        if any(code not in GRANTED for code in part.parts["RetourCodes"].texts):
            return granted == 0
        return signed(part.parts["TotaalIngediendBedrag"], "TotaalBedrag") - granted == self.rejected

    def together(self, lines: Lines, around: Part, message: Message) -> Remember | None:
        return partial(self._add, signed_sum(lines))

    def _add(self, amount: int) -> None:
        self.rejected += amount


@rule(
    "TR346",
    "323.Prestatie/IngediendBedrag/Bedrag",
    _("The amount is not GeleverdVolume times ProductTarief."),
    _("Correct the amount, the volume or the tariff."),
    retourcode="9346",
    level="extern",
)
def amount_is_volume_times_tariff(prestatie: Part, message: Message) -> bool:
    """Minutes may be declared at a tariff per hour: then the amount is rounded half up to a whole cent."""
    tariff, unit = prestatie.values.get("ProductTarief"), prestatie.values["Eenheid"]
    if unit == EUROS or tariff is None:
        return True
    amount = int(prestatie.parts["IngediendBedrag"].values["Bedrag"])
    product = int(prestatie.values["GeleverdVolume"]) * int(tariff)
    return amount == product or (unit == MINUTES and amount == (product + 30) // 60)


@rule(
    "TR358",
    "323.Prestatie 323.Declaratie/TotaalIngediendBedrag",
    _("TotaalIngediendBedrag is not the sum of the lines: debit minus credit."),
    _("Correct the total."),
)
class TotalIsSumOfLines:
    """TotaalIngediendBedrag is the sum of IngediendBedrag over all lines."""

    def __init__(self) -> None:
        self.sum = 0

    def __call__(self, part: Part, message: Message) -> bool:
        if part.name == "Prestatie":
            self.sum += signed(part.parts["IngediendBedrag"])
            return True
        return signed(part.parts["TotaalIngediendBedrag"], "TotaalBedrag") == self.sum

    def together(self, lines: Lines, around: Part, message: Message) -> Remember | None:
        return partial(self._add, signed_sum(lines))

    def _add(self, amount: int) -> None:
        self.sum += amount


@rule(
    "TR416",
    "323.Prestatie 323.Client",
    _("This client's message holds the same debit line twice: same period, product and ToewijzingNummer."),
    _("Add the lines up, or leave one out."),
)
class DebitLineIsDeclaredOnce:
    """Within one client no two debit lines have period, product and ToewijzingNummer in common."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, ...]] = set()

    def __call__(self, part: Part, message: Message) -> bool:
        if part.name == "Client":
            self.seen.clear()
            return True
        if part.parts["IngediendBedrag"].values["DebetCredit"] == CREDIT:
            return True
        values, period = part.values, part.parts["ProductPeriode"].values
        key = (
            period["Begindatum"],
            period["Einddatum"],
            values["ProductCategorie"],
            values["ProductCode"],
            values["ToewijzingNummer"],
        )
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def together(self, lines: Lines, around: Part, message: Message) -> Remember | None:
        """These are whole clients, so that none of their lines is to be remembered."""
        keys = zip(
            lines.numbers,
            lines.column("Prestatie", "ProductPeriode", "Begindatum"),
            lines.column("Prestatie", "ProductPeriode", "Einddatum"),
            lines.column("Prestatie", "ProductCategorie"),
            lines.column("Prestatie", "ProductCode"),
            lines.column("Prestatie", "ToewijzingNummer"),
            strict=True,
        )
        is_debit = map(CREDIT.__ne__, lines.column("Prestatie", "IngediendBedrag", "DebetCredit"))
        debits = list(compress(keys, is_debit))
        return self.seen.clear if len(set(debits)) == len(debits) else None
