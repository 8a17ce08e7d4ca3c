"""Rules on the message as a whole: keys, dates against its own date, its header, starts and stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from itertools import repeat

from portaal.berichtenverkeer.rules.gemeentecodes import existed
from portaal.berichtenverkeer.rules.lines import Lines
from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.rule import Message, rule
from portaal.berichtenverkeer.rules.seen import Seen
from portaal.berichtenverkeer.rules.together import Remember
from portaal.berichtenverkeer.standard import Element, Klasse, MessageType, Party
from portaal.web.i18n import _

KeyPaths = Mapping[str, tuple[tuple[str, str | None], ...]]

NOT_LATER = _("This date lies after the date of the message.")
CORRECT_DATE = _("Correct the date, or send the message later.")


@rule(
    "TR134",
    "301,305,307,315.Client/Geboortedatum/Datum 301.Relatie/Geboortedatum/Datum",
    NOT_LATER,
    CORRECT_DATE,
)
def birth_is_not_later_than_message(person: Part, message: Message) -> bool:
    return (person.get("Geboortedatum", "Datum") or "") <= message.dagtekening


@rule("TR134", "301.ToegewezenProduct/Toewijzingsdatum", NOT_LATER, CORRECT_DATE)
def assignment_is_not_later_than_message(product: Part, message: Message) -> bool:
    return product.values["Toewijzingsdatum"] <= message.dagtekening


@rule(
    "TR134",
    "305.StartProduct/Begindatum 323.DeclaratiePeriode/Begindatum 323,325.ProductPeriode/Begindatum",
    NOT_LATER,
    CORRECT_DATE,
)
def begin_is_not_later_than_message(part: Part, message: Message) -> bool:
    return part.values["Begindatum"] <= message.dagtekening


@rule("TR134", "307.StopProduct/Einddatum", NOT_LATER, CORRECT_DATE)
def stop_is_not_later_than_message(stop: Part, message: Message) -> bool:
    return stop.values["Einddatum"] <= message.dagtekening


@rule(
    "TR018",
    "307.StopProduct/Einddatum",
    _("The end date lies before the begin date."),
    _("Correct the dates."),
)
def stop_is_not_before_start(stop: Part, message: Message) -> bool:
    return stop.values["Einddatum"] >= stop.values["Begindatum"]


@rule(
    "CS058",
    "305.StartProduct/StatusAanlevering 307.StopProduct/StatusAanlevering",
    _("StatusAanlevering must be 1 (first) or 3 (remove)."),
    _("Remove the earlier one with 3 and send the right one with 1."),
)
def status_is_first_or_remove(part: Part, message: Message) -> bool:
    return part.values["StatusAanlevering"] in ("1", "3")


@rule(
    "TR135",
    "301,305,307,315,317,319,323,325.BerichtIdentificatie/Dagtekening",
    _("The date of the message lies in the future."),
    _("Correct the date, or send the message on that day."),
    retourcode="8848",
    level="extern",
)
def message_is_not_from_the_future(identification: Part, message: Message) -> bool:
    return identification.values["Dagtekening"] <= message.today.isoformat()


@rule(
    "TR101",
    "301.Relatie 301.Contact 301.ToegewezenProduct 305.StartProduct 307.StopProduct 315.AangevraagdProduct"
    " 317.OngewijzigdProduct 317.TeWijzigenProduct 317.NieuwProduct 323,325.Client 323,325.Prestatie",
    _("This part stands in the message twice: an earlier one has the same key."),
    _("Leave out one of both, or put their contents together in one."),
)
class KeysAreUnique:
    """The key of a part, together with the keys of the parts around it, is unique in the message."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.around: dict[str, tuple[Part, int]] = {}

    def __call__(self, part: Part, message: Message) -> bool:
        return self.seen.add(self._key(part, key_paths(message.type)))

    def _key(self, part: Part, paths: KeyPaths) -> int:
        """Stands for the key of a part and of those around it: of each of these the last one's is remembered."""
        around = part.above
        if around is None:
            return 0
        known, key = self.around.get(around.name, (None, 0))
        if known is not around:
            key = self._key(around, paths)
            self.around[around.name] = around, key
        return hash((part.name, key, *[part.get(name, below) or "" for name, below in paths.get(part.name, ())]))

    def together(self, lines: Lines, around: Part, message: Message) -> Remember | None:
        """The same keys, as far as only the levels have keys of their own."""
        paths = key_paths(message.type)
        levels = lines.rows.levels
        if any(paths.get(part.name) for level in levels for part in level.walk() if part is not level):
            return None
        keys = list(repeat(self._key(around, paths), lines.count))
        made: list[int] = []
        for level in levels:
            if level is levels[-1]:
                keys = list(map(keys.__getitem__, lines.numbers))
            columns = [lines.column(level.name, *filter(None, path)) for path in paths.get(level.name, ())]
            keys = list(map(hash, zip(repeat(level.name, len(keys)), keys, *columns, strict=True)))
            made += keys if columns else ()
        is_right = len(set(made)) == len(made) and self.seen.lacks(made)
        return partial(self.seen.update, made) if is_right else None


@cache
def key_paths(message_type: MessageType) -> KeyPaths:
    """Per name of a part the paths to the values that make up its key."""

    def paths(element: Element) -> Iterator[tuple[str, str | None]]:
        if isinstance(element.type, Klasse):
            yield from ((element.name, below.name) for below in element.type.elements)
        else:
            yield element.name, None

    classes = message_type.root.walk() if message_type.root else ()
    return {k.name: tuple(path for e in k.elements if e.key for path in paths(e)) for k in classes}


UNKNOWN_GEMEENTE = _("This gemeentecode does not exist on the date of the message.")
CORRECT_GEMEENTE = _("Correct the code. After a merger, use the code of the new gemeente.")


@rule(
    "TR378",
    "301,319,325.Bericht/Header/Afzender 305,307,315,317,323.Bericht/Header/Ontvanger"
    " 301.ToegewezenProduct 315.AangevraagdProduct",
    UNKNOWN_GEMEENTE,
    CORRECT_GEMEENTE,
    retourcode="S300",
    level="extern",
)
class GemeenteExists:
    """The gemeente exists on the date of the message, or did when one of its products began (a merger)."""

    def __init__(self) -> None:
        self.begins: set[str] = set()

    def __call__(self, part: Part, message: Message) -> bool:
        if part.name != "Bericht":
            self.begins.add(part.get("Ingangsdatum") or part.values["ToewijzingIngangsdatum"])
            return True
        is_sender = message.type.header_sender is Party.GEMEENTE
        code = message.header.afzender if is_sender else message.header.ontvanger
        return any(existed(code, day) for day in {message.dagtekening} | self.begins)


@rule(
    "TR378",
    "319.Woonplaatsbeginsel/Gemeente",
    UNKNOWN_GEMEENTE,
    CORRECT_GEMEENTE,
    standards=["ijw"],
    retourcode="S300",
    level="extern",
)
def responsible_gemeente_exists(woonplaatsbeginsel: Part, message: Message) -> bool:
    return existed(woonplaatsbeginsel.values["Gemeente"], message.dagtekening)
