"""How hard the drawn faces of chapter 6 are, and what its class weights do: means over seeds.

Each seed draws its own faces to train on; all are tested on the same others. The linear model is one softmax layer on
the pixels. Both see the same faces for the same number of epochs.

python tests/benchmarks/faces.py [--seeds 5] [--train 1000] [--test 4000]
"""

from __future__ import annotations

import argparse
import os
import runpy
import statistics
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TEST_SEED = 999
ROWS = ("linear, weighted", "CNN, all weights 1", "CNN, weighted")


def build_linear_model() -> Any:
    model = keras.Sequential(
        [
            keras.Input(shape=(48, 48)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--train", type=int, default=1000)
    parser.add_argument("--test", type=int, default=4000)
    options = parser.parse_args()
    chapter = runpy.run_path(str(ROOT / "solutions" / "ch6_expressions.py"), run_name="chapter")
    started = time.process_time()
    test_images, test_labels = chapter["draw_faces"](options.test, TEST_SEED)
    drawing = (time.process_time() - started) / options.test
    print(f"drawing: {drawing * 1000:.2f} ms CPU a face; test faces {np.bincount(test_labels, minlength=7).tolist()}")
    found: dict[str, list[tuple[float, Any, float]]] = {row: [] for row in ROWS}
    for seed in range(options.seeds):
        images, labels = chapter["draw_faces"](options.train, seed)
        weights = chapter["class_weights"](labels)
        for row in ROWS:
            keras.utils.set_random_seed(seed)
            model = build_linear_model() if "linear" in row else chapter["build_face_model"]()
            started = time.process_time()
            chapter["fit_faces"](model, images, labels, weights if "weighted" in row else np.ones(7))
            seconds = time.process_time() - started
            answers = model.predict(test_images, verbose=0).argmax(axis=1)
            recalls = chapter["recall_per_class"](test_labels, answers)
            found[row].append((float(np.mean(answers == test_labels)), recalls, seconds))
        print(f"seed {seed}: " + ", ".join(f"{row} {found[row][-1][0]:.3f}" for row in ROWS), flush=True)
    print(f"{'':20}accuracy (min, max)    mean recall   CPU s   recall of each emotion, 1 is disgust")
    for row in ROWS:
        accuracies = [accuracy for accuracy, _, _ in found[row]]
        recalls = np.mean([recall for _, recall, _ in found[row]], axis=0)
        seconds = statistics.fmean(cpu for _, _, cpu in found[row])
        print(
            f"{row:20}{statistics.fmean(accuracies):.3f} ({min(accuracies):.3f}, {max(accuracies):.3f})   "
            f"{recalls.mean():11.3f}   {seconds:5.1f}   " + " ".join(f"{recall:.2f}" for recall in recalls)
        )


if __name__ == "__main__":
    main()
