"""Gives a forked worker namespaces of its own inside those of its parent. Untrusted side, before a learner's code runs.

Python has `os.unshare` since 3.12 only, and no call to mount: libc's own are called.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from collections.abc import Iterable
from pathlib import Path

from grader.worker.rights import give_up_capabilities

NEW_USER, NEW_MOUNTS, NEW_PIDS, NEW_NETWORK, NEW_IPC, NEW_HOST_NAME = (
    0x10000000,
    0x00020000,
    0x20000000,
    0x40000000,
    0x08000000,
    0x04000000,
)
OWN_NAMESPACES = NEW_USER | NEW_MOUNTS | NEW_PIDS | NEW_NETWORK | NEW_IPC | NEW_HOST_NAME
NO_SUID, NO_DEVICES, NO_PROGRAMS = 2, 4, 8
BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 0x40000
SET_DUMPABLE = 4
# What a chapter writes to /tmp is small; a worker that fills it hurts itself only.
TMP_OPTIONS = b"mode=1777,size=256m,nr_inodes=20k"
SHARED_MEMORY_OPTIONS = b"mode=1777,size=16m,nr_inodes=1k"

_libc = ctypes.CDLL(None, use_errno=True)


class EnclosingFailed(OSError):
    """The system refuses what shutting the worker in needs."""


def mount_own_proc() -> None:
    """Mount /proc anew, as root only: a worker may mount its own only where one is in sight with nothing over it."""
    mount("proc", "/proc", NO_SUID | NO_DEVICES | NO_PROGRAMS, b"")


def mount(kind: str, target: str, flags: int, options: bytes, source: str | None = None) -> None:
    """Call mount(2).

    Raises:
        EnclosingFailed: the system refuses.
    """
    _check(_libc.mount((source or kind).encode(), target.encode(), kind.encode(), flags, options or None), "mount")


def fork_into_namespaces(kept: Iterable[str]) -> int:
    """Fork a process that is the first of its own pid namespace. Return its number to the parent, 0 to itself.

    The process between the two, which left the parent's namespaces, has ended when this returns. It becomes a child
    of the parent, which must be a subreaper.

    Raises:
        EnclosingFailed: the system refuses some step; no process is left then.
    """
    report, tell = os.pipe()
    between = os.fork()
    if between == 0:
        os.close(report)
        if _become_first_process(tell, kept):
            os.close(tell)
            return 0
        os._exit(0)
    os.close(tell)
    with open(report, "rb") as pipe:  # noqa: PTH123 (a descriptor)
        words = pipe.read().decode("utf-8", "replace").split("\n")
    os.waitpid(between, 0)
    # The two of them write in any order.
    number = next((int(word) for word in words if word.isdigit()), 0)
    if not number or "enclosed" not in words:
        if number:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(number, 0)
        raise EnclosingFailed("; ".join(word for word in words if word and not word.isdigit()) or "no answer")
    return number


def _become_first_process(tell: int, kept: Iterable[str]) -> bool:
    """Return True in the new namespaces' first process; the process between tells its number and gets False."""
    try:
        user, group = os.getuid(), os.getgid()
        # Who gave root up must be allowed to write its own user map.
        _libc.prctl(SET_DUMPABLE, 1, 0, 0, 0)
        _check(_libc.unshare(OWN_NAMESPACES), "unshare")
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
        first = os.fork()
        if first:
            os.write(tell, f"{first}\n".encode())
            return False
        _furnish(kept)
        os.write(tell, b"enclosed\n")
    except BaseException as error:
        os.write(tell, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    return True


def _furnish(kept: Iterable[str]) -> None:
    """Mount what only this worker sees, forbid further user namespaces, and give up all rights over these."""
    _check(_libc.mount(None, b"/", None, PRIVATE | RECURSIVE, None), "mount /")
    folders = {path: os.open(path, os.O_PATH | os.O_DIRECTORY) for path in kept}
    mount("tmpfs", "/tmp", NO_SUID | NO_DEVICES, TMP_OPTIONS)
    mount("tmpfs", "/dev/shm", NO_SUID | NO_DEVICES | NO_PROGRAMS, SHARED_MEMORY_OPTIONS)
    for path, descriptor in folders.items():
        Path(path).mkdir(parents=True)
        mount("none", path, BIND | RECURSIVE, b"", source=f"/proc/self/fd/{descriptor}")
        os.close(descriptor)
    mount_own_proc()
    Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="ascii")
    socket.sethostname("sandbox")
    os.chdir("/tmp")
    give_up_capabilities()


def _check(result: int, what: str) -> None:
    if result != 0:
        raise EnclosingFailed(f"{what}: {os.strerror(ctypes.get_errno())}")
