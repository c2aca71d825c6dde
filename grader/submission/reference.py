"""The reference solution and the known mistakes: submissions whose results are kept on disk. Trusted side.

A result is found again by content: the source, the function, the arguments, the seed, the libraries' versions and
the worker's own code. So each call is a pure one: models go in and come out whole, never by a handle.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import math
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt
import platformdirs

from grader.errors import CheckFailed
from grader.messages import render
from grader.sandbox import confine, wire
from grader.sandbox.worker import Answer, Limits
from grader.submission import explain
from grader.submission.budget import Budget
from grader.submission.engines import Engine
from grader.submission.source import Source
from grader.submission.submission import DEFAULT_SEED, Outcome, Submission
from grader.submission.values import Kept, Model, decode_snapshot, digest, encode
from grader.whole_file import keep_whole

# At the end of a file: a disk that forgot a bit must not change what is right.
CHECKSUM = struct.Struct("!I")
FILE_NONCE = bytes(wire.NONCE_BYTES)
REFERENCE_LIMITS = Limits(seconds=1800.0, memory_mib=8192)
# The code that makes results: a new version never reads an old one's.
CODE = ("worker", "sandbox/wire.py", "submission/reference.py")


class ReferenceFailed(Exception):
    """The reference solution did not do what it is there for: never the learner's fault."""


class Reference(Submission):
    """A trusted source run in a sandbox of its own. The sandbox starts only when a result is not on disk.

    `may_fail`: a failure is an outcome like any other, as with known mistakes; else it is the course's own fault.
    """

    def __init__(
        self, source: Source, engine: Engine, module: str, seed: int = DEFAULT_SEED, may_fail: bool = False
    ) -> None:
        super().__init__(source, engine, module, seed)
        self.limits = REFERENCE_LIMITS
        self.budget = Budget(math.inf)
        self._may_fail = may_fail
        self._folder = results_folder()
        self._identity = digest(source.digest, seed, *environment_identity())

    def perform(self, function: str, arguments: tuple[Any, ...]) -> Outcome:
        with self._faults_named(function):
            return self._perform(function, arguments)

    @contextlib.contextmanager
    def _faults_named(self, function: str) -> Iterator[None]:
        try:
            yield
        except CheckFailed as failed:
            if self._may_fail:
                raise
            got = render(failed.feedback.got, "en") if failed.feedback.got else ""
            raise ReferenceFailed(f"the reference solution's {function}: {failed} {got}") from failed

    def _perform(self, function: str, arguments: tuple[Any, ...]) -> Outcome:
        key = self._key(function, arguments)
        answer = self._stored(key)
        if answer is None:
            answer = self._call(function, arguments, keep=False, snapshots=True)
            if not (isinstance(answer.reply, wire.Raised) and answer.reply.type_name in explain.MEMORY_ERRORS):
                self._store(key, answer)
        if isinstance(answer.reply, wire.Raised):
            raise explain.explain_error(answer.reply, function, self.source, self.limits, answer.output, {})
        return self._with_models(answer)

    def perform_once(self, function: str, arguments: tuple[Any, ...]) -> Outcome:
        return self.perform(function, arguments)

    def perform_and_keep(self, function: str, arguments: tuple[Any, ...]) -> Any:
        """Return a result that is computed only if some later call is not on disk and needs it."""

        def make() -> int:
            answer = self._call(function, arguments, keep=True)
            assert isinstance(answer.reply, wire.Returned)
            assert isinstance(answer.reply.value, wire.Held)
            return answer.reply.value.handle

        return Kept(self._key(function, arguments), None, make)

    def predict(self, model: Model, images: npt.NDArray[Any] | Kept, training: bool = False) -> npt.NDArray[Any]:
        with self._faults_named("predict"):
            return self._predict(model, images, training)

    def _predict(self, model: Model, images: npt.NDArray[Any] | Kept, training: bool) -> npt.NDArray[Any]:
        key = self._key("predict", (model, images))
        # A pass in training mode is left to chance: no two are the same, so none is kept.
        answer = None if training else self._stored(key)
        if answer is None:
            self.engine.warm(frozenset({"keras"}))
            self._make_ready((images,), self.load_all)
            packer = self._packer()
            message = wire.Predict(_whole(model, packer), encode(images, packer, self), training)
            answer = self._request(message, packer.buffers, "predict")
            if isinstance(answer.reply, wire.Raised):
                raise explain.explain_error(answer.reply, "predict", self.source, self.limits, answer.output, {})
            if not training:
                self._store(key, answer)
        outputs: npt.NDArray[Any] = self._outcome(answer).value
        return outputs

    # ------------------------------------------------------------

    def _call(self, function: str, arguments: tuple[Any, ...], keep: bool, snapshots: bool = False) -> Answer:
        self._make_ready(arguments, functools.partial(self._prepare, function, arguments))
        packer = self._packer()
        values = tuple(_whole(a, packer) if isinstance(a, Model) else encode(a, packer, self) for a in arguments)
        answer = self._request(wire.Call(function, values, self.seed, keep, snapshots), packer.buffers, function)
        if keep and isinstance(answer.reply, wire.Raised):
            raise explain.explain_error(answer.reply, function, self.source, self.limits, answer.output, {})
        return answer

    def _with_models(self, answer: Answer) -> Outcome:
        """Attach the snapshots, so that models are complete without a worker."""
        outcome = self._outcome(answer)
        assert isinstance(answer.reply, wire.Returned)
        models = [*outcome.arguments, outcome.value if isinstance(outcome.value, Model) else None]
        for model, snapshot in zip(models, answer.reply.snapshots, strict=False):
            if model is not None and snapshot is not None:
                model.__init__(model.description, self, decode_snapshot(snapshot, answer.buffers))  # type: ignore[misc]
        return outcome

    def _make_ready(self, arguments: tuple[Any, ...], load: Callable[[], None]) -> None:
        """Load what a call needs, and compute its kept arguments in the worker that is going to use them.

        Where computing one brings a new worker, since its function imports more, all is done anew there.
        """
        generation = None
        while generation != self.engine.generation:
            generation = self.engine.generation
            load()
            for kept in arguments:
                if isinstance(kept, Kept) and kept.make is not None:
                    kept.handle = kept.make()

    def _key(self, function: str, arguments: tuple[Any, ...]) -> str:
        return digest(self._identity, function, *arguments)

    def _stored(self, key: str) -> Answer | None:
        return read_answer(self._folder / key)

    def _store(self, key: str, answer: Answer) -> None:
        keep_answer(self._folder / key, answer.reply, answer.buffers)


def read_answer(place: Path) -> Answer | None:
    """Return the answer kept at `place`, where there is one and it is whole."""
    try:
        raw = place.read_bytes()
        raw, checksum = raw[: -CHECKSUM.size], CHECKSUM.unpack(raw[-CHECKSUM.size :])[0]
        if zlib.crc32(raw) != checksum:
            return None
        unpacker = wire.Unpacker("reply", FILE_NONCE, 1)
        position = 0
        while unpacker.message is None:
            end = position + unpacker.wanted
            if end > len(raw):
                return None
            data = bytearray(raw[position:end])
            position = end
            unpacker.feed(data)
    except (OSError, wire.WireError, struct.error):
        return None
    return Answer(unpacker.message, unpacker.buffers, "", 0.0)  # type: ignore[arg-type]


def keep_answer(place: Path, reply: wire.Reply, buffers: Sequence[wire.Buffer]) -> None:
    """Keep an answer, whole or not at all. A full or read-only disk costs speed, not the run."""
    keep_whole(place, *_with_checksum(wire.pack(reply, buffers, FILE_NONCE, 1)))


def _with_checksum(pieces: Iterable[wire.Buffer]) -> Iterator[wire.Buffer]:
    checksum = 0
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
        yield piece
    yield CHECKSUM.pack(checksum)


def results_folder() -> Path:
    """Return where results are kept between runs: below `FIRST_DIGITS_CACHE`, else in the user's cache folder."""
    root = os.environ.get("FIRST_DIGITS_CACHE")
    return Path(root or platformdirs.user_cache_dir("first-digits")) / "results"


def _whole(model: Model, packer: wire.Packer) -> wire.Value:
    return encode(model, packer, None)


@functools.cache
def environment_identity() -> tuple[str, ...]:
    """Return what results depend on besides source and arguments: versions, the worker's code, its environment."""
    versions = [f"{name} {version}" for name, version in library_versions().items()]
    code = hashlib.sha256()
    for part in CODE:
        path = confine.GRADER_FOLDER / part
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            code.update(file.read_bytes())
    settings = sorted(confine.environment("").items())
    return (*versions, code.hexdigest(), repr(settings), _processor())


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries results depend on, without importing them."""
    return {name: version_of(name) for name in ("tensorflow", "keras", "numpy", "matplotlib")}


@functools.cache
def version_of(name: str) -> str:
    """Return the version of an installed distribution, or "none"."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def _processor() -> str:
    """Return the processor's name: another one may round differently."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(line for line in lines if line.startswith("model name"))
    return ""
