"""How strong the checks of a tiny made-up chapter are, measured with its mutants."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.course.equivalents import equivalents_file, read_equivalents
from grader.course.errors import CourseError
from grader.course.strength import Fate, measure_strength, strength_lines
from grader.layout import find_course

MASTER = """\
# %%
def double(number):
    ### BEGIN SOLUTION
    return number * 2
    ### END SOLUTION


# %%
def shift(number):
    ### BEGIN SOLUTION
    return number + 10
    ### END SOLUTION
"""
# `double` is checked at 0 alone, `shift` well; the chain tells doubling from not doubling.
CHECKS = '''
"""Chapter 9: A made-up one"""

import pytest

from grader.expect import expect


@pytest.mark.task("double", points=2)
def test_double_of_nothing(submission):
    """The double of 0 is 0."""
    expect(submission.double(0)).is_close_to(0, absolute=0)


@pytest.mark.task("shift", points=2)
@pytest.mark.limits(seconds=2)
def test_shift(submission):
    """5 becomes 15."""
    expect(submission.shift(5)).is_close_to(15, absolute=0)


@pytest.mark.task("all_together", points=2, functions=("double", "shift"))
def test_chain(submission):
    """2 becomes 14 or more."""
    assert submission.shift(submission.double(2)) >= 14
'''
SURVIVOR = "number * 2 -> number * 3"


@pytest.fixture
def course(tmp_path):
    """Return the master of a course in a folder of its own."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "test_ch9.py").write_text(CHECKS)
    (tmp_path / "solutions" / "equivalents").mkdir(parents=True)
    master = tmp_path / "solutions" / "ch9.py"
    master.write_text(MASTER)
    return master


def measure(master, **options):
    """Measure the checks of the course in whose folder the master lies."""
    return measure_strength(master, course=find_course(master.parents[1]), **options)


def list_equivalents(master, *entries):
    text = "".join(
        f'[[equivalent]]\nfunction = "{function}"\nchanges = [\'{change}\']\nreason = "{reason}"\n\n'
        for function, change, reason in entries
    )
    equivalents_file(master).write_text(text)


def changes(tried):
    return {one.mutant.change for one in tried}


def test_weak_checks_let_mutants_survive_and_good_ones_kill_them(course, warm_sandbox):
    seen = []
    strength = measure_strength(
        course, course=find_course(course.parents[1]), sandbox=warm_sandbox, progress=lambda *told: seen.append(told)
    )
    double, shift = strength.functions
    assert (double.function, double.made, shift.function) == ("double", len(double.tried), "shift")
    assert changes(double.of(Fate.SURVIVED)) == {SURVIVOR}
    assert "test_chain" in {one.reason for one in double.of(Fate.KILLED)}
    assert shift.kill_rate == 1.0
    assert strength.kill_rate == pytest.approx(len(strength.of(Fate.KILLED)) / len(strength.tried))
    assert not strength.is_enough
    assert [told[:2] for told in seen] == [(n, len(strength.tried)) for n in range(1, len(strength.tried) + 1)]
    assert [told[2] for told in seen] == list(strength.tried)
    lines = strength_lines(strength)
    assert f"{course}:4: {SURVIVOR}: double survives" in lines
    assert any(str(equivalents_file(course)) in line for line in lines)


def test_listed_mutant_counts_as_equivalent(course, warm_sandbox):
    list_equivalents(course, ("double", SURVIVOR, "Any factor does."))
    strength = measure_strength(
        course, course=find_course(course.parents[1]), sandbox=warm_sandbox, functions=["double"]
    )
    assert [one.reason for one in strength.of(Fate.EQUIVALENT)] == ["Any factor does."]
    assert strength.kill_rate == 1.0
    assert strength.is_enough


def test_stale_entries_are_reported_with_their_line(course, warm_sandbox):
    killed = "number + 10 -> number - 10"
    list_equivalents(course, ("shift", killed, "Wrong."), ("shift", "number + 9 -> number", "Gone."))
    strength = measure_strength(
        course, course=find_course(course.parents[1]), sandbox=warm_sandbox, functions=["shift"]
    )
    assert [stale.why for stale in strength.stale] == [
        "it is killed, by test_shift",
        "there is no such mutant any more",
    ]
    assert killed in changes(strength.of(Fate.KILLED))
    assert not strength.is_enough
    file = equivalents_file(course)
    assert f"{file}:3: shift: {killed}: it is killed, by test_shift; remove this change" in strength_lines(strength)
    assert [stale.entry.line for stale in strength.stale] == [3, 8]


def test_entries_of_functions_that_were_not_asked_for_are_left_alone(course, warm_sandbox):
    list_equivalents(course, ("double", "gone", "Gone."))
    assert (
        measure_strength(
            course, course=find_course(course.parents[1]), sandbox=warm_sandbox, functions=["shift"], limit=1
        ).stale
        == ()
    )


def test_failing_grader_never_counts_as_killed(course, warm_sandbox):
    checks = course.parents[1] / "checks" / "test_ch9.py"
    broken = CHECKS.replace("is_close_to(15, absolute=0)", "is_close_to(15)").replace(
        "    expect(submission.shift(5))", "    if submission.shift(5) == 15:\n        return\n    expect(0)"
    )
    checks.write_text(broken)
    strength = measure_strength(
        course, course=find_course(course.parents[1]), sandbox=warm_sandbox, functions=["shift"]
    )
    assert strength.of(Fate.KILLED) == ()
    assert {one.fate for one in strength.tried} == {Fate.FAULT}
    assert strength.kill_rate == 0.0
    assert not strength.is_enough
    assert any(
        "the grader failed over shift: test_shift (grader_error: TypeError" in line for line in strength_lines(strength)
    )


@pytest.mark.slow
def test_mutant_without_end_is_stopped_and_killed(course, warm_sandbox):
    text = MASTER.replace(
        "    return number + 10\n", "    while number < 15:\n        number += 1\n    return number\n"
    )
    course.write_text(text)
    strength = measure_strength(
        course, course=find_course(course.parents[1]), sandbox=warm_sandbox, functions=["shift"]
    )
    endless = [one for one in strength.tried if one.mutant.change == "number += 1 -> number -= 1"]
    assert [(one.fate, one.reason[:20]) for one in endless] == [(Fate.KILLED, "test_shift (timeout:")]
    assert [one.by_clock for one in strength.tried if one.fate is Fate.KILLED].count(True) >= 1
    assert any("number -= 1: shift was killed by its time limit alone" in line for line in strength_lines(strength))


def test_checks_that_wait_for_others_are_not_mistaken_for_killers(course, warm_sandbox):
    checks = course.parents[1] / "checks" / "test_ch9.py"
    shift = '@pytest.mark.task("shift"'
    checks.write_text(CHECKS.replace(shift, f'@pytest.mark.requires("double")\n{shift}'))
    strength = measure_strength(
        course, course=find_course(course.parents[1]), sandbox=warm_sandbox, functions=["shift"], limit=3
    )
    assert {one.reason for one in strength.of(Fate.KILLED)} == {"test_shift"}


@pytest.mark.slow
def test_sample_is_the_same_for_the_same_seed(course, warm_sandbox):
    drawn = [measure(course, sandbox=warm_sandbox, limit=1, seed=seed) for seed in (0, 0, 3)]
    assert drawn[0] == drawn[1]
    assert [len(function.tried) for function in drawn[0].functions] == [1, 1]
    assert changes(drawn[0].tried) != changes(drawn[2].tried)
    lines = strength_lines(drawn[2])
    assert "  a sample, drawn with seed 3" in lines


def test_master_that_does_not_pass_its_checks_is_refused(course, warm_sandbox):
    course.write_text(MASTER.replace("+ 10", "+ 11"))
    with pytest.raises(CourseError, match=r"test_shift\n.*pytest grader --submission .*ch9\.py"):
        measure(course, sandbox=warm_sandbox)


def test_function_without_a_check_is_refused(course, warm_sandbox):
    course.write_text(MASTER + MASTER.split("\n\n\n")[0].replace("double", "triple"))
    with pytest.raises(CourseError, match="no check of triple"):
        measure(course, sandbox=warm_sandbox)


def test_unknown_function_is_refused(course):
    with pytest.raises(CourseError, match=r"no function halve .*\n.*one of double, shift"):
        measure(course, functions=["halve"])


def test_chapter_without_marks_is_refused(course):
    course.write_text("# %%\ndef double(number):\n    return number * 2\n")
    with pytest.raises(CourseError, match="no solution is marked"):
        measure(course)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[equivalent]\n", r"ch9\.toml:1: the list of equivalent mutants cannot be read"),
        ("\n[[equivalent]]\nfunction = 'f'\nchanges = ['a -> b']\n", r"ch9\.toml:2: an entry is incomplete"),
        ("[[equivalent]]\nfunction = 'f'\nchanges = 'a -> b'\nreason = 'r'\n", r"ch9\.toml:1: an entry is incomplete"),
        ("[[equivalent]]\nfunction = 'f'\nchanges = []\nreason = 'r'\n", r"ch9\.toml:1: an entry is incomplete"),
        (
            "[[equivalent]]\nfunction = 'f'\nchanges = ['a', 'a']\nreason = 'r'\n",
            r"ch9\.toml:3: a change is listed twice",
        ),
    ],
)
def test_bad_list_of_equivalents_names_its_line(tmp_path, text, message):
    path = tmp_path / "ch9.toml"
    path.write_text(text)
    with pytest.raises(CourseError, match=message):
        read_equivalents(path)


def test_chapter_without_a_list_has_no_equivalents(tmp_path):
    assert read_equivalents(tmp_path / "ch9.toml") == ()


def test_every_list_of_equivalents_can_be_read_and_belongs_to_a_chapter():
    solutions = Path(__file__).parents[1] / "solutions"
    for path in (solutions / "equivalents").glob("*"):
        assert read_equivalents(path)
        assert (solutions / f"{path.stem}.py").is_file()


def test_command_prints_survivors_and_exits_with_1(course):
    done = CliRunner().invoke(
        app, ["validate", "ch9", "--mutants", "--function", "double", "--course", str(course.parents[1])]
    )
    assert done.exit_code == 1
    assert f"ch9.py:4: {SURVIVOR}: double survives" in done.output.replace("\n", " ")
    assert "\nch9: " in done.output


def test_command_says_what_is_wrong_with_its_arguments(course):
    done = CliRunner().invoke(app, ["validate", "ch8", "--mutants", "--course", str(course.parents[1])])
    assert done.exit_code == 1
    assert "there is no chapter ch8" in done.output
