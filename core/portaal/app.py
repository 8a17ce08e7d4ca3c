"""The assembly of the portal, in order, with the reason where the order matters."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any

from pyramid.config import Configurator

from portaal import configuration
from portaal.plugins import loader
from portaal.plugins.discovery import discover
from portaal.plugins.install import install
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
    """The core, without products."""
    import importlib
    from importlib.util import find_spec
    for name in ['configuration', 'logs', 'db', 'jobs', 'web', 'access', 'audit', 'plugins', 'startpagina', 'eherkenning', 'onboarding', 'overview', 'gebruikersbeheer', 'servicedesk', 'rechten', 'privacy', 'notifications', 'settings', 'berichtenverkeer', 'health']:
        if find_spec("portaal." + name) and hasattr(importlib.import_module("portaal." + name), "includeme"):
            config.include("portaal." + name)
