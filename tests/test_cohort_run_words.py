"""What a teacher reads while a class is graded and at its end; a learner's name steers no terminal."""

import datetime
import io

import msgspec
import pytest

from grader.cohort.commands.screen import ClassScreen
from grader.cohort.gradings import Conditions, GradedWork, Grading, Job
from grader.cohort.running.class_words import MOST_NAMED, ClosingWords, RunWords
from grader.cohort.running.grade_class import Collected
from grader.cohort.running.terms import Tally
from grader.cohort.submitted import Learner, Refusal
from grader.doctor.corpus import CORPUS
from grader.layout import find_course
from grader.messages import say, verbatim
from grader.plugin.judging import digest_of_checks
from grader.results import ChapterResult, CheckResult, Feedback, TaskResult, Verdict

CHAPTER = "ch1_attacked"
COURSE = find_course(CORPUS / "course")
CHECK = CheckResult("c", say("c"), 2.5, Verdict.PASS)
RESULT = ChapterResult(CHAPTER, say("t"), None, (TaskResult("t", 4.0, (CHECK,)),))
GOOD = Grading(RESULT, None, digest_of_checks(COURSE, CHAPTER), seconds=1.25)
JOB = Job(1, CHAPTER, {}, "s1")


class Wide(io.StringIO):
    """A file that takes a terminal's place."""


def told(act, language="en") -> str:
    stream = Wide()
    act(ClassScreen(language, stream))
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")


def while_running(act, names=None, language="en") -> str:
    def run(screen):
        with RunWords(screen, names or {}, 5) as words:
            act(words)

    return told(run, language)


def test_each_grading_has_a_line_with_learner_chapter_points_and_seconds():
    said = while_running(lambda words: words.graded(JOB, GOOD), {"s1": "李明"})
    assert "✓ 李明 (s1)  ch1_attacked  2.5/4, 1.2 s\n" in said
    assert "1/5" in said


def test_failure_and_retry_say_why():
    failed = msgspec.structs.replace(GOOD, failure="the sandbox failed: no room")
    assert "✗ s1  ch1_attacked  the grader failed: the sandbox failed: no room" in while_running(
        lambda words: words.graded(JOB, failed)
    )
    assert "– s1  ch1_attacked  once more, since this time it ended" in while_running(
        lambda words: words.tried(JOB, "it ended")
    )


def test_name_of_a_learner_steers_nothing():
    hostile = "\x1b[2J\n✓ fake (s9)\u202e[bold]"
    said = while_running(lambda words: words.graded(JOB, GOOD), {"s1": hostile})
    assert "\x1b" not in said and "\u202e" not in said and "[bold]" in said
    assert [line for line in said.splitlines() if line.startswith("✓ fake")] == []


def test_many_workers_refused_for_one_reason_are_one_warning():
    why = Feedback(say("The sandbox is too weak."), got=say("process"), next_step=say("Install bubblewrap."))

    def act(words):
        for number in range(9):
            words.worker_refused(f"w{number}", why)

    assert while_running(act).count("The sandbox is too weak.") == 1


def test_other_graders_are_spoken_of_once():
    said = while_running(lambda words: [words.waits_for_others(3), words.waits_for_others(2)])
    assert said.count("Other graders are at the last 3") == 1 and "last 2" not in said


class Shelf:
    """What the closing words read of a gradebook."""

    def __init__(self, *gradings: Grading, waiting: int = 0) -> None:
        self.gradings, self._waiting = gradings, waiting

    def waiting(self):
        return self._waiting

    def works(self):
        now = datetime.datetime.now(datetime.UTC)
        for number, grading in enumerate(self.gradings):
            learner = Learner(f"s{number}")
            yield GradedWork(
                grading_id=number,
                round=1,
                learner=learner,
                submission_id=number,
                attempt=1,
                digest="",
                origin="",
                handed_in_at=None,
                said_late=None,
                chapter=CHAPTER,
                grading=grading,
                graded_at=now,
                graded_by="me",
                conditions=Conditions(),
            )


def at_the_end(shelf, tally=None, collected=None):
    failures = []
    said = told(
        lambda screen: failures.append(
            ClosingWords(screen, shelf, COURSE).tell(tally or Tally(), collected or Collected())
        )
    )
    return failures[0], said


def test_end_counts_failures_of_all_runs_and_results_of_older_checks():
    older = msgspec.structs.replace(GOOD, checks_digest="before")
    failed = msgspec.structs.replace(GOOD, failure="no room")
    failures, said = at_the_end(Shelf(GOOD, older, failed, GOOD), Tally(graded=2))
    assert failures == 1 and "2 graded in this run, 3 in all." in said
    assert "1 results are of older checks: `grader regrade --dry-run`" in said
    assert "At 1 the grader itself failed, and no points are lost:\n  s2, ch1_attacked: no room" in said
    assert "grader grade --retry" in said


def test_end_names_what_was_refused_who_is_missing_and_who_is_a_stranger():
    refusal = Refusal("zip/李", Feedback(say("It is a bomb.")))
    collected = Collected(
        refusals=[refusal], missing=[Learner("m", "Mia")], strangers=[Learner("x")], notes=[verbatim("note!")]
    )
    _, said = at_the_end(Shelf(), collected=collected)
    assert "1 could not be taken in:\n  zip/李: It is a bomb." in said
    assert "1 have handed in nothing:\n  Mia (m)" in said and "1 are not in the roster:\n  x\n" in said
    assert "note!" in said and "older checks" not in said and "grader itself failed" not in said


def test_long_list_is_cut_and_its_count_is_whole():
    missing = [Learner(f"m{number}") for number in range(MOST_NAMED + 7)]
    _, said = at_the_end(Shelf(), collected=Collected(missing=missing))
    assert f"{MOST_NAMED + 7} have handed in nothing" in said
    assert f"m{MOST_NAMED - 1}\n  ...\n" in said and f"m{MOST_NAMED}\n" not in said


def test_stopped_run_says_how_to_go_on():
    _, said = at_the_end(Shelf(waiting=4), Tally(stopped=True))
    assert "4 wait to be graded: run `grader grade` again." in said and "grader report" not in said
