"""The geometry of a class's pictures: how many reached what. No markup is made here. Trusted side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.report.pictures import Tick, choose_ticks

WIDTH, HEIGHT = 480, 200
LEFT, RIGHT, TOP, BOTTOM = 36, 468, 26, 160
MOST_BARS = 20


@dataclass(frozen=True)
class Bar:
    """One bar: its place in the drawing, what it counts, and from where to where."""

    x: float
    y: float
    width: float
    height: float
    count: int
    low: str
    high: str


@dataclass(frozen=True)
class Histogram:
    """How many reached what. `band`: from where to where something else reaches; `line`: a value to be held against."""

    bars: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    band: tuple[float, float] | None = None
    line: float | None = None


def draw_points(finals: Sequence[float], points: float) -> Histogram | None:
    """Return how many got how many points: a bar for each whole number, or for a few of them together."""
    values = [value for value in finals if math.isfinite(value)]
    if not values:
        return None
    low, high = min(0.0, *values), max(points, *values, 1.0)
    step = _step(high - low)
    first, last = round(low / step), math.ceil(high / step - 1e-9)
    # A bar stands around its number, so that nothing and everything have bars of their own.
    edges = [(number - 0.5) * step for number in range(first, last + 2)]
    bars = [(f"{max(low, edge + (step > 1) / 2):g}", f"{min(high, edge + step - (step > 1) / 2):g}") for edge in edges]
    if step == 1:
        bars = [(f"{edge + 0.5:g}", f"{edge + 0.5:g}") for edge in edges]
    every = max(1, math.ceil((last - first + 1) / 11))
    ticks = [(number * step, f"{number * step:g}") for number in range(first, last + 1, every)]
    return _draw(values, edges, bars, ticks)


def draw_accuracies(
    accuracies: Sequence[float], band: tuple[float, float] | None, floor: float | None
) -> Histogram | None:
    """Return how many models reached which accuracy, with the reference's and the floor."""
    if not accuracies:
        return None
    told = [*accuracies, *(band or ()), *([floor] if floor is not None else [])]
    ticks = [tick for tick in choose_ticks(min(told), max(told)) if 0 <= tick <= 1]
    if len(ticks) < 2:
        ticks = [0.0, 1.0]
    step = (ticks[-1] - ticks[0]) / MOST_BARS
    edges = [ticks[0] + step * number for number in range(MOST_BARS + 1)]
    bars = [(f"{edge:.1%}", f"{edge + step:.1%}") for edge in edges]
    drawn = _draw(accuracies, edges, bars, [(tick, f"{tick:.4g}") for tick in ticks])
    inside = [
        min(max(value, ticks[0]), ticks[-1]) for value in (*(band or ()), *([floor] if floor is not None else []))
    ]
    places = [_place(value, edges) for value in inside]
    return replace(
        drawn,
        band=(places[0], places[1]) if band else None,
        line=places[-1] if floor is not None else None,
    )


def _step(span: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20 ... in which the bars are few enough."""
    power = 1.0
    while True:
        for factor in (1, 2, 5):
            if span / (factor * power) <= MOST_BARS:
                return factor * power
        power *= 10


def _place(value: float, edges: Sequence[float]) -> float:
    return round(LEFT + (RIGHT - LEFT) * (value - edges[0]) / (edges[-1] - edges[0]), 1)


def _draw(
    values: Sequence[float],
    edges: Sequence[float],
    names: Sequence[tuple[str, str]],
    ticks: Sequence[tuple[float, str]],
) -> Histogram:
    """Count `values` between `edges`. `names`: from where to where each bar reaches, in words."""
    counts = [0] * (len(edges) - 1)
    step = edges[1] - edges[0]
    for value in values:
        counts[min(max(int((value - edges[0]) / step + 1e-9), 0), len(counts) - 1)] += 1
    y_step = max(1, math.ceil(max(counts) / 4))
    most = y_step * math.ceil(max(counts) / y_step)

    def place_y(count: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * count / most, 1)

    bars = []
    for number, count in enumerate(counts):
        left, right = _place(edges[number], edges), _place(edges[number + 1], edges)
        low, high = names[number]
        if count:
            y = place_y(count)
            width = max(1.0, round(right - left - 2, 1))
            bars.append(Bar(round(left + 1, 1), y, width, round(BOTTOM - y, 1), count, low, high))
    return Histogram(
        tuple(bars),
        tuple(Tick(_place(at, edges), label) for at, label in ticks),
        tuple(Tick(place_y(count), str(count)) for count in range(0, most + 1, y_step)),
    )
