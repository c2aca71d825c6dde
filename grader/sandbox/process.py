"""Starts a warm parent inside a sandbox and forks workers from it. Trusted side."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import psutil

from grader.sandbox import confine, wire
from grader.sandbox.cgroups import Division, WorkerGroup, divide
from grader.sandbox.confine import Level
from grader.sandbox.exchange import WorkerEnded, exchange
from grader.sandbox.family import Family, is_alive
from grader.sandbox.launch import launch
from grader.sandbox.worker import Limits, Worker

START_LIMITS = Limits(seconds=120.0, memory_mib=8192)
PARENT_NONCE = bytes(wire.NONCE_BYTES)
CREDENTIALS = struct.Struct("3i")
# A parent that a learner's code has stopped does not answer; everything here takes it milliseconds.
ANSWER_S = 20.0
REAP_S = 2.0
# One that has ended is waited for so long, to say how.
ENDING_S = 0.5
KILL_WAIT_S = 5.0


P = ParamSpec("P")
R = TypeVar("R")


class SandboxError(Exception):
    """The sandbox itself failed: never the learner's fault."""


def _one_at_a_time(method: Callable[Concatenate[Sandbox, P], R]) -> Callable[Concatenate[Sandbox, P], R]:
    """Let one thread at a time talk to the parent: its answers come in the order of the questions."""

    def locked(self: Sandbox, /, *arguments: P.args, **named: P.kwargs) -> R:
        with self._lock:
            return method(self, *arguments, **named)

    locked.__doc__ = method.__doc__
    return locked


class Sandbox:
    """One warm parent. It is started on first use and imports libraries when asked to.

    Threads may share it; each of its workers belongs to one thread at a time.
    """

    def __init__(self, level: Level | None = None) -> None:
        self._lock = threading.RLock()
        self.level = level or confine.strongest_level()
        self.versions: dict[str, str] = {}
        # Why better ways to shut workers in were not taken.
        self.refused: tuple[str, ...] = ()
        self._exit_status: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._sequence = 0
        self._warmed: set[str] = set()
        self._enclosure = wire.Enclosure()
        self._family: Family | None = None
        self._division: Division | None = None
        self._folder: Path | None = None

    @property
    def warmed(self) -> frozenset[str]:
        """The modules a worker forked now has from the start."""
        return frozenset(self._warmed)

    @property
    def nests(self) -> bool:
        """Whether each worker has namespaces of its own. It is known once the sandbox has started."""
        return self._enclosure.nest

    @property
    def keeps_apart(self) -> bool:
        """Whether workers of several submissions may share the parent: none sees or reaches another."""
        return self._enclosure.nest or self._enclosure.landlock

    @_one_at_a_time
    def warm(self, modules: Iterable[str]) -> None:
        """Import `modules` in the parent, so that every worker has them at once and no learner's clock pays for it."""
        missing = tuple(module for module in modules if module not in self._warmed)
        if missing or self._process is None:
            reply = self._ask(wire.Warm(missing))
            self._warmed.update(missing)
            if isinstance(reply, wire.Ready) and self._family:
                self.versions.update(reply.versions)
                self._family.found_parent(reply.pid)

    @_one_at_a_time
    def fork(self, memory_mib: int) -> Worker:
        """Return a new worker with nothing of a learner's in it. A parent that cannot fork any more is replaced.

        Raises:
            SandboxError: the sandbox cannot be started, or no worker can be forked.
        """
        self.warm(())
        try:
            return self._fork(memory_mib)
        except SandboxError:
            modules = tuple(self._warmed)
            self.close()
            self.warm(modules)
            return self._fork(memory_mib)

    def _fork(self, memory_mib: int) -> Worker:
        ours, theirs = socket.socketpair()
        if hasattr(socket, "SO_PASSCRED"):
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        output_read, output_write = os.pipe()
        nonce = secrets.token_bytes(wire.NONCE_BYTES)
        request = wire.Fork(nonce, memory_mib, self._enclosure)
        try:
            reply = self._ask(request, ANSWER_S, [theirs.fileno(), output_write])
            if not isinstance(reply, wire.Ready) or self._family is None:
                raise SandboxError(f"no worker can be forked: {_words_of(reply)}")
            self._family.born(reply.pid, _number_of_sender(ours))
        except (LookupError, SandboxError) as error:
            ours.close()
            os.close(output_read)
            raise SandboxError(str(error)) from error
        finally:
            theirs.close()
            os.close(output_write)
        return Worker(self, reply.pid, ours, output_read, nonce, self._group_for(reply.pid, memory_mib))

    def _group_for(self, pid: int, memory_mib: int) -> WorkerGroup | None:
        """Return a cgroup with the worker in it, where there is one to divide; it has not run any of a learner's."""
        worker = self.worker_process(pid)
        group = self._division.for_worker(memory_mib) if self._division and worker and self.nests else None
        if group and worker and not group.take_in(worker.pid):
            group.remove()
            return None
        return group

    def worker_process(self, pid: int) -> psutil.Process | None:
        """Return the worker `pid` itself."""
        return self._family.worker(pid) if self._family else None

    def processes(self, pid: int) -> list[psutil.Process]:
        """Return the processes of the worker `pid`, as the sandbox counts them, with all it started."""
        return self._family.of(pid) if self._family else []

    def is_running(self, pid: int) -> bool:
        """Return whether the worker `pid` has not ended."""
        return self._family is not None and self._family.is_running(pid)

    def parent_memory_bytes(self) -> int:
        """Return the resident memory of the parent, which its workers share."""
        return self._family.parent_memory_bytes() if self._family else 0

    def kill(self, pid: int) -> None:
        """End every process of the worker `pid` and wait until it is gone."""
        deadline = time.monotonic() + KILL_WAIT_S
        while (processes := self._alive(pid)) and time.monotonic() < deadline:
            for process in processes:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.002)
        if processes:
            # They multiply faster than they are found; they do not outlive the sandbox.
            if self._family:
                self._family.gone(pid)
            self.close(wait_s=0)

    def _alive(self, pid: int) -> list[psutil.Process]:
        return [process for process in self._family.roots(pid) if is_alive(process)] if self._family else []

    @_one_at_a_time
    def reap(self, pid: int) -> int | None:
        """Return how a dead worker ended: its exit code, or minus the signal that killed it."""
        if self._family:
            self._family.gone(pid)
        if self._process is None:
            return None
        with contextlib.suppress(SandboxError):
            reply = self._ask(wire.Reap(pid), REAP_S)
            if isinstance(reply, wire.Ended):
                return reply.exit_code
        return None

    @_one_at_a_time
    def close(self, wait_s: float = KILL_WAIT_S) -> None:
        """End the sandbox with everything in it. The parent has `wait_s` seconds to end by itself."""
        control, self._control = self._control, None
        if control is not None:
            for pid in self._family.workers if self._family else ():
                self.kill(pid)
            control.close()
        if self._process is not None:
            try:
                # The parent ends by itself when its channel closes; so its CPU time is accounted for.
                self._exit_status = self._process.wait(timeout=wait_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._exit_status = self._process.wait(timeout=KILL_WAIT_S)
            self._process = self._family = None
        self._warmed.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    # ------------------------------------------------------------

    @_one_at_a_time
    def _ask(
        self, request: wire.Request, seconds: float = START_LIMITS.seconds, descriptors: Sequence[int] = ()
    ) -> wire.Reply:
        if self._process is None:
            self._start()
        assert self._control is not None
        self._sequence += 1
        try:
            pieces = list(wire.pack(request, (), PARENT_NONCE, self._sequence))
            unpacker = wire.Unpacker("reply", PARENT_NONCE, self._sequence, max_array_bytes=0)
            message = exchange(self._control, pieces, unpacker, seconds, descriptors=descriptors)
        except (OSError, wire.WireError, WorkerEnded) as error:
            detail = self._last_words()
            self.close(wait_s=ENDING_S)
            what = f"the sandbox ({self.level.value}) does not answer: {error}"
            raise SandboxError(f"{what}, exit status {self._exit_status}. {detail}") from error
        return message  # type: ignore[return-value]

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._folder = Path(tempfile.mkdtemp(prefix="first-digits-"))
        errors = (self._folder / "errors.txt").open("wb")
        # Before anything is started, which would be in the cgroup and in the way.
        self._division = divide() if self.level is Level.NAMESPACES else None
        try:
            start = launch(self.level, self._folder, theirs.fileno())
            self._process = subprocess.Popen(
                start.command,
                env=start.environment,
                cwd=start.start_in,
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"cannot start the sandbox ({self.level.value}): {error}") from error
        finally:
            theirs.close()
            errors.close()
        self._control, self._sequence = ours, 0
        self._family = Family(self._process.pid, renumbered=self.level is Level.NAMESPACES)
        self._enclosure = self._best_enclosure()
        self._family.nested = self._enclosure.nest

    def _best_enclosure(self) -> wire.Enclosure:
        """Return the enclosure for workers, tried out: not every system lets namespaces be nested.

        Raises:
            SandboxError: workers cannot be shut in as this level promises.
        """
        refused: list[str] = []
        for enclosure in confine.enclosures(self.level):
            reply = self._ask(wire.Try(enclosure)) if enclosure != wire.Enclosure() else wire.Ready(0)
            if isinstance(reply, wire.Ready):
                self.refused = tuple(refused)
                return enclosure
            refused.append(_words_of(reply))
        self.close(wait_s=0)
        raise SandboxError(f"no worker can be shut in ({self.level.value}): {'; '.join(refused)}")

    def _last_words(self) -> str:
        if self._folder is None:
            return ""
        with contextlib.suppress(OSError):
            return (self._folder / "errors.txt").read_bytes()[-500:].decode("utf-8", "replace").strip()
        return ""


def _number_of_sender(channel: socket.socket) -> int:
    """Take in a worker's first byte, by which it says that it is shut in; return its process number out here.

    The kernel puts the number beside the byte (`SCM_CREDENTIALS` in unix(7)). It is 0 where the system does not.

    Raises:
        LookupError: the worker has ended, or says nothing.
    """
    channel.settimeout(ANSWER_S)
    try:
        greeting, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
    except OSError as error:
        raise LookupError(f"the worker does not say that it is ready: {error}") from error
    if greeting != wire.GREETING:
        raise LookupError("the worker could not be shut in")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, getattr(socket, "SCM_CREDENTIALS", None)):
            return int(CREDENTIALS.unpack(data)[0])
    return 0


def _words_of(reply: wire.Reply) -> str:
    return reply.text if isinstance(reply, wire.Raised) else f"the parent answered {type(reply).__name__}"
