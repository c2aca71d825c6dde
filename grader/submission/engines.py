"""The two ways to run a learner's code: in a sandboxed worker, or in this process for debugging. Trusted side."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy.typing as npt

from grader.sandbox import wire
from grader.sandbox.confine import Level
from grader.sandbox.process import Sandbox
from grader.sandbox.sharing import is_shareable
from grader.sandbox.worker import Answer, Limits, Worker

if TYPE_CHECKING:
    from grader.worker.session import Session

TENSORFLOW = ("tensorflow", "keras")


class Engine(Protocol):
    """Runs requests. `generation` changes whenever everything that was loaded or held is lost.

    `on_progress` takes how far a training has come, where the engine is told.
    """

    level: Level
    generation: int
    on_progress: Callable[[wire.Progress], None] | None

    def warm(self, modules: frozenset[str]) -> None: ...
    def request(self, message: wire.Request, buffers: Sequence[wire.Buffer], limits: Limits) -> Answer: ...
    def share(self, array: npt.NDArray[Any], limits: Limits) -> wire.SharedArray | None: ...
    def end_worker(self) -> None: ...
    def versions(self) -> dict[str, str]: ...
    def close(self) -> None: ...


def modules_to_warm(modules: frozenset[str]) -> tuple[str, ...]:
    """Return what a parent imports ahead, in order, for code that uses `modules`."""
    wanted: list[str] = ["numpy"] if modules & {"numpy", "tensorflow", "keras", "matplotlib"} else []
    if modules & {"tensorflow", "keras"}:
        wanted += TENSORFLOW
    if "matplotlib" in modules:
        wanted.append("matplotlib.pyplot")
    return tuple(wanted)


class SandboxEngine:
    """Runs requests in a worker that is forked when needed, and again when it has ended.

    A sandbox that is handed in stays open: others use it too.
    """

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        self._owns_sandbox = sandbox is None
        self.sandbox = sandbox or Sandbox()
        self.level = self.sandbox.level
        self.generation = 0
        self.on_progress: Callable[[wire.Progress], None] | None = None
        self._worker: Worker | None = None
        self._worker_has: frozenset[str] = frozenset()

    def warm(self, modules: frozenset[str]) -> None:
        """Have `modules` imported in workers forked from now on; a worker without them is given up."""
        wanted = modules_to_warm(modules)
        self.sandbox.warm(wanted)
        if not self._worker_has.issuperset(wanted):
            self.end_worker()

    def request(self, message: wire.Request, buffers: Sequence[wire.Buffer], limits: Limits) -> Answer:
        """Send `message` to the worker.

        Raises:
            WorkerEnded: the worker has ended over it.
            SandboxError: the sandbox failed.
        """
        with self._living_worker(limits) as worker:
            return worker.request(message, buffers, limits)

    def share(self, array: npt.NDArray[Any], limits: Limits) -> wire.SharedArray | None:
        """Hand a large array to the worker once; return how calls name it, None where it goes with each call.

        Raises:
            WorkerEnded: the worker has ended over it.
            SandboxError: the sandbox failed.
        """
        if not is_shareable(array):
            return None
        with self._living_worker(limits) as worker:
            return worker.share(array, limits)

    @contextlib.contextmanager
    def _living_worker(self, limits: Limits) -> Iterator[Worker]:
        if self._worker is None or not self._worker.alive:
            self._worker = self.sandbox.fork(limits.memory_mib)
            self._worker_has = self.sandbox.warmed
            self._worker.on_progress = self.on_progress
        try:
            yield self._worker
        finally:
            if not self._worker.alive:
                self.generation += 1

    def versions(self) -> dict[str, str]:
        return self.sandbox.versions

    def end_worker(self) -> None:
        """Forget everything that was loaded or held: the next request gets a new worker."""
        if self._worker is not None and self._worker.alive:
            self._worker.close()
            self.generation += 1

    def close(self) -> None:
        self.end_worker()
        if self._owns_sandbox:
            self.sandbox.close()


class InProcessEngine:
    """Runs requests right here, where a debugger can follow them. No limit holds.

    `names`: where the learner's functions are already, as in a notebook's kernel; then no source is loaded.
    """

    level = Level.NONE

    def __init__(self, names: Mapping[str, Any] | None = None) -> None:
        self.generation = 0
        self.on_progress: Callable[[wire.Progress], None] | None = None
        self._names = names
        self._session: Session | None = None

    def warm(self, modules: frozenset[str]) -> None:
        """Nothing to prepare: imports happen when the learner's own do."""

    def request(self, message: wire.Request, buffers: Sequence[wire.Buffer], limits: Limits) -> Answer:
        if self._names is not None and isinstance(message, wire.Segment):
            return Answer(wire.Loaded(), [], "", 0.0)
        if self._session is None:
            # The one place outside `worker` that runs its code, and only when this engine was asked for.
            from grader.worker.session import Session

            self._session = Session(self._names)
        started = time.monotonic()
        # What is printed goes where the grader's own output goes, so that a debugger's prompt is seen.
        reply, reply_buffers = self._session.answer(message, [bytearray(buffer) for buffer in buffers])
        return Answer(reply, [bytearray(buffer) for buffer in reply_buffers], "", time.monotonic() - started)

    def share(self, array: npt.NDArray[Any], limits: Limits) -> wire.SharedArray | None:
        """Share nothing: here everything is at hand."""
        return None

    def end_worker(self) -> None:
        """Nothing to end: here a function can remember what it likes."""

    def versions(self) -> dict[str, str]:
        return {}

    def close(self) -> None:
        self._session = None
