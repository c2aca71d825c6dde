"""Training in sight: the line on the terminal, and what an interruption leaves."""

import io
import json
import math
import os
import re
import sys
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.messages import render, say
from grader.plugin.sight import Line, bar, words_of
from grader.sandbox import wire
from grader.sandbox.process import Sandbox
from grader.submission.engines import SandboxEngine
from grader.submission.source import read_source
from grader.submission.submission import Submission

pexpect = pytest.importorskip("pexpect")

ROOT = Path(__file__).parents[1]
TRAINING = """
import keras
import numpy as np
def train(epochs, callbacks):
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    images, labels = np.ones((64, 20), "float32"), np.zeros(64)
    seen = []
    ours = [keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))]
    ways = {"none": {}, "list": {"callbacks": ours}, "one": {"callbacks": ours[0]}}
    if callbacks == "whole":
        ways["whole"] = {"callbacks": keras.callbacks.CallbackList(ours, True, model=model, epochs=epochs)}
    history = model.fit(images, labels, 32, epochs, 0, **ways[callbacks])
    return len(history.epoch), len(seen)
def wrong():
    return keras.Sequential([keras.layers.Dense(1)]).fit(nothing_like_this=3)
"""


@pytest.fixture(scope="module")
def told():
    """Return a submission, and the list of what it tells while it trains."""
    sandbox, progress = Sandbox(), []
    engine = SandboxEngine(sandbox)
    engine.on_progress = progress.append
    yield Submission(read_source("work.py", TRAINING.encode()), engine, "work"), progress
    sandbox.close()


@pytest.mark.parametrize(("callbacks", "seen"), [("none", 0), ("list", 3), ("one", 3), ("whole", 3)])
def test_every_training_tells_of_its_last_epoch_and_keeps_its_own_callbacks(told, callbacks, seen):
    work, progress = told
    progress.clear()
    assert work.train(3, callbacks) == (3, seen)
    if callbacks == "whole":
        # Keras takes such a list as it is.
        return
    last = progress[-1]
    assert (last.epoch, last.epochs) == (3, 3) and last.loss > 0 and last.seconds > 0


def test_error_of_fit_is_kerass_own(told):
    work, _ = told
    with pytest.raises(Exception) as failed:
        work.wrong()
    assert "nothing_like_this" in render(failed.value.feedback.got, "en")


@given(
    st.integers() | st.integers(0, 5),
    st.integers() | st.integers(0, 5),
    st.none() | st.floats(),
    st.floats() | st.floats(0, 100),
)
def test_line_shows_any_numbers_within_the_terminal(epoch, epochs, loss, seconds):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    Line(stream, "en").train(wire.Progress(epoch, epochs, loss, seconds))
    stream.seek(0)
    assert "training: epoch" in stream.read()


def test_time_left_follows_from_the_epochs_done():
    words = render(words_of(wire.Progress(2, 10, 0.123456, 4.0)), "en")
    assert words == "training: epoch 2 of 10, loss 0.1235, 16 s left"
    assert render(words_of(wire.Progress(2, 0, math.nan, math.inf)), "en") == "training: epoch 2, loss nan"
    assert bar(5, 10, "utf-8") == "━" * 6 + "╌" * 6 and bar(5, 10, "latin-1") == "#" * 6 + "-" * 6


def test_line_fits_a_narrow_terminal_without_unicode(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    line = Line(stream, "zh")
    line.check(say("{text}", text="很长的标题" * 20))
    line.train(wire.Progress(1, 2, 0.5, 1.0))
    stream.seek(0)
    assert [len(shown) < 40 for shown in stream.read().split("\x1b[2K")] == [True] * 3


# ---------------------------------------------------------------- on a terminal


def start(tmp_path, *options):
    command = [
        "-m",
        "pytest",
        "grader",
        "--submission=solutions/ch2_first_model.py",
        "--no-cache",
        "--lang=en",
        *options,
    ]
    environment = {**os.environ, "FIRST_DIGITS_CACHE": str(tmp_path / "cache"), "TERM": "xterm", "COLUMNS": "100"}
    return pexpect.spawn(sys.executable, command, cwd=str(ROOT), env=environment, timeout=240, encoding="utf-8")


def test_training_is_seen_on_the_terminal_and_in_no_report(tmp_path):
    report = tmp_path / "report.json"
    terminal = start(tmp_path, "-k", "fit_model", f"--report=json:{report}")
    terminal.expect(r"training: epoch \d of 5, loss [\d.]+, \d+ s left")
    terminal.expect(pexpect.EOF)
    last_screen = terminal.before.rpartition("\x1b[2K")[2]
    assert "fit_model" in last_screen and "training: epoch" not in last_screen
    terminal.close()
    assert terminal.exitstatus == 0
    assert "training: epoch" not in report.read_text(encoding="utf-8") and json.loads(report.read_text())


def test_interrupted_training_leaves_a_report_of_what_was_found_and_no_process(tmp_path):
    terminal = start(tmp_path, "-k", "normalize or fit_model")
    terminal.expect(r"training: epoch \d of 5")
    family = psutil.Process(terminal.pid).children(recursive=True)
    assert family
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    words = re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", terminal.before)
    assert re.search(r"✓ normalize +14/14", words), words
    assert "The run was interrupted: what would have come later is missing." in words
    assert "Traceback" not in words and "grader/" not in words
    terminal.close()
    assert terminal.exitstatus == 2
    assert psutil.wait_procs(family, timeout=10)[1] == []
