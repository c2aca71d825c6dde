"""The files that the commands write, never over another unless that is wanted. Trusted side."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import InputError
from grader.messages import say, verbatim
from grader.results import Feedback
from grader.whole_file import write_whole


def write_output(path: Path, content: bytes, force: bool = False) -> None:
    """Write a file. `force`: also where there is one already.

    Raises:
        InputError: there is one, or it cannot be written; then nothing has changed.
    """
    if path.is_dir() or (not force and os.path.lexists(path)):
        raise InputError(
            Feedback(
                problem=say("There is something at {path} already.", path=str(path)),
                expected=say("the name of a file that is not there yet"),
                got=say("a folder") if path.is_dir() else say("a file"),
                next_step=say("Give another name after `-o`, or `--force` to replace the file."),
            )
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise InputError(
            Feedback(
                problem=say("{path} cannot be written.", path=str(path)),
                expected=say("a place that may be written to, with room for {size} KiB", size=len(content) // 1024 + 1),
                got=verbatim(reason or str(error)),
                next_step=say("Give another name after `-o`. Nothing has been changed."),
            )
        ) from error
