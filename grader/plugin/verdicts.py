"""From what happened in a check to its verdict. Trusted side."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from grader.errors import CheckFailed, InputError, four_parts, grader_failed
from grader.messages import Message, render, say, verbatim
from grader.plugin.collection import CHECK, Check
from grader.plugin.fixtures import MEASURED
from grader.plugin.mistakes import recognise
from grader.plugin.run import RUN, Run
from grader.report.words import PART_WORDS, VERDICT_WORDS
from grader.results import CheckResult, Feedback, Verdict
from grader.sandbox.process import SandboxError
from grader.sandbox.wire import WireError
from grader.submission.reference import ReferenceFailed

NOT_RUN = (Verdict.TODO, Verdict.BLOCKED)
# Verdicts a check may have because of what the learner's function does; only these can be a known mistake.
LEARNERS_OWN = (Verdict.FAIL, Verdict.TIMEOUT, Verdict.MEMORY, Verdict.CRASH)

STOPPED = (KeyboardInterrupt, pytest.exit.Exception)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
    """Settle the verdict, and leave in pytest's report nothing but the learner's own message.

    What pytest would show, the grader's frames with their inputs and expected values, never gets into any report. Nor
    is it made: that would take longer than all else there is to do for an exercise nobody has touched.
    """
    check = item.stash[CHECK]
    run = item.config.stash[RUN]
    if call.excinfo is None or call.when == "teardown" or call.excinfo.errisinstance(STOPPED):
        if call.excinfo is None and call.when == "call":
            _add(run, item, check, Verdict.PASS, None, call.duration)
        report = pytest.TestReport.from_item_and_call(item, call)
        report.sections = []
        return report
    verdict, feedback = _judge(call.excinfo.value, check)
    if verdict in LEARNERS_OWN:
        feedback = _with_mistake(run, check, _with_output(run, check, feedback))
    _add(run, item, check, verdict, feedback, call.duration)
    text = describe_feedback(feedback, run.settings.language)
    if verdict in NOT_RUN:
        file = run.handed[check.chapter].file
        where = file.name if file else check.chapter
        return _report(item, call, "skipped", (where, 0, f"{verdict.value}: {text}"))
    return _report(item, call, "failed", f"{render(VERDICT_WORDS[verdict], run.settings.language)}\n{text}")


def _report(
    item: pytest.Item,
    call: pytest.CallInfo[None],
    outcome: Literal["failed", "skipped"],
    text: str | tuple[str, int, str],
) -> pytest.TestReport:
    assert call.when != "collect", "checks are run here, not collected"
    return pytest.TestReport(
        item.nodeid,
        item.location,
        dict.fromkeys(item.keywords, 1),
        outcome,
        text,
        call.when,
        duration=call.duration,
        start=call.start,
        stop=call.stop,
        user_properties=item.user_properties,
    )


def _judge(error: BaseException, check: Check) -> tuple[Verdict, Feedback]:
    if isinstance(error, CheckFailed):
        return error.verdict, _without_values(error) if check.hidden else error.feedback
    if isinstance(error, AssertionError):
        # A teacher's bare assert: its own message is meant for the learner, what pytest adds to it is not.
        words = str(error.args[0]).split("\n")[0] if error.args else ""
        return Verdict.FAIL, Feedback(problem=verbatim(words) if words else say("The check did not pass."))
    if isinstance(error, InputError):
        return Verdict.GRADER_ERROR, error.feedback
    if isinstance(error, WireError):
        return Verdict.CRASH, Feedback(
            problem=say("What came back from your code could not be read."),
            next_step=say("Return plain arrays, numbers, models or figures, as the chapter describes."),
        )
    kind = say("the check itself failed")
    if isinstance(error, SandboxError):
        kind = say("the sandbox failed")
    elif isinstance(error, ReferenceFailed):
        kind = say("the reference solution failed")
    return Verdict.GRADER_ERROR, grader_failed(kind, f"{type(error).__name__}: {error}")


def _without_values(failed: CheckFailed) -> Feedback:
    """Keep of a hidden check's feedback what gives away neither its inputs nor what it expects."""
    if failed.verdict not in LEARNERS_OWN:
        return failed.feedback
    if failed.verdict is not Verdict.FAIL:
        # An exit status or the name of a function in a traceback can carry a number that the work was given.
        return msgspec.structs.replace(failed.feedback, got=None, places=(), output="")
    return Feedback(
        problem=say("This check uses inputs that are not shown, and your function's answer to them is not right yet."),
        next_step=say("Look at the other checks of this function first: they show values."),
    )


def _with_output(run: Run, check: Check, feedback: Feedback) -> Feedback:
    """Show what the learner's function printed in the call before a value was found wrong."""
    trace = run.submission(check.chapter).trace
    if feedback.output or check.hidden or not trace:
        return feedback
    _, _, result = trace[-1]
    return feedback if isinstance(result, CheckFailed) else msgspec.structs.replace(feedback, output=result.output)


def _with_mistake(run: Run, check: Check, feedback: Feedback) -> Feedback:
    try:
        mistake = recognise(run, check)
    except (CheckFailed, InputError, SandboxError, WireError, TypeError):
        # Not to know the mistake's name costs the learner a hint, not the run.
        return feedback
    if mistake is None:
        return feedback
    name, sentence = mistake
    return msgspec.structs.replace(feedback, mistake=Message(sentence), mistake_name=name)


def _add(
    run: Run, item: pytest.Item, check: Check, verdict: Verdict, feedback: Feedback | None, seconds: float
) -> None:
    result = CheckResult(
        name=item.name,
        title=check.title,
        points=check.points,
        verdict=verdict,
        feedback=feedback,
        measured=item.stash.get(MEASURED, None),
        seconds=round(seconds, 4),
        hidden=check.hidden,
    )
    run.results.setdefault((check.chapter, check.task), []).append(result)


def describe_feedback(feedback: Feedback, language: str) -> str:
    """Return the feedback as plain lines, for reports that take only text."""
    lines = [render(feedback.mistake, language)] if feedback.mistake else []
    lines += [
        f"{render(PART_WORDS[part], language)}: {render(words, language)}" for part, words in four_parts(feedback)
    ]
    lines += [f"{place.file}:{place.line}: {place.text.strip()}" for place in feedback.places]
    return "\n".join(lines)
