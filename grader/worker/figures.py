"""Matplotlib figures: described line by line and picture by picture, and tried for missing glyphs. Untrusted side."""

from __future__ import annotations

import io
import re
import sys
import warnings
from typing import Any

import numpy as np

from grader.sandbox import wire

MAX_POINTS = 10_000
CJK_FAMILIES = ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "SimHei")


def describe_figure(figure: Any, handle: int) -> wire.FigureValue:
    """Return the texts, lines and pictures of `figure`. It is drawn once, in memory, to find glyphs no font has."""
    title = figure.get_suptitle()
    return wire.FigureValue(handle, title, tuple(_describe_axes(axes) for axes in figure.axes), _missing_glyphs(figure))


def _describe_axes(axes: Any) -> wire.Axes:
    legend = axes.get_legend()
    return wire.Axes(
        title=axes.get_title() or axes.get_title(loc="left") or axes.get_title(loc="right"),
        x_label=axes.get_xlabel(),
        y_label=axes.get_ylabel(),
        lines=tuple(_describe_line(line) for line in axes.get_lines()),
        legend=None if legend is None else tuple(text.get_text() for text in legend.get_texts()),
        images=tuple(_describe_image(image) for image in axes.get_images()[: wire.MAX_IMAGES]),
    )


def _describe_line(line: Any) -> wire.Line:
    x, y = (np.asarray(data, dtype=float)[:MAX_POINTS].tolist() for data in line.get_data())
    return wire.Line(str(line.get_label()), tuple(x), tuple(y))


def _describe_image(image: Any) -> wire.Image:
    """Return what `imshow` drew, as its scale maps it to colours; of a coloured picture the mean of its colours."""
    drawn = np.ma.asarray(image.get_array())
    if drawn.ndim == 3:
        levels = drawn[..., :3].mean(axis=-1) / (255 if drawn.dtype == np.uint8 else 1)
    else:
        levels = np.ma.asarray(image.norm(drawn))
    # What the scale cannot place is left blank.
    shown = np.nan_to_num(levels.astype(float).filled(0.0)).clip(0, 1)
    pixels = (shown * 255).round().astype(np.uint8)
    if image.origin == "lower":
        pixels = pixels[::-1]
    height, width = pixels.shape
    return wire.Image(height, width, pixels.tobytes() if pixels.size <= wire.MAX_IMAGE_PIXELS else b"")


def _missing_glyphs(figure: Any) -> tuple[str, ...]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.savefig(io.BytesIO(), dpi=40)
    codes = (re.search(r"Glyph (\d+)", str(warning.message)) for warning in caught)
    return tuple(sorted({chr(int(code.group(1))) for code in codes if code and code.group(1) != "10"}))


def prepare_drawing() -> None:
    """Draw without a window, and let labels fall back on a font with Chinese glyphs where there is one."""
    import matplotlib

    matplotlib.use("Agg", force=True)
    matplotlib.rcParams.update(font_settings())


def font_settings() -> dict[Any, Any]:
    """Return matplotlib's settings by which labels fall back on a font with Chinese glyphs, where there is one."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    families = [family for family in CJK_FAMILIES if family in installed]
    return {"font.family": ["sans-serif", *families], "axes.unicode_minus": False}


def close_figures(before: frozenset[int]) -> None:
    """Forget the figures pyplot has come to hold since it held those numbered in `before`.

    So one call's drawing does not end up in the next one's.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        for number in set(pyplot.get_fignums()) - before:
            pyplot.close(number)
