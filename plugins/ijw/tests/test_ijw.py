"""iJw as the portal knows it: its messages are those of the standard, its roles those of the manual."""

from __future__ import annotations

from portaal.api import Role
from portaal_ijw.plugin import NAME, portaal_permissions, portaal_settings_tab, portaal_traffic


def test_a_gemeente_sends_and_receives_what_the_standard_says() -> None:
    """The types of release 3.2, as its process descriptions name them."""
    traffic = portaal_traffic()
    assert traffic.sends == {"JW301", "JW306", "JW308", "JW316", "JW318", "JW319", "JW325"}
    assert traffic.receives == {"JW302", "JW305", "JW307", "JW315", "JW317", "JW320", "JW323"}
    assert traffic.partner == "vecozo"


def test_only_a_gebruiker_has_to_do_with_messages() -> None:
    assert {permission.roles for permission in portaal_permissions()} == {(Role.GEBRUIKER,)}
    assert all(permission.name.startswith(f"{NAME}:bericht:") for permission in portaal_permissions())


def test_every_setting_has_a_default() -> None:
    assert portaal_settings_tab().model()
