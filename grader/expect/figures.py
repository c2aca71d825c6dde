"""Expectations of figures: what is drawn, and whether it can be read. Trusted side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from grader.data import Images
from grader.expect.failure import Subject, fail, short, wrong_kind
from grader.messages import say
from grader.sandbox.wire import Axes, Image, Line
from grader.submission.values import Figure

# The correlation of a picture's pixels with an image's. Rounding to 256 levels costs less than 0.00001; the two most
# similar of the sample's 5,000 digits reach 0.981.
SAME_PICTURE = 0.99
MAX_TITLE = 80


class FigureExpectations(Subject):
    """Sentences about matplotlib figures."""

    def is_figure(self) -> Figure:
        """It is a matplotlib figure with axes."""
        if not isinstance(self.value, Figure):
            wrong_kind(
                self.value,
                say("a matplotlib figure"),
                say("Begin with `fig, ax = plt.subplots()` and end with `return fig`."),
            )
        if not self.value.axes:
            fail(
                say("The figure is empty."),
                say("a figure with axes and curves"),
                say("a figure without axes"),
                say("Begin with `fig, ax = plt.subplots()` and draw with `ax.plot(...)`."),
            )
        return self.value

    def shows_curves(self, curves: Mapping[str, Sequence[float]], absolute: float) -> None:
        """Each of `curves` is drawn as a line, under whatever label; and nothing else is."""
        lines = _drawn_lines(self.is_figure())
        for name, values in curves.items():
            if not any(_same_values(line.y, values, absolute) for line in lines):
                fail(
                    say("The curve {name} is not drawn.", name=name),
                    say("a line through {values}", values=", ".join(short(v) for v in values[:6])),
                    say("lines: {lines}", lines="; ".join(_line_words(line) for line in lines[:3]) or "-"),
                    say('Draw it with `ax.plot(epochs, history.history["{name}"], label=...)`.', name=name),
                )
        if len(lines) != len(curves):
            fail(
                say("The figure has the wrong number of curves."),
                say("{count} curves", count=len(curves)),
                say("{count} curves", count=len(lines)),
                say("Draw exactly the curves the chapter asks for."),
            )

    def has_points_at(self, x: Sequence[float]) -> None:
        """Each line's points stand at these places on the horizontal axis."""
        for line in _drawn_lines(self.is_figure()):
            if not _same_values(line.x, x, 1e-9):
                fail(
                    say("The epochs on the horizontal axis are not numbered as in the chapter."),
                    say("points at {values}", values=", ".join(short(value) for value in x[:6])),
                    say("points at {values}", values=", ".join(short(value) for value in line.x[:6]) or "-"),
                    say("The first epoch is number 1: `epochs = range(1, n + 1)`."),
                )

    def has_labelled_curves(self) -> None:
        """Each line has a label of its own, and a legend shows them."""
        figure = self.is_figure()
        labels = [line.label for line in _drawn_lines(figure)]
        named = [label for label in labels if label and not label.startswith("_")]
        if len(named) != len(labels) or len(set(named)) != len(named):
            fail(
                say("The curves cannot be told apart by name."),
                say("a different label for each curve"),
                say("labels: {names}", names=", ".join(named) or "-"),
                say("Give each `plot` a `label=...` of its own."),
            )
        shown = [text for axes in figure.axes for text in (axes.legend or ())]
        if not set(named) <= set(shown):
            fail(
                say("There is no legend that names the curves."),
                say("a legend with {names}", names=", ".join(named)),
                say("legend: {names}", names=", ".join(shown) or "-"),
                say("Call `ax.legend()` after the curves are drawn."),
            )

    def has_title_and_axis_labels(self) -> None:
        """It has a title, and every set of axes with curves names both of them."""
        figure = self.is_figure()
        used = [axes for axes in figure.axes if axes.lines]
        if not figure.title and not any(axes.title for axes in used):
            fail(
                say("The figure has no title."),
                say("a title"),
                say("none"),
                say("Call `ax.set_title(...)`."),
            )
        for axes in used:
            self._require_axis_labels(axes)

    def _require_axis_labels(self, axes: Axes) -> None:
        for label, method in ((axes.x_label, "set_xlabel"), (axes.y_label, "set_ylabel")):
            if not label.strip():
                fail(
                    say("An axis has no label."),
                    say("a label on both axes"),
                    say("x: {x}, y: {y}", x=axes.x_label or "-", y=axes.y_label or "-"),
                    say("Call `ax.{method}(...)`.", method=method),
                )

    def has_no_missing_glyphs(self) -> None:
        """Every character of its texts is drawn, none as an empty box."""
        missing = self.is_figure().missing_glyphs
        if missing:
            fail(
                say("Some characters of the figure are drawn as empty boxes."),
                say("a font that has them"),
                say("no glyph for {characters}", characters=" ".join(missing[:6])),
                say("Choose a font that has these characters, such as Noto Sans CJK SC for Chinese."),
            )

    # ------------------------------------------------------------ pictures

    def shows_pictures(self, images: Sequence[Images]) -> None:
        """Each of `images` is drawn once, in any order and in any colours, and no other picture is."""
        drawn = _drawn_pictures(self._require_figure())
        places = [_place_of(picture, images) for _, picture in drawn]
        if not drawn and len(images):
            fail(
                say("The figure shows no pictures."),
                say("{count} pictures", count=len(images)),
                say("none"),
                say('Draw each one on its own axes: `ax.imshow(image, cmap="gray_r")`.'),
            )
        strangers = places.count(None)
        if strangers:
            fail(
                say("The figure shows pictures that do not belong there."),
                say("{count} pictures, all of those the chapter asks for", count=len(images)),
                say("{count} pictures, {strangers} of them other ones", count=len(drawn), strangers=strangers),
                say("Check which pictures you choose, and that each is drawn upright and unchanged."),
            )
        if len(set(places)) != len(places):
            fail(
                say("A picture is drawn more than once."),
                say("{count} different pictures", count=len(images)),
                say("{count} different pictures", count=len(set(places))),
                say("Inside the loop, take another picture each time."),
            )
        if len(places) != len(images):
            fail(
                say("The figure shows too few pictures."),
                say("{count} pictures", count=len(images)),
                say("{count} pictures", count=len(places)),
                say("Compare the number of places in the figure with the number of pictures to show."),
            )

    def titles_pictures_with_numbers(self, images: Sequence[Images], numbers: Sequence[tuple[int, ...]]) -> None:
        """The title above each of `images` holds these numbers in this order, and no others."""
        self.shows_pictures(images)
        for axes, picture in _drawn_pictures(self._require_figure()):
            place = _place_of(picture, images)
            wanted = [str(number) for number in numbers[place]] if place is not None else []
            got = re.findall(r"\d+", axes.title)
            if got != wanted:
                fail(
                    say("A title above a picture does not have the right numbers."),
                    say("the numbers {numbers}, in this order", numbers=", ".join(wanted)),
                    say("the title {title}", title=repr(axes.title[:MAX_TITLE])) if axes.title else say("no title"),
                    say("Write these numbers into the title, in this order, and no others.")
                    if set(wanted) <= set(got)
                    else say("Give each picture its own `ax.set_title(...)`, and use the same place in all arrays."),
                )

    def _require_figure(self) -> Figure:
        """It is a matplotlib figure, with or without axes."""
        if not isinstance(self.value, Figure):
            return self.is_figure()
        return self.value


def _drawn_pictures(figure: Figure) -> list[tuple[Axes, Image]]:
    return [(axes, image) for axes in figure.axes for image in axes.images]


def _place_of(picture: Image, images: Sequence[Images]) -> int | None:
    """Return which of `images` the picture shows; None for another one."""
    return next((place for place, image in enumerate(images) if _shows(picture, image)), None)


def _shows(picture: Image, image: Images) -> bool:
    """Return whether the picture is this image, whatever its scale: negatives and normalised images are, too."""
    levels = picture.levels().astype(float)
    if levels.shape != image.shape:
        return False
    shown, wanted = levels - levels.mean(), image - image.mean()
    size = float(np.linalg.norm(shown) * np.linalg.norm(wanted))
    return size > 0 and abs(float((shown * wanted).sum())) / size > SAME_PICTURE


def _drawn_lines(figure: Figure) -> list[Line]:
    return [line for axes in figure.axes for line in axes.lines]


def _same_values(got: Sequence[float], expected: Sequence[float], absolute: float) -> bool:
    return len(got) == len(expected) and bool(np.allclose(got, expected, rtol=0, atol=absolute))


def _line_words(line: Line) -> str:
    values = ", ".join(short(value) for value in line.y[:3])
    return f"{line.label}: {values}" + (" ..." if len(line.y) > 3 else "")
