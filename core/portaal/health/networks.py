"""From which networks the operator looks in: ``portaal.monitor_networks``, this machine unless said otherwise."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from portaal.configuration import UnsafeConfigurationError

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

DEFAULT = "127.0.0.0/8 ::1/128"


def is_operator_network(request: Request) -> bool:
    """Whether the request comes from where the operator looks in. Behind a proxy that needs ``trusted_proxy``."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in request.registry["portaal.monitor_networks"])


def read_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks such as ``10.1.0.0/16 ::1/128``.

    :raises UnsafeConfigurationError: one is malformed, or is the whole internet.
    """
    networks = []
    for part in text.split():
        try:
            network = ip_network(part)
        except ValueError as error:
            raise UnsafeConfigurationError(
                f"portaal.monitor_networks: {part} is no network such as 10.1.0.0/16"
            ) from error
        if network.prefixlen == 0:
            raise UnsafeConfigurationError(f"portaal.monitor_networks: {part} is everybody")
        networks.append(network)
    return tuple(networks)


def includeme(config: Configurator) -> None:
    text = config.registry.settings.get("portaal.monitor_networks", DEFAULT)
    config.registry["portaal.monitor_networks"] = read_networks(text)
