"""Limits by cgroup v2 on a worker with all it starts, where the user was given one to divide. Trusted side.

Elsewhere rlimits and the watcher hold. A limit here is exact: it counts all processes of a worker together, and what
lies in its /tmp.

Source: the kernel's admin guide, "Control Group v2", on delegation and on "no internal processes".
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from pathlib import Path

CONTROLLERS = ("memory", "pids")
MAX_PROCESSES = 200
EMPTY_WAIT_S = 2.0
_numbers = itertools.count(1)


class Division:
    """The grader's own cgroup, divided: a part for the grader itself, and one for each worker."""

    def __init__(self, folder: Path, controllers: frozenset[str]) -> None:
        self.folder, self.controllers = folder, controllers

    def for_worker(self, memory_mib: int) -> WorkerGroup | None:
        """Return a new part with limits; None where the system refuses."""
        folder = self.folder / f"worker-{os.getpid()}-{next(_numbers)}"
        try:
            folder.mkdir()
            if "memory" in self.controllers:
                (folder / "memory.max").write_text(str(memory_mib * 2**20), encoding="ascii")
                with contextlib.suppress(OSError):  # there is no such file without swap
                    (folder / "memory.swap.max").write_text("0", encoding="ascii")
            if "pids" in self.controllers:
                (folder / "pids.max").write_text(str(MAX_PROCESSES), encoding="ascii")
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
            return None
        return WorkerGroup(folder)


class WorkerGroup:
    """The part of one worker. Whatever the worker starts is in it, too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take_in(self, pid: int) -> bool:
        """Move a process in, by its number out here; return whether the system did."""
        try:
            (self._folder / "cgroup.procs").write_text(str(pid), encoding="ascii")
        except OSError:
            return False
        return True

    def ran_out_of_memory(self) -> bool:
        """Return whether the kernel ended a process of the worker because of its memory."""
        return self._counts("memory.events").get("oom_kill", 0) > 0

    def remove(self) -> None:
        """End what is left in it, and remove it."""
        with contextlib.suppress(OSError):
            (self._folder / "cgroup.kill").write_text("1", encoding="ascii")
        deadline = time.monotonic() + EMPTY_WAIT_S
        while self._folder.is_dir() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self._folder.rmdir()
                return
            time.sleep(0.01)

    def _counts(self, name: str) -> dict[str, int]:
        try:
            lines = (self._folder / name).read_text(encoding="ascii").splitlines()
        except OSError:
            return {}
        return {key: int(count) for key, _, count in (line.partition(" ") for line in lines)}


def divide(mounts: Path = Path("/proc/self/mounts"), own: Path = Path("/proc/self/cgroup")) -> Division | None:
    """Divide the cgroup this process is in, and move this process into a part of its own.

    Returns:
        None where there is no cgroup v2, where it is not this user's to divide, or where others are in it.
    """
    folder = own_folder(mounts, own)
    if folder is None:
        return None
    if folder.name == "grader" and (found := _enabled(folder.parent)):
        # An earlier sandbox of this process has done it.
        return Division(folder.parent, found)
    part = folder / "grader"
    try:
        wanted = [name for name in CONTROLLERS if name in (folder / "cgroup.controllers").read_text().split()]
        if not wanted or os.getpid() not in _processes(folder):
            return None
        part.mkdir(exist_ok=True)
        (part / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
    except OSError:
        return None
    try:
        (folder / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in wanted), encoding="ascii")
    except OSError:
        # Others are in it, so it cannot be divided. Back to where we were.
        with contextlib.suppress(OSError):
            (folder / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
            part.rmdir()
        return None
    return Division(folder, _enabled(folder))


def own_folder(mounts: Path, own: Path) -> Path | None:
    """Return the folder of the cgroup v2 this process is in, wherever it is mounted; None where there is none."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
        places = [line.split() for line in mounts.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return None
    path = next((line[3:] for line in lines if line.startswith("0::")), None)
    root = next((place[1] for place in places if place[2] == "cgroup2"), None)
    return Path(root + path.rstrip("/")) if root and path else None


def _processes(folder: Path) -> set[int]:
    return set(map(int, (folder / "cgroup.procs").read_text(encoding="ascii").split()))


def _enabled(folder: Path) -> frozenset[str]:
    try:
        return frozenset((folder / "cgroup.subtree_control").read_text(encoding="ascii").split()) & set(CONTROLLERS)
    except OSError:
        return frozenset()
