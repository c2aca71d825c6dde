"""Every known wrong answer fails, and the learner is told which one it is."""

from collections import Counter

import pytest

from grader.course.answers import functions_of

from .conftest import COURSE


def words(flaws):
    return [str(flaw) for flaw in flaws]


def test_mistake_costs_points_and_is_named_and_never_taken_for_another(mistake, proofs):
    assert words(proofs(mistake.chapter).prove_mistake(mistake)) == []


def test_every_check_is_failed_by_some_mistake(chapter, proofs):
    proof = proofs(chapter).prove_coverage()
    assert words(proof.flaws) == []


def test_every_function_has_mistakes(chapter, proofs):
    functions = {mistake.function for mistake in proofs(chapter).mistakes}
    assert functions == set(functions_of(COURSE.master(chapter)))


@pytest.mark.parametrize("what", ["name", "sentence"])
def test_mistakes_are_told_apart(chapter, what, proofs):
    counts = Counter(getattr(mistake, what) for mistake in proofs(chapter).mistakes)
    assert [repeated for repeated, count in counts.items() if count > 1] == []
