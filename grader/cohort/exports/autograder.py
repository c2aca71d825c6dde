"""What runs inside Gradescope for each submission: `python -m grader.cohort.exports.autograder`. Trusted side.

It needs nothing of what a class needs besides: only the grader itself is installed there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from grader.layout import Course, find_course
from grader.messages import render, say
from grader.plugin.grade import Graded, grade
from grader.report.gradescope import GradescopeOptions, render_failure, render_gradescope
from grader.results import RunResult
from grader.sandbox.confine import Level, strongest_level
from grader.whole_file import write_whole

# A failure of the grader's own is often the machine's, and gone at the next try.
TRIES = 2


class AutograderSettings(msgspec.Struct, frozen=True):
    """What the teacher chose, as `autograder.json` in the archive.

    Attributes:
        chapters: the only ones that are graded; without any, what the learner handed in of the course.
        own_course: whether the archive brings a course of the teacher's own.
        level: the weakest sandbox level at which anything is graded. Solutions lie in the same container, and below
            landlock a learner's code can read them and write its own results.
    """

    chapters: tuple[str, ...] = ()
    own_course: bool = False
    language: str = "en"
    level: str = Level.LANDLOCK.value
    options: GradescopeOptions = GradescopeOptions()


def main(root: Path) -> int:
    """Grade what lies in `root/submission`, and write `root/results/results.json` at the beginning and at the end."""
    results = root / "results" / "results.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    settings = AutograderSettings()
    try:
        settings = msgspec.json.decode((root / "source" / "autograder.json").read_bytes(), type=AutograderSettings)
        write_whole(results, render_failure(_words("begun", settings), settings.language).encode())
        if _too_weak(settings):
            write_whole(results, render_failure(_words("weak", settings), settings.language).encode())
            return 1
        write_whole(results, _grade(root, settings, results).encode())
        return 0
    except Exception as error:  # Whatever it is, the learner reads a sentence and the teacher the reason.
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        write_whole(results, render_failure(_words("failed", settings), settings.language).encode())
        return 1


def _grade(root: Path, settings: AutograderSettings, results: Path) -> str:
    course = find_course(root / "source" / "course") if settings.own_course else None
    found: list[RunResult] = []
    refused = ""
    # What is written on the way has all chapters, and shows hidden checks as pytest's own report does.
    may_be_partial = len(settings.chapters) < 2 and settings.options.hidden == "visible"
    for chapter in settings.chapters or (None,):
        graded = _with_retry(root, settings, course, chapter, results if may_be_partial else None)
        if graded.result is None:
            refused = refused or _problem(graded.screen)
        else:
            found.append(graded.result)
    if not found:
        return render_failure(refused or _words("failed", settings), settings.language)
    return render_gradescope(_together(found), settings.language, settings.options)


def _with_retry(
    root: Path, settings: AutograderSettings, course: Course | None, chapter: str | None, results: Path | None
) -> Graded:
    partial = [f"--report=gradescope:{results}"] if results is not None else []
    for left in reversed(range(TRIES)):
        graded = grade(
            root / "submission", f"--lang={settings.language}", *partial, course=course, chapter=chapter, cache=False
        )
        if left == 0 or not (graded.result is not None and graded.result.grader_failed):
            break
    return graded


def _together(found: list[RunResult]) -> RunResult:
    """Return one result of several chapters."""
    chapters = tuple(chapter for one in found for chapter in one.chapters)
    return msgspec.structs.replace(
        found[0],
        chapters=chapters,
        seconds=sum(one.seconds for one in found),
        interrupted=any(one.interrupted for one in found),
    )


def _problem(screen: str) -> str:
    """Return what pytest said of work that cannot be graded: the four parts, without its own words around them."""
    lines = [line.removeprefix("ERROR: ").rstrip() for line in screen.strip().splitlines()]
    return "\n".join(line for line in lines if line).strip()[-4_000:]


def _too_weak(settings: AutograderSettings) -> bool:
    order = list(Level)
    return order.index(strongest_level()) > order.index(Level(settings.level))


def _words(what: str, settings: AutograderSettings) -> str:
    match what:
        case "begun":
            words = say(
                "The grading has begun. If you still read this after it has ended, it was cut off, for instance since "
                "it took too long. That says nothing about your work: hand it in again, or tell your teacher."
            )
        case "weak":
            words = say(
                "Nothing was graded: on this machine a learner's code cannot be shut in as the teacher demands "
                "({level}). That is not your fault; please show this to your teacher.",
                level=settings.level,
            )
        case _:
            words = say(
                "The grader itself failed, and nothing was graded. That is not your fault: hand it in again, or show "
                "this to your teacher."
            )
    return render(words, settings.language)


if __name__ == "__main__":
    raise SystemExit(main(Path(os.environ.get("AUTOGRADER_ROOT", "/autograder"))))
