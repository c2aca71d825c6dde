"""The grading of one chapter of one submission: what is to be done, and what came of it. Trusted side."""

from __future__ import annotations

import datetime
import enum

import msgspec

from grader.cohort.submitted import Learner
from grader.messages import Message
from grader.results import ChapterResult, Surroundings

# Begun so often and come to nothing, a job is given up as the grader's failure: the first try and two more.
MOST_TRIES = 3


class Conditions(msgspec.Struct, frozen=True):
    """Under which conditions a class is graded, so that it can be done again.

    Attributes:
        level: the weakest sandbox level that is taken, by its name.
        data: what stands after `--data`.
        course: the folder of a teacher's own course; empty for the one that comes with the grader.
        alone: whether each submission is run whole, also where another one with the same code has passed.
    """

    level: str = "namespaces"
    data: str = "sample"
    course: str = ""
    alone: bool = False


class Job(msgspec.Struct, frozen=True):
    """A grading to be done. `files`: as in `Submitted`; `tries`: how often it was begun and came to nothing."""

    grading_id: int
    chapter: str
    files: dict[str, bytes]
    learner_id: str
    tries: int = 0


class Grading(msgspec.Struct, frozen=True):
    """What grading one chapter gave. It travels and is kept as JSON of msgspec.

    Attributes:
        checks_digest: of all that judges (`grader.plugin.judging.digest_of_checks`).
        failure: why the grader itself failed, where it did; then no points are lost and `result` is None, or its
            checks tell.
        seconds: wall clock; cpu_s: processor time, of the grader and the sandbox together.
        shared: how many of its checks were not run, since another submission with the same code had passed them.
    """

    result: ChapterResult | None
    surroundings: Surroundings | None
    checks_digest: str
    failure: str = ""
    seconds: float = 0.0
    cpu_s: float = 0.0
    shared: int = 0


class GradedWork(msgspec.Struct, frozen=True):
    """One chapter of one submission as the gradebook has it after grading. `conditions`: those it was graded under."""

    grading_id: int
    round: int
    learner: Learner
    submission_id: int
    attempt: int
    digest: str
    origin: str
    handed_in_at: datetime.datetime | None
    said_late: bool | None
    chapter: str
    grading: Grading
    graded_at: datetime.datetime
    graded_by: str
    conditions: Conditions = Conditions()


class Override(msgspec.Struct, frozen=True):
    """What a teacher decided by hand. It outlives every grading.

    `points`: those the learner gets for the chapter, before nothing else is taken off; None for a comment alone.
    `withdraws`: the id of the decision that this one takes back, and nothing else.
    """

    id: int
    learner_id: str
    chapter: str
    points: float | None
    comment: str
    who: str
    why: str
    at: datetime.datetime
    withdraws: int | None = None


class Status(enum.Enum):
    """Where a learner's chapter stands."""

    GRADED = "graded"
    MISSING = "missing"
    REFUSED = "refused"
    WAITING = "waiting"
    GRADER_ERROR = "grader_error"


class Mark(msgspec.Struct, frozen=True):
    """What a learner gets for a chapter.

    Attributes:
        points: the most there is. earned: by the checks, in the submission that counts; None without one.
        penalty: points taken off because it was late. final: what counts, an override included; None where nothing
            was graded: that is a 0 only where the settings say so.
        grading_id: the grading that counts. attempt: its submission's.
        late_s: seconds after the deadline and the grace; 0 where in time.
        notes: what the teacher should know of how it came about.
    """

    learner: Learner
    chapter: str
    points: float
    earned: float | None
    penalty: float
    final: float | None
    status: Status
    grading_id: int | None = None
    attempt: int | None = None
    late_s: float = 0.0
    override: Override | None = None
    notes: tuple[Message, ...] = ()
