"""One forked worker: ask it, watch its memory, end it. Trusted side."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
import numpy.typing as npt
import psutil

from grader.sandbox import wire
from grader.sandbox.cgroups import WorkerGroup
from grader.sandbox.exchange import POLL_S, Ending, Output, WorkerEnded, exchange
from grader.sandbox.sharing import LIBRARY, Sealed

# To look for what a worker started costs a walk over all processes of the machine; to look at itself costs nothing.
FAMILY_POLL_S = 1.0
ENDING_S = 0.5
MAX_OUTPUT_BYTES = 8 * 2**20
# A worker tells of its training ten times a second at most.
MOST_PROGRESS = 20_000


class Limits(msgspec.Struct, frozen=True):
    """What one call may use. Wall-clock seconds, and memory beyond what the warm parent shares."""

    seconds: float
    memory_mib: int
    output_bytes: int = MAX_OUTPUT_BYTES


class Answer(msgspec.Struct, frozen=True):
    """A worker's reply, the bytes of its arrays, and what was printed meanwhile."""

    reply: wire.Reply
    buffers: list[bytearray]
    output: str
    seconds: float


class Keeper(Protocol):
    """What a worker needs of the sandbox it lives in."""

    def worker_process(self, pid: int) -> psutil.Process | None: ...
    def processes(self, pid: int) -> list[psutil.Process]: ...
    def parent_memory_bytes(self) -> int: ...
    def is_running(self, pid: int) -> bool: ...
    def kill(self, pid: int) -> None: ...
    def reap(self, pid: int) -> int | None: ...


class Worker:
    """A forked process that runs one learner's code."""

    def __init__(
        self,
        sandbox: Keeper,
        pid: int,
        channel: socket.socket,
        output_fd: int,
        nonce: bytes,
        group: WorkerGroup | None = None,
    ) -> None:
        self._sandbox, self._pid, self._channel, self._nonce, self._group = sandbox, pid, channel, nonce, group
        self._output = Output(output_fd)
        self._sequence = 0
        self._parent_bytes = sandbox.parent_memory_bytes()
        self._attached: dict[int, Sealed] = {}
        self._known: list[psutil.Process] = []
        self._next_look = time.monotonic() + FAMILY_POLL_S
        self.alive = True
        # Takes how far a training has come.
        self.on_progress: Callable[[wire.Progress], None] | None = None

    def share(self, array: npt.NDArray[Any], limits: Limits) -> wire.SharedArray | None:
        """Hand a large array over that does not change, once; return how to name it, None where it must be sent.

        Raises:
            WorkerEnded: the worker does not take it.
        """
        found = LIBRARY.sealed(array)
        if found is None:
            return None
        segment, sealed = found
        if segment not in self._attached:
            self.request(wire.Attach(segment), (), limits, descriptors=[sealed.descriptor])
            self._attached[segment] = sealed
        return wire.SharedArray(array.dtype.name, tuple(array.shape), segment)

    def request(
        self, message: wire.Request, buffers: Sequence[wire.Buffer], limits: Limits, descriptors: Sequence[int] = ()
    ) -> Answer:
        """Send `message`, with file descriptors after it where it needs some, and wait for the answer.

        Raises:
            WorkerEnded: there is none. The worker and all it started are gone then.
        """
        self._sequence += 1
        self._output.start(limits.output_bytes)
        started = time.monotonic()
        pieces: list[wire.Buffer] = list(wire.pack(message, buffers, self._nonce, self._sequence))
        try:
            if started > self._next_look:
                # Many short calls are watched like a long one.
                self._watch_memory(limits)
            looked = started
            for _ in range(MOST_PROGRESS):
                unpacker = wire.Unpacker("reply", self._nonce, self._sequence)
                left = started + limits.seconds - time.monotonic()
                reply = exchange(
                    self._channel, pieces, unpacker, left, self._output, lambda: self._watch_memory(limits), descriptors
                )
                if not isinstance(reply, wire.Progress):
                    break
                pieces, descriptors = [], ()
                self._pass_on(reply)
                if time.monotonic() > looked + POLL_S:
                    # Whoever talks all the time is looked at, too.
                    looked = time.monotonic()
                    self._watch_memory(limits)
            else:
                raise WorkerEnded("garbage")
        except WorkerEnded as ended:
            raise self._bury(ended.ending) from None
        except (wire.WireError, OSError) as error:
            raise self._bury("garbage" if isinstance(error, wire.WireError) else "crash") from error
        self._output.drain()
        return Answer(reply, unpacker.buffers, self._output.text(), time.monotonic() - started)  # type: ignore[arg-type]

    def _pass_on(self, progress: wire.Progress) -> None:
        if self.on_progress is not None:
            self.on_progress(progress)

    def close(self) -> None:
        """End the worker and all it started."""
        if self.alive:
            self.alive = False
            self._sandbox.kill(self._pid)
            self._sandbox.reap(self._pid)
            self._let_go()

    def _let_go(self) -> None:
        self._channel.close()
        self._output.close()
        if self._group:
            self._group.remove()

    def _bury(self, ending: Ending) -> WorkerEnded:
        self.alive = False
        # Its own end comes first, so that a kill from here does not hide how it ended.
        exit_code = self._await_end() if ending == "crash" else None
        self._sandbox.kill(self._pid)
        if exit_code is None:
            self._sandbox.reap(self._pid)
        self._output.drain()
        if self._group and self._group.ran_out_of_memory():
            ending = "memory"
        self._let_go()
        return WorkerEnded(ending, exit_code, self._output.text())

    def _await_end(self) -> int | None:
        """Return how the worker ended by itself; None where it closed its channel and goes on."""
        deadline = time.monotonic() + ENDING_S
        while self._sandbox.is_running(self._pid):
            if time.monotonic() > deadline:
                return None
            time.sleep(0.005)
        return self._sandbox.reap(self._pid)

    def _watch_memory(self, limits: Limits) -> None:
        used_bytes = 0
        for process in self._family():
            try:
                used_bytes += max(0, process.memory_info().rss - self._parent_bytes)
            except psutil.NoSuchProcess:
                continue
        if used_bytes > limits.memory_mib * 2**20:
            raise WorkerEnded("memory")
        # A process it left behind may hold the channel open after the worker itself has ended.
        if not self._sandbox.is_running(self._pid):
            raise WorkerEnded("crash")

    def _family(self) -> list[psutil.Process]:
        """Return the worker with all it started, which is looked for once in a while: it was alone till then."""
        now = time.monotonic()
        if now > self._next_look:
            self._next_look = now + FAMILY_POLL_S
            self._known = self._sandbox.processes(self._pid)
        elif not self._known:
            worker = self._sandbox.worker_process(self._pid)
            self._known = [worker] if worker else []
        return self._known
