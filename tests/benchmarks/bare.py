"""The bare training that submissions of chapter 2 ask for: their own functions, called once, nothing checked.

python tests/benchmarks/bare.py FILE ... [--data sample]

One process, Keras imported once. Each submission's functions are called once with each input that the chapter's
checks give them, whatever they do; what they print is thrown away. What the checks bring along (the reference's model,
compiled or trained, and its images) is made outside of the clock, anew for each submission. Prints one line of JSON:
for each submission the CPU seconds of

  training  the learner's own chain on all training images (normalize, build, compile, fit) and fit_model on 1,000
            images with the reference's model: two fits, and nothing that is not needed for them
  calls     the calls of all other functions, and the predictions of the learner's model: untrained on 20 images,
            trained on all test and hidden images and on the 200 that evaluate_model is compared on
  NAME      the calls of one function outside of the chain
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
import types
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from grader.checks.test_ch2_first_model import (
    AGREEING_IMAGES,
    DARKENING,
    FAINT_IMAGES,
    FAINTNESS,
    FIT_IMAGES,
    PREDICTED_IMAGES,
    history_of,
)
from grader.data import Digits, load_digits
from grader.submission.source import Source, read_source
from grader.submission.submission import DEFAULT_SEED

REFERENCE = Path(__file__).resolve().parents[2] / "solutions" / "ch2_first_model.py"


def loaded(source: Source) -> dict[str, Any]:
    """Return what a submission defines, and leave out what cannot be loaded or is a stub."""
    module = types.ModuleType("learner")
    for piece in source.pieces:
        with contextlib.suppress(Exception):
            exec(compile(piece.text, piece.file, "exec", dont_inherit=True), module.__dict__)
    stubs = [name for name in source.bodies if source.is_stub(name) or name in source.broken]
    return {name: thing for name, thing in vars(module).items() if name not in stubs}


class Clock:
    """Sums CPU seconds of this process under names. A call that fails has cost what it took until then."""

    def __init__(self) -> None:
        self.spent = Counter({"training": 0.0, "calls": 0.0})

    def __call__(self, kind: str, function: Callable[..., Any] | None, *arguments: Any, also: str = "") -> Any:
        before = time.process_time()
        try:
            return function(*arguments) if function else None
        except Exception:
            return None
        finally:
            spent = time.process_time() - before
            self.spent.update({kind: spent} | ({also: spent} if also else {}))


class Brought:
    """What the checks bring: the reference's images and models, the latter made anew for each submission."""

    def __init__(self, digits: Digits) -> None:
        self.digits, self._reference = digits, loaded(read_source(REFERENCE.name, REFERENCE.read_bytes()))
        self.normalize = self._reference["normalize"]
        model = self.untrained()
        self._reference["fit_model"](model, self.normalize(digits.train.images), digits.train.labels)
        self._weights = model.get_weights()

    def untrained(self) -> Any:
        """Return the reference's model, compiled."""
        return self._reference["compile_model"](self._reference["build_model"]())

    def built(self) -> Any:
        """Return the reference's model, not compiled yet."""
        return self._reference["build_model"]()

    def trained(self) -> Any:
        """Return the reference's model, trained."""
        model = self.untrained()
        model.set_weights(self._weights)
        return model


def work(functions: dict[str, Any], brought: Brought) -> dict[str, float]:
    """Make the calls of the chapter's checks, each once, and return what they cost."""
    clock, digits, get = Clock(), brought.digits, functions.get
    dark = digits.hidden.first(len(DARKENING)).images // np.array(DARKENING, np.uint8)[:, np.newaxis, np.newaxis]
    for images in (*(digits.train.first(count).images for count in (5, 13, 1, 50)), dark):
        clock("calls", get("normalize"), images.copy(), also="normalize")
    clock("calls", get("compile_model"), brought.built(), also="compile_model")
    small = digits.train.first(FIT_IMAGES)
    clock("training", get("fit_model"), brought.untrained(), brought.normalize(small.images), small.labels)

    trained = brought.trained()
    for split in (digits.test.first(200), digits.train.first(150)):
        clock("calls", get("evaluate_model"), trained, brought.normalize(split.images), split.labels)
    hidden, faint = digits.hidden.first(PREDICTED_IMAGES).images, digits.test.images[:FAINT_IMAGES] // FAINTNESS
    for image in (digits.test.images[0], *hidden, *faint):
        clock("calls", get("predict_digit"), trained, image)
    for epochs in (5, 3):
        history = history_of(epochs)
        mutable = types.SimpleNamespace(
            history={k: list(v) for k, v in history.values.items()}, epoch=[*history.epochs]
        )
        clock("calls", get("plot_history"), mutable, also="plot_history")
    _chain(functions, brought, clock)
    return clock.spent


def predictions(model: Any, rows: Any) -> Any:
    return model.predict(rows, verbose=0)


def _chain(functions: dict[str, Any], brought: Brought, clock: Clock) -> None:
    """The learner's own functions, one after another. Where one is missing, nothing can be trained."""
    digits, get = brought.digits, functions.get
    needed = (
        "normalize",
        "build_model",
        "compile_model",
        "fit_model",
        "evaluate_model",
        "predict_digit",
        "plot_history",
    )
    whole = all(name in functions for name in needed)
    model = clock("training" if whole else "calls", get("build_model"))
    clock("calls", predictions, model, brought.normalize(digits.test.first(20).images))
    if not whole or model is None:
        return
    images = clock("training", get("normalize"), digits.train.images.copy())
    returned = clock("training", get("compile_model"), model)
    model = model if returned is None else returned
    if not hasattr(model, "predict") or images is None:
        return
    history = clock("training", get("fit_model"), model, images, digits.train.labels)
    if history is None:
        return
    for split in (digits.test, digits.hidden):
        rows = clock("calls", get("normalize"), split.images)
        clock("calls", predictions, model, rows)
    split = digits.test.first(200)
    rows = clock("calls", get("normalize"), split.images)
    clock("calls", predictions, model, rows)
    clock("calls", get("evaluate_model"), model, rows, split.labels)
    for image in split.images[:AGREEING_IMAGES]:
        clock("calls", get("predict_digit"), model, image)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Throw away what is printed, without the cost of showing it."""
    with Path(os.devnull).open("w", encoding="utf-8") as nothing, contextlib.redirect_stdout(nothing):
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--data", default="sample")
    options = parser.parse_args()
    before = time.process_time()
    import keras
    import matplotlib.pyplot as plt

    importing = time.process_time() - before
    each = {}
    with _silence():
        brought = Brought(load_digits(options.data))
        for path in options.files:
            functions = loaded(read_source(path.name, path.read_bytes()))
            keras.utils.clear_session()
            keras.utils.set_random_seed(DEFAULT_SEED)
            each[path.parent.name] = work(functions, brought)
            plt.close("all")
    sys.stdout.write(json.dumps({"importing": importing, "each": each}) + "\n")


if __name__ == "__main__":
    main()
