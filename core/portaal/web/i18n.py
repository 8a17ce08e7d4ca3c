"""Languages: message ids are English, Dutch is what people see unless they choose English.

Catalogues are ``.po`` files, read as they are at start-up: there is no compile step that can be forgotten. English
needs none, since the ids are English. The core keeps one file per feature in ``portaal/locale/nl/``; a plugin names
its own folder with the directive ``add_catalogues``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from babel.messages.pofile import PoFileError, read_po
from pyramid.i18n import Localizer, Translations
from pyramid.interfaces import ILocalizer
from translationstring import TranslationString, TranslationStringFactory

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

DOMAIN = "portaal"
LOCALES = ("nl", "en")
DEFAULT_LOCALE = "nl"
COOKIE = "taal"
PARAMETER = "taal"
COOKIE_SECONDS = 365 * 24 * 3600
CORE_CATALOGUES = Path(__file__).parent.parent / "locale"

_ = TranslationStringFactory(DOMAIN)


def localizer(locale: str, directories: Iterable[Path]) -> Localizer:
    """A localizer for one language from the ``.po`` files in ``<directory>/<locale>/``.

    Where two of them translate the same text the first one holds, so that no plugin changes a page that is not its own.

    :raises ValueError: a file is no catalogue.
    """
    messages = dict[str, str]()
    for directory in directories:
        for path in sorted((directory / locale).glob("*.po")):
            messages = _read(path) | messages
    catalogue = Translations(domain=DOMAIN)
    cast("Any", catalogue)._catalog = messages  # what GNUTranslations fills from a compiled file
    return Localizer(locale_name=locale, translations=catalogue)


@cache
def _read(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.name, domain=DOMAIN, abort_invalid=True)
    except (PoFileError, LookupError, UnicodeDecodeError) as error:  # a LookupError: its charset is unknown
        raise ValueError(f"{path.name} is no catalogue: {error}") from error
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}


def translator(locale: str, directories: Iterable[Path] = (CORE_CATALOGUES,)) -> Callable[[TranslationString], str]:
    """A function that translates outside a request, e.g. in the shell."""
    translate = localizer(locale, directories).translate
    return lambda message: str(translate(message, domain=DOMAIN))


def negotiate_locale(request: Request) -> str:
    """The language asked for in the address, else the one chosen before, else Dutch."""
    for wish in (request.GET.get(PARAMETER), request.cookies.get(COOKIE)):
        if wish in LOCALES:
            return cast("str", wish)
    return DEFAULT_LOCALE


def remember_locale(event: Any) -> None:
    """Keep a choice made in the address (``?taal=en``) for the next pages."""
    request = event.request
    wish = request.GET.get(PARAMETER)
    if wish in LOCALES and wish != request.cookies.get(COOKIE):
        secure = request.registry.settings["portaal.public_url"].startswith("https:")
        event.response.set_cookie(COOKIE, wish, max_age=COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax")


def add_catalogues(config: Configurator, directory: Path) -> None:
    """Directive: also read the ``.po`` files of this folder (``<directory>/nl/*.po``)."""
    config.registry["portaal.catalogues"].append(directory)


def register_localizers(config: Configurator) -> None:
    """Build the localizers, when every catalogue is known."""
    for locale in LOCALES:
        built = localizer(locale, config.registry["portaal.catalogues"])
        config.registry.registerUtility(built, ILocalizer, name=locale)


def includeme(config: Configurator) -> None:
    config.registry["portaal.catalogues"] = [CORE_CATALOGUES]
    config.add_directive("add_catalogues", add_catalogues)
    config.add_settings({"pyramid.default_locale_name": DEFAULT_LOCALE})
    config.set_locale_negotiator(negotiate_locale)
    config.add_subscriber(remember_locale, "pyramid.events.NewResponse")


__all__ = [
    "DOMAIN",
    "LOCALES",
    "_",
    "add_catalogues",
    "localizer",
    "negotiate_locale",
    "register_localizers",
    "translator",
]
