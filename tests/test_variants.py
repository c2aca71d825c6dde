"""Each right answer that is written differently gets full points."""

from collections import Counter

import pytest

from grader.plugin.grade import grade
from grader.results import Verdict


def test_variant_gets_full_points(variant, tmp_path, warm_sandbox):
    path = variant.write(tmp_path)
    graded = grade(path, "-k", variant.function, sandbox=warm_sandbox)
    tasks = {task.name: task for chapter in graded.result.chapters for task in chapter.tasks if task.checks}
    task = tasks[variant.function]
    assert (task.earned, task.verdict) == (task.points, Verdict.PASS), graded.screen


@pytest.mark.parametrize("turn", [0, -1])
def test_variants_work_together_end_to_end(variants, turn, tmp_path, warm_sandbox):
    chosen = {}
    for variant in variants if turn == 0 else reversed(variants):
        chosen.setdefault(variant.function, variant)
    first, *others = chosen.values()
    graded = grade(first.write(tmp_path, *others), sandbox=warm_sandbox)
    assert graded.exit_status == 0, graded.screen
    assert graded.result.earned == graded.result.points


def test_every_function_has_two_variants(variants, functions):
    counts = Counter(variant.function for variant in variants)
    assert {name: counts[name] >= 2 for name in functions(variants[0].chapter)} == dict.fromkeys(counts, True)
