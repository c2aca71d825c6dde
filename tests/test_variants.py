"""Each right answer that is written differently gets full points."""

from collections import Counter

import pytest

from grader.course.answers import functions_of

from .conftest import COURSE


def words(flaws):
    return [str(flaw) for flaw in flaws]


def test_variant_gets_full_points(variant, proofs):
    assert words(proofs(variant.chapter).prove_variant(variant)) == []


@pytest.mark.parametrize("turn", [1, -1], ids=["first", "last"])
def test_variants_work_together_end_to_end(chapter, turn, proofs):
    assert words(proofs(chapter).prove_together(proofs(chapter).variants[::turn])) == []


def test_every_function_has_two_variants(chapter, proofs):
    counts = Counter(variant.function for variant in proofs(chapter).variants)
    assert {name: counts[name] >= 2 for name in functions_of(COURSE.master(chapter))} == dict.fromkeys(counts, True)
