"""The configurator a plugin gets: its directives carry the prefix, the root factory and the permission.

What it adds lands under ``/g/{gemeentecode}/<plugin>/`` with route names ``<plugin>.<name>``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portaal.access.resources import product_factory
from portaal.plugins.errors import ContractError
from portaal.plugins.static_files import ProductFiles

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from translationstring import TranslationString

ROUTE_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*")
SOURCE_DIRECTIVES = ("connect-src", "form-action", "img-src")
ORIGIN = re.compile(r"https://([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(:[0-9]{1,5})?")
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class PluginConfigurator:
    """Directives of one plugin."""

    def __init__(self, config: Configurator, plugin: str) -> None:
        self._config = config
        self.plugin = plugin

    def add_route(self, name: str, pattern: str) -> None:
        """A page address below ``/g/{gemeentecode}/<plugin>/``.

        :param name: the route's own name, e.g. ``bericht``; elsewhere it is ``<plugin>.bericht``.
        :param pattern: e.g. ``berichten/{message_id}``; empty for the product's first page.
        :raises ContractError: the name or pattern is not well formed.
        """
        if not ROUTE_NAME.fullmatch(name):
            raise ContractError(f"route name {name!r}: use lower-case letters, digits and hyphens")
        if pattern.startswith("/") or ".." in pattern:
            raise ContractError(f"route pattern {pattern!r} must be relative to the product's address")
        self._config.add_route(
            f"{self.plugin}.{name}",
            f"/g/{{gemeentecode:[0-9]{{4}}}}/{self.plugin}/{pattern}",
            factory=product_factory(self.plugin),
        )

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
        declared = {p.name for p in self._config.registry["portaal.permissions"].of_owner(self.plugin)}
        if permission not in declared:
            raise ContractError(f"view on route {route!r}: permission {permission!r} is not declared by {self.plugin}")
        if request_method not in METHODS:
            raise ContractError(f"view on route {route!r}: request method {request_method!r} is not one of {METHODS}")
        self._config.add_view(
            view,
            route_name=f"{self.plugin}.{route}",
            permission=permission,
            request_method=request_method,
            renderer=renderer,
            require_csrf=False if checks_csrf_itself else None,
        )

    def add_catalogues(self, directory: Path) -> None:
        """The folder with the plugin's translations: ``<directory>/nl/*.po``."""
        self._config.add_catalogues(directory)

    def add_audit_titles(self, titles: Mapping[str, TranslationString]) -> None:
        """How the plugin's acts are called in the audit trail, by the code that it records.

        :raises ContractError: a code does not begin with the plugin's name and a dot.
        """
        foreign = [code for code in titles if not code.startswith(f"{self.plugin}.")]
        if foreign:
            raise ContractError(f"acts in the audit trail must begin with {self.plugin + '.'!r}: {', '.join(foreign)}")
        self._config.add_audit_titles(titles)

    def add_static(self, folder: Path) -> None:
        """The folder with the plugin's style sheets, scripts, images and fonts; folders within it are kept.

        They are served at ``/static/<plugin>/`` under hashed names; a template finds the address of one with
        ``request.product_static('<plugin>', 'name.css')``.

        :raises ContractError: the folder is not there, or holds another kind of file.
        """
        self._config.registry["portaal.product_files"][self.plugin] = ProductFiles(folder)

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
        sources = self._config.registry["portaal.content_sources"].setdefault(self.plugin, {})
        sources.setdefault(directive, []).append(origin)

    @property
    def settings(self) -> dict[str, str]:
        """The ini settings that begin with the plugin's name and a dot, without that prefix."""
        return own_settings(self._config.registry.settings, self.plugin)


def own_settings(settings: Mapping[str, Any], plugin: str) -> dict[str, str]:
    """What the ini file says for one plugin, without its prefix."""
    prefix = f"{plugin}."
    return {
        key.removeprefix(prefix): value
        for key, value in settings.items()
        if isinstance(key, str) and key.startswith(prefix)
    }
