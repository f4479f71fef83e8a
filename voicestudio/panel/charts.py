"""Bar charts as numbers for an SVG: no script, nothing from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

WIDTH: Final = 600
HEIGHT: Final = 160
_GAP: Final = 0.25


@dataclass(frozen=True)
class Bar:
    """A rectangle of the picture, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    text: str


@dataclass(frozen=True)
class Chart:
    """``name`` and ``total`` say in words what the bars say in heights."""

    name: str
    total: str
    top: str
    bars: list[Bar]
    first: str
    last: str
    kinds: list[tuple[str, str]]
    width: int = WIDTH
    height: int = HEIGHT


def stacked(
    name: str,
    total: str,
    days: Sequence[str],
    series: Sequence[tuple[str, str, Sequence[float]]],
    unit: str = "{:g}",
) -> Chart:
    """A column a day; ``series`` are (css kind, label, value of each day), from below."""
    sums = [sum(values[i] for _, _, values in series) for i in range(len(days))]
    most = max(sums, default=0.0)
    step = WIDTH / max(1, len(days))
    bars = []
    for i, day in enumerate(days):
        floor = float(HEIGHT)
        for kind, label, values in series:
            height = HEIGHT * values[i] / most if most else 0.0
            if height:
                floor -= height
                text = f"{day} {label}: {unit.format(values[i])}"
                bars.append(
                    Bar(
                        round(step * (i + _GAP / 2), 2),
                        round(floor, 2),
                        round(step * (1 - _GAP), 2),
                        round(height, 2),
                        kind,
                        text,
                    )
                )
    kinds = [(kind, label) for kind, label, _ in series] if len(series) > 1 else []
    return Chart(name, total, unit.format(most), bars, days[0], days[-1], kinds)


def names(days: Sequence[date]) -> list[str]:
    """Of columns that stand for days."""
    return [f"{day:%m-%d}" for day in days]
