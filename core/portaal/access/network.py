"""From which networks one can log in: Gemnet and Diginetwerk, as the operator lists them (R-35)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from pyramid.exceptions import ConfigurationError

from portaal.configuration import UnsafeConfigurationError

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

SETTING = "portaal.networks"
EVERYWHERE = "*"


@dataclass(frozen=True)
class NetworkPolicy:
    """The networks that are let in; none means that every network is."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def from_setting(cls, text: str) -> NetworkPolicy:
        """Networks with spaces in between, such as ``10.0.0.0/8 2001:db8::/32``; ``*`` for every network.

        :raises ConfigurationError: one of them is no network.
        """
        if text.strip() == EVERYWHERE:
            return cls()
        try:
            return cls(tuple(ip_network(part) for part in text.split()))
        except ValueError as error:
            raise ConfigurationError(f"{SETTING}: {error}; write networks as 10.0.0.0/8 or 2001:db8::/32") from error

    def allows(self, address: str | None) -> bool:
        """Whether somebody with this address is let in. An address that cannot be read is not."""
        if not self.networks:
            return True
        try:
            parsed = ip_address(address or "")
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self.networks)


def on_network(request: Request) -> bool:
    """Whether a request comes from a network that is let in.

    The address is that of the connection; behind a proxy the web server puts the visitor's there, and trusts only the
    proxy that ``portaal.trusted_proxy`` names.
    """
    policy: NetworkPolicy = request.registry[SETTING]
    return policy.allows(request.remote_addr)


def includeme(config: Configurator) -> None:
    """:raises UnsafeConfigurationError: in production nobody chose from where people may log in."""
    settings = config.registry.settings
    networks = settings.get(SETTING, "")
    if settings["portaal.environment"] == "production" and not networks.strip():
        raise UnsafeConfigurationError(
            f"set {SETTING} to the networks from which people may log in, such as those of Gemnet and Diginetwerk "
            f"({EVERYWHERE} for every network)"
        )
    config.registry[SETTING] = NetworkPolicy.from_setting(networks)
