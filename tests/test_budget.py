"""What a submission's functions may take together, and how long one is waited for that took too long."""

import math

import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.messages import render
from grader.results import Verdict
from grader.sandbox.worker import Limits
from grader.submission.budget import Budget
from grader.submission.engines import InProcessEngine, SandboxEngine
from grader.submission.source import read_source
from grader.submission.submission import Submission

SOURCE = b"""
import time

def doze(seconds):
    time.sleep(seconds)
    return 1

def endless(images):
    while True:
        pass
"""


@pytest.fixture
def work(warm_sandbox):
    submission = Submission(read_source("some.py", SOURCE), SandboxEngine(warm_sandbox), "some")
    yield submission
    submission.close()


def problem(failed):
    assert failed.value.verdict is Verdict.TIMEOUT
    return render(failed.value.feedback.problem, "en")


@pytest.mark.parametrize(("first", "then"), [("call", "keep"), ("keep", "call"), ("keep", "keep")])
def test_function_that_took_too_long_is_not_waited_for_again(work, first, then):
    work.limits = Limits(seconds=0.5, memory_mib=512)
    with pytest.raises(CheckFailed) as failed:
        getattr(work.endless, first)(np.zeros(3))
    assert problem(failed) == "endless did not finish in time."
    work.limits = Limits(seconds=300.0, memory_mib=512)
    ended_workers = work.engine.generation
    with pytest.raises(CheckFailed) as failed:
        getattr(work.endless, then)(np.ones(3))
    assert problem(failed) == "endless did not finish in time."
    # It was not begun: no further worker had to be ended.
    assert work.engine.generation == ended_workers


def test_many_calls_below_their_limits_use_up_the_time_of_all(work):
    work.budget = Budget(1.0)
    assert work.doze(0.6) == 1
    # What is left is less than the call's own limit.
    with pytest.raises(CheckFailed) as failed:
        work.doze(5.0)
    assert problem(failed) == "doze did not finish in time."
    work._too_slow.clear()
    with pytest.raises(CheckFailed) as failed:
        work.doze(0.0)
    assert problem(failed) == "doze was not called: your functions have used up their time."
    work.forget_calls()
    assert work.doze(0.1) == 1


def test_who_debugs_has_all_the_time():
    work = Submission(read_source("some.py", SOURCE), InProcessEngine(), "some")
    work.budget = Budget(0.1)
    assert [work.doze(0.2), work.doze(0.21)] == [1, 1]


def test_budget_without_end_never_ends():
    budget, limits = Budget(math.inf), Limits(seconds=1.0, memory_mib=1)
    with budget.spent():
        pass
    assert budget.within(limits, "doze") == limits
