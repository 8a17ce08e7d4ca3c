"""What a product says of its message traffic; the toolkit knows how it is carried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.registry import Registry


@dataclass(frozen=True)
class Traffic:
    """The messages of one product.

    :param standard: the message standard, e.g. ``iwmo``.
    :param sends: the types a gemeente may send, e.g. ``WMO301``.
    :param receives: the types a gemeente may receive, e.g. ``WMO302``.
    :param partner: the neighbour that carries them, e.g. ``vecozo`` (R-20 to R-25).
    """

    standard: str
    sends: frozenset[str]
    receives: frozenset[str]
    partner: str

    @classmethod
    def of_gemeenten(cls, standard: str, partner: str) -> Traffic:
        """All that a gemeente sends and receives in a standard that the portal knows.

        :raises LookupError: the portal does not know the standard.
        """
        from portaal.berichtenverkeer.standard import Party, all_types

        types = [kind for kind in all_types() if kind.release.standard == standard]
        if not types:
            raise LookupError(f"the portal does not know a message standard {standard!r}")
        sends = frozenset(kind.name for kind in types if kind.sender is Party.GEMEENTE)
        receives = frozenset(kind.name for kind in types if kind.receiver is Party.GEMEENTE)
        return cls(standard, sends, receives, partner)


def all_traffic(registry: Registry) -> Mapping[str, Traffic]:
    """The traffic of every product that has any, by the product's name."""
    if "portaal.traffic" not in registry:
        registry["portaal.traffic"] = {
            plugin.name: traffic for plugin, traffic in registry["portaal.plugins"].answers("portaal_traffic")
        }
    return registry["portaal.traffic"]
