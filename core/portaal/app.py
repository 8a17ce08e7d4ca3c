"""The assembly of the portal, in order, with the reason where the order matters."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any

from pyramid.config import Configurator

from portaal import configuration
from portaal.install import install
from portaal.plugins import loader
from portaal.plugins.discovery import discover
from portaal.web.i18n import register_localizers

if TYPE_CHECKING:
    from pyramid.router import Router

    from portaal.plugins.loader import Plugins


def make_app(settings: Mapping[str, Any], candidates: Mapping[str, EntryPoint] | None = None) -> Router:
    """The portal with every plugin that keeps the contract.

    :param candidates: the plugins to try instead of all that are installed.
    :raises portaal.configuration.UnsafeConfigurationError: see :mod:`portaal.configuration`.
    """
    checked = configuration.check(dict(settings))

    def core(plugins: Plugins) -> Configurator:
        config = Configurator(settings=dict(checked))
        config.registry["portaal.plugins"] = plugins
        core_includeme(config)
        config.commit()  # so that a plugin which takes a name of the core is found out, not preferred
        return config

    config = loader.load(
        discover() if candidates is None else candidates,
        core,
        install,
        strict=checked["portaal.strict_plugins"] == "true",
    )
    register_localizers(config)
    return config.make_wsgi_app()


def core_includeme(config: Configurator) -> None:
    """The core, without products, in an order that matters here and there."""
    # The ground: what everything after it finds in the registry.
    config.include("portaal.configuration")
    config.include("portaal.logs")
    config.include("portaal.db")
    config.include("portaal.jobs")  # before whoever adds one
    # What every request goes through, and who may do what in it.
    config.include("portaal.web")
    config.include("portaal.access")
    config.include("portaal.audit")  # before whoever names what it records
    config.include("portaal.frame")
    config.include("portaal.plugins")
    # From the start page to the desk.
    config.include("portaal.startpagina")
    config.include("portaal.login")
    config.include("portaal.eherkenning")  # the first way to log in; plugins may bring others
    config.include("portaal.onboarding")
    config.include("portaal.overview")
    config.include("portaal.gebruikersbeheer")
    config.include("portaal.servicedesk")
    config.include("portaal.rechten")
    config.include("portaal.privacy")
    config.include("portaal.notifications")
    # What products build on.
    config.include("portaal.settings")
    config.include("portaal.berichtenverkeer")
    config.include("portaal.health")  # last: it asks all of them
