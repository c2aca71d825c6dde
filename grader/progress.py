"""How far a learner has come: what the checks last found of each task, and which hints were read. Trusted side.

Each course folder has a file of its own below `FIRST_DIGITS_DATA`, else in the user's data folder. A file that is
broken or not this folder's is as good as none, and one that cannot be written costs the memory and nothing else.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import platformdirs

from grader.messages import Message
from grader.results import CheckResult, Verdict
from grader.whole_file import keep_whole

VERSION = 1
# Of a function that is still to be written the file itself says enough; what the grader could not do says nothing.
NOT_NOTED = (Verdict.TODO, Verdict.GRADER_ERROR)


class CheckNote(msgspec.Struct, frozen=True):
    """What a check last found. `mistake`: the sentence of the known mistake that it recognised."""

    verdict: Verdict
    points: float
    mistake: Message | None = None


class TaskNote(msgspec.Struct, frozen=True):
    """What is known of a task as its code was. `code`: digest of that code; `points`: those of all its checks."""

    code: str
    points: float
    checks: dict[str, CheckNote]
    when: datetime.datetime

    @property
    def earned(self) -> float:
        return sum(check.points for check in self.checks.values() if check.verdict is Verdict.PASS)

    @property
    def verdict(self) -> Verdict:
        """The first verdict that is not a pass."""
        verdicts = [check.verdict for check in self.checks.values()]
        return next((verdict for verdict in verdicts if verdict is not Verdict.PASS), Verdict.PASS)

    @property
    def is_complete(self) -> bool:
        """Return whether all checks of the task have passed, not only those that were picked."""
        return self.verdict is Verdict.PASS and self.earned >= self.points

    @property
    def mistake(self) -> Message | None:
        return next((check.mistake for check in self.checks.values() if check.mistake is not None), None)


class Progress(msgspec.Struct):
    """All that is remembered of a course folder. `tasks`: chapter -> task -> note; `hints`: chapter -> function -> step
    of the hint that was read last, 1 to 3.
    """

    course: str
    version: int = VERSION
    tasks: dict[str, dict[str, TaskNote]] = {}
    hints: dict[str, dict[str, int]] = {}

    def note(self, chapter: str, task: str, code: str, points: float, results: Iterable[CheckResult]) -> None:
        """Take down what the checks of a task found. Checks that were not run keep their note while the code stays."""
        found = {
            result.name: CheckNote(
                result.verdict, result.points, result.feedback.mistake if result.feedback is not None else None
            )
            for result in results
            if result.verdict not in NOT_NOTED
        }
        if not found:
            return
        before = self.note_of(chapter, task)
        if before is not None and before.code == code:
            found = {**before.checks, **found}
            points = max(points, before.points)
        now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        self.tasks.setdefault(chapter, {})[task] = TaskNote(code, points, found, now)

    def note_of(self, chapter: str, task: str) -> TaskNote | None:
        """Return what is known of a task, whether or not its code has changed since."""
        return self.tasks.get(chapter, {}).get(task)

    def hint_read(self, chapter: str, function: str) -> int:
        """Return the step of the hint that was read last, 0 where none was."""
        return self.hints.get(chapter, {}).get(function, 0)


def progress_file(course: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the progress in the folder `course` is kept."""
    folder = Path(environment.get("FIRST_DIGITS_DATA") or platformdirs.user_data_dir("first-digits"))
    return folder / "progress" / f"{hashlib.sha256(os.fsencode(course.resolve())).hexdigest()[:32]}.json"


def read_progress(course: Path) -> Progress:
    """Return what is known of the folder `course`; nothing, where the file is missing, broken or another folder's."""
    name = _spelled(course)
    with contextlib.suppress(OSError, msgspec.DecodeError, RecursionError):
        found = msgspec.json.decode(progress_file(course).read_bytes(), type=Progress)
        if (found.course, found.version) == (name, VERSION):
            return found
    return Progress(name)


def keep_progress(course: Path, progress: Progress) -> bool:
    """Keep it, whole or not at all; return whether it is there now."""
    place = progress_file(course)
    told = msgspec.json.format(msgspec.json.encode(progress), indent=1)
    keep_whole(place, told)
    with contextlib.suppress(OSError):
        return place.read_bytes() == told
    return False


def _spelled(course: Path) -> str:
    """Return the folder's path as text that can be stored, whatever bytes its name has."""
    return os.fsencode(course.resolve()).decode("utf-8", "backslashreplace")
