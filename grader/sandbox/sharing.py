"""Large arrays that workers are given once and not with every call. Trusted side.

Each lies in a file in memory that is sealed: nobody can change it any more. A worker maps it for itself, so that what
it changes in its own view, nobody else sees.
"""

from __future__ import annotations

import os
import weakref
from typing import Any

import numpy.typing as npt

from grader.sandbox import wire

# Smaller ones are sent as fast as they are mapped (tests/benchmarks/wire.py).
SMALLEST_BYTES = 2**20


class Sealed:
    """The bytes of an array that does not change."""

    def __init__(self, array: npt.NDArray[Any]) -> None:
        import fcntl

        data = wire.raw_bytes(array)
        self.descriptor = os.memfd_create("array", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        weakref.finalize(self, os.close, self.descriptor)
        while data:
            data = data[os.write(self.descriptor, data) :]
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)


class Library:
    """The arrays that are shared, each as long as it lives."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[npt.NDArray[Any]], int, Sealed]] = {}
        self._count = 0

    def sealed(self, array: npt.NDArray[Any]) -> tuple[int, Sealed] | None:
        """Return the number and the bytes of `array`; None for one that is small, can change, or cannot be shared here.

        Who may write to an array may change it after it was sealed; only arrays that nobody can write to are shared.
        """
        if not is_shareable(array):
            return None
        found = self._known.get(id(array))
        if found is not None and found[0]() is array:
            return found[1], found[2]
        self._count += 1
        key = id(array)
        forget = weakref.ref(array, lambda _: self._known.pop(key, None))
        self._known[key] = forget, self._count, Sealed(array)
        return self._count, self._known[key][2]


def is_shareable(array: npt.NDArray[Any]) -> bool:
    """Return whether `array` is large, cannot be changed, and this system has sealed files in memory."""
    return (
        array.nbytes >= SMALLEST_BYTES
        and not array.flags.writeable
        and array.dtype.newbyteorder("=").name in wire.DTYPES
        and array.dtype.isnative
        and hasattr(os, "memfd_create")
    )


def freeze(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return `array`, which nobody can write to any more."""
    array.flags.writeable = False
    return array


LIBRARY = Library()
