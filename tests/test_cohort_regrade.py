"""`grader regrade` and `grader replay`: only what a changed check touches is graded anew, and nothing is lost."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest

from grader.cohort.gradebook import open_gradebook
from grader.cohort.gradings import Conditions, Grading
from grader.cohort.running import regrade
from grader.cohort.running.changes import change_in
from grader.cohort.submitted import Learner, Submitted
from grader.doctor.corpus import CORPUS
from grader.messages import render, say
from grader.results import ChapterResult, CheckResult, Feedback, TaskResult, Verdict

ROOT = Path(__file__).parents[1]
CHAPTER = "ch1_attacked"
RIGHT = """import numpy as np


def scale(images):
    return images.astype("float32") / np.float32(255)


def total(numbers):
    return int(numbers.sum())
"""
LEARNERS = {
    "anna": RIGHT,
    "李明": RIGHT.replace("int(numbers.sum())", "0"),
    "zoë": RIGHT.replace("255", "256"),
}
GRADER = [sys.executable, "-c", "from grader.cli import app; app()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "COLUMNS": "120"}


def run(folder, *words):
    done = subprocess.run(
        [*GRADER, *words], cwd=folder, env=ENVIRONMENT, capture_output=True, encoding="utf-8", timeout=240, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def grade(folder, *words):
    return run(folder, *words, "--course", "course", "--jobs", "1")


def change_checks(folder, old, new):
    path = folder / "course" / "checks" / f"test_{CHAPTER}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def stored(folder):
    with open_gradebook(folder / "gradebook.sqlite") as book:
        return [(work.grading_id, work.learner.id, work.grading.result.earned) for work in book.works(all_rounds=True)]


@pytest.fixture(scope="module")
def first_graded(tmp_path_factory):
    """A folder with a class that has been graded once."""
    folder = tmp_path_factory.mktemp("class")
    shutil.copytree(CORPUS / "course", folder / "course")
    for learner, text in LEARNERS.items():
        (folder / "work" / learner).mkdir(parents=True)
        (folder / "work" / learner / f"{CHAPTER}.py").write_text(text, encoding="utf-8")
    done = grade(folder, "grade", "work")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def graded(first_graded, tmp_path):
    return Path(shutil.copytree(first_graded, tmp_path / "class"))


# ---------------------------------------------------------------- regrade


def test_without_a_change_nothing_is_graded_anew(graded):
    before = stored(graded)
    done = grade(graded, "regrade")
    assert done.returncode == 0, done.stderr
    assert "All 3 results are of today's checks: nothing to do." in done.stdout
    assert stored(graded) == before


def test_dry_run_lists_whose_points_change_and_why_and_stores_nothing(graded):
    before = stored(graded)
    points = {learner: earned for _, learner, earned in before}
    run(
        graded,
        "override",
        "李明",
        CHAPTER,
        "--points",
        "5",
        "--comment",
        "ill",
        "--why",
        "was ill",
        "--who",
        "Frau Ott",
    )
    change_checks(graded, '"total", points=1', '"total", points=4')
    dry = grade(graded, "regrade", "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "3 of 3 results are graded anew." in dry.stdout
    assert f"anna  {CHAPTER}  {points['anna']:g} → " in dry.stdout
    assert "total: " in dry.stdout and "4 points, before: 1" in dry.stdout
    assert "Frau Ott has decided on 5 points: that stays." in dry.stdout
    assert "Nothing is stored yet." in dry.stdout
    assert stored(graded) == before

    # In earnest nothing is trained again: what the dry run found is stored, without any worker.
    done = grade(graded, "regrade")
    assert done.returncode == 0, done.stderr
    assert "Starting the workers" not in done.stdout
    changes = [line for line in dry.stdout.splitlines() if "→" in line]
    assert changes and changes == [line for line in done.stdout.splitlines() if "→" in line]
    after = stored(graded)
    assert set(before) < set(after) and len(after) == 6
    assert "nothing to do" in grade(graded, "regrade").stdout


def test_a_new_run_without_a_dry_one_stores_and_lists_the_same(graded):
    change_checks(graded, '"total", points=1', '"total", points=3')
    done = grade(graded, "regrade", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert "Starting the workers" in done.stdout and "3 graded anew: " in done.stdout
    assert len(stored(graded)) == 6


def test_course_whose_checks_break_leaves_the_old_results(graded):
    before = stored(graded)
    change_checks(graded, "expect(submission.total", "1 / 0; expect(submission.total")
    done = grade(graded, "regrade")
    assert done.returncode == 3
    assert "the grader failed; the old result stays" in done.stdout
    with open_gradebook(graded / "gradebook.sqlite") as book:
        assert [(work.grading_id, work.learner.id, work.grading.result.earned) for work in book.works()] == before


def test_gradebook_that_is_not_there_is_told_in_four_parts(tmp_path):
    shutil.copytree(CORPUS / "course", tmp_path / "course")
    done = grade(tmp_path, "regrade", "--gradebook", "none.sqlite")
    assert done.returncode == 4 and "Next step" in done.stderr
    assert not (tmp_path / "none.sqlite").exists()


def test_results_of_several_data_ask_for_one():
    works = [graded_work(data) for data in ("sample", "full")]
    with pytest.raises(regrade.InputError, match="different data"):
        regrade._conditions(regrade.Wish(data=""), regrade.course_for(None), works)


# ---------------------------------------------------------------- changes


def result_of(**checks):
    """checks: name -> (points, verdict)."""
    feedback = Feedback(say("It is wrong."))
    made = tuple(
        CheckResult(name, say(name), points, verdict, None if verdict is Verdict.PASS else feedback)
        for name, (points, verdict) in checks.items()
    )
    return ChapterResult(CHAPTER, say("Attacked"), None, (TaskResult("scale", sum(c.points for c in made), made),))


def graded_work(data="sample", result=None):
    with gradebook_with_a_job() as (book, number):
        book.claim("me", 1, 60.0, Conditions(data=data))
        assert book.keep("me", number, Grading(result or result_of(one=(2, Verdict.PASS)), None, "checks"))
        return book.work(number)


@contextlib.contextmanager
def gradebook_with_a_job():
    """Yield a gradebook in a folder that goes with it, with one job, and that job's number."""
    with tempfile.TemporaryDirectory() as folder, open_gradebook(Path(folder) / "gradebook.sqlite") as book:
        book.take_in(Submitted(Learner("anna"), 1, {f"{CHAPTER}.py": b""}, "work/anna"), [CHAPTER])
        yield book, 1


def test_reasons_tell_of_new_changed_and_gone_checks():
    before = result_of(one=(2, Verdict.PASS), two=(1, Verdict.PASS), gone=(1, Verdict.FAIL))
    after = result_of(one=(2, Verdict.FAIL), two=(3, Verdict.PASS), new=(1, Verdict.PASS))
    change = change_in(graded_work(result=before), Grading(after, None, "others"))
    assert (change.before, change.after, change.gain) == ((3, 4), (4, 6), 1)
    assert [render(reason, "en") for reason in change.reasons] == [
        "scale: one fail (It is wrong.), before: pass",
        "scale: two 3 points, before: 1",
        "scale: new check: new pass",
        "scale: gone: gone",
    ]


def test_equal_points_and_failures_are_no_change():
    work = graded_work()
    assert change_in(work, work.grading) is None
    assert change_in(work, msgspec.structs.replace(work.grading, failure="the sandbox")) is None


def test_failed_round_leaves_the_last_good_one_counting_and_stays_on_record():
    with gradebook_with_a_job() as (book, number):
        for round_number, failure in enumerate(("", "the sandbox failed", "again"), 1):
            (job,) = book.claim("me", 1, 60.0, Conditions())
            assert book.keep("me", job.grading_id, Grading(result_of(one=(2, Verdict.PASS)), None, "", failure))
            assert [work.grading_id for work in book.works()] == [number]
            assert len(list(book.works(all_rounds=True))) == round_number
            book.open_round([number])


# ---------------------------------------------------------------- replay


def test_replay_gives_the_same_verdicts(graded):
    before = stored(graded)
    for number, learner, earned in before:
        done = run(graded, "replay", str(number), "--lang", "en")
        assert done.returncode == 0, done.stdout + done.stderr
        assert learner in done.stdout and f"{earned:g} of " in done.stdout
        assert "It comes out the same, check by check." in done.stdout
    assert stored(graded) == before


def test_replay_says_what_has_drifted(graded):
    change_checks(graded, '"total", points=1', '"total", points=5')
    number = next(number for number, learner, _ in stored(graded) if learner == "anna")
    done = run(graded, "replay", str(number), "--course", "course", "--lang", "en")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "The checks have changed since" in done.stdout
    assert "It comes out differently. What has changed since stands above." in done.stdout


def test_replay_of_a_number_that_nothing_has(graded):
    done = run(graded, "replay", "999", "--lang", "en")
    assert done.returncode == 4 and "Next step" in done.stderr
