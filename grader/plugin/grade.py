"""Grading from a program: the same checks by the same pytest, many submissions in one process. Trusted side."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import pytest

from grader.layout import GRADER_FOLDER, Course, find_course
from grader.messages import LANGUAGES
from grader.plugin.collection import CHECK
from grader.plugin.reporting import assemble
from grader.plugin.run import LIVE, RUN, SHARED_SANDBOX, Live
from grader.results import RunResult
from grader.sandbox.process import Sandbox


class Graded(msgspec.Struct, frozen=True):
    """What one run gave: pytest's exit status, the result (None where nothing was graded), and the screen's text.

    `language`: the one the learner is spoken to in.
    """

    exit_status: int
    result: RunResult | None
    screen: str
    language: str = LANGUAGES[0]


class _Observer:
    """Lends the run its sandbox and live work, and takes the result down before pytest forgets it."""

    def __init__(self, sandbox: Sandbox | None, live: Live | None, tasks: Collection[str]) -> None:
        self._sandbox, self._live, self._tasks = sandbox, live, tasks
        self.result: RunResult | None = None
        self.language = LANGUAGES[0]

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        if self._sandbox is not None:
            config.stash[SHARED_SANDBOX] = self._sandbox
        if self._live is not None:
            config.stash[LIVE] = self._live

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if self._tasks:
            chosen = [item for item in items if item.stash[CHECK].task in self._tasks]
            config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
            items[:] = chosen

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        run = session.config.stash[RUN]
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
    live: Live | None = None,
    tasks: Collection[str] = (),
) -> Graded:
    """Grade `submission` as `pytest grader` with `options` does.

    Args:
        course: whose checks to grade by; without one, those that come with the grader.
        chapter: the only one whose checks are read, to save time; without it, all of the course.
        sandbox: a warm one to work in, for the reference and the work alike. Where it keeps its workers apart
            (`Sandbox.keeps_apart`), neither sees anything of the other, nor of other submissions. Without one, each
            run makes its own.
        cache: whether results of earlier runs count.
        live: work that is at hand in this process; then nothing is read from `submission`.
        tasks: the only ones to check; without them, all.
    """
    observer = _Observer(sandbox, live, tasks)
    own = course is not None and course.own
    arguments: Sequence[str] = (
        # The folder is named where the checks lie elsewhere, too: it brings the options.
        *([] if chapter and not own else [str(GRADER_FOLDER)]),
        *([str((course or find_course()).checks_of(chapter))] if chapter else []),
        f"--rootdir={GRADER_FOLDER.parent}",
        f"--submission={submission}",
        "--capture=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-p",
        "no:xdist",
        *([f"--course={course.root}"] if course and own else []),
        *([] if cache else ["--no-cache"]),
        *options,
    )
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        status = pytest.main(list(arguments), plugins=[observer])
    _forget_modules((course or find_course()).checks)
    return Graded(int(status), observer.result, screen.getvalue(), observer.language)


def _forget_modules(folder: Path) -> None:
    """Have checks read anew next time: pytest finds them by name, and two courses may have chapters of one name."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    for name in [name for name, file in files.items() if file and Path(file).parent == folder]:
        del sys.modules[name]
