"""The configurator a plugin gets: its directives carry the prefix, the root factory and the permission.

What it adds lands under ``/g/{gemeentecode}/<plugin>/`` with route names ``<plugin>.<name>``. The directives only note
what is wanted, and the core adds it afterwards: so a plugin holds nothing through which it could configure the portal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyramid.urldispatch import Route as PyramidRoute
from translationstring import TranslationString

from portaal.access.resources import product_factory
from portaal.plugins.answers import check_text, is_asynchronous
from portaal.plugins.errors import ContractError
from portaal.plugins.static_files import ProductFiles
from portaal.web.i18n import LOCALES, localizer

if TYPE_CHECKING:
    from pyramid.config import Configurator

ROUTE_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*")
LONGEST_ROUTE_NAME = 40  # what was refused where is kept in the audit trail, which has 80 characters for it
LONGEST_ACT = 80
SOURCE_DIRECTIVES = ("connect-src", "form-action", "img-src")
ORIGIN = re.compile(r"https://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:[0-9]{1,5})?")
GEMEENTECODE = "{gemeentecode:[0-9]{4}}"
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Route:
    """A route that is wanted; the names are the plugin's own."""

    name: str
    pattern: str


@dataclass(frozen=True)
class View:
    """A view that is wanted."""

    function: Callable[..., Any]
    route: str
    permission: str
    request_method: str
    renderer: str | None
    require_csrf: bool | None


@dataclass(frozen=True)
class Source:
    """A site that the plugin's pages use."""

    directive: str
    origin: str


class PluginConfigurator:
    """Directives of one plugin."""

    def __init__(self, config: Configurator, plugin: str) -> None:
        self._plugin = plugin
        self._permissions = frozenset(p.name for p in config.registry["portaal.permissions"].of_owner(plugin))
        self._settings = own_settings(config.registry.settings, plugin)
        self._wanted: list[Route | View | Source | Path | ProductFiles | dict[str, TranslationString]] = []

    @property
    def plugin(self) -> str:
        """The plugin's name."""
        return self._plugin

    def add_route(self, name: str, pattern: str) -> None:
        """A page address below ``/g/{gemeentecode}/<plugin>/``.

        :param name: the route's own name, e.g. ``bericht``; elsewhere it is ``<plugin>.bericht``.
        :param pattern: e.g. ``berichten/{message_id}``; empty for the product's first page.
        :raises ContractError: the name or pattern is not well formed.
        """
        if not ROUTE_NAME.fullmatch(name):
            raise ContractError(f"route name {name!r}: use lower-case letters, digits and hyphens")
        if len(name) > LONGEST_ROUTE_NAME:
            raise ContractError(f"route name {name!r}: use at most {LONGEST_ROUTE_NAME} characters")
        if pattern.startswith("/") or ".." in pattern:
            raise ContractError(f"route pattern {pattern!r} must be relative to the product's address")
        if "{gemeentecode" in pattern:
            raise ContractError(f"route pattern {pattern!r}: the gemeentecode stands before it already")
        try:
            PyramidRoute(name, pattern)
        except re.error as error:
            raise ContractError(f"route pattern {pattern!r} cannot be read: {error}") from error
        self._wanted.append(Route(name, pattern))

    def add_view(
        self,
        view: Callable[..., Any],
        *,
        route: str,
        permission: str,
        request_method: str,
        renderer: str | None = None,
        checks_csrf_itself: bool = False,
    ) -> None:
        """A view on one of the plugin's own routes.

        :param permission: one of the plugin's declared permissions; there is no default.
        :param request_method: exactly one method.
        :param renderer: ``json``, or a template of the plugin or of the portal: ``package:templates/page.jinja2``.
        :param checks_csrf_itself: only for uploads that are parsed while they stream in.
        :raises ContractError: the permission is not the plugin's, or the method is unknown.
        """
        if not callable(view) or is_asynchronous(view):
            raise ContractError(f"view on route {route!r}: {view!r} must be a plain function")
        if renderer not in (None, "json") and not str(renderer).endswith(".jinja2"):
            raise ContractError(f"view on route {route!r}: the renderer must be 'json' or package:path.jinja2")
        if permission not in self._permissions:
            declared = ", ".join(sorted(self._permissions)) or "none"
            raise ContractError(
                f"view on route {route!r}: permission {permission!r} is not declared by {self.plugin}, only: {declared}"
            )
        if request_method not in METHODS:
            raise ContractError(f"view on route {route!r}: request method {request_method!r} is not one of {METHODS}")
        require_csrf = False if checks_csrf_itself else None
        self._wanted.append(View(view, route, permission, request_method, renderer, require_csrf))

    def add_catalogues(self, directory: Path) -> None:
        """The folder with the plugin's translations: ``<directory>/nl/*.po``.

        A text that the portal or an earlier plugin translates keeps that translation.

        :raises ContractError: the folder is not there, or a file in it cannot be read.
        """
        if not isinstance(directory, Path) or not directory.is_dir():
            raise ContractError(f"there is no folder with translations at {directory}")
        for locale in LOCALES:
            try:
                localizer(locale, [directory])
            except (OSError, ValueError) as error:
                raise ContractError(f"the translations in {directory} cannot be read: {error}") from error
        self._wanted.append(directory)

    def add_audit_titles(self, titles: Mapping[str, TranslationString]) -> None:
        """How the plugin's acts are called in the audit trail, by the code that it records.

        :raises ContractError: a code does not begin with the plugin's name and a dot, or a title cannot be translated.
        """
        foreign = [code for code in titles if not code.startswith(f"{self.plugin}.")]
        if foreign:
            raise ContractError(f"acts in the audit trail must begin with {self.plugin + '.'!r}: {', '.join(foreign)}")
        for code, title in titles.items():
            if len(code) > LONGEST_ACT:
                raise ContractError(f"the act {code!r} is too long: use at most {LONGEST_ACT} characters")
            check_text(f"the title of {code!r}", title)
        self._wanted.append(dict(titles))

    def add_static(self, folder: Path) -> None:
        """The folder with the plugin's style sheets, scripts, images and fonts; folders within it are kept.

        They are served at ``/static/<plugin>/`` under hashed names; a template finds the address of one with
        ``request.product_static('<plugin>', 'name.css')``.

        :raises ContractError: the folder is not there, or holds another kind of file.
        """
        self._wanted.append(ProductFiles(folder))

    def add_content_source(self, directive: str, origin: str) -> None:
        """Let the plugin's own pages use another site, in their content security policy.

        :param directive: ``img-src``, ``connect-src`` or ``form-action``; scripts and styles are always our own.
        :param origin: e.g. ``https://service.pdok.nl``: https, a full host name, no path.
        :raises ContractError: any other directive or origin.
        """
        if directive not in SOURCE_DIRECTIVES:
            raise ContractError(f"content source {directive!r}: only {', '.join(SOURCE_DIRECTIVES)} can be added to")
        if not ORIGIN.fullmatch(origin):
            raise ContractError(f"content source {origin!r} must be an https origin such as https://service.pdok.nl")
        self._wanted.append(Source(directive, origin))

    @property
    def settings(self) -> dict[str, str]:
        """The ini settings that begin with the plugin's name and a dot, without that prefix."""
        return dict(self._settings)


def add_wanted(config: Configurator, plugin: str, wanted: PluginConfigurator) -> None:
    """Add to the portal what a plugin noted."""
    for part in wanted._wanted:
        match part:
            case Route():
                config.add_route(
                    f"{plugin}.{part.name}",
                    f"/g/{GEMEENTECODE}/{plugin}/{part.pattern}",
                    factory=product_factory(plugin),
                )
            case View():
                config.add_view(
                    part.function,
                    route_name=f"{plugin}.{part.route}",
                    permission=part.permission,
                    request_method=part.request_method,
                    renderer=part.renderer,
                    require_csrf=part.require_csrf,
                )
            case Source():
                sources = config.registry["portaal.content_sources"].setdefault(plugin, {})
                sources.setdefault(part.directive, []).append(part.origin)
            case ProductFiles():
                config.registry["portaal.product_files"][plugin] = part
            case dict():
                config.add_audit_titles(part)
            case _:
                config.add_catalogues(part)


def own_settings(settings: Mapping[str, Any], plugin: str) -> dict[str, str]:
    """What the ini file says for one plugin, without its prefix."""
    prefix = f"{plugin}."
    return {
        key.removeprefix(prefix): value
        for key, value in settings.items()
        if isinstance(key, str) and key.startswith(prefix)
    }
