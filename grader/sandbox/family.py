"""Which processes belong to the sandbox and to each of its workers, seen from outside. Trusted side."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import psutil

# A list of all processes may miss one that changes its parent at that moment.
SEEN_WITHIN_S = 1.0


class Family:
    """The processes below a sandbox's first. Inside, their numbers are others than out here.

    `renumbered`: whether they are, which is so where the sandbox has a pid namespace. `nested`: whether each worker
    has one of its own, too, in which all that it starts ends with it.
    """

    def __init__(self, first: int, renumbered: bool) -> None:
        self._first = psutil.Process(first)
        self._renumbered = renumbered
        self._workers: dict[int, psutil.Process] = {}
        self._parent: psutil.Process | None = None
        self.nested = False

    # ------------------------------------------------------------ who is who

    def found_parent(self, pid: int) -> None:
        """Take down the warm parent by its number inside."""
        if not self._renumbered:
            self._parent = self._first
        elif self._parent is None or self.number_inside(self._parent) != pid:
            self._parent = self._find(pid, self._first)

    def born(self, pid: int) -> None:
        """Take down a new worker by its number inside.

        Raises:
            LookupError: it is not to be seen.
        """
        deadline = time.monotonic() + SEEN_WITHIN_S
        while (worker := self._find(pid, self._parent) if self._parent else None) is None:
            if time.monotonic() > deadline:
                raise LookupError(f"no process {pid} below the sandbox")
            time.sleep(0.005)
        self._workers[pid] = worker

    def gone(self, pid: int) -> None:
        """Forget a worker that has been waited for."""
        self._workers.pop(pid, None)

    def worker(self, pid: int) -> psutil.Process | None:
        """Return the worker by its number inside."""
        return self._workers.get(pid)

    @property
    def workers(self) -> tuple[int, ...]:
        return tuple(self._workers)

    def number_inside(self, process: psutil.Process) -> int:
        return _inner_pid(process.pid) if self._renumbered else process.pid

    def parent_memory_bytes(self) -> int:
        """Return the resident memory of the parent, which its workers share."""
        try:
            return int(self._parent.memory_info().rss) if self._parent else 0
        except psutil.NoSuchProcess:
            return 0

    # ------------------------------------------------------------ a worker and what it started

    def of(self, pid: int) -> list[psutil.Process]:
        """Return the processes of the worker `pid` with all it started, first the worker itself where it still is."""
        worker = self._workers.get(pid)
        if self.nested:
            return [worker, *_descendants(worker)] if worker and _is_there(worker) else []
        try:
            return self._told_apart(pid, worker)
        except psutil.NoSuchProcess:
            # Something ended while it was looked at.
            return self.of(pid)

    def roots(self, pid: int) -> list[psutil.Process]:
        """Return the processes of the worker `pid` whose end is the end of all it started."""
        worker = self._workers.get(pid)
        return ([worker] if worker else []) if self.nested else self.of(pid)

    def _told_apart(self, pid: int, worker: psutil.Process | None) -> list[psutil.Process]:
        """Return all below the sandbox, orphans included, that hold neither the sandbox itself nor another worker."""
        everything = self._first.children(recursive=True) if _is_there(self._first) else []
        parent = self._parent
        keep = {parent.pid, *(above.pid for above in parent.parents())} if parent and _is_there(parent) else set()
        if worker is not None and worker not in everything and worker.is_running():
            # Its parent is gone: nothing but its own number leads to it.
            everything += [worker, *worker.children(recursive=True)]
        for process in everything:
            if self.number_inside(process) in self._workers.keys() - {pid}:
                keep |= {process.pid, *(child.pid for child in process.children(recursive=True))}
        return [process for process in everything if process.pid not in keep]

    def is_running(self, pid: int) -> bool:
        """Return whether the worker `pid` has not ended."""
        worker = self._workers.get(pid)
        return worker is not None and is_alive(worker)

    def _find(self, pid: int, above: psutil.Process) -> psutil.Process | None:
        """Return the process with number `pid` inside, below `above`."""
        if not self._renumbered:
            with contextlib.suppress(psutil.NoSuchProcess):
                return psutil.Process(pid)
            return None
        below = _descendants(above)
        return next((process for process in below if self.number_inside(process) == pid), None)


def is_alive(process: psutil.Process) -> bool:
    """Return whether the process is there and no zombie."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _is_there(process: psutil.Process) -> bool:
    return bool(process.is_running())


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []


def _inner_pid(pid: int) -> int:
    """Return the process number in the sandbox's pid namespace (`NSpid` in proc(5)), -1 outside of it.

    The first number is the one out here. What follows the second belongs to namespaces that the process made itself.
    """
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("NSpid:"):
                numbers = line.split()[1:]
                return int(numbers[1]) if len(numbers) > 1 else -1
    return -1
