"""The two ways in which grading stops early, each with words for the person concerned. Trusted side, ground floor."""

from __future__ import annotations

from grader.messages import Message, render, say, verbatim
from grader.results import Feedback, Verdict


class InputError(Exception):
    """What the grader was given cannot be used: a path, a data file, an option."""

    def __init__(self, feedback: Feedback) -> None:
        super().__init__(render(feedback.problem, "en"))
        self.feedback = feedback


class CheckFailed(Exception):
    """A check did not pass. The feedback says why in four parts."""

    def __init__(self, feedback: Feedback, verdict: Verdict = Verdict.FAIL) -> None:
        super().__init__(render(feedback.problem, "en"))
        self.feedback = feedback
        self.verdict = verdict


PARTS = ("problem", "expected", "got", "next_step")


def four_parts(feedback: Feedback) -> list[tuple[str, Message]]:
    """Return the parts of `feedback` that are there, by the names in `PARTS`."""
    return [(part, message) for part in PARTS if (message := getattr(feedback, part)) is not None]


def grader_failed(kind: Message, reason: str) -> Feedback:
    """Return what a learner is told where the fault is the grader's own. `kind`: what of it failed."""
    return Feedback(
        problem=say("The grader failed here: {kind}. It is not your fault and costs you nothing.", kind=kind),
        got=verbatim(reason[:500]),
        next_step=say("Run it again; if it happens again, show this to your teacher."),
    )
