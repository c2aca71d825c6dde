"""What the course needs of a machine: libraries, a model that trains in the sandbox, fonts, data, room. Trusted
side."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from grader.data import load_digits
from grader.doctor.findings import Finding, State
from grader.doctor.systems import install_chinese_font, this_system
from grader.errors import CheckFailed, InputError
from grader.messages import Message, say, verbatim
from grader.sandbox.confine import can_fork
from grader.sandbox.launch import font_cache
from grader.sandbox.process import SandboxError
from grader.submission.engines import InProcessEngine, SandboxEngine
from grader.submission.reference import library_versions, results_folder
from grader.submission.source import read_source
from grader.submission.submission import Submission
from grader.submission.values import Model

DISTRIBUTION = "first-digits"
OLDEST_PYTHON = (3, 11)
MIB = 2**20
# TensorFlow, a trained model and full MNIST fit into this; results that are kept take a few hundred MiB.
NEEDED_MEMORY_MIB, NEEDED_DISK_MIB = 1500, 1000
# As grader/worker/figures.py has them, which imports what the trusted side does not.
CHINESE_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "SimHei")
TINY_MODEL = b"""
import numpy as np
from tensorflow import keras


def train():
    rows = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(rows, (rows[:, 0] > 0).astype("int64"), epochs=2, verbose=0)
    return model
"""


def look_at_machine() -> Iterator[Finding]:
    """Yield all that can be seen without running anything."""
    yield _look_at_python()
    yield from map(_look_at_library, (DISTRIBUTION, *library_versions()))
    yield _look_at_fonts()
    yield _look_at_sample()
    yield _look_at_full_mnist()
    yield _look_at_disk()
    yield _look_at_memory()


def _look_at_python() -> Finding:
    version, about = platform.python_version(), verbatim("Python")
    if sys.version_info >= OLDEST_PYTHON:
        return Finding(State.GOOD, about, verbatim(version))
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return Finding(State.BAD, about, verbatim(version), say("Install Python {version} or newer.", version=wanted))


def _look_at_library(name: str) -> Finding:
    try:
        return Finding(State.GOOD, verbatim(name), verbatim(importlib.metadata.version(name)))
    except importlib.metadata.PackageNotFoundError:
        if name == DISTRIBUTION:
            return Finding(State.NOTE, verbatim(name), say("is used from its folder, without being installed"))
        advice = say("Install it: {command}", command=f"python -m pip install {name}")
        return Finding(State.BAD, verbatim(name), say("is not installed"), advice)


def train_tiny_model() -> Finding:
    """Import TensorFlow in the sandbox and train a model of ten weights there."""
    about = say("training in the sandbox")
    engine = SandboxEngine() if can_fork() else InProcessEngine()
    try:
        model = Submission(read_source("doctor.py", TINY_MODEL), engine, "doctor").perform("train", ()).value
        if isinstance(model, Model):
            return Finding(State.GOOD, about, say("TensorFlow trains a small model"))
        reason: Message = say("no model came back")
    except CheckFailed as failed:
        reason = failed.feedback.got or failed.feedback.problem
    except SandboxError as error:
        reason = verbatim(str(error)[:500])
    finally:
        engine.close()
    advice = say(
        "Install TensorFlow again: {command}", command="python -m pip install --force-reinstall tensorflow keras"
    )
    return Finding(State.BAD, about, say("TensorFlow does not train: {reason}", reason=reason), advice)


def _look_at_fonts() -> Finding:
    about, installed = say("Chinese font"), _font_families()
    found = next((family for family in CHINESE_FONTS if family in installed), None)
    if found is not None:
        return Finding(State.GOOD, about, verbatim(found))
    words = say("none: Chinese in pictures shows as empty boxes")
    return Finding(State.NOTE, about, words, install_chinese_font(this_system()))


@functools.cache
def _font_families() -> frozenset[str]:
    """Return the names of the fonts that matplotlib has listed for this machine."""
    folder, names = font_cache(), set()
    for file in sorted(folder.glob("fontlist-*.json")) if folder else ():
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            names |= {str(font["name"]) for font in json.loads(file.read_text(encoding="utf-8"))["ttflist"]}
    return frozenset(names)


def _look_at_sample() -> Finding:
    about = say("sample of 5,000 digits")
    try:
        load_digits("sample")
    except InputError as error:
        return Finding(State.BAD, about, error.feedback.problem, error.feedback.next_step)
    return Finding(State.GOOD, about, say("is there"))


def _look_at_full_mnist() -> Finding:
    about = say("all 70,000 digits")
    path = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets" / "mnist.npz"
    if path.is_file():
        return Finding(State.GOOD, about, verbatim(str(path)))
    return Finding(State.NOTE, about, say("not here yet; `--data full` fetches them when it is first used"))


def _look_at_disk() -> Finding:
    folder = results_folder()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    free_mib = shutil.disk_usage(folder).free // MIB
    words = say("{size} MiB free in {folder}", size=free_mib, folder=str(folder))
    if free_mib >= NEEDED_DISK_MIB:
        return Finding(State.GOOD, say("disk"), words)
    return Finding(State.BAD, say("disk"), words, say("Make room: {size} MiB are needed.", size=NEEDED_DISK_MIB))


def _look_at_memory() -> Finding:
    free_mib = psutil.virtual_memory().available // MIB
    words = say("{size} MiB free", size=free_mib)
    if free_mib >= NEEDED_MEMORY_MIB:
        return Finding(State.GOOD, say("memory"), words)
    return Finding(
        State.BAD, say("memory"), words, say("Close other programs: {size} MiB are needed.", size=NEEDED_MEMORY_MIB)
    )
