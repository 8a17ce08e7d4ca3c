"""Cases for the rules on requests and answers."""

from __future__ import annotations

from tests.berichtenverkeer.cases.case import REQUEST, REQUESTED, REQUESTED_2, Case, without

CASES = [
    *(
        Case("CD043", "315", without(REQUESTED, name), f"{REQUESTED}/BeschikkingNummer", both)
        for both in [without(REQUESTED, "BeschikkingNummer", "BeschikkingIngangsdatum")]
        for name in ["BeschikkingNummer", "BeschikkingIngangsdatum"]
    ),
    Case(
        "CD066",
        "315",
        {f"{REQUESTED}/Verwijzer/Naam": "Dokter"},
        f"{REQUESTED}/Verwijzer/Naam",
        {f"{REQUESTED}/Verwijzer": {"Type": "05", "Naam": "Dokter"}},
    ),
    Case(
        "CD067",
        "315",
        {f"{REQUESTED}/Verwijzer": {"Type": "02"}},
        f"{REQUESTED}/Verwijzer/Naam",
        {f"{REQUESTED}/Verwijzer": {"Type": "06"}},
    ),
    Case(
        "CD068",
        "315",
        {f"{REQUESTED}/Verwijzer/Type": "01"},
        f"{REQUESTED}/Verwijzer/ZorgverlenerCode",
        {f"{REQUESTED}/Verwijzer": {"Type": "01", "Naam": "Wijkteam"}},
    ),
    Case(
        "TR383",
        "315",
        {f"{REQUESTED_2}/ReferentieAanbieder": "R1"},
        f"{REQUESTED_2}/ReferentieAanbieder",
        {f"{REQUESTED_2}/ReferentieAanbieder": "r1"},
        also=("TR101",),
    ),
    Case(
        "TR352",
        "317",
        without(REQUEST, "OngewijzigdeProducten", "TeWijzigenProducten"),
        REQUEST,
        without(REQUEST, "OngewijzigdeProducten"),
    ),
    Case(
        "TR353",
        "317",
        without(REQUEST, "TeWijzigenProducten", "NieuweProducten"),
        REQUEST,
        without(REQUEST, "TeWijzigenProducten"),
    ),
    Case("CD085", "319", {"Antwoord/RedenAfwijzingVerzoek": None}, "Antwoord/RedenAfwijzingVerzoek"),
    Case(
        "CD086",
        "319",
        {"Antwoord/VerzoekAntwoord": "2"},
        "Antwoord/RedenAfwijzingVerzoek",
        {"Antwoord/VerzoekAntwoord": "2", "Antwoord/RedenAfwijzingVerzoek": None},
    ),
    Case(
        "TR377",
        "319",
        {"Antwoord/RedenAfwijzingVerzoek": "8"},
        "Antwoord/Woonplaatsbeginsel",
        {"Antwoord/RedenAfwijzingVerzoek": "8", "Antwoord/Woonplaatsbeginsel": {"Gemeente": "0363"}},
        only="ijw",
    ),
    Case(
        "TR409", "319", {"Antwoord/Woonplaatsbeginsel": {"Gemeente": "0363"}}, "Antwoord/Woonplaatsbeginsel", only="ijw"
    ),
]
