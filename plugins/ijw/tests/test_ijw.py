"""iJw as the portal knows it: its messages are those of the standard, its roles those of the manual."""

from __future__ import annotations

from portaal.api import Role
from portaal.berichtenverkeer.standard import Party, all_types
from portaal_ijw.plugin import NAME, portaal_permissions, portaal_settings_tab, portaal_traffic

CURRENT = [kind for kind in all_types() if kind.release.standard == NAME and kind.release.version == "3.2"]


def test_a_gemeente_sends_and_receives_what_the_standard_says() -> None:
    traffic = portaal_traffic()
    assert traffic.sends == {kind.name for kind in CURRENT if kind.sender is Party.GEMEENTE}
    assert traffic.receives == {kind.name for kind in CURRENT if kind.receiver is Party.GEMEENTE}
    assert traffic.partner == "vecozo"


def test_only_a_gebruiker_has_to_do_with_messages() -> None:
    assert {permission.roles for permission in portaal_permissions()} == {(Role.GEBRUIKER,)}
    assert all(permission.name.startswith(f"{NAME}:bericht:") for permission in portaal_permissions())


def test_every_setting_has_a_default() -> None:
    assert portaal_settings_tab().model()
