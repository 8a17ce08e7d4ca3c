"""TR302, TR386 and TR410 find what comparing every product with every earlier one finds, in far fewer steps."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from portaal.berichtenverkeer.rules.part import Part
from portaal.berichtenverkeer.rules.producten import ProductsDoNotOverlap

AID = "11"


@dataclass(frozen=True)
class Product:
    begin: int
    end: int | None
    category: str | None
    code: str | None
    reason: str | None

    @property
    def is_removed(self) -> bool:
        return self.reason in ("01", "13") and self.end == self.begin

    def part(self) -> Part:
        part = Part("ToegewezenProduct", None, values={"Ingangsdatum": f"2026-05-0{self.begin}"})
        part.values |= {"Einddatum": f"2026-05-0{self.end}"} if self.end else {}
        part.values |= {"RedenWijziging": self.reason} if self.reason else {}
        if self.category:
            product = part.new_part("Product", repeated=False)
            product.values |= {"Categorie": self.category} | ({"Code": self.code} if self.code else {})
        return part


@st.composite
def products(draw: st.DrawFn) -> Product:
    begin = draw(st.integers(1, 8))
    category = draw(st.sampled_from([None, "01", "02", AID]))
    return Product(
        begin,
        draw(st.none() | st.integers(begin, 9)),
        category,
        draw(st.sampled_from([None, "01A01", "01A02"])) if category else None,
        draw(st.sampled_from([None, "01", "02", "13"])),
    )


def clash(one: Product, other: Product, standard: str) -> bool:
    if one.is_removed or other.is_removed or (standard == "iwmo" and AID in (one.category, other.category)):
        return False
    if (one.end or 9) < other.begin or (other.end or 9) < one.begin:
        return False
    if one.category is None or other.category is None:
        return True
    return one.category == other.category and (one.code == other.code or not (one.code and other.code))


@settings(max_examples=400, deadline=None)
@given(st.lists(products(), min_size=2, max_size=7), st.sampled_from(["iwmo", "ijw"]))
def test_overlap_is_what_comparing_each_with_each_finds(found: list[Product], standard: str) -> None:
    keeps, message = ProductsDoNotOverlap(), cast("Any", SimpleNamespace(standard=standard))
    for number, product in enumerate(found):
        clashes = any(clash(product, earlier, standard) for earlier in found[:number])
        assert keeps(product.part(), message) is not clashes
