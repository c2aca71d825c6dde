"""Shuts this process in behind Landlock, where there are no namespaces. Untrusted side, before a learner's code runs.

Source: the kernel's userspace API guide, "Landlock: unprivileged access control"; numbers from linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from grader.worker.rights import forbid_new_privileges

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
BENEATH_PATH = 1
EXECUTE, WRITE_FILE, READ_FILE, LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
# From removing a folder to making a symbolic link: bits 4 to 12.
CHANGE_FOLDERS = 0x1FF0
MOVE, TRUNCATE, DEVICE_CALLS = 1 << 13, 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CALLS
READ = EXECUTE | READ_FILE | LIST
TCP = 1 << 0 | 1 << 1
ABSTRACT_SOCKETS_AND_SIGNALS = 1 << 0 | 1 << 1
DEVICES_TO_READ = ("/dev/zero", "/dev/random", "/dev/urandom", "/proc")
DEVICES_TO_WRITE = ("/dev/null",)

_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scope", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def landlock_version() -> int:
    """Return the version of Landlock this kernel has, 0 for none."""
    version: int = _libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION))
    return max(0, version)


def restrict(readable: Iterable[str], listed: Iterable[str], writable: str) -> None:
    """Let this process and all it starts read, list and write below these paths only, and reach nobody outside.

    Raises:
        OSError: the kernel has no Landlock or refuses.
    """
    version = landlock_version()
    if not version:
        raise OSError("this kernel has no Landlock")
    handled = READ | WRITE_FILE | CHANGE_FOLDERS
    handled |= (MOVE if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    handled |= DEVICE_CALLS if version >= 5 else 0
    attributes = _Ruleset(handled, TCP if version >= 4 else 0, ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0)
    ruleset = _call(CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(ctypes.sizeof(attributes)), 0)
    for path in (*readable, *DEVICES_TO_READ):
        _allow(ruleset, path, handled & READ)
    for path in listed:
        _allow(ruleset, path, LIST)
    for path in DEVICES_TO_WRITE:
        _allow(ruleset, path, handled & (READ | WRITE_FILE))
    _allow(ruleset, writable, handled & ~EXECUTE)
    forbid_new_privileges()
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    """Allow `rights` below `path`; what does not exist needs no right."""
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not stat.S_ISDIR(os.fstat(parent).st_mode):
        rights &= OF_FILES
    rule = _PathBeneath(rights, parent)
    _call(ADD_RULE, ruleset, BENEATH_PATH, ctypes.byref(rule), 0)
    os.close(parent)


def _call(number: int, *arguments: object) -> int:
    result: int = _libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return result
