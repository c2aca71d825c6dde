"""Which file of a submission belongs to which chapter. Trusted side; nothing of a learner's is executed."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from grader.errors import CheckFailed, InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback, Verdict
from grader.submission.source import Source, read_source

SUFFIXES = (".py", ".ipynb")
MAX_BYTES = {".py": 2**20, ".ipynb": 20 * 2**20}
LIBRARIES = frozenset({"numpy", "tensorflow", "keras", "matplotlib", "mlxtend", "pandas", "scipy", "sklearn"})
MAX_ENTRIES = 10_000
NOTHING_GIVEN: Mapping[str, Mapping[str, str]] = {}


class Handed(msgspec.Struct, frozen=True):
    """What was handed in for one chapter: a source that can be graded, or the reason why not."""

    chapter: str
    file: Path | None = None
    source: Source | None = None
    refusal: Feedback | None = None
    verdict: Verdict = Verdict.IMPORT_ERROR
    notes: tuple[Message, ...] = ()


def find_submission(
    path: Path,
    chapters: Sequence[str],
    tasks: Mapping[str, Sequence[str]],
    given: Mapping[str, Mapping[str, str]] = NOTHING_GIVEN,
) -> dict[str, Handed]:
    """Return what `path`, a file or a folder, holds for the chapters it speaks of.

    A folder speaks of every chapter; a file of the one it is named after. `tasks`: chapter -> its functions.
    `given`: chapter -> function -> the body it is given with, for functions that come with a bug to repair.

    Raises:
        InputError: there is nothing at `path`, or nothing that belongs to a chapter.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise InputError(
            Feedback(
                problem=say("There is no submission at {path}.", path=str(path)),
                expected=say("a chapter's `.py` or `.ipynb` file, or a folder that holds some"),
                got=say("a path that cannot be followed: {reason}", reason=error.strerror or str(error)),
                next_step=say("Check the path after `--submission`; without it, the folder `exercises` is graded."),
            )
        ) from error
    if stat.S_ISDIR(mode):
        return _search_folder(path, chapters, tasks, given)
    chapter = _chapter_of(path, chapters)
    return {chapter: _hand_in(chapter, [path], tasks[chapter], given.get(chapter, {}), ())}


def _chapter_of(path: Path, chapters: Sequence[str]) -> str:
    """Match by the start of the name, since browsers and course sites add things to its end."""
    matching = [chapter for chapter in chapters if path.name.startswith(chapter)]
    if matching and path.suffix in SUFFIXES:
        return max(matching, key=len)
    raise InputError(
        Feedback(
            problem=say("The file {name} belongs to no chapter.", name=path.name),
            expected=say("a `.py` or `.ipynb` file whose name starts with one of: {names}", names=", ".join(chapters)),
            got=verbatim(path.name),
            next_step=say("Give the file the name it had in `exercises`."),
        )
    )


def _search_folder(
    folder: Path,
    chapters: Sequence[str],
    tasks: Mapping[str, Sequence[str]],
    given: Mapping[str, Mapping[str, str]],
) -> dict[str, Handed]:
    try:
        names = sorted(entry.name for entry, _ in zip(os.scandir(folder), range(MAX_ENTRIES), strict=False))
    except OSError as error:
        raise InputError(
            Feedback(
                problem=say("The folder {path} cannot be read.", path=str(folder)),
                got=verbatim(error.strerror or str(error)),
                next_step=say("Check that you may open this folder, or name another after `--submission`."),
            )
        ) from error
    notes = tuple(_shadow_note(name) for name in names if _shadows_library(name))
    handed = {}
    for chapter in chapters:
        files = [folder / f"{chapter}{suffix}" for suffix in SUFFIXES if f"{chapter}{suffix}" in names]
        if files:
            handed[chapter] = _hand_in(chapter, files, tasks[chapter], given.get(chapter, {}), notes)
    if not handed:
        raise InputError(
            Feedback(
                problem=say("The folder {path} holds no chapter's file.", path=str(folder)),
                expected=say("one of: {names}", names=", ".join(f"{chapter}.py" for chapter in chapters)),
                got=say("{count} other files", count=len(names)) if names else say("an empty folder"),
                next_step=say("Name the folder or file you work in: `pytest grader --submission PATH`."),
            )
        )
    return handed


def _shadows_library(name: str) -> bool:
    stem = name.removesuffix(".py")
    return stem in LIBRARIES or (name.endswith(".py") and stem in sys.stdlib_module_names)


def _shadow_note(name: str) -> Message:
    return say(
        "The file {name} next to your work has the name of a library. When you run your work yourself, Python takes "
        "yours for the library's: give it another name. The grader ignores it.",
        name=name,
    )


def _hand_in(
    chapter: str,
    files: list[Path],
    functions: Sequence[str],
    given: Mapping[str, str],
    notes: tuple[Message, ...],
) -> Handed:
    try:
        sources = [(path, _read(path).without_given(given)) for path in files]
    except CheckFailed as refused:
        return Handed(chapter, files[0], refusal=refused.feedback, verdict=refused.verdict, notes=notes)
    written = [(path, source) for path, source in sources if source.written(functions)]
    if len(written) == 2 and not written[0][1].same_functions(written[1][1], functions):
        return Handed(
            chapter,
            files[0],
            refusal=Feedback(
                problem=say(
                    "You have written in both {first} and {second}.", first=files[0].name, second=files[1].name
                ),
                expected=say("one of the two: the other as it came"),
                got=say("different answers in the two files"),
                next_step=say("Say which one counts: `pytest grader --submission {path}`", path=str(files[0])),
            ),
            verdict=Verdict.BLOCKED,
            notes=notes,
        )
    path, source = (written or sources)[0]
    return Handed(chapter, path, source, notes=(*notes, *source.notes))


def _read(path: Path) -> Source:
    """Read a regular file of a sensible size; never follow a link to another file."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        kind = say("a link to another file") if stat.S_ISLNK(status.st_mode) else say("something that is not a file")
        raise CheckFailed(
            Feedback(
                problem=say("{name} is not an ordinary file.", name=path.name),
                expected=say("the file itself"),
                got=kind,
                next_step=say("Put a copy of the file there instead."),
            ),
            Verdict.IMPORT_ERROR,
        )
    limit = MAX_BYTES[path.suffix]
    if status.st_size > limit:
        raise CheckFailed(
            Feedback(
                problem=say("{name} is too large to be a chapter.", name=path.name),
                expected=say("at most {limit} MiB", limit=limit // 2**20),
                got=say("{size} MiB", size=status.st_size // 2**20),
                next_step=say("Take out data and pictures; in a notebook: Edit, Clear Outputs of All Cells, and save."),
            ),
            Verdict.IMPORT_ERROR,
        )
    try:
        return read_source(path.name, path.read_bytes())
    except OSError as error:
        raise CheckFailed(
            Feedback(
                problem=say("{name} cannot be read.", name=path.name),
                got=verbatim(error.strerror or str(error)),
                next_step=say("Check that you may open this file."),
            ),
            Verdict.IMPORT_ERROR,
        ) from error
