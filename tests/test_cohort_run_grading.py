"""One job: the result is that of the plugin, whatever the submission does; the grader's own failure is no verdict."""

import contextlib
import math
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.cohort.gradings import Conditions, Grading, Job
from grader.cohort.running import grading
from grader.cohort.running.grading import Ability, Reply, ability, ability_packed, grade_job, grade_packed, is_weaker
from grader.cohort.running.storable import storable
from grader.doctor.corpus import read_corpus
from grader.layout import find_course
from grader.messages import Message, render, say
from grader.plugin.grade import grade
from grader.plugin.judging import digest_of_checks
from grader.plugin.passes import Passes
from grader.results import ChapterResult, CheckResult, Curve, Feedback, ModelPicture, TaskResult, Verdict
from grader.sandbox.confine import Level
from grader.sandbox.process import Sandbox, SandboxError

CORPUS = read_corpus()
CHAPTER = "ch1_attacked"
COURSE = find_course(CORPUS.root / "course")
# What another has passed would save the very calls that are looked at here.
CONDITIONS = Conditions(course=str(COURSE.root), alone=True)
RIGHT = """import numpy as np


def scale(images):
    return images.astype("float32") / np.float32(255)


def total(numbers):
    return int(numbers.sum())
"""
# They do their worst in milliseconds, and without TensorFlow.
QUICK = ("a01_exit_in_function", "a04_forged_answer", "a06_patched_builtins", "a25_points_of_its_own")


def job(text: str | bytes = RIGHT, **more) -> Job:
    content = text.encode() if isinstance(text, str) else text
    return Job(1, CHAPTER, {f"{CHAPTER}.py": content}, "s1", **more)


def verdicts(result: ChapterResult | None):
    assert result is not None
    return [(check.name, check.verdict) for task in result.tasks for check in task.checks]


@pytest.fixture(scope="module", autouse=True)
def _close_the_bench():
    yield
    grading._bench.close()


# ---------------------------------------------------------------- what comes of a submission


def test_grading_has_points_conditions_digest_and_cost():
    done = grade_job(job(), CONDITIONS)
    assert done.failure == "" and done.result is not None and done.surroundings is not None
    assert (done.result.earned, done.result.points) == (6, 6)
    assert done.checks_digest == digest_of_checks(COURSE, CHAPTER)
    assert done.surroundings.sandbox == Level.NAMESPACES.value and done.surroundings.data == "sample"
    assert done.seconds > 0 and 0 < done.cpu_s < 60


def test_processor_time_of_the_sandbox_is_counted():
    burning = RIGHT.replace(
        "    return images",
        "    import time\n    until = time.process_time() + 0.6\n"
        "    while time.process_time() < until: pass\n    return images",
    )
    plain, burnt = grade_job(job(), CONDITIONS), grade_job(job(burning), CONDITIONS)
    # Three checks call it.
    assert burnt.cpu_s > plain.cpu_s + 1.5


def test_no_path_of_the_day_is_in_a_result():
    both = {f"{CHAPTER}.py": RIGHT.encode(), f"{CHAPTER}.ipynb": b"{}", "numpy.py": b""}
    done = grade_job(msgspec.structs.replace(job(), files=both), CONDITIONS)
    assert tempfile.gettempdir() not in msgspec.json.encode(done).decode()
    assert done.result is not None and done.result.file == f"{CHAPTER}.py"


def in_the_class(folder: Path) -> tuple[Grading, float]:
    """Grade a hostile learner's work, and an honest one's after it; return the first, and the points of the second."""
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.stem == CHAPTER}
    hostile = grade_job(msgspec.structs.replace(job(), files=files), Conditions(course=str(COURSE.root)))
    honest = grade_job(job(), CONDITIONS)
    assert honest.result is not None
    return hostile, honest.result.earned


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[] if case.name in QUICK else [pytest.mark.slow])
        for case in CORPUS.cases
        if any(path.stem == CHAPTER and path.is_file() for path in CORPUS.folder(case).iterdir())
    ],
)
def test_hostile_learner_in_a_class_gets_the_marks_of_one_alone_and_costs_no_other_any(case):
    hostile, points_of_the_next = in_the_class(CORPUS.folder(case))
    with contextlib.closing(Sandbox()) as alone:
        lone = grade(CORPUS.folder(case), course=COURSE, chapter=CHAPTER, sandbox=alone).result
    assert lone is not None and hostile.failure == ""
    assert verdicts(hostile.result) == verdicts(lone.chapters[0])
    assert points_of_the_next == 6


def test_class_tells_how_much_was_shared_and_runs_each_alone_where_that_is_asked_for(monkeypatch):
    # Other tests of this process may have passed with the same code.
    monkeypatch.setattr(grading._bench, "passes", Passes())
    sharing = Conditions(course=str(COURSE.root))
    first, second = grade_job(job(), sharing), grade_job(job(f"# mine\n{RIGHT}"), sharing)
    alone = grade_job(job(), CONDITIONS)
    assert (first.shared, second.shared, alone.shared) == (0, 4, 0)
    assert {one.result.earned for one in (first, second, alone)} == {6}
    assert verdicts(first.result) == verdicts(alone.result)


@pytest.mark.parametrize("name", ["../escaped.py", "/etc/passwd", "", "ch2_other.py"])
def test_only_the_chapters_own_files_are_written(name, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    asked = msgspec.structs.replace(job(), files={**job().files, name: b"x"})
    done = grade_job(asked, CONDITIONS)
    assert done.result is not None and done.result.earned == 6
    assert [path.name for path in tmp_path.rglob("*") if path.read_bytes() == b"x" if path.is_file()] == []


# ---------------------------------------------------------------- the grader's own failures


def test_submission_without_the_chapters_file_is_a_failure_of_the_grader():
    done = grade_job(msgspec.structs.replace(job(), files={}), CONDITIONS)
    assert done.result is None and done.failure.startswith("no result, exit status 4")


def test_worn_out_sandbox_is_replaced_once(monkeypatch):
    tries = []

    def worn_out(*arguments, sandbox, **named):
        tries.append(sandbox)
        if len(tries) == 1:
            raise SandboxError("no worker can be forked")
        return grade(*arguments, sandbox=sandbox, **named)

    monkeypatch.setattr(grading, "grade", worn_out)
    done = grade_job(job(), CONDITIONS)
    assert done.failure == "" and done.result is not None and done.result.earned == 6
    assert len(tries) == 2 and tries[0] is not tries[1]


def test_sandbox_that_fails_twice_is_a_failure_and_no_zero(monkeypatch):
    def broken(*arguments, **named):
        raise SandboxError("out of processes")

    monkeypatch.setattr(grading, "grade", broken)
    done = grade_job(job(), CONDITIONS)
    assert done.result is None and done.failure == "the sandbox failed: out of processes"


def test_anything_else_that_goes_wrong_is_told_and_not_raised(monkeypatch):
    def broken(*arguments, **named):
        raise RuntimeError("x" * 5000)

    monkeypatch.setattr(grading, "grade", broken)
    done = grade_job(job(), CONDITIONS)
    assert done.failure.startswith("RuntimeError: xxx") and len(done.failure) <= grading.MAX_REASON


def test_check_that_is_broken_is_a_failure_that_names_it(tmp_path):
    course = broken_course(tmp_path)
    done = grade_job(job(), Conditions(course=str(course)))
    assert done.failure.startswith("test_sum_is_right: ") and "ZeroDivisionError" in done.failure
    assert done.result is not None and Verdict.GRADER_ERROR in dict(verdicts(done.result)).values()


def broken_course(folder: Path) -> Path:
    """Make a copy of the course one of whose checks divides by zero."""
    for name in ("checks", "solutions"):
        (folder / name).mkdir()
        for path in (COURSE.root / name).glob(f"*{CHAPTER}.py"):
            text = path.read_text(encoding="utf-8")
            (folder / name / path.name).write_text(
                text.replace("expect(submission.total", "1 / 0; expect(submission.total"), encoding="utf-8"
            )
    return folder


# ---------------------------------------------------------------- what crosses the border


def test_job_and_reply_travel_as_json():
    reply = msgspec.json.decode(grade_packed(msgspec.json.encode(job()), msgspec.json.encode(CONDITIONS)), type=Reply)
    assert reply.grading is not None and reply.grading.result is not None and reply.grading.result.earned == 6
    told = ability_packed(msgspec.json.encode(CONDITIONS), msgspec.json.encode([CHAPTER]))
    able = msgspec.json.decode(told, type=Ability)
    assert able.trouble is None and able.checks == {CHAPTER: digest_of_checks(COURSE, CHAPTER)}


def test_process_with_a_weak_sandbox_does_not_begin(monkeypatch):
    monkeypatch.setattr(grading, "strongest_level", lambda: Level.PROCESS)
    grading.unfit_for.cache_clear()
    try:
        reply = msgspec.json.decode(grade_packed(b"no job at all", msgspec.json.encode(CONDITIONS)), type=Reply)
        assert reply.grading is None and reply.unfit is not None
        assert "too weak" in render(reply.unfit.problem, "en") and reply.unfit.got is not None
        assert "the level `process`" in render(reply.unfit.got, "en")
    finally:
        grading.unfit_for.cache_clear()


def test_process_without_the_data_or_the_course_says_so(tmp_path):
    missing = ability(Conditions(data=str(tmp_path / "none.npz"), course=str(COURSE.root)), [])
    assert missing.trouble is not None and "none.npz" in render(missing.trouble.problem, "en")
    nowhere = ability(Conditions(course=str(tmp_path / "away")), [])
    assert nowhere.trouble is not None and "holds no course" in render(nowhere.trouble.problem, "en")


def test_levels_are_ordered():
    assert is_weaker(Level.LANDLOCK, Level.NAMESPACES) and is_weaker(Level.NONE, Level.PROCESS)
    assert not is_weaker(Level.NAMESPACES, Level.NAMESPACES) and not is_weaker(Level.NAMESPACES, Level.NONE)


numbers = st.floats() | st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(codec=None, categories=None), max_size=8)
messages = st.builds(lambda value, text: say("{a} {b}", a=value, b=text), numbers, texts)
gradings = st.builds(
    lambda told, curve, accuracy, output: Grading(
        ChapterResult(
            CHAPTER,
            told,
            None,
            (TaskResult("t", 1.0, (CheckResult("c", told, 1.0, Verdict.FAIL, Feedback(told, output=output)),)),),
            learner=ModelPicture(Curve({"loss": tuple(curve)}), accuracy=accuracy),
        ),
        None,
        "",
    ),
    messages,
    st.lists(st.floats(), max_size=4),
    st.none() | st.floats(),
    texts,
)


@given(gradings)
def test_whatever_a_result_holds_json_gives_it_back(done):
    kept = storable(done)
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Grading) == kept
    assert storable(kept) == kept
    assert done.result is not None and kept.result is not None
    before, after = (render(result.title, "en") for result in (done.result, kept.result))
    assert before.encode("utf-16", "surrogatepass").decode("utf-16", "replace") == after


def test_curve_ends_at_the_first_number_that_is_none():
    curve = Curve({"loss": (1.0, math.nan, 2.0), "accuracy": (math.inf,)})
    assert storable(curve) == Curve({"loss": (1.0,)})
    assert storable(Message("{x}", {"x": math.nan})) == Message("{x}", {"x": "nan"})
