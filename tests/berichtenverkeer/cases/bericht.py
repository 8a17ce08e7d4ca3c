"""Cases for the rules on the message as a whole, starts and stops."""

from __future__ import annotations

from tests.berichtenverkeer.builder import ADDRESS, FULL_NAME, prestatie
from tests.berichtenverkeer.cases.case import (
    ANSWER,
    ASSIGNED,
    ASSIGNED_2,
    CHANGED_2,
    CONTACT_2,
    DATED,
    LINE,
    LINE_2,
    NEW_2,
    OTHERS_LINE,
    RELATION,
    RELATION_2,
    REQUESTED,
    SAME_2,
    SENT_BACK,
    START,
    START_2,
    STOP,
    STOP_2,
    Case,
    start,
    stop,
)

CASES = [
    *(
        Case("TR134", numbers, {path: "2026-05-07"}, path, {path: "2026-05-06"}, also=also)
        for numbers, path, also in [
            ("301 305 307 315", "Client/Geboortedatum/Datum", ()),
            ("301", f"{RELATION}/Geboortedatum/Datum", ()),
            ("301", f"{ASSIGNED}/Toewijzingsdatum", ()),
            ("305", f"{START}/Begindatum", ()),
            ("307", f"{STOP}/Einddatum", ()),
        ]
    ),
    Case(
        "TR134",
        "325",
        {f"{SENT_BACK}/ProductPeriode": {"Begindatum": "2026-05-07", "Einddatum": "2026-05-07"}},
        f"{SENT_BACK}/ProductPeriode/Begindatum",
        {f"{SENT_BACK}/ProductPeriode": {"Begindatum": "2026-05-06", "Einddatum": "2026-05-06"}},
        also=("TR137",),
    ),
    Case(
        "TR134",
        "323",
        {f"{LINE}/ProductPeriode": {"Begindatum": "2026-05-07", "Einddatum": "2026-05-07"}},
        f"{LINE}/ProductPeriode/Begindatum",
        {f"{LINE}/ProductPeriode": {"Begindatum": "2026-04-30", "Einddatum": "2026-04-30"}},
        also=("TR137", "TR319"),
    ),
    Case("TR018", "307", {f"{STOP}/Einddatum": "2026-04-03"}, f"{STOP}/Einddatum", {f"{STOP}/Einddatum": "2026-04-04"}),
    Case(
        "CS058",
        "305",
        {f"{START}/StatusAanlevering": "2"},
        f"{START}/StatusAanlevering",
        {f"{START}/StatusAanlevering": "3"},
    ),
    Case(
        "CS058",
        "307",
        {f"{STOP}/StatusAanlevering": "9"},
        f"{STOP}/StatusAanlevering",
        {f"{STOP}/StatusAanlevering": "3"},
    ),
    Case("TR135", "301 305 307 315 317 319 323 325", {DATED: "2026-05-11"}, DATED, {DATED: "2026-05-10"}),
    Case("TR378", "301 319 325", {"Header/Afzender": "0999"}, "Header/Afzender", {"Header/Afzender": "1992"}),
    Case(
        "TR378", "305 307 315 317 323", {"Header/Ontvanger": "0501"}, "Header/Ontvanger", {"Header/Ontvanger": "1992"}
    ),
    Case(
        "TR378",
        "301",
        {"Header/Afzender": "0501"},
        "Header/Afzender",
        {"Header/Afzender": "0501", f"{ASSIGNED}/Ingangsdatum": "2022-12-31"},
    ),
    Case(
        "TR378",
        "315",
        {"Header/Ontvanger": "0501", f"{REQUESTED}/ToewijzingIngangsdatum": "2023-01-01"},
        "Header/Ontvanger",
        {"Header/Ontvanger": "0501", f"{REQUESTED}/ToewijzingIngangsdatum": "2022-12-31"},
    ),
    Case(
        "TR378",
        "319",
        {"Antwoord/RedenAfwijzingVerzoek": "8", "Antwoord/Woonplaatsbeginsel": {"Gemeente": "0501"}},
        "Antwoord/Woonplaatsbeginsel/Gemeente",
        {"Antwoord/RedenAfwijzingVerzoek": "8", "Antwoord/Woonplaatsbeginsel": {"Gemeente": "0384"}},
        only="ijw",
    ),
    Case(
        "TR101",
        "301",
        {f"{ASSIGNED_2}/ToewijzingNummer": "1"},
        ASSIGNED_2,
        {f"{ASSIGNED_2}/ToewijzingNummer": "10"},
    ),
    Case(
        "TR101",
        "301",
        {CONTACT_2: {"Soort": "01", "Adres": ADDRESS}},
        CONTACT_2,
        {CONTACT_2: {"Soort": "02", "Adres": ADDRESS}},
    ),
    Case(
        "TR101",
        "301",
        {RELATION_2: {"Nummer": "1", "Soort": "10", "Naam": FULL_NAME, "Contact": {"Soort": "01", "Adres": ADDRESS}}},
        RELATION_2,
        {RELATION_2: {"Nummer": "2", "Soort": "10", "Naam": FULL_NAME, "Contact": {"Soort": "02", "Adres": ADDRESS}}},
    ),
    Case("TR101", "305", {START_2: start("45A01")}, START_2, {START_2: start("45A02")}),
    Case(
        "TR101",
        "307",
        {STOP: stop("2026-05-04"), STOP_2: stop("2026-05-04")},
        STOP_2,
        {STOP: stop("2026-05-04"), STOP_2: stop("2026-05-05")},
    ),
    Case(
        "TR101",
        "317",
        {SAME_2: {"ToewijzingNummer": "1"}},
        SAME_2,
        {SAME_2: {"ToewijzingNummer": "2"}},
    ),
    Case(
        "TR101",
        "317",
        {CHANGED_2: {"ToewijzingNummer": "2", "GewensteIngangsdatum": "2026-07-01"}},
        CHANGED_2,
        {CHANGED_2: {"ToewijzingNummer": "3", "GewensteIngangsdatum": "2026-06-01"}},
    ),
    Case(
        "TR101",
        "317",
        {f"{NEW_2}/Product": {"Categorie": "45", "Code": "45A01"}},
        NEW_2,
        {f"{NEW_2}/Product": {"Categorie": "45", "Code": "45A02"}},
        also=("TR410",),
    ),
    Case(
        "TR101",
        "323",
        {f"{LINE_2}/ProductReferentie/ReferentieNummer": "R1"},
        LINE_2,
        {f"{OTHERS_LINE}/ProductReferentie/ReferentieNummer": "R1"},
    ),
    Case(
        "TR101",
        "323",
        {"Declaratie/Clienten/Client[2]/Bsn": "999900006"},
        "Declaratie/Clienten/Client[2]",
    ),
    Case(
        "TR101",
        "325",
        {
            f"{ANSWER}/Clienten/Client[1]/Prestaties/Prestatie[2]": prestatie("R1", RetourCodes={"RetourCode": "9339"}),
            f"{ANSWER}/TotaalToegekendBedrag/TotaalBedrag": "10000",
        },
        f"{ANSWER}/Clienten/Client[1]/Prestaties/Prestatie[2]",
        {
            f"{ANSWER}/Clienten/Client[1]/Prestaties/Prestatie[2]": prestatie("R2", RetourCodes={"RetourCode": "9339"}),
            f"{ANSWER}/TotaalToegekendBedrag/TotaalBedrag": "10000",
        },
    ),
]
