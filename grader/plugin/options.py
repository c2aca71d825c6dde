"""The command line of `pytest grader`, and the run it describes. Trusted side."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from grader.errors import InputError, four_parts
from grader.layout import Course, find_course
from grader.messages import LANGUAGES, Message, also_translate_by, choose_language, render, say, verbatim
from grader.plugin.passes import PASSES
from grader.plugin.run import LIVE, RUN, SHARED_SANDBOX, Report, Run, Settings
from grader.plugin.sight import close_line, open_line
from grader.report.words import PART_WORDS
from grader.results import Feedback

MARKERS = (
    "task(name, points, functions): the function a check is about, what it is worth, and the functions it needs",
    "limits(seconds, memory_mib): what one call may use",
    "hidden: keep inputs and expected values out of every output",
    "requires(*names): tasks that must have passed before",
)
# `pytest grader` works where there is no such folder, too.
WORD = "grader"
REPORT_KINDS = ("json", "html", "gradescope", "classroom", "prairielearn")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("First Digits")
    group.addoption(
        "--submission",
        metavar="PATH",
        default=None,
        help="the file, folder or archive to grade; without it, `exercises`",
    )
    group.addoption(
        "--course", metavar="PATH", default=None, help="grade by the checks of your own course in this folder"
    )
    group.addoption(
        "--data",
        metavar="SOURCE",
        default="sample",
        help="sample, full, or the path of a data file: digits, or a .csv of faces",
    )
    group.addoption("--lang", choices=LANGUAGES, default=None, help="language of the feedback")
    group.addoption("--no-cache", action="store_true", help="run every check again, whatever earlier runs found")
    group.addoption("--in-process", action="store_true", help="run the work inside the grader, for a debugger")
    group.addoption(
        "--report",
        metavar="KIND:PATH",
        action="append",
        default=[],
        help=f"also write a report, KIND one of {', '.join(REPORT_KINDS)}; may be given more than once",
    )


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    language = choose_language(config.getoption("--lang"))
    course = _course(config, language)
    submission = config.getoption("--submission")
    settings = Settings(
        submission=_from_invocation(config, submission) if submission else course.exercises,
        data=_data_source(config, config.getoption("--data")),
        language=language,
        language_given=config.getoption("--lang") is not None,
        in_process=config.getoption("--in-process"),
        cache=not config.getoption("--no-cache") and not config.getoption("--in-process"),
        reports=_parse_reports(config, language),
        course=course,
    )
    config.stash[RUN] = Run(
        settings,
        config.stash.get(SHARED_SANDBOX, None),
        config.stash.get(LIVE, None),
        config.stash.get(PASSES, None),
    )
    open_line(config)
    _quieten(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    close_line(config)
    if run := config.stash.get(RUN, None):
        run.close()


def _course(config: pytest.Config, language: str) -> Course:
    """Return the course to grade by. One that is not the grader's own is collected in the grader's place."""
    path = config.getoption("--course")
    if not path:
        course = find_course(start=config.rootpath)
        if not (config.invocation_params.dir / WORD).exists():
            config.args[:] = [str(course.checks) if argument == WORD else argument for argument in config.args]
        return course
    course = find_course(_from_invocation(config, path))
    if not any(course.checks.glob("test_*.py")):
        raise usage_error(
            InputError(
                Feedback(
                    problem=say("The folder {path} holds no course.", path=str(course.root)),
                    expected=say("a folder with `solutions`, `exercises`, and `checks` in which a `test_*.py` lies"),
                    got=say("no checks in {path}", path=str(course.checks)),
                    next_step=say("Check the path after `--course`; `grader new` makes a first chapter there."),
                )
            ),
            language,
        )
    chosen = [argument for argument in config.args if Path(argument).resolve().is_relative_to(course.checks)]
    config.args[:] = chosen or [str(course.checks)]
    also_translate_by(course.locale)
    return course


def _quieten(config: pytest.Config) -> None:
    """Leave the screen to the grader's own report: pytest's would show the grader's code, not the learner's."""
    if config.option.verbose <= 0:
        config.option.verbose = -2
    config.option.tbstyle = "no"
    config.option.reportchars = ""
    config.option.disable_warnings = True
    config.option.no_header = True


def _from_invocation(config: pytest.Config, path: str) -> Path:
    return config.invocation_params.dir / Path(path).expanduser()


def _data_source(config: pytest.Config, source: str) -> str:
    return source if source in ("sample", "full") else str(_from_invocation(config, source))


def _parse_reports(config: pytest.Config, language: str) -> tuple[Report, ...]:
    try:
        return tuple(_parse_report(config, text) for text in config.getoption("--report"))
    except InputError as error:
        raise usage_error(error, language) from error


def _parse_report(config: pytest.Config, text: str) -> Report:
    kind, _, path = text.partition(":")
    if kind not in REPORT_KINDS or not path:
        raise _no_report(text, say("no such kind, or no path"))
    target = _from_invocation(config, path)
    try:
        if target.is_dir():
            raise _no_report(text, say("the path of a folder"))
        with tempfile.TemporaryFile(dir=target.parent):
            return Report(kind, target)
    except OSError as error:
        raise _no_report(text, verbatim(error.strerror or str(error))) from error


def _no_report(text: str, got: Message) -> InputError:
    return InputError(
        Feedback(
            problem=say("`--report {text}` names no report that can be written.", text=text),
            expected=say(
                "KIND:PATH, with a kind of {kinds}, and a file in a folder that exists and may be written to",
                kinds=", ".join(REPORT_KINDS),
            ),
            got=got,
            next_step=say("Write, for example, `--report html:report.html`."),
        )
    )


def usage_error(error: InputError, language: str) -> pytest.UsageError:
    """Return the error as pytest shows it: the four parts, one a line, and exit status 4."""
    lines = [
        f"{render(PART_WORDS[part], language)}: {render(message, language)}"
        for part, message in four_parts(error.feedback)
    ]
    return pytest.UsageError(*lines)
