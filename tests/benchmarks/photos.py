"""How well chapter 7 reads photos: clean digits, photos prepared step by step, and photos that were only made small.

python tests/benchmarks/photos.py [--data sample] [--photos 300] [--seeds 3]
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grader.data import Digits, load_digits
from grader.expect.accuracy import accuracy_of
from grader.photos import Photo, render_photos
from grader.sandbox.process import Sandbox
from grader.submission.engines import SandboxEngine
from grader.submission.reference import Reference
from grader.submission.source import Source, join_sources, read_source
from grader.submission.submission import DEFAULT_SEED

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
CHAPTER = "ch7_own_digits"
# What is compared: the chapter's own function, and known mistakes that leave a step out.
WAYS = {
    "photos, prepared": "prepare_photo",
    "photos, without straightening": "prepare_photo__not_straightened",
    "photos, centred by the box instead of by mass": "prepare_photo__centred_by_its_box",
    "photos, stretched to 28 x 28": "prepare_photo__stretched_over_the_sheet",
}


def only_made_small(photo: Photo) -> npt.NDArray[np.uint8]:
    """Return the photo in gray, ink bright, averaged over 28 x 28 fields: all that can be done without a thought."""
    gray = photo.astype(float) if photo.ndim == 2 else photo.mean(axis=-1)
    if gray.mean() > 127:
        gray = 255 - gray
    rows, columns = (fields(side) for side in gray.shape)
    return np.asarray(np.round(rows @ gray @ columns.T), np.uint8)


def fields(side: int) -> npt.NDArray[np.float64]:
    """Return (28, side): the share that each pixel of a side has in each of 28 equal fields."""
    ends = np.arange(29) * side / 28
    pixels = np.arange(side)
    shares = np.clip(np.minimum(ends[1:, None], pixels + 1) - np.maximum(ends[:-1, None], pixels), 0, 1)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def measure(work: Reference, digits: Digits, count: int, seed: int) -> dict[str, float]:
    """Return the accuracy of one trained reader, on each kind of pictures."""
    hidden = digits.hidden.first(count)
    reader = work.train_reader(digits.train.images, digits.train.labels)
    photos = list(render_photos(hidden.images, seed))
    pictures = {
        "clean digits": hidden.images,
        "photos, only made small": np.stack([only_made_small(p) for p in photos]),
    }
    for words, function in WAYS.items():
        pictures[words] = np.stack([work.perform(function, (photo,)).value for photo in photos])
    return {words: accuracy_of(reader.predict(images), hidden.labels) for words, images in pictures.items()}


def read_chapter() -> Source:
    """Return the master and its known mistakes as one source."""
    paths = (SOLUTIONS / f"{CHAPTER}.py", SOLUTIONS / "mistakes" / f"{CHAPTER}.py")
    master, mistakes = (read_source(path.name, path.read_bytes()) for path in paths)
    return join_sources(master, mistakes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="sample")
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    digits, source, sandbox = load_digits(options.data), read_chapter(), Sandbox()
    rows: dict[str, list[float]] = {}
    for seed in range(DEFAULT_SEED, DEFAULT_SEED + options.seeds):
        work = Reference(source, SandboxEngine(sandbox), CHAPTER, seed=seed)
        for words, accuracy in measure(work, digits, options.photos, seed).items():
            rows.setdefault(words, []).append(accuracy)
        work.close()
    sandbox.close()
    print(f"{options.data}: {options.photos} hidden digits, {options.seeds} seeds of training and photos")
    print(f"{'':<48}  mean     min     max")
    for words, values in rows.items():
        print(f"{words:<48}  {statistics.fmean(values):.4f}  {min(values):.4f}  {max(values):.4f}")


if __name__ == "__main__":
    main()
