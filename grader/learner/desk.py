"""A learner's course: which one it is, its chapters and functions, and where his work stands now. Trusted side."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from grader.errors import InputError
from grader.layout import Course, course_around, find_course
from grader.messages import Message, say, verbatim
from grader.plugin.grade import survey
from grader.plugin.run import Run, Task
from grader.progress import Progress, TaskNote, read_progress
from grader.results import Feedback, Verdict
from grader.submission.closure import code_digest
from grader.submission.find import Handed
from grader.submission.source import Source


class Standing(enum.Enum):
    """Where a task stands. `CHANGED`: its code is another than the one that was last checked."""

    DONE = "done"
    WRONG = "wrong"
    UNREADABLE = "unreadable"
    CHANGED = "changed"
    BEGUN = "begun"
    TODO = "todo"
    WAITING = "waiting"


class TaskState(msgspec.Struct, frozen=True):
    """A task as it is now. `earned`: None where nobody knows since its code has changed. `mistake`: the known one that
    the last run recognised in this very code."""

    name: str
    points: float
    standing: Standing
    earned: float | None = 0.0
    mistake: Message | None = None


class ChapterState(msgspec.Struct, frozen=True):
    """A chapter as it is now. `functions`: those the learner writes. `begun`: whether any of them is."""

    name: str
    title: Message
    file: Path | None
    functions: tuple[str, ...]
    tasks: tuple[TaskState, ...]
    begun: bool
    refusal: Feedback | None = None

    @property
    def points(self) -> float:
        return sum(task.points for task in self.tasks)

    @property
    def earned(self) -> float:
        return sum(task.earned or 0.0 for task in self.tasks)

    @property
    def finished(self) -> bool:
        return all(task.standing is Standing.DONE for task in self.tasks)

    def task(self, name: str) -> TaskState | None:
        return next((task for task in self.tasks if task.name == name), None)


class Desk(msgspec.Struct, frozen=True):
    """What lies before a learner. `trouble`: why his exercises cannot be found."""

    course: Course
    chapters: tuple[ChapterState, ...]
    progress: Progress
    language: str
    trouble: InputError | None = None

    @property
    def current(self) -> ChapterState | None:
        """The chapter the learner is at."""
        return current_chapter(self.chapters)

    def chapter(self, name: str) -> ChapterState:
        """Return the chapter that is called, or alone begins like, `name`.

        Raises:
            InputError: there is none, or more than one.
        """
        wanted = Path(name).name.removesuffix(".py").removesuffix(".ipynb")
        exact = [one for one in self.chapters if one.name == wanted]
        numbered = [one for one in self.chapters if one.name.startswith(f"{wanted}_")]
        found = exact or numbered or [one for one in self.chapters if wanted and one.name.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        raise InputError(
            Feedback(
                problem=say("There is no chapter {name}.", name=name)
                if not found
                else say("There is more than one chapter that begins with {name}.", name=name),
                expected=say("one of: {names}", names=", ".join(one.name for one in found or self.chapters)),
                got=verbatim(name),
                next_step=say("Check the spelling; `grader list` shows the course."),
            )
        )

    def chapter_with(self, function: str, wanted: str | None) -> tuple[ChapterState, bool]:
        """Return the chapter in which the learner writes `function`, and whether it was chosen among several.

        `wanted`: the chapter that he named. Without it, it is the one he is at among those that have the function.

        Raises:
            InputError: no such chapter has it.
        """
        among = [self.chapter(wanted)] if wanted else list(self.chapters)
        found = [one for one in among if function in one.functions]
        if not found:
            raise _no_function(function, among, self.current)
        chosen = current_chapter(found) or found[0]
        return chosen, len(found) > 1


def sit_down(folder: Path | None, language: str | None) -> Desk:
    """Return the learner's course in `folder`, or without one the one he is in, with all that is known of his work.

    Raises:
        InputError: there is no course, or its checks cannot be read.
    """
    course = find_course(folder) if folder is not None else course_around(Path.cwd())
    surveyed = survey(course, language)
    run, progress = surveyed.run, read_progress(course.root)
    chapters = tuple(_chapter_state(run, name, progress) for name in run.chapters)
    return Desk(course, chapters, progress, run.settings.language, surveyed.trouble)


def taken_among_several(function: str, chapter: ChapterState) -> Message:
    """Return the words that say which chapter was taken."""
    return say(
        "More than one chapter has `{function}`; this is {chapter}. Another one: --chapter NAME",
        function=function,
        chapter=chapter.name,
    )


def current_chapter(chapters: Sequence[ChapterState]) -> ChapterState | None:
    """Return the first chapter that is begun and not finished, else the first that is not, else none."""
    open_ones = [chapter for chapter in chapters if not chapter.finished]
    return next((chapter for chapter in open_ones if chapter.begun), next(iter(open_ones), None))


def _chapter_state(run: Run, name: str, progress: Progress) -> ChapterState:
    chapter, handed = run.chapters[name], run.handed.get(name, Handed(name))
    source = handed.source
    states = [_task_state(task, handed, progress.note_of(name, task.name)) for task in chapter.tasks.values()]
    return ChapterState(
        name=name,
        title=chapter.title,
        file=handed.file,
        functions=chapter.functions,
        tasks=tuple(_chains_wait(chapter.tasks.values(), states)),
        begun=handed.refusal is not None or (source is not None and source.written(chapter.functions)),
        refusal=handed.refusal,
    )


def _task_state(task: Task, handed: Handed, note: TaskNote | None) -> TaskState:
    if handed.source is None:
        return TaskState(task.name, task.points, Standing.UNREADABLE if handed.refusal else Standing.TODO)
    standing = _standing(handed.source, task, note)
    known = note is not None and standing in (Standing.DONE, Standing.WRONG, Standing.BEGUN, Standing.WAITING)
    return TaskState(
        task.name,
        task.points,
        standing,
        earned=None if standing is Standing.CHANGED else min(note.earned, task.points) if note and known else 0.0,
        mistake=note.mistake if note and known else None,
    )


def _standing(source: Source, task: Task, note: TaskNote | None) -> Standing:
    """Return where a task stands: what the file says comes first, then what is known of this very code."""
    if any(source.is_stub(function) for function in task.functions):
        return Standing.TODO
    if any(function in source.broken for function in task.functions):
        return Standing.UNREADABLE
    if note is None:
        return Standing.BEGUN if all(function in source.bodies for function in task.functions) else Standing.TODO
    if note.code != code_digest(source, task.functions):
        return Standing.CHANGED
    if note.verdict is Verdict.PASS:
        return Standing.DONE if note.earned >= task.points else Standing.BEGUN
    return Standing.WAITING if note.verdict is Verdict.BLOCKED else Standing.WRONG


def _chains_wait(tasks: Iterable[Task], states: Sequence[TaskState]) -> list[TaskState]:
    """Return the states, with every task that runs several functions waiting until those are done."""
    done = {state.name for state in states if state.standing is Standing.DONE}
    waiting = []
    for task, state in zip(tasks, states, strict=True):
        is_chain = task.functions != (task.name,)
        if is_chain and state.standing is not Standing.DONE and not done.issuperset(task.functions):
            state = TaskState(task.name, task.points, Standing.WAITING)
        waiting.append(state)
    return waiting


def _no_function(function: str, among: Sequence[ChapterState], current: ChapterState | None) -> InputError:
    """Return what to say of a name that stands for no function to write, with the names that are nearest."""
    names = list(dict.fromkeys(name for chapter in among for name in chapter.functions))
    near = difflib.get_close_matches(function, names, n=3, cutoff=0.5)
    usual = among[0].functions if len(among) == 1 or current is None else current.functions
    problem = say("There is no function `{name}` to write.", name=function)
    if any(chapter.task(function) for chapter in among):
        near = []
        problem = say("`{name}` is nothing to write: it runs your functions one after the other.", name=function)
    elif len(among) == 1:
        problem = say("In {chapter} there is no function `{name}` to write.", chapter=among[0].name, name=function)
    return InputError(
        Feedback(
            problem=problem,
            expected=say("one of: {names}", names=", ".join(near or usual)),
            got=verbatim(function),
            next_step=say("Check the spelling; `grader list` shows the course."),
        )
    )
