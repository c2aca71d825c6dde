"""Which course and which of its chapters a command for a class is about. Trusted side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from grader.cohort.settings import ClassSettings, read_settings
from grader.errors import InputError
from grader.layout import Course, course_around, find_course
from grader.messages import say, verbatim
from grader.results import Feedback


class HasChapters(Protocol):
    """A gradebook, as far as it matters here."""

    def chapters(self) -> list[str]: ...


def course_for(folder: Path | None) -> Course:
    """Return the course in this folder, or the one around us.

    Raises:
        InputError: it has no chapters, or no checks.
    """
    course = course_around(Path.cwd()) if folder is None else find_course(folder)
    if course.chapters and course.checks.is_dir():
        return course
    raise InputError(
        Feedback(
            problem=say("The folder {path} holds no course.", path=str(course.root)),
            expected=say("a folder with `solutions`, `exercises` and `checks`"),
            got=say("no chapters in {path}", path=str(course.solutions)),
            next_step=say("Check the path after `--course`; `grader new` makes a first chapter there."),
        )
    )


def chapter_named(wanted: str, chapters: Sequence[str]) -> str:
    """Return the chapter that is called, or alone begins like, `wanted`: `ch2` is enough.

    Raises:
        InputError: there is none, or more than one.
    """
    exact = [one for one in chapters if one == wanted]
    numbered = [one for one in chapters if one.startswith(f"{wanted}_")]
    found = exact or numbered or [one for one in chapters if wanted and one.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    raise InputError(
        Feedback(
            problem=say("There is more than one chapter that begins with {name}.", name=wanted)
            if found
            else say("There is no chapter {name}.", name=wanted),
            expected=say("one of: {names}", names=", ".join(found or chapters)),
            got=verbatim(wanted),
            next_step=say("Check the spelling; `grader list` shows the course."),
        )
    )


def chapters_named(wanted: Sequence[str], chapters: Sequence[str]) -> tuple[str, ...]:
    """Return each of the chapters once, in the order in which they are wanted.

    Raises:
        InputError: there is no such chapter, or more than one.
    """
    return tuple(dict.fromkeys(chapter_named(one, chapters) for one in wanted))


def settings_for(
    path: Path | None, course: Course, gradebook: HasChapters, wanted: Sequence[str] = ()
) -> ClassSettings:
    """Return the settings of the class. Without a file, those chapters count of which anything was handed in.

    Args:
        wanted: the only chapters; without any, all that count.

    Raises:
        InputError: the settings are wrong, or there is no such chapter.
    """
    if path is not None:
        settings = read_settings(path, course.chapters)
    else:
        handed_in = gradebook.chapters()
        counting = tuple(chapter for chapter in course.chapters if chapter in handed_in)
        settings = ClassSettings(counting or course.chapters)
    if not wanted:
        return settings
    known = dict.fromkeys((*settings.chapters, *course.chapters))
    return msgspec.structs.replace(settings, chapters=chapters_named(wanted, tuple(known)))
