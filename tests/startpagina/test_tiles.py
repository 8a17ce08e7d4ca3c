"""Which portals the start page shows is the operator's to say in the ini file (R-29 to R-36)."""

from __future__ import annotations

import pytest
from pyramid.exceptions import ConfigurationError

from portaal.startpagina.tiles import PORTALS, tiles

ADDRESS = "portaal.startpagina.adres.werk_en_inkomen"


def test_without_settings_every_portal_has_a_tile() -> None:
    shown = tiles({})
    assert [tile.portal for tile in shown] == list(PORTALS)
    assert not any(tile.address for tile in shown)


def test_eherkenning_and_network_are_asked_where_the_manual_asks_them() -> None:
    assert {portal.key for portal in PORTALS if portal.needs_eherkenning} == {
        "wmo_en_jeugdzorg",
        "centrale_voorziening",
    }
    assert {portal.key for portal in PORTALS if portal.needs_network} == {"werk_en_inkomen", "wmo_en_jeugdzorg"}


def test_the_operator_chooses_order_addresses_and_remarks() -> None:
    shown = tiles(
        {
            "portaal.startpagina.tegels": "wmo_en_jeugdzorg werk_en_inkomen",
            ADDRESS: " https://werk.example/ ",
            "portaal.startpagina.tekst.wmo_en_jeugdzorg": "Eigen opmerking",
        }
    )
    assert [(tile.portal.key, tile.address, str(tile.remark)) for tile in shown] == [
        ("wmo_en_jeugdzorg", "", "Eigen opmerking"),
        ("werk_en_inkomen", "https://werk.example/", ""),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"portaal.startpagina.tegels": "wmo_en_jeugdzorg onbekend"},
        {ADDRESS: "http://werk.example/"},
        {ADDRESS: "javascript:alert(1)"},
        {ADDRESS: "https:werk.example"},
    ],
)
def test_a_wrong_setting_is_refused_by_name(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(settings))):
        tiles(settings)
