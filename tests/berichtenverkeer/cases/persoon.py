"""Cases for the rules on persons."""

from __future__ import annotations

from tests.berichtenverkeer.builder import FULL_NAME
from tests.berichtenverkeer.cases.case import ANSWER, RELATION, Case

CASES = [
    Case("CS002", "301 305 307 315 317", {"Client/Bsn": "999900007"}, "Client/Bsn", {"Client/Bsn": "000000000"}),
    Case(
        "CS002",
        "323",
        {"Declaratie/Clienten/Client[2]/Bsn": "123456789"},
        "Declaratie/Clienten/Client[2]/Bsn",
        {"Declaratie/Clienten/Client[2]/Bsn": "123456782"},
    ),
    Case("CS002", "325", {f"{ANSWER}/Clienten/Client[1]/Bsn": "123456789"}, f"{ANSWER}/Clienten/Client[1]/Bsn"),
    *(
        Case(
            "CS139",
            "301 305 307 315",
            {"Client/Geboortedatum": {"Datum": wrong, "DatumGebruik": usage}},
            "Client/Geboortedatum/Datum",
            {"Client/Geboortedatum": {"Datum": right, "DatumGebruik": usage}},
        )
        for usage, wrong, right in [
            ("1", "1967-08-13", "1967-08-01"),
            ("2", "1967-08-01", "1967-01-01"),
            ("3", "1967-01-01", "1900-01-01"),
        ]
    ),
    Case(
        "TR002",
        "301 305 307 315",
        {"Client/Geboortedatum/Datum": "1906-05-05"},
        "Client/Geboortedatum/Datum",
        {"Client/Geboortedatum/Datum": "1906-05-06"},
    ),
    Case(
        "CS050",
        "301",
        {f"{RELATION}/Naam/NaamGebruik": "6"},
        f"{RELATION}/Naam/NaamGebruik",
        {f"{RELATION}/Naam": {**FULL_NAME, "Partnernaam": {"Achternaam": "Jansen"}, "NaamGebruik": "4"}},
        only="iwmo",
    ),
    Case(
        "CS050",
        "301",
        {f"{RELATION}/Naam": {**FULL_NAME, "Partnernaam": {"Achternaam": "Jansen"}, "NaamGebruik": "6"}},
        f"{RELATION}/Naam/NaamGebruik",
        {f"{RELATION}/Naam/NaamGebruik": "6"},
        only="ijw",
    ),
    Case("CS318", "301", {"Client/Naam/NaamGebruik": "6"}, "Client/Naam/NaamGebruik", only="ijw"),
]
