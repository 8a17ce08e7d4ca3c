"""Where the demonstration's products find their partners: what a Productbeheerder would fill in."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import Session

from portaal.keyring import Keyring
from portaal.plugins.discovery import discover
from portaal.settings.store import SettingsStore

CIZ_PRODUCT = "wlz_registertoets"
CONNECTED = ("0363", "0384")
TEST_OIN = "00000099{:0>12}"


def connect_ciz(dbsession: Session, settings: dict[str, str]) -> None:
    """Point the Wlz-Registertoets at the simulated CIZ register, where its settings were never touched."""
    found = discover().get(CIZ_PRODUCT)
    if found is None:
        return
    tab = found.load().portaal_settings_tab()
    store = SettingsStore(Keyring.from_file(Path(settings["portaal.key_file"])))
    store.register(CIZ_PRODUCT, tab)
    for code in CONNECTED:
        if store.load(dbsession, code, CIZ_PRODUCT).number == 0:
            value = tab.model(endpoint=f"http://localhost:{settings['demo.ciz_port']}", oin=TEST_OIN.format(code))
            store.save(dbsession, code, CIZ_PRODUCT, value, based_on=0, by=None)
