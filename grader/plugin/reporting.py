"""From verdicts to a result, and from the result to the screen and to files. Trusted side."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from grader.messages import render, say, verbatim
from grader.plugin.noting import note_progress
from grader.plugin.partial import PartialReports
from grader.plugin.run import RUN, Run
from grader.plugin.sight import LINE
from grader.report.terminal import print_run
from grader.results import ChapterResult, ModelPicture, RunResult, TaskResult
from grader.whole_file import write_whole

GRADED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
# 3 is this grader's own exit status for a failed grader; pytest uses the number for its own crashes, too.
FINISHED = (*GRADED, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)


def assemble(run: Run, interrupted: bool) -> RunResult:
    """Return all that was found, in the order of the checks."""
    chapters = []
    for name, handed in run.handed.items():
        chapter = run.chapters[name]
        tasks = tuple(
            TaskResult(task.name, task.points, tuple(run.results.get((name, task.name), ())))
            for task in chapter.tasks.values()
        )
        chapters.append(
            ChapterResult(
                name=name,
                title=chapter.title,
                file=_as_typed(handed.file) if handed.file else None,
                tasks=tasks,
                notes=handed.notes + run.notes_on_data(name),
                learner=run.learner_pictures.get(name, ModelPicture()),
                reference=run.reference_pictures.get(name, ModelPicture()),
            )
        )
    seconds = round(time.monotonic() - run.started, 2)
    return RunResult(tuple(chapters), run.surroundings, seconds, interrupted, run.recalled)


def _as_typed(path: Path) -> str:
    """Return the path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Show no letters: the report says more."""
    if report.when == "call" or report.failed or report.skipped:
        return report.outcome, "", ""
    return None


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Have the reports for course sites written after each check."""
    run = session.config.stash[RUN]

    def write(kind: str, path: Path) -> None:
        _write_report(kind, path, assemble(run, interrupted=True), run.settings.language)

    if partial := PartialReports(run.settings.reports, write):
        session.config.pluginmanager.register(partial)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the reports that were asked for, and set the exit status: 0 all passed, 1 not yet, 3 the grader failed."""
    run = session.config.stash[RUN]
    if session.config.option.collectonly:
        return
    if (line := session.config.stash.get(LINE, None)) is not None:
        line.clear()
    if exitstatus not in FINISHED:
        return
    note_progress(session.config)
    result = assemble(run, exitstatus == pytest.ExitCode.INTERRUPTED)
    for report in run.settings.reports:
        try:
            _write_report(report.kind, report.path, result, run.settings.language)
        except OSError as error:
            run.unwritten[report] = error.strerror or str(error)
    if exitstatus in GRADED:
        session.exitstatus = 3 if run.unwritten else result.exit_status


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    if config.option.collectonly or exitstatus not in FINISHED:
        return
    run = config.stash[RUN]
    result = assemble(run, exitstatus == pytest.ExitCode.INTERRUPTED)
    width = terminalreporter._tw.fullwidth
    colour = terminalreporter._tw.hasmarkup
    text = print_run(result, run.settings.language, width, colour, verbose=config.option.verbose > 0)
    terminalreporter._tw.write(text)
    for report in run.settings.reports:
        reason = run.unwritten.get(report)
        words = say("It could not be written: {reason}", reason=reason) if reason else verbatim("")
        terminalreporter.write_line(f"{report.kind}: {report.path}  {render(words, run.settings.language)}".rstrip())


def _write_report(kind: str, path: Path, result: RunResult, language: str) -> None:
    write_whole(path, _render(kind, result, language).encode())


def _render(kind: str, result: RunResult, language: str) -> str:
    # Each is imported by the run that asks for it alone.
    match kind:
        case "json":
            from grader.report.json_file import render_json

            return render_json(result)
        case "gradescope":
            from grader.report.gradescope import render_gradescope

            return render_gradescope(result, language)
        case "classroom":
            from grader.report.classroom import render_classroom

            return render_classroom(result, language)
        case "prairielearn":
            from grader.report.prairielearn import render_prairielearn

            return render_prairielearn(result, language)
        case _:
            from grader.report.html import render_html

            return render_html(result, language)
