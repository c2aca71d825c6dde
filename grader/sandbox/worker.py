"""One forked worker: ask it, watch its clock, memory and output, end it. Trusted side."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import msgspec
import numpy.typing as npt
import psutil

from grader.sandbox import wire
from grader.sandbox.cgroups import WorkerGroup
from grader.sandbox.sharing import LIBRARY, Sealed

POLL_S = 0.1
# To look for what a worker started costs a walk over all processes of the machine; to look at itself costs nothing.
FAMILY_POLL_S = 1.0
ENDING_S = 0.5
CHUNK_BYTES = 2**16
MAX_RECEIVED_BYTES = 2**26
MAX_SHOWN_OUTPUT_BYTES = 4096
MAX_OUTPUT_BYTES = 8 * 2**20


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


Ending = Literal["timeout", "memory", "crash", "output", "garbage"]


class WorkerEnded(Exception):
    """The worker gave no answer. `exit_code`: minus the signal's number where a signal ended it."""

    def __init__(self, ending: Ending, exit_code: int | None = None, output: str = "") -> None:
        super().__init__(ending)
        self.ending, self.exit_code, self.output = ending, exit_code, output


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
        self._output = _Output(output_fd)
        self._sequence = 0
        self._parent_bytes = sandbox.parent_memory_bytes()
        self._attached: dict[int, Sealed] = {}
        self._known: list[psutil.Process] = []
        self._next_look = 0.0
        self.alive = True

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
            self.request(wire.Attach(segment), (), limits, descriptor=sealed.descriptor)
            self._attached[segment] = sealed
        return wire.SharedArray(array.dtype.name, tuple(array.shape), segment)

    def request(
        self, message: wire.Request, buffers: Sequence[wire.Buffer], limits: Limits, descriptor: int | None = None
    ) -> Answer:
        """Send `message`, with a file descriptor after it where it needs one, and wait for the answer.

        Raises:
            WorkerEnded: there is none. The worker and all it started are gone then.
        """
        self._sequence += 1
        self._output.start(limits.output_bytes)
        started = time.monotonic()
        self._next_look = started + FAMILY_POLL_S
        unpacker = wire.Unpacker("reply", self._nonce, self._sequence)
        pieces = list(wire.pack(message, buffers, self._nonce, self._sequence))
        try:
            if descriptor is not None:
                self._channel.setblocking(True)
                self._channel.sendall(b"".join(pieces))
                socket.send_fds(self._channel, [b"."], [descriptor])
                pieces = []
            reply = exchange(
                self._channel, pieces, unpacker, limits.seconds, self._output, lambda: self._watch_memory(limits)
            )
        except WorkerEnded as ended:
            raise self._bury(ended.ending) from None
        except (wire.WireError, OSError) as error:
            raise self._bury("garbage" if isinstance(error, wire.WireError) else "crash") from error
        self._output.drain()
        return Answer(reply, unpacker.buffers, self._output.text(), time.monotonic() - started)  # type: ignore[arg-type]

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


class _Output:
    """What the worker prints: drained always, counted, and kept up to a few thousand bytes."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self.descriptor = descriptor
        self._kept = bytearray()
        self._seen = self._allowed = 0
        self._open = True

    def start(self, allowed_bytes: int) -> None:
        self._kept.clear()
        self._seen, self._allowed = 0, allowed_bytes

    def read(self) -> bool:
        """Read once; return whether there was anything.

        Raises:
            WorkerEnded: more was printed than is allowed.
        """
        try:
            data = os.read(self.descriptor, CHUNK_BYTES) if self._open else b""
        except BlockingIOError:
            return False
        self._open = bool(data)
        self._seen += len(data)
        self._kept += data[: MAX_SHOWN_OUTPUT_BYTES - len(self._kept)]
        if self._seen > self._allowed:
            raise WorkerEnded("output")
        return bool(data)

    @property
    def is_open(self) -> bool:
        return self._open

    def drain(self) -> None:
        try:
            while self._open and self.read():
                pass
        except WorkerEnded:
            return

    def text(self) -> str:
        text = self._kept.decode("utf-8", "replace")
        return text + "\n[...]" if self._seen > len(self._kept) else text

    def close(self) -> None:
        self._open = False
        os.close(self.descriptor)


def exchange(
    channel: socket.socket,
    pieces: list[wire.Buffer],
    unpacker: wire.Unpacker,
    seconds: float,
    output: _Output | None = None,
    watch: Callable[[], None] | None = None,
) -> wire.Request | wire.Reply:
    """Send `pieces` and read the answer, reading the other side's output meanwhile so that neither waits for ever.

    Raises:
        WorkerEnded: the time is over, the other side is gone, or `output` or `watch` had enough.
        WireError: the answer is no message.
    """
    channel.setblocking(False)
    sender, receiver = _Sender(channel, pieces), _Receiver(channel, unpacker)
    deadline = time.monotonic() + seconds
    next_watch = time.monotonic() + POLL_S
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ | (selectors.EVENT_WRITE if pieces else 0))
        if output and output.is_open:
            selector.register(output.descriptor, selectors.EVENT_READ)
        while unpacker.message is None:
            for key, events in selector.select(POLL_S):
                if output and key.fd == output.descriptor:
                    output.read()
                    if not output.is_open:
                        selector.unregister(output.descriptor)
                    continue
                if events & selectors.EVENT_WRITE and sender.send():
                    selector.modify(channel, selectors.EVENT_READ)
                if events & selectors.EVENT_READ:
                    receiver.receive()
            now = time.monotonic()
            if unpacker.message is None and now > deadline:
                raise WorkerEnded("timeout")
            if watch and now > next_watch:
                next_watch = now + POLL_S
                watch()
    return unpacker.message


class _Sender:
    def __init__(self, channel: socket.socket, pieces: list[wire.Buffer]) -> None:
        self._channel = channel
        self._views = [memoryview(piece).cast("B") for piece in pieces if len(piece)]

    def send(self) -> bool:
        """Send what the socket takes; return whether all is sent."""
        while self._views:
            try:
                count = self._channel.send(self._views[0])
            except BlockingIOError:
                return False
            self._views[0] = self._views[0][count:]
            if not self._views[0]:
                self._views.pop(0)
        return True


class _Receiver:
    def __init__(self, channel: socket.socket, unpacker: wire.Unpacker) -> None:
        self._channel, self._unpacker = channel, unpacker
        self._data, self._have = _room_for(unpacker.wanted), 0

    def receive(self) -> None:
        """Take in what the socket has, up to as much as lets the caller look at its clock again soon."""
        allowed = MAX_RECEIVED_BYTES
        while self._unpacker.message is None and allowed > 0:
            try:
                count = self._channel.recv_into(memoryview(self._data)[self._have :])
            except BlockingIOError:
                return
            if not count:
                raise WorkerEnded("crash")
            self._have += count
            allowed -= count
            if self._have == len(self._data):
                self._unpacker.feed(self._data)
                self._data, self._have = _room_for(self._unpacker.wanted), 0


def _room_for(size: int) -> bytearray:
    """Return a buffer. What is announced costs no memory before it comes.

    Raises:
        WireError: there is not so much memory.
    """
    try:
        return bytearray(size)
    except MemoryError as error:
        raise wire.WireError(f"{size} bytes, for which there is no memory") from error
