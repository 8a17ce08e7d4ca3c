"""The tiles of the start page: which portals there are, and what one needs for each (R-29 to R-36).

The operator decides in the ini file which of them are shown, in what order, and where they lead:

    portaal.startpagina.tegels = werk_en_inkomen wmo_en_jeugdzorg
    portaal.startpagina.adres.werk_en_inkomen = https://...
    portaal.startpagina.tekst.schuldhulpverlening = (a remark of the operator's own)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pyramid.exceptions import ConfigurationError
from translationstring import TranslationString

from portaal.web.i18n import _

PREFIX = "portaal.startpagina."
KTO_ADDRESS = f"{PREFIX}adres.kto"


@dataclass(frozen=True)
class Portal:
    """One of the operator's portals. ``route`` is set for the one that is this portal."""

    key: str
    title: TranslationString
    purpose: TranslationString
    needs_network: bool = False
    needs_eherkenning: bool = False
    remark: TranslationString | str = ""
    route: str = ""


@dataclass(frozen=True)
class Tile:
    """A portal as the start page shows it. ``address`` is empty where the operator has not set one."""

    portal: Portal
    address: str
    remark: TranslationString | str


PORTALS = (
    Portal(
        "werk_en_inkomen",
        _("Werk en Inkomen, Belastingen and Onderwijs"),
        _("Deliver files and fetch reports about work and income, taxes and education."),
        needs_network=True,
    ),
    Portal(
        "wmo_en_jeugdzorg",
        _("Wmo en Jeugdzorg (GGK)"),
        _("Portaal Zorg: exchange messages for the Wmo and the Jeugdwet, and do the Wlz-Registertoets."),
        needs_network=True,
        needs_eherkenning=True,
        route="inloggen",
    ),
    Portal(
        "centrale_voorziening",
        _("Centrale Voorziening (Bwv)"),
        _("The central facility Bwv."),
        needs_eherkenning=True,
    ),
    Portal(
        "schuldhulpverlening",
        _("Schuldhulpverlening"),
        _("Services for the debt assistance of your gemeente."),
        remark=_("This portal can be reached over Diginetwerk only."),
    ),
)


def tiles(settings: Mapping[str, str]) -> tuple[Tile, ...]:
    """The tiles that the ini file asks for, all of them by default.

    :raises ConfigurationError: a name that is no portal, or an address that is not https.
    """
    portals = {portal.key: portal for portal in PORTALS}
    wanted = settings.get(f"{PREFIX}tegels", "").split() or list(portals)
    unknown = [key for key in wanted if key not in portals]
    if unknown:
        raise ConfigurationError(f"{PREFIX}tegels knows no {', '.join(unknown)}; choose from {', '.join(portals)}")
    return tuple(
        Tile(
            portals[key],
            address(settings, f"{PREFIX}adres.{key}"),
            settings.get(f"{PREFIX}tekst.{key}", portals[key].remark),
        )
        for key in wanted
    )


def address(settings: Mapping[str, str], name: str) -> str:
    """An address from the ini file; empty when it is not set.

    :raises ConfigurationError: it is not an https address.
    """
    value = settings.get(name, "").strip()
    if value and (urlsplit(value).scheme != "https" or not urlsplit(value).netloc):
        raise ConfigurationError(f"{name} must be an address that begins with https://")
    return value
