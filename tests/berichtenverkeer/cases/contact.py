"""Cases for the rules on contacts and addresses."""

from __future__ import annotations

from tests.berichtenverkeer.builder import ADDRESS
from tests.berichtenverkeer.cases.case import CONTACT, CONTACT_2, PHONE, RELATION, TEMPORARY, Case

CASES = [
    Case("CD005", "301", {f"{CONTACT}/Adres/LandCode": None}, f"{CONTACT}/Adres/LandCode"),
    Case(
        "CD005",
        "301",
        {f"{RELATION}/Contact/Adres": {"LandCode": "BE"}},
        f"{RELATION}/Contact/Adres/LandCode",
        {f"{RELATION}/Contact/Adres": {"Postcode": "B-1000", "LandCode": "BE"}},
    ),
    Case(
        "CD025",
        "301",
        {f"{RELATION}/Contact/Adres": {"Postcode": "1111AA", "LandCode": "NL"}},
        f"{RELATION}/Contact/Adres/Huis",
        {f"{RELATION}/Contact/Adres": {"Postcode": "1111AA", "LandCode": "BE"}},
    ),
    Case(
        "CS089",
        "301",
        {f"{CONTACT}/Adres/Postcode": "1111 AA"},
        f"{CONTACT}/Adres/Postcode",
        {f"{CONTACT}/Adres/Postcode": "9999xz"},
    ),
    Case(
        "CD007",
        "301",
        {"Client/Communicatie": {"Vorm": "1"}},
        "Client/Communicatie/Taal",
        {"Client/Communicatie": {"Vorm": "1", "Taal": "Deens"}},
    ),
    Case(
        "CD007",
        "301",
        {"Client/Communicatie": {"Vorm": "2", "Taal": "Deens"}},
        "Client/Communicatie/Taal",
        {"Client/Communicatie": {"Vorm": "2"}},
    ),
    Case(
        "CD009",
        "301",
        {f"{CONTACT}/Periode": {"Begindatum": "2026-01-01"}},
        f"{CONTACT}/Periode",
        {CONTACT_2: TEMPORARY},
    ),
    Case(
        "CD034",
        "301",
        {CONTACT: {"Soort": "01", "Telefoon": PHONE}},
        f"{CONTACT}/Adres/Postcode",
        {CONTACT: {"Soort": "02", "Telefoon": PHONE}},
    ),
    Case("TR006", "301", {f"{RELATION}/Contact/Telefoon": None}, f"{RELATION}/Contact"),
    Case(
        "TR006",
        "301",
        {f"{RELATION}/Contact": {"Soort": "02", "Adres": {"Huis": {"Huisnummer": "1"}}}},
        f"{RELATION}/Contact",
        {f"{RELATION}/Contact": {"Soort": "02", "Adres": ADDRESS}},
    ),
    Case("TR061", "301", {f"{CONTACT}/Soort": "04"}, "Client/Contactgegevens", {f"{CONTACT}/Soort": "03"}),
    Case(
        "CS003",
        "301",
        {CONTACT_2: {**TEMPORARY, "Periode": {"Einddatum": "2026-01-01"}}},
        f"{CONTACT_2}/Periode/Einddatum",
        {CONTACT_2: TEMPORARY},
    ),
]
