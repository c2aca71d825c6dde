"""Puts the stub of one function back into a learner's file, and keeps what was there. Trusted side."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from grader.course.exercise import build_exercise
from grader.course.given import read_given
from grader.course.master import read_master
from grader.errors import InputError
from grader.layout import Course
from grader.learner.desk import ChapterState
from grader.learner.notebook_text import CellText, code_cells, replace_in_cell
from grader.learner.places import Place, broken_around, find_function, parts_of_script
from grader.messages import Message, language_of, say, verbatim
from grader.results import Feedback
from grader.submission.find import SUFFIXES, read_regular_file
from grader.submission.source import Source, read_source
from grader.whole_file import write_whole

KEPT_FOLDER = ".kept"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Replacement(msgspec.Struct, frozen=True):
    """A function to put back. `line` counts in its cell, which `place` names; `taken`: the text that goes."""

    file: Path
    place: str
    line: int
    before: bytes
    after: bytes
    taken: str


class _Work(msgspec.Struct, frozen=True):
    """One of the chapter's two files as it is read for one function."""

    file: Path
    raw: bytes
    text: str
    source: Source
    places: tuple[tuple[CellText | None, Place], ...]


def plan(course: Course, chapter: ChapterState, function: str) -> list[Replacement]:
    """Return what has to be replaced so that `function` is as it came: nothing where it is so already.

    Where the learner has written it in both of the chapter's files, both are changed. Nothing has been written yet.

    Raises:
        InputError: the function is not there, or there twice, or what is around it cannot be read.
        CheckFailed: a file is no text or no whole notebook.
        MasterError: the chapter's master is not well formed.
    """
    given = {name: bug.body for name, bug in read_given(course.master(chapter.name)).items()}
    files = [course.exercises / f"{chapter.name}{suffix}" for suffix in SUFFIXES]
    works = [_read(file, function, given) for file in files if os.path.lexists(file)]
    if not works:
        raise _no_exercise(chapter.name)
    used = [work for work in works if _is_used(work, chapter.functions)]
    for work in used:
        if len(work.places) > 1:
            raise _there_twice(work, function)
    written = [work for work in used if work.places and not work.source.is_stub(function)]
    if not written and (missing := [work for work in used if not work.places]):
        raise _missing(missing[0], function, _stub(course, chapter.name, function, missing[0].source))
    return [_replacement(work, function, _stub(course, chapter.name, function, work.source), given) for work in written]


def question(function: str, replacement: Replacement) -> Message:
    """Return what to ask before it is carried out."""
    return say(
        "Put `{function}`, line {line} of {place}, back as it came? Your version is kept.",
        function=function,
        line=replacement.line,
        place=replacement.place,
    )


def carry_out(course: Course, chapter: str, function: str, replacement: Replacement) -> Path:
    """Keep a copy of what goes and put the stub in its place; return where the copy is.

    Raises:
        InputError: the copy or the file cannot be written, or somebody else has changed the file. It is as it was.
    """
    try:
        copy = _keep(course.exercises / KEPT_FOLDER / chapter, function, replacement.taken)
        if replacement.file.read_bytes() != replacement.before:
            raise InputError(
                Feedback(
                    problem=say("{file} has just been changed by another program.", file=replacement.file.name),
                    got=say("another content than a moment ago"),
                    next_step=say("Save it in your editor, and run the command once more."),
                )
            )
        write_whole(replacement.file, replacement.after)
    except OSError as error:
        raise InputError(
            Feedback(
                problem=say("{file} cannot be changed.", file=replacement.file.name),
                expected=say("a folder in which you may create files"),
                got=verbatim(f"{error.filename or replacement.file}: {error.strerror or error}"),
                next_step=say("Your file is as it was. Check that you may write there, and that the disk has room."),
            )
        ) from error
    return copy


def _keep(folder: Path, function: str, text: str) -> Path:
    """Write what goes to a new file. An older copy is never written over."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    number = 1
    while True:
        copy = folder / f"{function}-{stamp}{'' if number == 1 else f'-{number}'}.py"
        try:
            with copy.open("xb") as file:
                file.write(text.encode("utf-8", "replace") + b"\n")
                file.flush()
                os.fsync(file.fileno())
            return copy
        except FileExistsError:
            number += 1


# ---------------------------------------------------------------- reading


def _read(file: Path, function: str, given: dict[str, str]) -> _Work:
    raw = read_regular_file(file, file.name)
    source = read_source(file.name, raw).without_given(given)
    text = raw.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    places: list[tuple[CellText | None, Place]] = []
    if file.suffix == ".ipynb":
        for cell in code_cells(file.name, text):
            places += [(cell, place) for place in find_function(cell.part, function)]
    else:
        for part in parts_of_script(file.name, text):
            places += [(None, place) for place in find_function(part, function)]
    return _Work(file, raw, text, source, tuple(places))


def _is_used(work: _Work, functions: Sequence[str]) -> bool:
    """Return whether it is a file the learner works in: not every function is there as it came."""
    return not all(work.source.is_stub(function) for function in functions)


def _stub(course: Course, chapter: str, function: str, source: Source) -> str:
    """Return the function as the exercise has it, in the language of the learner's file."""
    language = language_of(" ".join(source.docstrings.values()))
    script = build_exercise(read_master(course.master(chapter)), language).script
    (place,) = [place for part in parts_of_script("", script) for place in find_function(part, function)]
    return script[place.start : place.end]


# ---------------------------------------------------------------- replacing


def _replacement(work: _Work, function: str, stub: str, given: dict[str, str]) -> Replacement:
    ((cell, place),) = work.places
    part = place.part
    begin, end = place.start - part.start, place.end - part.start
    stub = stub.replace("\n", _line_end(part.text))
    if place.guessed:
        _require_readable(place, stub, function)
    if cell is None:
        text = work.text[: place.start] + stub + work.text[place.end :]
    else:
        text = replace_in_cell(work.text, cell, begin, end, stub)
    mark = BYTE_ORDER_MARK if work.raw.startswith(BYTE_ORDER_MARK) else b""
    after = mark + text.encode()
    _require_only_this(work, function, read_source(work.file.name, after).without_given(given))
    return Replacement(work.file, part.name, place.line, work.raw, after, part.text[begin:end])


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"


def _require_readable(place: Place, stub: str, function: str) -> None:
    """Refuse to touch a part in which more is broken than the function: nobody can say where the function ends."""
    error = broken_around(place, stub)
    if error is None:
        return
    raise InputError(
        Feedback(
            problem=say(
                "Around `{function}` the grammar of {file} is broken, so nobody can tell where the function ends.",
                function=function,
                file=place.part.name,
            ),
            expected=say("text that Python can read, apart from the function itself"),
            got=say("line {line}: {reason}", line=error.line, reason=error.reason),
            next_step=say(
                "Repair that line or the one before it, and run the command once more. Nothing has been changed."
            ),
        )
    )


def _require_only_this(work: _Work, function: str, after: Source) -> None:
    """Make sure that with the stub in place all other functions are what they were."""
    before = {name: body for name, body in work.source.bodies.items() if name != function}
    if after.is_stub(function) and before.items() <= after.bodies.items():
        return
    raise InputError(
        Feedback(
            problem=say("`{function}` cannot be put back without changing other functions.", function=function),
            expected=say("a function that stands by itself at the left margin of {file}", file=work.file.name),
            got=say("one that others are mixed up with"),
            next_step=say("Delete it yourself and paste the one of the exercise. Nothing has been changed."),
        )
    )


def _there_twice(work: _Work, function: str) -> InputError:
    lines = [say("line {line} of {file}", line=place.line, file=place.part.name) for _, place in work.places]
    return InputError(
        Feedback(
            problem=say("{file} defines `{function}` more than once.", file=work.file.name, function=function),
            expected=say("one function of that name"),
            got=_listed(lines[:2]),
            next_step=say("Delete the one that you do not want, save, and run the command once more."),
        )
    )


def _listed(words: Sequence[Message]) -> Message:
    first, second = words
    return say("{first} and {second}", first=first, second=second)


def _missing(work: _Work, function: str, stub: str) -> InputError:
    return InputError(
        Feedback(
            problem=say("{file} has no function `{function}`.", file=work.file.name, function=function),
            expected=say("a line at the left margin that begins with: {words}", words=f"def {function}("),
            got=say("none"),
            next_step=say("Put the lines below where it was."),
            output=stub,
        )
    )


def _no_exercise(chapter: str) -> InputError:
    return InputError(
        Feedback(
            problem=say("The exercise {chapter} is not there.", chapter=chapter),
            expected=say("one of: {names}", names=", ".join(f"{chapter}{suffix}" for suffix in SUFFIXES)),
            got=say("neither of them"),
            next_step=say("`grader release {chapter}` writes it anew.", chapter=chapter),
        )
    )
