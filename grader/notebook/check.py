"""`grader.check(normalize)`: the course's own checks on what a notebook's kernel has in memory now."""

from __future__ import annotations

import ast
import atexit
import contextlib
import difflib
import functools
import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from grader.errors import InputError, grader_failed
from grader.layout import Course, course_around
from grader.messages import choose_language, language_of, say, verbatim
from grader.notebook.live import LiveEngine, fingerprint, live_source, own_functions, shell_here
from grader.plugin.grade import Graded, grade
from grader.plugin.run import Live
from grader.report.cell import cell_html, cell_text, refusal_html, refusal_text
from grader.results import Feedback, RunResult
from grader.sandbox.confine import can_fork
from grader.sandbox.process import Sandbox
from grader.submission.source import Source

WIDTH = 78
# The whole chain of a chapter, which is checked when all of its functions are there.
TOGETHER = "all_together"


class Shown:
    """What a check found, as a notebook shows it: a table, or plain text where there are no tables.

    `outcome`: the result, or why there is none. `unchanged`: whether nothing had to be run for it. `watched`: whether
    it is brought up to date when a function changes.
    """

    def __init__(
        self, outcome: RunResult | Feedback, language: str, unchanged: bool = False, watched: bool = False
    ) -> None:
        self.outcome, self._language, self._unchanged, self._watched = outcome, language, unchanged, watched
        # By this name a notebook finds the output again when the check is run anew.
        self.display_id = f"first-digits-{random.SystemRandom().getrandbits(64):x}"

    def __repr__(self) -> str:
        if isinstance(self.outcome, Feedback):
            return refusal_text(self.outcome, self._language, WIDTH)
        return cell_text(self.outcome, self._language, WIDTH, self._unchanged, self._watched)

    def _repr_html_(self) -> str:
        if isinstance(self.outcome, Feedback):
            return refusal_html(self.outcome, self._language)
        return cell_html(self.outcome, self._language, self._unchanged, self._watched)

    def bundle(self) -> dict[str, str]:
        """Return it as text and as a table, for whatever the notebook can show."""
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def _ipython_display_(self) -> None:
        publish(self)


def check(*functions: Any, chapter: str | None = None, lang: str | None = None) -> Shown:
    """Check functions of this notebook, or all that are written so far; show what is right and what to look at next.

    A function that is checked is checked again whenever its cell was changed and run: the table is brought up to date.

    Args:
        functions: the functions themselves, or their names; without any, all that are written.
        chapter: such as `"ch2_first_model"`; without it, the one that asks for these functions.
        lang: `"en"` or `"zh"`; without it, the language of the functions' own descriptions.
    """
    names = _notebook_names()
    checker = _checker(id(names))
    checker.names = names
    shown = checker.check(functions, chapter, lang)
    checker.look_out()
    return shown


def _notebook_names() -> dict[str, Any]:
    """Return the names of the notebook, or of the program that called."""
    shell = shell_here()
    names: dict[str, Any] = sys._getframe(2).f_globals if shell is None else shell.user_ns
    return names


@functools.cache
def _checker(key: int) -> Checker:
    return Checker()


@functools.cache
def _sandbox() -> Sandbox | None:
    """Return one warm sandbox for the course's own solutions, as long as the kernel lives."""
    if not can_fork():
        return None
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox


@functools.cache
def tasks_of(course: Course) -> dict[str, tuple[str, ...]]:
    """Return chapter -> its tasks, in order, read from the text of the checks."""
    tasks: dict[str, tuple[str, ...]] = {}
    for path in sorted(course.checks.glob("test_*.py")):
        calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        found = [
            (call.lineno, call.args[0].value)
            for call in calls
            if isinstance(call.func, ast.Attribute)
            and call.func.attr == "task"
            and call.args
            and isinstance(call.args[0], ast.Constant)
        ]
        tasks[path.stem.removeprefix("test_")] = tuple(dict.fromkeys(str(name) for _, name in sorted(found)))
    return tasks


class Checker:
    """The checks of one notebook, and what they found last."""

    def __init__(self) -> None:
        self.names: Mapping[str, Any] = {}
        self._course = course_around(Path.cwd())
        # Chapter and task -> the digest of its code when it was last checked, and what was found.
        self._known: dict[tuple[str, str], tuple[str, RunResult]] = {}
        self._watched: dict[str, _Watched] = {}
        self._looks_out = False

    def check(self, functions: Sequence[Any], chapter: str | None, language: str | None) -> Shown:
        """Check `functions` and return what to show; a wrong request is shown, too, and not raised."""
        speech = choose_language(language or self._language_of_notebook())
        try:
            wanted = [self._name_of(function) for function in functions]
            chapter = self._chapter_of(wanted, chapter)
            source = live_source(self.names, chapter, tasks_of(self._course)[chapter])
            tasks = tuple(wanted) or self._written(chapter, source)
        except InputError as error:
            return Shown(error.feedback, speech)
        except Exception as error:
            return Shown(_failed(error), speech)
        return self._show(chapter, source, tasks, speech, bool(wanted), language)

    def _show(
        self, chapter: str, source: Source, tasks: tuple[str, ...], speech: str, watched: bool, language: str | None
    ) -> Shown:
        changed = tuple(task for task in tasks if not self._is_known(chapter, task))
        results = {task: self._known[chapter, task][1] for task in tasks if task not in changed}
        if changed:
            with _as_it_was():
                graded = self._grade(Live(chapter, source, LiveEngine(self.names)), changed, speech)
            if graded.result is None:
                return Shown(_failed(RuntimeError(graded.screen.strip()[-500:])), speech)
            self._keep(chapter, changed, graded.result)
            results |= dict.fromkeys(changed, graded.result)
        shown = Shown(_together(results), speech, unchanged=not changed, watched=watched)
        if watched:
            self._watched |= {
                name: _Watched(_code_of(self.names.get(name)), tasks, chapter, language, shown) for name in tasks
            }
        return shown

    def _is_known(self, chapter: str, task: str) -> bool:
        """Return whether nothing has changed that the task's last result depends on."""
        digest, _ = self._known.get((chapter, task), (None, None))
        return digest is not None and digest == self._digest(chapter, task)

    def _digest(self, chapter: str, task: str) -> str | None:
        functions = tasks_of(self._course)[chapter] if task == TOGETHER else (task,)
        return fingerprint(self.names, [function for function in functions if function != TOGETHER])

    def _keep(self, chapter: str, tasks: Sequence[str], result: RunResult) -> None:
        if result.interrupted or result.grader_failed:
            return
        for task in tasks:
            digest = self._digest(chapter, task)
            if digest is not None:
                self._known[chapter, task] = digest, result

    def _grade(self, live: Live, tasks: tuple[str, ...], language: str) -> Graded:
        return grade(
            self._course.exercises,
            "--in-process",
            f"--lang={language}",
            "-p",
            "no:faulthandler",
            course=self._course,
            chapter=live.chapter,
            sandbox=_sandbox(),
            live=live,
            tasks=tasks,
        )

    # ------------------------------------------------------------ what is asked for

    def _name_of(self, function: Any) -> str:
        """Return the name under which the notebook knows a function.

        Raises:
            InputError: it is no function, or none of the course.
        """
        if isinstance(function, str):
            name = function
        else:
            own = own_functions(self.names)
            name = next((name for name, thing in own.items() if thing is function), None) or str(
                getattr(function, "__name__", None) or f"{function!r:.60}"
            )
        every = [task for tasks in tasks_of(self._course).values() for task in tasks]
        if name not in every:
            close = difflib.get_close_matches(name, every, 3, 0.5) or every[:3]
            raise InputError(
                Feedback(
                    problem=say("The course asks for no function of this name."),
                    expected=say("a function of the course, such as {names}", names=", ".join(dict.fromkeys(close))),
                    got=verbatim(name),
                    next_step=say("Write `grader.check({name})`, without brackets after the name.", name=close[0]),
                )
            )
        if name != TOGETHER and name not in self.names:
            raise InputError(
                Feedback(
                    problem=say("`{name}` is not defined in this notebook yet.", name=name),
                    expected=say("a cell that begins with `def {name}(`, and that was run", name=name),
                    got=say("no such name in the kernel's memory"),
                    next_step=say("Run the cell of `{name}`, then check again.", name=name),
                )
            )
        return name

    def _chapter_of(self, names: Sequence[str], wanted: str | None) -> str:
        tasks = tasks_of(self._course)
        if wanted is not None:
            found = [chapter for chapter in tasks if chapter.startswith(wanted)]
        elif names and names[0] != TOGETHER:
            found = [chapter for chapter in tasks if all(name in tasks[chapter] for name in names)]
        else:
            # The chapter of which most is here.
            counts = {chapter: len(own_functions(self.names).keys() & set(tasks[chapter])) for chapter in tasks}
            found = [max(counts, key=lambda chapter: counts[chapter])] if any(counts.values()) else []
        if not found:
            raise InputError(
                Feedback(
                    problem=say("There is no chapter that these functions belong to."),
                    expected=say("functions of one chapter: {chapters}", chapters=", ".join(tasks)),
                    got=verbatim(wanted or ", ".join(names) or "-"),
                    next_step=say("Run the cells of a chapter first, or name it: `grader.check(chapter=...)`."),
                )
            )
        return found[0]

    def _written(self, chapter: str, source: Source) -> tuple[str, ...]:
        """Return the tasks that can be checked: written functions, and the chain once none is missing."""
        functions = [task for task in tasks_of(self._course)[chapter] if task != TOGETHER]
        written = [task for task in functions if task in self.names and not source.is_stub(task)]
        if not written:
            raise InputError(
                Feedback(
                    problem=say("No function of this chapter is written yet."),
                    next_step=say("Fill in `{name}`, run its cell, then check again.", name=functions[0]),
                )
            )
        return (*written, TOGETHER) if written == functions else tuple(written)

    def _language_of_notebook(self) -> str | None:
        words = " ".join(function.__doc__ or "" for function in own_functions(self.names).values())
        language = language_of(words)
        return language if language != "en" else None

    # ------------------------------------------------------------ checking again

    def look_out(self) -> None:
        """From now on, check a function again after each cell that changed it."""
        shell = shell_here()
        if shell is not None and not self._looks_out:
            self._looks_out = True
            shell.events.register("post_run_cell", self._after_cell)

    def _after_cell(self, *_: Any) -> None:
        """Bring the tables up to date whose functions were defined anew in this cell."""
        changed = {
            watched.shown.display_id: watched
            for name, watched in self._watched.items()
            if name in self.names and _code_of(self.names[name]) is not watched.code
        }
        for display_id, watched in changed.items():
            shown = self.check(watched.functions, watched.chapter, watched.language)
            shown.display_id = display_id
            with contextlib.suppress(Exception):
                # A notebook that cannot do so shows it when the check is run again.
                publish(shown, update=True)


def _together(results: Mapping[str, RunResult]) -> RunResult:
    """Return one result with each task as it was found in its own run."""
    last = list(results.values())[-1]
    (chapter,) = last.chapters
    found = {
        task.name: task for name, result in results.items() for task in result.chapters[0].tasks if task.name == name
    }
    unchecked = {task.name: msgspec.structs.replace(task, checks=()) for task in chapter.tasks}
    pictures = results.get(TOGETHER, last).chapters[0]
    tasks = tuple(found.get(name, task) for name, task in unchecked.items())
    chapter = msgspec.structs.replace(chapter, tasks=tasks, learner=pictures.learner, reference=pictures.reference)
    return msgspec.structs.replace(last, chapters=(chapter,))


class _Watched(NamedTuple):
    """A function as it was when it was checked, how it was asked for, and what was shown then."""

    code: Any
    functions: tuple[str, ...]
    chapter: str
    language: str | None
    shown: Shown


def publish(shown: Shown, update: bool = False) -> None:
    """Show it below the cell that runs, or in the place where an earlier one of the same name stands."""
    from IPython.core.interactiveshell import InteractiveShell

    publisher = InteractiveShell.instance().display_pub
    publisher.publish(shown.bundle(), transient={"display_id": shown.display_id}, update=update)


def _code_of(function: Any) -> Any:
    return getattr(function, "__code__", None)


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """Leave the notebook's random numbers and its environment as they were before the checks."""
    state, numpy_state, environment = random.getstate(), np.random.get_state(), dict(os.environ)
    try:
        yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)


def _failed(error: Exception) -> Feedback:
    return grader_failed(say("the check itself failed"), f"{type(error).__name__}: {error}")
