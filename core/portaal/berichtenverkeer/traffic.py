"""What a product says of its message traffic; the toolkit knows how it is carried."""

from __future__ import annotations

from dataclasses import dataclass


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
