"""How small a network and how short a training read 99 % of MNIST's test digits with every seed, and what a network
without convolutions reaches on the sample.

python tests/benchmarks/cnn.py --data PATH [--seeds 5] [--only NAME] [--sample-seeds 10]
"""

from __future__ import annotations

import argparse
import os
import resource
import runpy
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from grader.data import Digits, Split, load_digits
from grader.expect.accuracy import floor_for, read_floors
from grader.layout import Course

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = runpy.run_path(str(ROOT / "solutions" / "ch4_cnn.py"), run_name="chapter")
FIRST_MODEL = runpy.run_path(str(ROOT / "solutions" / "ch2_first_model.py"), run_name="chapter")
ASKED = 0.99
CHAPTERS_OWN = "chapter"
MLP_EPOCHS = (5, 10, 20)


class Candidate(NamedTuple):
    """A network of two convolutions, and its epochs. `filters` is None for the chapter's own functions."""

    name: str
    filters: tuple[int, int] | None
    window: int
    momentum: float
    dropout: float
    epochs: int

    def build(self) -> Any:
        if self.filters is None:
            return CHAPTER["build_cnn"]()
        layers: list[Any] = [keras.Input(shape=(28, 28, 1))]
        for count in self.filters:
            layers += [
                keras.layers.Conv2D(count, self.window, activation="relu"),
                keras.layers.MaxPooling2D(),
                keras.layers.BatchNormalization(momentum=self.momentum),
            ]
        layers += [keras.layers.Flatten(), keras.layers.Dropout(self.dropout)]
        return keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])


CANDIDATES = (
    Candidate("8-16, 3 x 3", (8, 16), 3, 0.99, 0.2, 3),
    Candidate("16-32, 3 x 3", (16, 32), 3, 0.99, 0.3, 3),
    Candidate("12-24, 5 x 5", (12, 24), 5, 0.9, 0.0, 3),
    Candidate("16-32, 5 x 5, 2 epochs", (16, 32), 5, 0.9, 0.0, 2),
    Candidate(CHAPTERS_OWN, None, 5, 0.9, 0.0, 3),
)


class Run(NamedTuple):
    """What one training reached and cost."""

    accuracy: float
    parameters: int
    cpu_s: float


def cpu_seconds() -> float:
    """Return the CPU seconds this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def train(candidate: Candidate, digits: Digits, test: Split, seed: int) -> Run:
    """Train with the chapter's own `fit_cnn`; the accuracy is that on all digits of `test`."""
    images = CHAPTER["to_images"](digits.train.images)
    keras.utils.set_random_seed(seed)
    before = cpu_seconds()
    model = CHAPTER["compile_model"](candidate.build())
    CHAPTER["fit_cnn"](model, images, digits.train.labels, candidate.epochs)
    spent = cpu_seconds() - before
    return Run(accuracy(model, CHAPTER["to_images"](test.images), test.labels), model.count_params(), spent)


def accuracy(model: Any, inputs: Any, labels: Any) -> float:
    """Return the share of digits that the model reads right."""
    return float((model.predict(inputs, batch_size=500, verbose=0).argmax(axis=1) == labels).mean())


def runs_of(candidate: Candidate, digits: Digits, seeds: int) -> Iterator[Run]:
    """Yield one run a seed; a candidate that misses what is asked for gets no further one."""
    test = Split(*(np.concatenate(pair) for pair in zip(_parts(digits.test), _parts(digits.hidden), strict=True)))
    for seed in range(1, seeds + 1):
        run = train(candidate, digits, test, seed)
        print(f"    seed {seed}: {run.accuracy:.4f}, {run.cpu_s:.0f} CPU s", flush=True)
        yield run
        if run.accuracy < ASKED:
            return


def _parts(split: Split) -> tuple[Any, Any]:
    return split.images, split.labels


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows below one another."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


def search(digits: Digits, seeds: int, only: str | None) -> None:
    """Print what the candidates reach on all test digits."""
    rows = [("network", "parameters", "epochs", "seeds", "least", "mean", "always 99 %", "CPU s a training")]
    for candidate in CANDIDATES:
        if only in (None, candidate.name):
            print(f"  {candidate.name}")
            runs = list(runs_of(candidate, digits, seeds))
            reached = [run.accuracy for run in runs]
            rows.append(
                (
                    candidate.name,
                    f"{runs[0].parameters:,}",
                    str(candidate.epochs),
                    str(len(runs)),
                    f"{min(reached):.4f}",
                    f"{statistics.fmean(reached):.4f}",
                    "yes" if min(reached) >= ASKED and len(runs) == seeds else "no",
                    f"{statistics.median(run.cpu_s for run in runs):.0f}",
                )
            )
    table(rows)


def compare_with_first_model(seeds: int) -> None:
    """Print what Chapter 2's model reaches on the sample's hidden digits, beside Chapter 4's floor there."""
    digits = load_digits("sample")
    floor = floor_for(read_floors(Course(ROOT).floors("ch4_cnn")), digits)
    inputs, hidden = (FIRST_MODEL["normalize"](split.images) for split in (digits.train, digits.hidden))
    rows = [("model of Chapter 2, epochs", "seeds", "least", "mean", "most", "floor of Chapter 4")]
    for epochs in MLP_EPOCHS:
        reached = []
        for seed in range(1, seeds + 1):
            keras.utils.set_random_seed(seed)
            model = FIRST_MODEL["compile_model"](FIRST_MODEL["build_model"]())
            model.fit(inputs, digits.train.labels, epochs=epochs, batch_size=128, verbose=0)
            reached.append(accuracy(model, hidden, digits.hidden.labels))
        figures = (min(reached), statistics.fmean(reached), max(reached))
        rows.append(
            (str(epochs), str(seeds), *(f"{figure:.3f}" for figure in figures), f"{floor.floor if floor else 0:.3f}")
        )
    table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", help="full MNIST, an .npz file in Keras's layout; without it, only the sample is used"
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", choices=[candidate.name for candidate in CANDIDATES])
    parser.add_argument("--sample-seeds", type=int, default=10)
    options = parser.parse_args()
    started = time.perf_counter()
    if options.data:
        search(load_digits(options.data), options.seeds, options.only)
    if options.sample_seeds:
        compare_with_first_model(options.sample_seeds)
    print(f"{time.perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main()
