"""A file written whole or not at all: nobody sees half of it, and what was there stays until the new one is whole."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

Bytes = bytes | bytearray | memoryview
# A file's name may be as long as the system allows; the draft's beside it is longer by a few characters.
NAME_CHARACTERS = 60


def write_whole(path: Path, *pieces: Bytes, lasting: bool = True, mode: int = 0o666) -> None:
    """Put a file's content in place in one step. Its mode stays as it was; a new file gets `mode`, less the umask.

    `lasting`: it is on the disk when this returns, so that even a power cut leaves one of the two.

    Raises:
        OSError: it cannot be written; nothing has changed.
    """
    draft = path.with_name(f".{path.name[:NAME_CHARACTERS]}.{secrets.token_hex(4)}.tmp")
    try:
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.writelines(pieces)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def keep_whole(path: Path, *pieces: Bytes) -> None:
    """Write a file for later runs of this user, in a folder that need not be there.

    A full or read-only disk costs speed, not the run.
    """
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, *pieces, lasting=False, mode=0o600)
