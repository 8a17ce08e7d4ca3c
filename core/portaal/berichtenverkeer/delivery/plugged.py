"""Connectors that products bring (R-25): for a neighbour of their own, or in the place of the portal's.

``portaal.<partner>.connector = <product>`` chooses a product's connector for a partner that the portal connects itself,
or that several products connect.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from portaal.berichtenverkeer.delivery.answers import Answer, Outcome
from portaal.berichtenverkeer.delivery.connectors import PARTNERS, Connector
from portaal.berichtenverkeer.envelope import SoapMessage
from portaal.plugins.configurator import own_settings
from portaal.plugins.contract import ChainConnector
from portaal.plugins.errors import ContractError

if TYPE_CHECKING:
    from pyramid.registry import Registry

    from portaal.plugins.loader import Plugin

log = logging.getLogger(__name__)
BROKEN = Answer(Outcome.OPNIEUW, "connector_kapot", reached=False)


class Contained:
    """A product's connector: whatever it raises is an answer."""

    def __init__(self, product: str, connector: Connector) -> None:
        self._product = product
        self._connector = connector

    def send(self, message: SoapMessage, reference_id: str) -> Answer:
        try:
            answer = self._connector.send(message, reference_id)
        except (Exception, SystemExit):
            log.exception("the connector of product %s failed", self._product)
            return BROKEN
        if not isinstance(answer, Answer):
            log.error("the connector of product %s answered with %s", self._product, type(answer).__name__)
            return BROKEN
        return answer


def all_connectors(registry: Registry) -> dict[str, Connector]:
    """The connector of every partner that can be spoken to; one that cannot be made is left out."""
    found = _own(registry)
    for plugin, offered in _chosen(registry):
        try:
            found[offered.partner] = Contained(plugin.name, offered.make(own_settings(registry.settings, plugin.name)))
        except (Exception, SystemExit):
            log.exception("the connector of product %s cannot be made", plugin.name)
            found.pop(offered.partner, None)
    return found


def missing_partners(registry: Registry) -> set[str]:
    """The partners that products send to and that nobody connects."""
    connected = {*_own(registry), *(offered.partner for _, offered in _chosen(registry))}
    wanted = {traffic.partner for _, traffic in registry["portaal.plugins"].answers("portaal_traffic")}
    return wanted - connected


def check_partners(registry: Registry, plugin: Plugin) -> None:
    """Refuse a connector for a partner that is another's, as long as the operator did not choose.

    :raises ContractError: the portal or another product connects the partner.
    """
    plugins = registry["portaal.plugins"]
    others = {
        offered.partner: other.name
        for other, several in plugins.answers("portaal_chain_connectors")
        for offered in several
        if other.name != plugin.name
    } | dict.fromkeys(PARTNERS, "portaal")
    for offered in plugins.call(plugin, "portaal_chain_connectors") or ():
        if offered.partner in others and not _choice(registry, offered.partner):
            raise ContractError(
                f"partner {offered.partner!r} is connected by {others[offered.partner]}: "
                f"choose one with portaal.{offered.partner}.connector"
            )


def _own(registry: Registry) -> dict[str, Connector]:
    """The portal's connectors, without those in whose place a product's was chosen, even if that product is not ready:
    what the operator wanted to go one way must not go another.
    """
    own: dict[str, Connector] = registry["portaal.connectors"]
    return {partner: connector for partner, connector in own.items() if _choice(registry, partner) in ("", "portaal")}


def _chosen(registry: Registry) -> Iterator[tuple[Plugin, ChainConnector]]:
    for plugin, several in registry["portaal.plugins"].answers("portaal_chain_connectors"):
        for offered in several:
            if (_choice(registry, offered.partner) or plugin.name) == plugin.name:
                yield plugin, offered


def _choice(registry: Registry, partner: str) -> str:
    return str(registry.settings.get(f"portaal.{partner}.connector", "")).strip()
