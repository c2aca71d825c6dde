"""Trainings of which one knows what is wrong with them, and what the curve doctor says: its thresholds come from here.

python tests/benchmarks/curves.py [--seeds 3] [--only NAME]

Trains chapter 2's network on the sample in ways that go well, and in ways that go wrong as they do for learners. Prints
for each run what the rules of `grader/curves.py` look at, and the diagnosis; at the end, how many are as expected.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import msgspec
import numpy as np

from grader.curves import Features, diagnose, features_of
from grader.data import load_digits
from grader.results import Curve

Data = tuple[Any, Any]


def network(hidden: int = 512, dropout: float = 0.0) -> Any:
    layers = [keras.Input((784,)), keras.layers.Dense(hidden, "relu")]
    if dropout:
        layers.append(keras.layers.Dropout(dropout))
    return keras.Sequential([*layers, keras.layers.Dense(10, "softmax")])


def train(
    data: Data, epochs: int, optimizer: Any = None, model: Any = None, validation: Data | None = None, **options: Any
) -> Curve:
    """Return the learning curve of one training, with the last fifth put aside or with `validation`."""
    model = model or network()
    model.compile(optimizer or "adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    split = {"validation_data": validation} if validation else {"validation_split": 0.2}
    history = model.fit(*data, epochs=epochs, batch_size=128, verbose=0, **split, **options)
    return Curve({name: tuple(map(float, values)) for name, values in history.history.items()})


def scaled() -> Data:
    train_split = load_digits("sample").train
    return train_split.images.reshape(-1, 784).astype("float32") / 255, train_split.labels


def shuffled_labels(data: Data) -> Data:
    return data[0], np.random.default_rng(0).permutation(data[1])


def leaking(data: Data) -> Data:
    """Return the training images again as validation: the easiest third of them, as after sorting by hand."""
    return data[0][:1000], data[1][:1000]


def scenarios(data: Data) -> dict[str, tuple[str | None, Callable[[], Curve]]]:
    """Return name -> the diagnosis expected, and the training."""
    few = data[0][:500], data[1][:500]
    adam, sgd = keras.optimizers.Adam, keras.optimizers.SGD
    return {
        "chapter 2: 5 epochs": (None, lambda: train(data, 5)),
        "8 epochs": (None, lambda: train(data, 8)),
        "dropout 0.2, 8 epochs": (None, lambda: train(data, 8, model=network(dropout=0.2))),
        "dropout 0.5, 10 epochs": (None, lambda: train(data, 10, model=network(dropout=0.5))),
        "30 epochs": ("overfitting", lambda: train(data, 30)),
        "few images, 60 epochs": ("overfitting", lambda: train(few, 60)),
        "rate 0.01, 30 epochs": ("overfitting", lambda: train(data, 30, adam(0.01))),
        "2 epochs": ("stopped_early", lambda: train(data, 2)),
        "sgd 0.01, 4 epochs": ("stopped_early", lambda: train(data, 4, sgd(0.01))),
        "rate 0.0001, 5 epochs": ("stopped_early", lambda: train(data, 5, adam(1e-4))),
        "rate 0": ("not_learning", lambda: train(data, 5, adam(0.0))),
        "rate 1e-7": ("not_learning", lambda: train(data, 5, adam(1e-7))),
        "labels shuffled, 3 epochs": ("not_learning", lambda: train(shuffled_labels(data), 3)),
        "images all zero": ("not_learning", lambda: train((data[0] * 0, data[1]), 5)),
        "sgd 50": ("diverging", lambda: train(data, 6, sgd(50.0))),
        "adam 1": ("diverging", lambda: train(data, 6, adam(1.0))),
        "rate 0.3, not scaled": ("diverging", lambda: train((data[0] * 255, data[1]), 6, sgd(0.3))),
        "validation seen in training, dropout 0.5": (
            "suspicious",
            lambda: train(data, 8, model=network(dropout=0.5), validation=leaking(data)),
        ),
        "validation too easy": ("suspicious", lambda: train(data, 5, validation=easy(data))),
    }


def easy(data: Data) -> Data:
    """Return validation images of two digits alone, the easiest ones."""
    chosen = np.isin(data[1], (0, 1))
    return data[0][chosen][:400], data[1][chosen][:400]


def describe(features: Features) -> str:
    """Return the features in a line."""
    return "  ".join(f"{name} {value:.3g}" for name, value in msgspec.structs.asdict(features).items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    data, hits, runs = scaled(), 0, 0
    for name, (expected, run) in scenarios(data).items():
        if options.only not in name:
            continue
        for seed in range(options.seeds):
            keras.utils.set_random_seed(seed)
            curve = run()
            found = diagnose(curve)
            kind = found.kind if found else None
            hits, runs = hits + (kind == expected), runs + 1
            print(f"{'' if kind == expected else '!'}{name:<42}{kind!s:<15}{describe(features_of(curve))}", flush=True)
    print(f"{hits} of {runs} as expected")


if __name__ == "__main__":
    main()
