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
from grader.submission.archive import READ_FLAGS, is_archive, unpacked
from grader.submission.archive_names import printable
from grader.submission.readings import read_again
from grader.submission.source import Source

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
    """Return what `path`, a file, a folder or an archive, holds for the chapters it speaks of.

    A folder or archive speaks of every chapter; a file of the one it is named after. `tasks`: chapter -> its functions.
    `given`: chapter -> function -> the body it is given with, for functions that come with a bug to repair.

    Raises:
        InputError: there is nothing at `path`, or nothing that belongs to a chapter.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise InputError(
            Feedback(
                problem=say("There is no submission at {path}.", path=printable(str(path))),
                expected=say("a chapter's `.py` or `.ipynb` file, or a folder or an archive that holds some"),
                got=say("a path that cannot be followed: {reason}", reason=reason or str(error)),
                next_step=say("Check the path after `--submission`; without it, the folder `exercises` is graded."),
            )
        ) from error
    if stat.S_ISDIR(mode):
        return _search_folder(path, path, chapters, tasks, given)
    if is_archive(path):
        return _search_archive(path, chapters, tasks, given)
    chapter = _chapter_of(path, chapters)
    return {chapter: _hand_in(chapter, [path], path.parent, tasks[chapter], given.get(chapter, {}), ())}


def _search_archive(
    path: Path,
    chapters: Sequence[str],
    tasks: Mapping[str, Sequence[str]],
    given: Mapping[str, Mapping[str, str]],
) -> dict[str, Handed]:
    """Read the work out of an archive. It is unpacked for as long as it is read, and named as if it were a folder."""
    with unpacked(path) as root:
        folder = _folder_of_work(path, root, chapters)
        return _search_folder(folder, path / folder.relative_to(root), chapters, tasks, given)


def _folder_of_work(path: Path, root: Path, chapters: Sequence[str]) -> Path:
    """Return the topmost folder with a chapter's file in it: most programs pack a folder and not what is in it."""
    level = [root]
    while level:
        found = [folder for folder in level if any(_candidates(folder, chapter) for chapter in chapters)]
        if len(found) > 1:
            names = ", ".join(printable(str(folder.relative_to(root))) for folder in found[:5])
            raise InputError(
                Feedback(
                    problem=say("{archive} holds more than one folder with chapters.", archive=printable(path.name)),
                    expected=say("one folder with your work"),
                    got=say("the folders {names}", names=names),
                    next_step=say("Pack only the one that counts, such as `exercises`."),
                )
            )
        if found:
            return found[0]
        level = [entry for folder in level for entry in sorted(folder.iterdir()) if entry.is_dir()]
    return root


def _chapter_of(path: Path, chapters: Sequence[str]) -> str:
    """Match by the start of the name, since browsers and course sites add things to its end."""
    matching = [chapter for chapter in chapters if path.name.startswith(chapter)]
    if matching and path.suffix in SUFFIXES:
        return max(matching, key=len)
    raise InputError(
        Feedback(
            problem=say("The file {name} belongs to no chapter.", name=printable(path.name)),
            expected=say("a `.py` or `.ipynb` file whose name starts with one of: {names}", names=", ".join(chapters)),
            got=verbatim(printable(path.name)),
            next_step=say("Give the file the name it had in `exercises`."),
        )
    )


def _candidates(folder: Path, chapter: str, names: Sequence[str] = ()) -> list[Path]:
    """Return what stands in `folder` under the names of the chapter's files, links and pipes too.

    `names`: the first of the folder's entries. In a folder that may be listed and not entered nothing else is known.
    """
    paths = [folder / f"{chapter}{suffix}" for suffix in SUFFIXES]
    return [path for path in paths if path.name in names or os.path.lexists(path)]


def _search_folder(
    folder: Path,
    named: Path,
    chapters: Sequence[str],
    tasks: Mapping[str, Sequence[str]],
    given: Mapping[str, Mapping[str, str]],
) -> dict[str, Handed]:
    try:
        names = sorted(entry.name for entry, _ in zip(os.scandir(folder), range(MAX_ENTRIES), strict=False))
    except OSError as error:
        raise InputError(
            Feedback(
                problem=say("The folder {path} cannot be read.", path=printable(str(named))),
                got=verbatim(error.strerror or str(error)),
                next_step=say("Check that you may open this folder, or name another after `--submission`."),
            )
        ) from error
    notes = tuple(_shadow_note(name) for name in names if _shadows_library(name))
    handed = {}
    for chapter in chapters:
        files = _candidates(folder, chapter, names)
        if files:
            handed[chapter] = _hand_in(chapter, files, named, tasks[chapter], given.get(chapter, {}), notes)
    if not handed:
        raise InputError(
            Feedback(
                problem=say("The folder {path} holds no chapter's file.", path=printable(str(named))),
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
    named: Path,
    functions: Sequence[str],
    given: Mapping[str, str],
    notes: tuple[Message, ...],
) -> Handed:
    """Read a chapter's files. `named`: the folder they are in, as the learner knows it."""
    shown = [named / printable(path.name) for path in files]
    try:
        sources = [(path, _read(file, path).without_given(given)) for path, file in zip(shown, files, strict=True)]
    except CheckFailed as refused:
        return Handed(chapter, shown[0], refusal=refused.feedback, verdict=refused.verdict, notes=notes)
    written = [(path, source) for path, source in sources if source.written(functions)]
    if len(written) == 2 and not written[0][1].same_functions(written[1][1], functions):
        in_archive = named != files[0].parent
        choose = say("Say which one counts: `pytest grader --submission {path}`", path=printable(str(shown[0])))
        return Handed(
            chapter,
            shown[0],
            refusal=Feedback(
                problem=say(
                    "You have written in both {first} and {second}.", first=shown[0].name, second=shown[1].name
                ),
                expected=say("one of the two: the other as it came"),
                got=say("different answers in the two files"),
                next_step=say("Pack only the one that counts.") if in_archive else choose,
            ),
            verdict=Verdict.BLOCKED,
            notes=notes,
        )
    path, source = (written or sources)[0]
    return Handed(chapter, path, source, notes=(*notes, *source.notes))


def _read(path: Path, shown: Path) -> Source:
    """Read a chapter's file. `shown`: the same file as the learner knows it."""
    return read_again(shown, read_regular_file(path, shown.name))


def read_regular_file(path: Path, name: str) -> bytes:
    """Return what a regular file of a sensible size holds; never follow a link to another file, nor wait for a pipe.

    Raises:
        CheckFailed: it is something else, too large, or may not be read. `name`: what to call it then.
    """
    try:
        kind = path.lstat().st_mode
        if not stat.S_ISREG(kind):
            raise _no_ordinary_file(name, kind)
        with os.fdopen(os.open(path, READ_FLAGS), "rb") as file:
            # What stood there a moment ago may have been replaced.
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise _no_ordinary_file(name, status.st_mode)
            limit = MAX_BYTES[path.suffix.lower()]
            raw = file.read(limit + 1) if status.st_size <= limit else b""
            if max(len(raw), status.st_size) > limit:
                raise _too_large(name, limit, max(len(raw), status.st_size))
    except OSError as error:
        raise CheckFailed(
            Feedback(
                problem=say("{name} cannot be read.", name=name),
                got=verbatim(error.strerror or str(error)),
                next_step=say("Check that you may open this file."),
            ),
            Verdict.IMPORT_ERROR,
        ) from error
    return raw


def _no_ordinary_file(name: str, kind: int) -> CheckFailed:
    return CheckFailed(
        Feedback(
            problem=say("{name} is not an ordinary file.", name=name),
            expected=say("the file itself"),
            got=say("a link to another file") if stat.S_ISLNK(kind) else say("something that is not a file"),
            next_step=say("Put a copy of the file there instead."),
        ),
        Verdict.IMPORT_ERROR,
    )


def _too_large(name: str, limit: int, size: int) -> CheckFailed:
    return CheckFailed(
        Feedback(
            problem=say("{name} is too large to be a chapter.", name=name),
            expected=say("at most {limit} MiB", limit=limit // 2**20),
            got=say("{size} MiB", size=size // 2**20),
            next_step=say("Take out data and pictures; in a notebook: Edit, Clear Outputs of All Cells, and save."),
        ),
        Verdict.IMPORT_ERROR,
    )
