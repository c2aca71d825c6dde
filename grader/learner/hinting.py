"""The next hint for a function, and how far a learner has read. Trusted side."""

from __future__ import annotations

from pathlib import Path

from grader.course.hints import NUMBER, Hints, read_hints
from grader.course.master import read_master
from grader.errors import InputError
from grader.learner.desk import ChapterState, Desk, Standing, taken_among_several
from grader.learner.screen import Screen
from grader.messages import Message, say
from grader.progress import keep_progress
from grader.results import Feedback
from grader.submission.readings import keep_reading

# The code that reads hints.
READERS = ("course/hints.py", "course/master.py", "course/marks.py", "course/function_code.py")


def give_hint(desk: Desk, function: str, wanted_chapter: str | None, step: int | None, screen: Screen) -> None:
    """Write the next hint for `function`, or that of `step`, and remember it.

    Raises:
        InputError: there is no such function or chapter, or no hint.
        CourseError: the chapter's master cannot be read.
    """
    chapter, among_several = desk.chapter_with(function, wanted_chapter)
    state = chapter.task(function)
    if among_several:
        screen.line(taken_among_several(function, chapter), "dim")
    if state is not None and state.standing is Standing.DONE and step is None:
        screen.line(say("`{function}` is right already: it needs no hint.", function=function), "green")
        screen.line(say("To read one all the same: `grader hint {function} --step 1`", function=function), "dim")
        return
    hints = _hints(desk, chapter, function)
    read = desk.progress.hint_read(chapter.name, function)
    number = step or min(max(read, 0) + 1, NUMBER)
    title = say(
        "{title}: `{function}`, hint {number} of {all}",
        title=chapter.title,
        function=function,
        number=number,
        all=NUMBER,
    )
    screen.line(title, "bold")
    if state is not None and state.mistake is not None:
        screen.space()
        screen.line(state.mistake, "bold yellow", indent=2)
    screen.space()
    screen.line(hints[number - 1], indent=2)
    screen.space()
    desk.progress.hints.setdefault(chapter.name, {})[function] = number
    kept = keep_progress(desk.course.root, desk.progress)
    screen.line(_what_then(desk, chapter, function, number, again=step is None and read >= NUMBER, kept=kept), "dim")


def _hints(desk: Desk, chapter: ChapterState, function: str) -> tuple[str, ...]:
    master = desk.course.master(chapter.name)
    hints = _hints_of(master)[desk.language].get(function)
    if hints is None:
        raise InputError(
            Feedback(
                problem=say("There are no hints for `{function}`.", function=function),
                expected=say("three hints in {file}", file=_short(desk, master)),
                got=say("none"),
                next_step=say("Read the text above the function once more, and what `pytest grader` says of it."),
            )
        )
    return hints


def _hints_of(master: Path) -> Hints:
    """Return the hints of a master. To read one takes seconds, and who asks for a hint waits."""
    try:
        raw = master.read_bytes()
    except OSError:
        # What reads it says what is wrong.
        return read_hints(read_master(master))
    return keep_reading(
        master, raw, dict[str, dict[str, tuple[str, ...]]], READERS, lambda: read_hints(read_master(master))
    )


def _what_then(desk: Desk, chapter: ChapterState, function: str, number: int, again: bool, kept: bool) -> Message:
    if again:
        return say(
            "You have seen all three; that was the last one once more. Explain the function aloud, to a friend or a "
            "rubber duck, line by line: it works more often than one thinks."
        )
    if number == NUMBER:
        file = _short(desk, desk.course.master(chapter.name))
        return say("That was the last hint. Try once more; after that, looking at {file} is allowed.", file=file)
    if not kept:
        # What cannot be remembered has to be said.
        return say("The next one: `grader hint {function} --step {number}`", function=function, number=number + 1)
    return say("Try it now. Not yet? The same command once more gives the next hint.")


def _short(desk: Desk, path: Path) -> str:
    return path.relative_to(desk.course.root).as_posix() if path.is_relative_to(desk.course.root) else str(path)
