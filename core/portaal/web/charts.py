"""Bar charts as plain SVG, worked out here and drawn by ``templates/charts.jinja2``. No script, no inline style.

A chart never stands alone: its figures are in a table below it, its conclusion in a sentence above it, and its parts
differ by more than colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 260
LEFT, TOP, BOTTOM = 48, 36, 28
MOST_LABELS = 16


@dataclass(frozen=True)
class Series:
    """One kind of value, drawn in the same way everywhere.

    :param name: as it stands in the legend.
    :param values: whole numbers, one for each bar.
    """

    name: str
    values: Sequence[int]


@dataclass(frozen=True)
class Part:
    """A rectangle."""

    kind: int
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Chart:
    """Bars beside each other, each built up of its series.

    :param title: says what is counted.
    :param summary: the conclusion, for those who do not see the bars.
    :param axis: what the bars stand for, e.g. "Day".
    :param labels: one for each bar.
    """

    title: str
    summary: str
    axis: str
    labels: Sequence[str]
    series: Sequence[Series]

    width, height, left, base = WIDTH, HEIGHT, LEFT, HEIGHT - BOTTOM

    @property
    def ceiling(self) -> int:
        """The round number at the top of the scale."""
        return max(-(-self._highest // self._step), 1) * self._step

    @property
    def ticks(self) -> list[tuple[int, float]]:
        """Values on the scale with their heights, lowest first."""
        return [(value, self._y(value)) for value in range(0, self.ceiling + 1, self._step)]

    @property
    def parts(self) -> list[Part]:
        """All rectangles."""
        slot = self._slot
        found = []
        for place, label in enumerate(self.labels):
            below = 0
            for kind, one in enumerate(self.series):
                value = one.values[place]
                if value:
                    found.append(
                        Part(
                            kind, round(LEFT + place * slot + slot * 0.15, 1), self._y(below + value),
                            round(slot * 0.7, 1), round(self._y(below) - self._y(below + value), 1),
                            f"{one.name}, {self.axis} {label}: {value}",
                        )
                    )  # fmt: skip
                below += value
        return found

    @property
    def shown_labels(self) -> list[tuple[str, float]]:
        """As many labels as fit, with their places."""
        every = -(-len(self.labels) // MOST_LABELS)
        return [
            (label, round(LEFT + (place + 0.5) * self._slot, 1))
            for place, label in enumerate(self.labels)
            if place % every == 0
        ]

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The table: a label, and a value for each series."""
        return [(label, [one.values[place] for one in self.series]) for place, label in enumerate(self.labels)]

    @property
    def _highest(self) -> int:
        return max((sum(one.values[place] for one in self.series) for place in range(len(self.labels))), default=0)

    @property
    def _step(self) -> int:
        """1, 2 or 5 times a power of ten, so that five steps reach the highest bar."""
        sizes = (size * 10**power for power in range(12) for size in (1, 2, 5))
        return next(size for size in sizes if size * 5 >= self._highest)

    @property
    def _slot(self) -> float:
        return (WIDTH - LEFT) / max(len(self.labels), 1)

    def _y(self, value: float) -> float:
        return round(self.base - value / self.ceiling * (self.base - TOP), 1)
