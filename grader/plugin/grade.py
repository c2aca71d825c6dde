"""Grading from a program: the same checks by the same pytest, many submissions in one process. Trusted side."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import msgspec
import pytest

from grader.errors import InputError
from grader.layout import GRADER_FOLDER, Course, find_course
from grader.messages import LANGUAGES, say, verbatim
from grader.plugin.collection import CHECK
from grader.plugin.noting import NOTES_PROGRESS
from grader.plugin.passes import PASSES, Passes
from grader.plugin.reporting import assemble
from grader.plugin.run import LIVE, RUN, SHARED_SANDBOX, Live, Run
from grader.results import Feedback, RunResult
from grader.sandbox import wire
from grader.sandbox.process import Sandbox

QUIET = (
    "--capture=no",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
    "-p",
    "no:xdist",
    "-p",
    "no:hypothesispytest",
    # They collect garbage for each run, which takes longer than most checks.
    "-p",
    "no:unraisableexception",
    "-p",
    "no:threadexception",
)


class Graded(msgspec.Struct, frozen=True):
    """What one run gave: pytest's exit status, the result (None where nothing was graded), and the screen's text.

    `language`: the one the learner is spoken to in.
    """

    exit_status: int
    result: RunResult | None
    screen: str
    language: str = LANGUAGES[0]


class Surveyed(msgspec.Struct, frozen=True):
    """What there is to do in a course, and the learner's work as it is now: nothing of it was run.

    `trouble`: why there is no such work. Then the run has its chapters, and nothing was handed in.
    """

    run: Run
    trouble: InputError | None = None


class _Observer:
    """Lends the run its sandbox and live work, and takes the result down before pytest forgets it."""

    def __init__(
        self,
        sandbox: Sandbox | None = None,
        remember: bool = False,
        live: Live | None = None,
        tasks: Collection[str] = (),
        on_progress: Callable[[wire.Progress], None] | None = None,
        passes: Passes | None = None,
    ) -> None:
        self._sandbox, self._remember, self._live, self._tasks = sandbox, remember, live, tasks
        self._on_progress, self._passes = on_progress, passes
        self.result: RunResult | None = None
        self.run: Run | None = None
        self.language = LANGUAGES[0]

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[NOTES_PROGRESS] = self._remember
        if self._sandbox is not None:
            config.stash[SHARED_SANDBOX] = self._sandbox
        if self._passes is not None:
            config.stash[PASSES] = self._passes
        if self._live is not None:
            config.stash[LIVE] = self._live

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if self._on_progress is not None:
            config.stash[RUN].on_progress = self._on_progress
        if self._tasks:
            chosen = [item for item in items if item.stash[CHECK].task in self._tasks]
            config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
            items[:] = chosen

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        run = self.run = session.config.stash.get(RUN, None)
        if run is None:
            return
        self.language = run.settings.language
        # Who interrupts his own notebook wants to see what there is.
        interrupted = exitstatus == pytest.ExitCode.INTERRUPTED and self._live is not None
        if interrupted or exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self.result = assemble(run, interrupted)


def grade(
    submission: Path,
    *options: str,
    course: Course | None = None,
    chapter: str | None = None,
    sandbox: Sandbox | None = None,
    cache: bool = False,
    passes: Passes | None = None,
    remember: bool = False,
    live: Live | None = None,
    tasks: Collection[str] = (),
    on_progress: Callable[[wire.Progress], None] | None = None,
) -> Graded:
    """Grade `submission` as `pytest grader` with `options` does.

    Args:
        course: whose checks to grade by; without one, those that come with the grader.
        chapter: the only one whose checks are read, to save time; without it, all of the course.
        sandbox: a warm one to work in, for the reference and the work alike. Where it keeps its workers apart
            (`Sandbox.keeps_apart`), neither sees anything of the other, nor of other submissions. Without one, each
            run makes its own.
        cache: whether results of earlier runs count.
        passes: of other submissions, which count for the same code. `sandbox` must keep its workers apart.
        remember: whether what is found is the progress of the course's own learner.
        live: work that is at hand in this process; then nothing is read from `submission`.
        tasks: the only ones to check; without them, all.
        on_progress: takes how far a training has come.
    """
    observer = _Observer(sandbox, remember, live, tasks, on_progress, passes)
    own = course is not None and course.own
    arguments: Sequence[str] = (
        # The folder is named where the checks lie elsewhere, too: it brings the options.
        *([] if chapter and not own else [str(GRADER_FOLDER)]),
        *([str((course or find_course()).checks_of(chapter))] if chapter else []),
        f"--rootdir={GRADER_FOLDER.parent}",
        f"--submission={submission}",
        *QUIET,
        *([f"--course={course.root}"] if course and own else []),
        *([] if cache else ["--no-cache"]),
        *options,
    )
    status, screen = _run_pytest(arguments, observer, course or find_course())
    return Graded(status, observer.result, screen, observer.language)


def survey(course: Course, language: str | None = None) -> Surveyed:
    """Read the checks of `course` and the learner's work in its exercises. Nothing of either is run.

    Raises:
        InputError: the checks cannot be read.
    """
    observer = _Observer(None, remember=False)
    arguments = (
        str(GRADER_FOLDER if course.own else course.root / "grader"),
        f"--rootdir={GRADER_FOLDER.parent if course.own else course.root}",
        "--collect-only",
        *QUIET,
        *([f"--course={course.root}"] if course.own else []),
        *([f"--lang={language}"] if language else []),
    )
    status, screen = _run_pytest(arguments, observer, course)
    run = observer.run
    if run is None or not run.chapters or status not in (pytest.ExitCode.OK, pytest.ExitCode.USAGE_ERROR):
        raise InputError(
            Feedback(
                problem=say("The checks of the course in {path} cannot be read.", path=str(course.root)),
                expected=say("a folder with the course's checks"),
                got=verbatim(screen.strip()[-800:] or str(course.checks)),
                next_step=say("Run `pytest grader` there; name another course's folder with `--course`."),
            )
        )
    try:
        if not run.handed:
            run.find()
    except InputError as error:
        return Surveyed(run, error)
    return Surveyed(run)


def _run_pytest(arguments: Sequence[str], observer: _Observer, course: Course) -> tuple[int, str]:
    """Return pytest's exit status and the screen's text."""
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        status = pytest.main(list(arguments), plugins=[observer])
    _forget_modules(course.checks)
    return int(status), screen.getvalue()


def _forget_modules(folder: Path) -> None:
    """Have checks read anew next time: pytest finds them by name, and two courses may have chapters of one name."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    for name in [name for name, file in files.items() if file and Path(file).parent == folder]:
        del sys.modules[name]
