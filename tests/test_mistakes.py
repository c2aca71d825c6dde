"""Every known wrong answer fails, and the learner is told which one it is."""

from collections import Counter

import pytest

from grader.plugin.grade import grade
from grader.results import Verdict

MAX_SENTENCE = 260


@pytest.fixture(scope="module")
def graded(warm_sandbox, tmp_path_factory):
    """Grade a mistake, once in this module: only the function it stands for is checked."""
    known = {}

    def grade_once(mistake):
        key = mistake.chapter, mistake.name
        if key not in known:
            path = mistake.write(tmp_path_factory.mktemp("submission"))
            known[key] = grade(path, "-k", mistake.function, "--lang", "en", sandbox=warm_sandbox)
        return known[key]

    return grade_once


def failed_checks(graded):
    return [check for check in graded.result.checks if check.verdict is not Verdict.PASS]


def test_mistake_costs_points_and_is_named(mistake, graded):
    outcome = graded(mistake)
    [task] = (task for chapter in outcome.result.chapters for task in chapter.tasks if task.name == mistake.function)
    failed = failed_checks(outcome)
    assert task.checks
    assert task.earned < task.points
    assert Verdict.GRADER_ERROR not in {check.verdict for check in failed}
    assert mistake.name in [check.feedback.mistake_name for check in failed]
    assert " ".join(mistake.sentence.split()) in " ".join(outcome.screen.split())


def test_mistake_is_never_taken_for_another(mistake, graded):
    names = {check.feedback.mistake_name for check in failed_checks(graded(mistake))}
    assert names <= {mistake.name, None}


def test_every_check_of_the_functions_is_failed_by_some_mistake(mistakes, graded):
    failed = {check.name for mistake in mistakes for check in failed_checks(graded(mistake))}
    checks = {check.name for mistake in mistakes for check in graded(mistake).result.checks}
    assert checks - failed == set()


def test_mistakes_are_told_apart_by_name_and_sentence(mistakes):
    for what in ("name", "sentence"):
        counts = Counter(getattr(mistake, what) for mistake in mistakes)
        assert [repeated for repeated, count in counts.items() if count > 1] == []


def test_every_function_has_mistakes(mistakes, functions):
    assert {mistake.function for mistake in mistakes} == set(functions(mistakes[0].chapter))


def test_sentence_is_short_and_complete(mistake):
    assert mistake.sentence.endswith(".")
    assert len(mistake.sentence) <= MAX_SENTENCE
