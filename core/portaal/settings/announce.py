"""Telling a product that its settings changed, once the change is certain."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.request import Request

    from portaal.plugins.loader import Plugin, Plugins
    from portaal.settings.store import Saved

log = logging.getLogger(__name__)


def announce_after_commit(request: Request, gemeentecode: str, product: str, saved: Saved) -> None:
    """Call the product's hook ``portaal_settings_changed`` when the request's transaction has committed."""
    plugins: Plugins = request.registry["portaal.plugins"]

    def after_commit(committed: bool) -> None:
        if committed:
            announce(plugins, plugins.known[product], gemeentecode, saved)

    request.tm.get().addAfterCommitHook(after_commit)


def announce(plugins: Plugins, plugin: Plugin, gemeentecode: str, saved: Saved) -> None:
    """Call the hook now. The change stands; a product that fails on it is named in the log."""
    try:
        plugins.call(plugin, "portaal_settings_changed", gemeentecode=gemeentecode, old=saved.old, new=saved.new)
    except (Exception, SystemExit):
        log.exception("product %s failed on its changed settings", plugin.name)
