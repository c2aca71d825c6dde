"""Grades what a proof needs graded: submissions of one chapter, each once, in one warm sandbox. Trusted side."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.course.answers import Answer
from grader.course.errors import CourseError, MasterError
from grader.layout import Course
from grader.messages import LANGUAGES, render
from grader.plugin.grade import Graded, grade
from grader.results import CheckResult, TaskResult, Verdict
from grader.sandbox.process import Sandbox

NOT_BEGUN = (Verdict.TODO, Verdict.BLOCKED)


class Proof(NamedTuple):
    """One promise of a chapter: what it is about, what was found, and what is wrong."""

    subject: str
    found: str
    flaws: list[CourseError]


class Trial:
    """One chapter on trial. All that is graded is trusted as much as the reference is, so it shares a sandbox.

    `step` hears the name of each submission before it is graded.
    """

    def __init__(
        self, course: Course, chapter: str, sandbox: Sandbox, step: Callable[[str], None] = lambda name: None
    ) -> None:
        self.course, self.chapter = course, chapter
        self._sandbox, self.step = sandbox, step
        self._graded: dict[tuple[str, ...], Graded] = {}

    def task_of(self, answer: Answer, task: str = "") -> TaskResult:
        """Return the result of one task, the answer's own by default, for a submission with this answer in it."""
        wanted = task or answer.function
        with tempfile.TemporaryDirectory() as folder:
            path = answer.write(self.course, Path(folder))
            graded = self.grade(path, answer.name, "-k", wanted)
        tasks = [task for chapter in graded.result.chapters for task in chapter.tasks] if graded.result else []
        found = next((task for task in tasks if task.name == wanted and task.checks), None)
        if found is None:
            raise CourseError(
                f"{answer.path}:{answer.line}: no check of `{wanted}` was run",
                expected=f"at least one check with @pytest.mark.task({wanted!r}, points=...)",
                got=graded.screen.strip()[-500:],
                next_step=f"write checks for it in {self.course.checks_of(self.chapter)}",
            )
        return found

    def grade(self, path: Path, name: str, *options: str) -> Graded:
        """Grade the submission at `path`, or return what came of the one called `name` before."""
        key = (name, *options)
        if key not in self._graded:
            self.step(name)
            language = ("--lang", LANGUAGES[0])
            self._graded[key] = grade(
                path, *options, *language, course=self.course, chapter=self.chapter, sandbox=self._sandbox
            )
        return self._graded[key]

    def place_of_check(self, name: str) -> str:
        """Return file and line of a check."""
        path = self.course.checks_of(self.chapter)
        bare = name.partition("[")[0]
        line = next((function.lineno for function in functions_in(path) if function.name == bare), 1)
        return f"{path}:{line}"


def functions_in(path: Path) -> list[ast.FunctionDef]:
    """Return the functions of a Python file.

    Raises:
        MasterError: it is not Python.
    """
    try:
        body = ast.parse(path.read_text(encoding="utf-8")).body
    except SyntaxError as error:
        raise MasterError(
            path,
            error.lineno or 1,
            "the checks are not valid Python",
            expected="a module of pytest functions",
            got=error.msg,
            next_step="repair the line",
        ) from None
    return [statement for statement in body if isinstance(statement, ast.FunctionDef)]


def verdicts_of(checks: Sequence[CheckResult]) -> str:
    """Return names and verdicts of a few checks."""
    return ", ".join(f"{check.name}: {check.verdict.value}" for check in checks[:4])


def in_words(check: CheckResult) -> str:
    """Return what a learner would read of a check, in a line."""
    if check.feedback is None:
        return check.verdict.value
    parts = (check.feedback.problem, check.feedback.got)
    return f"{check.verdict.value}: " + " ".join(render(part, LANGUAGES[0]) for part in parts if part)
