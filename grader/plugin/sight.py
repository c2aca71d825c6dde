"""The line on a terminal that says what is being checked now, and how far a training has come. Trusted side."""

from __future__ import annotations

import math
import os
import shutil
import sys
from typing import TextIO

import pytest
from rich.cells import set_cell_size

from grader.messages import Message, render, say
from grader.plugin.run import RUN
from grader.sandbox import wire

LINE: pytest.StashKey[Line] = pytest.StashKey()
CLEAR = "\r\x1b[2K"
BAR_WIDTH = 12
MOST_S = 100 * 3600


class Line:
    """One line that is written over and over, on a terminal alone."""

    def __init__(self, stream: TextIO, language: str) -> None:
        self._stream, self._language = stream, language
        self._title = ""

    def check(self, title: Message) -> None:
        """Say what is being checked."""
        self._title = render(title, self._language)
        self._write(f"  {self._title} ...")

    def train(self, progress: wire.Progress) -> None:
        """Say how far a training has come."""
        words = render(words_of(progress), self._language)
        self._write(f"  {bar(progress.epoch, progress.epochs, self._stream.encoding)} {words}")

    def clear(self) -> None:
        """Leave nothing behind."""
        self._stream.write(CLEAR)
        self._stream.flush()

    def close(self) -> None:
        """Let go of the terminal."""
        self._stream.close()

    def _write(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        encoding = self._stream.encoding or "ascii"
        shown = set_cell_size(text, width).rstrip().encode(encoding, "replace").decode(encoding)
        self._stream.write(f"{CLEAR}{shown}")
        self._stream.flush()


def words_of(progress: wire.Progress) -> Message:
    """Return epoch, loss and the time left; a worker's numbers may be any."""
    epoch, epochs = max(0, progress.epoch), max(0, progress.epochs)
    loss = "-" if progress.loss is None else f"{progress.loss:.4g}"
    left = progress.seconds / epoch * max(0, epochs - epoch) if epoch and math.isfinite(progress.seconds) else 0.0
    if not epochs:
        return say("training: epoch {epoch}, loss {loss}", epoch=epoch, loss=loss)
    return say(
        "training: epoch {epoch} of {epochs}, loss {loss}, {seconds} s left",
        epoch=epoch,
        epochs=epochs,
        loss=loss,
        seconds=round(min(max(left, 0.0), MOST_S)),
    )


def bar(done: int, total: int, encoding: str | None) -> str:
    """Return a bar, full at `total`; of plain letters where the terminal has no others."""
    full, empty = ("━", "╌") if (encoding or "").lower().replace("-", "") == "utf8" else ("#", "-")
    count = min(BAR_WIDTH, BAR_WIDTH * max(0, done) // total) if total > 0 else 0
    return full * count + empty * (BAR_WIDTH - count)


def open_line(config: pytest.Config) -> None:
    """Take hold of the terminal, where there is one, before pytest catches what checks write to it."""
    out = sys.stdout
    if out is None or not out.isatty():
        return
    try:
        stream = os.fdopen(os.dup(out.fileno()), "w", encoding=out.encoding, errors="replace")
    except OSError:
        # A terminal without a file, as some editors have: nothing is lost but the line.
        return
    run = config.stash[RUN]
    line = config.stash[LINE] = Line(stream, run.settings.language)
    run.on_progress = line.train


def close_line(config: pytest.Config) -> None:
    """Let go of the terminal."""
    if (line := config.stash.get(LINE, None)) is not None:
        line.close()
