"""The geometry of the report's pictures: curves, confusion matrices, digits. No markup is made here. Trusted side."""

from __future__ import annotations

import base64
import itertools
import math
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grader.messages import Message, say
from grader.report.words import make_visible
from grader.results import Curve

Speak = Callable[[Message], str]

WIDTH, HEIGHT = 340, 220
LEFT, RIGHT, TOP, BOTTOM = 46, 330, 10, 182
MOST_PANELS = 4
MOST_POINTS = 400
# Beyond this, Keras means "it exploded"; a drawn point would flatten all others into the axis.
LARGEST_DRAWN = 1e12
# A good model misreads few: steps in equal widths would leave every error white.
SHADE_STEPS = (0.0, 0.01, 0.03, 0.1, 0.3)

SERIES_NAMES: dict[str, Message] = {
    "learner training": say("you, training"),
    "learner validation": say("you, validation"),
    "reference training": say("reference, training"),
    "reference validation": say("reference, validation"),
}


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where it is in the drawing, and what is written beside it."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One series: `style` is its key in `SERIES_NAMES` and its CSS classes, `path` the data of an SVG path."""

    style: str
    path: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    """One pair of axes, ready to be drawn."""

    title: str
    description: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    has_gaps: bool


@dataclass(frozen=True)
class Cell:
    """One count of a confusion matrix; `shade` 0 to 5 by its share of the row, `right` on the diagonal."""

    count: int
    shade: int
    right: bool


@dataclass(frozen=True)
class _Series:
    style: str
    values: tuple[float, ...]

    @property
    def points(self) -> list[tuple[int, float | None]]:
        """Epochs from 1 with their numbers; None where there is no number to draw."""
        step = max(1, math.ceil(len(self.values) / MOST_POINTS))
        pairs = list(enumerate(self.values, start=1))[::step]
        return [(epoch, float(value) if abs(value) <= LARGEST_DRAWN else None) for epoch, value in pairs]

    @property
    def drawn(self) -> list[float]:
        return [value for _, value in self.points if value is not None]


def draw_panels(learner: Curve | None, reference: Curve | None, speak: Speak) -> tuple[Panel, ...]:
    """Return one panel for each quantity that has something to draw: loss, accuracy, then the learner's own metrics."""
    curves = {"learner": learner, "reference": reference}
    titles = {"loss": speak(say("Loss")), "accuracy": speak(say("Accuracy"))}
    for name in learner.values if learner else ():
        quantity = name.removeprefix("val_")
        titles.setdefault(quantity, make_visible(quantity))
    panels = []
    for quantity, title in itertools.islice(titles.items(), MOST_PANELS):
        # The reference comes first, so that the learner's own line is drawn on top of it.
        series = [
            _Series(f"{who} {phase}", curve.values[key])
            for who, curve in reversed(curves.items())
            for phase, key in (("training", quantity), ("validation", f"val_{quantity}"))
            if curve is not None and key in curve.values
        ]
        if any(one.drawn for one in series):
            panels.append(_draw_panel(title, series, speak))
    return tuple(panels)


def _draw_panel(title: str, series: Sequence[_Series], speak: Speak) -> Panel:
    epochs = max(len(one.values) for one in series)
    numbers = [number for one in series for number in one.drawn]
    y_values = choose_ticks(min(numbers), max(numbers))
    low, high = y_values[0], y_values[-1]

    def place_x(epoch: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * ((epoch - 1) / (epochs - 1) if epochs > 1 else 0.5), 1)

    def place_y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low), 1)

    lines = []
    for one in series:
        dots = [(place_x(epoch), None if value is None else place_y(value)) for epoch, value in one.points]
        lines.append(_draw_line(one.style, dots))
    sentences = [speak(say("{panel} by epoch, epochs 1 to {epochs}.", panel=title, epochs=epochs))]
    for one in reversed(series):
        if one.drawn:
            name, first, last = SERIES_NAMES[one.style], f"{one.drawn[0]:.3g}", f"{one.drawn[-1]:.3g}"
            sentences.append(speak(say("{series}: from {first} to {last}.", series=name, first=first, last=last)))
    return Panel(
        title=title,
        description=" ".join(sentences),
        x_ticks=tuple(Tick(place_x(epoch), str(epoch)) for epoch in choose_epochs(epochs)),
        y_ticks=tuple(Tick(place_y(value), f"{value:.6g}") for value in y_values),
        lines=tuple(lines),
        has_gaps=any(value is None for one in series for _, value in one.points),
    )


def _draw_line(style: str, points: Sequence[tuple[float, float | None]]) -> Line:
    """Join neighbours that both have a number; a gap lifts the pen."""
    commands, dots, pen_is_down = [], [], False
    for x, y in points:
        if y is not None:
            commands.append(f"{'L' if pen_is_down else 'M'}{x:g} {y:g}")
            dots.append((x, y))
        pen_is_down = y is not None
    # Dots show each epoch, and are all there is of a lone point; too many would only thicken the line.
    return Line(style, " ".join(commands), tuple(dots) if len(points) <= 30 else ())


def choose_ticks(low: float, high: float) -> list[float]:
    """Return 3 to 8 round numbers, the first at or below `low` and the last at or above `high`."""
    # A model that learns nothing should look flat: without a floor its noise would fill the panel.
    span = max(high - low, 0.02 * max(abs(low), abs(high)), 0.002)
    rough = span / 5
    power: float = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    missing = max(0, 2 - (last - first))
    # Room goes below, since an accuracy ends at 1, except where that would show losses below 0.
    if first >= 0 and first < missing:
        last += missing
    else:
        first -= missing
    return [round(index * step, 12) for index in range(first, last + 1)]


def choose_epochs(epochs: int) -> list[int]:
    """Return at most nine whole epochs to write under the axis, 1 always among them."""
    steps = (factor * 10**power for power in itertools.count() for factor in (1, 2, 5))
    step = next(step for step in steps if epochs / step <= 8)
    return [1, *(epoch for epoch in range(step, epochs + 1, step) if epoch > 1 and epoch - 1 >= step / 2)]


def list_series(panels: Iterable[Panel], speak: Speak) -> list[tuple[str, str]]:
    """Return style and name of each series that some panel shows, in the order of `SERIES_NAMES`."""
    shown = {line.style for panel in panels for line in panel.lines if line.path}
    return [(style, speak(name)) for style, name in SERIES_NAMES.items() if style in shown]


def shade_matrix(confusion: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Return the cells of a confusion matrix, each with a shade for its share of its row."""
    rows = []
    for true, counts in enumerate(confusion):
        total = sum(counts)
        shares = [count / total if total else 0.0 for count in counts]
        shades = [sum(share > step for step in SHADE_STEPS) for share in shares]
        rows.append([Cell(counts[i], shades[i], i == true) for i in range(len(counts))])
    return rows


def encode_png(pixels: bytes) -> str | None:
    """Return a square grey image as a data URI, or None when `pixels` is no square. Source: PNG, ISO/IEC 15948."""
    side = math.isqrt(len(pixels))
    if not side or side * side != len(pixels):
        return None
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + pixels[start : start + side] for start in range(0, len(pixels), side))
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    image = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return "data:image/png;base64," + base64.b64encode(image).decode("ascii")
