"""Cases for the rules on products."""

from __future__ import annotations

from tests.berichtenverkeer.cases.case import (
    ASSIGNED,
    ASSIGNED_2,
    CHANGED,
    NEW,
    NEW_2,
    REQUESTED,
    REQUESTED_2,
    Case,
    budget,
    budget_of_change,
    omvang,
    overlaps,
    without,
)

CASES = [
    *(
        Case("CS003", number, {f"{path}/{end}": "2025-12-31"}, f"{path}/{end}", {f"{path}/{end}": day})
        for number, path, end, day in [
            ("301", ASSIGNED, "Einddatum", "2026-05-01"),
            ("315", REQUESTED, "ToewijzingEinddatum", "2026-05-01"),
            ("317", CHANGED, "Einddatum", "2026-06-01"),
            ("317", NEW, "Einddatum", "2026-06-01"),
        ]
    ),
    Case(
        "CS335",
        "301",
        {f"{ASSIGNED}/RedenWijziging": "13"},
        f"{ASSIGNED}/Einddatum",
        {f"{ASSIGNED}/RedenWijziging": "13", f"{ASSIGNED}/Einddatum": "2026-05-01"},
    ),
    Case(
        "CS336",
        "301",
        {f"{ASSIGNED}/RedenWijziging": "01"},
        f"{ASSIGNED}/RedenWijziging",
        {f"{ASSIGNED}/RedenWijziging": "14"},
    ),
    *(
        Case(code, number, omvang(path, "1", "14"), f"{path}/Omvang/Frequentie", omvang(path, "4", "14"))
        for code, number, path in [
            ("CS338", "301", ASSIGNED),
            ("CS338", "317", CHANGED),
            ("CS338", "317", NEW),
            ("CS343", "315", REQUESTED),
        ]
    ),
    Case(
        "CS338",
        "301",
        omvang(ASSIGNED, "1", "83"),
        f"{ASSIGNED}/Omvang/Frequentie",
        {
            **omvang(ASSIGNED, "1", "83"),
            f"{ASSIGNED}/Ingangsdatum": "2020-01-01",
            f"{ASSIGNED}/Einddatum": "2020-12-31",
        },
    ),
    *(
        Case("CD041", number, without(path, "Omvang"), f"{path}/Omvang", without(path, "Omvang", "Product/Code"))
        for number, path in [("301", ASSIGNED), ("315", REQUESTED), ("317", NEW)]
    ),
    *(
        Case("CD075", number, {**changes, f"{path}/{end}": None}, f"{path}/{end}", changes)
        for number, path, end, changes in [
            ("301", ASSIGNED, "Einddatum", budget(ASSIGNED)),
            ("315", REQUESTED, "ToewijzingEinddatum", budget(REQUESTED)),
            ("317", CHANGED, "Einddatum", budget_of_change(CHANGED)),
            ("317", NEW, "Einddatum", budget(NEW)),
        ]
    ),
    *(
        Case("CD076", number, {**omvang(path, "2"), f"{path}/{end}": None}, f"{path}/{end}", omvang(path, "2"))
        for number, path, end in [
            ("301", ASSIGNED, "Einddatum"),
            ("315", REQUESTED, "ToewijzingEinddatum"),
            ("317", CHANGED, "Einddatum"),
            ("317", NEW, "Einddatum"),
        ]
    ),
    *(
        Case(code, number, {f"{path}/Budget": "1000"}, f"{path}/{element}", keeps, also=(other,))
        for code, element, other in [("CD077", "Budget", "CD078"), ("CD078", "Omvang", "CD077")]
        for number, path, keeps in [
            ("301", ASSIGNED, budget(ASSIGNED)),
            ("315", REQUESTED, budget(REQUESTED)),
            ("317", CHANGED, budget_of_change(CHANGED)),
            ("317", NEW, budget(NEW)),
        ]
    ),
    *(
        Case(
            "CD079",
            number,
            {**without(path, "Omvang", "Product"), second: None},
            f"{path}/Product",
            {**without(path, "Omvang", "Product"), second: None, f"{path}/Budget": "1000"},
        )
        for number, path, second in [
            ("301", ASSIGNED, ASSIGNED_2),
            ("315", REQUESTED, REQUESTED_2),
            ("317", NEW, NEW_2),
        ]
    ),
    *(
        Case(code, number, without(path, "Product/Code"), f"{path}/Omvang", keeps)
        for code, number, path, keeps in [
            (
                "CD080",
                "301",
                ASSIGNED,
                {
                    **without(ASSIGNED, "Product/Code"),
                    f"{ASSIGNED}/Ingangsdatum": "2020-01-01",
                    f"{ASSIGNED}/Einddatum": "2020-12-31",
                },
            ),
            ("CD095", "315", REQUESTED, without(REQUESTED, "Product/Code", "Omvang")),
            ("CD096", "317", NEW, without(NEW, "Product/Code", "Omvang")),
        ]
    ),
    *(
        Case(code, number, breaks, second, keeps)
        for code, number, first, second, begin, end in [
            ("TR302", "301", ASSIGNED, ASSIGNED_2, "Ingangsdatum", "Einddatum"),
            ("TR386", "315", REQUESTED, REQUESTED_2, "ToewijzingIngangsdatum", "ToewijzingEinddatum"),
            ("TR410", "317", NEW, NEW_2, "GewensteIngangsdatum", "Einddatum"),
        ]
        for breaks, keeps in overlaps(first, second, begin, end)
    ),
    Case(
        "TR302",
        "301",
        {**without(ASSIGNED_2, "Product/Code", "Omvang"), f"{ASSIGNED_2}/Product/Categorie": "45"},
        ASSIGNED_2,
        without(ASSIGNED_2, "Product/Code", "Omvang"),
    ),
    Case(
        "TR302",
        "301",
        {**without(ASSIGNED_2, "Product", "Omvang"), f"{ASSIGNED_2}/Budget": "1"},
        ASSIGNED_2,
        {
            f"{ASSIGNED_2}/Product": {"Categorie": "45", "Code": "45A01"},
            f"{ASSIGNED_2}/RedenWijziging": "13",
            f"{ASSIGNED_2}/Einddatum": "2026-05-01",
        },
    ),
    Case(
        "TR302",
        "301",
        {f"{ASSIGNED_2}/Product": {"Categorie": "45", "Code": "45A01"}},
        ASSIGNED_2,
        {
            f"{ASSIGNED}/Product": {"Categorie": "11", "Code": "11A01"},
            f"{ASSIGNED_2}/Product": {"Categorie": "11", "Code": "11A01"},
        },
        only="iwmo",
    ),
    Case(
        "TR380",
        "317",
        {f"{NEW}/GewensteIngangsdatum": "2026-05-06"},
        f"{NEW}/GewensteIngangsdatum",
        {f"{NEW}/GewensteIngangsdatum": "2026-05-07"},
    ),
]
