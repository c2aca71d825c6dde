"""Limits a worker sets itself: memory, files, processes, and the system calls it may make. Untrusted side."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
from pathlib import Path

from grader.worker.rights import forbid_new_privileges

# Threads count, too: TensorFlow and NumPy start about ten.
MAX_PROCESSES = 200
# Whatever a worker starts, the grader that watches it gets the processor first.
POLITENESS = 5
MAX_FILE_BYTES = 64 * 2**20
SET_SECCOMP, FILTER_MODE = 22, 2
INSTRUCTION_BYTES = 8


class _Program(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def set_limits(memory_mib: int) -> None:
    """Limit data memory above what the parent uses already, file size, processes, priority; no core dumps."""
    os.nice(POLITENESS)
    base_bytes = _data_bytes()
    _lower_limit(resource.RLIMIT_DATA, base_bytes + memory_mib * 2**20)
    _lower_limit(resource.RLIMIT_FSIZE, MAX_FILE_BYTES)
    _lower_limit(resource.RLIMIT_CORE, 0)
    if hasattr(resource, "RLIMIT_NPROC") and os.getuid() != 0 and os.environ.get("FIRST_DIGITS_OWN_USER"):
        _lower_limit(resource.RLIMIT_NPROC, MAX_PROCESSES)


def filter_calls(program: bytes) -> None:
    """Install a seccomp filter for this process and all it starts. `program`: as libseccomp exports it.

    Raises:
        OSError: the kernel refuses it.
    """
    if not program:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    what = _Program(len(program) // INSTRUCTION_BYTES, program)
    forbid_new_privileges()
    if libc.prctl(SET_SECCOMP, FILTER_MODE, ctypes.byref(what)) != 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def _lower_limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
        resource.setrlimit(which, (value, value))


def _data_bytes() -> int:
    """Return the size of this process's data segment, as RLIMIT_DATA counts it; 0 where it cannot be read."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[5]) * resource.getpagesize()
    return 0
