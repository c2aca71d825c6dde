"""Gives up a process's rights for good. Untrusted side, before a learner's code runs.

Source: capabilities(7), prctl(2); numbers from linux/capability.h and linux/prctl.h.
"""

from __future__ import annotations

import ctypes
import os

SET_KEEP_CAPABILITIES, SET_NO_NEW_PRIVILEGES = 8, 38
CAPABILITY_VERSION = 0x20080522
READ_ANYWHERE = 1 << 2

_libc = ctypes.CDLL(None, use_errno=True)


def give_up_capabilities(kept: int = 0) -> None:
    """Give up every capability but those in the mask `kept`; programs started later get none.

    Raises:
        OSError: the system refuses.
    """
    forbid_new_privileges()
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    # Effective, permitted and inheritable, first those of the numbers 0 to 31.
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)(kept, kept, 0)), "capset")


def become_reading_user(uid: int) -> None:
    """Become `uid` and keep one of root's rights: to read what lies where only root can go, such as the interpreter.

    It is for workers behind Landlock, which says what may be read at all.

    Raises:
        OSError: the system refuses.
    """
    _check(_libc.prctl(SET_KEEP_CAPABILITIES, 1, 0, 0, 0), "keep capabilities")
    os.setresuid(uid, uid, uid)
    give_up_capabilities(READ_ANYWHERE)


def forbid_new_privileges() -> None:
    """Let no program that is started later have more rights than this process.

    Raises:
        OSError: the system refuses.
    """
    _check(_libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
