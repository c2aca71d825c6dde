"""What grading found: the one schema that every report is rendered from. Trusted side, ground floor."""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec

from grader.messages import Message

# What `Surroundings` names the faces by that a chapter draws itself.
DRAWN = "drawn"
SCHEMA_VERSION = 1


class Verdict(enum.Enum):
    """The closed set of outcomes of a check. Nothing but `PASS` earns points."""

    PASS = "pass"
    FAIL = "fail"
    TODO = "todo"
    BLOCKED = "blocked"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASH = "crash"
    IMPORT_ERROR = "import_error"
    GRADER_ERROR = "grader_error"


class Place(msgspec.Struct, frozen=True):
    """A line of the learner's own work: file or cell, line number counted from 1, and the line's text."""

    file: str
    line: int
    function: str
    text: str


class Feedback(msgspec.Struct, frozen=True):
    """What a learner is told about a check that did not pass: four parts, and where it happened."""

    problem: Message
    expected: Message | None = None
    got: Message | None = None
    next_step: Message | None = None
    mistake: Message | None = None
    mistake_name: str | None = None
    places: tuple[Place, ...] = ()
    output: str = ""


class CheckResult(msgspec.Struct, frozen=True):
    """One check: its title (the docstring of the check), its points and its verdict."""

    name: str
    title: Message
    points: float
    verdict: Verdict
    feedback: Feedback | None = None
    measured: Message | None = None
    seconds: float = 0.0
    hidden: bool = False

    @property
    def earned(self) -> float:
        return self.points if self.verdict is Verdict.PASS else 0.0


class TaskResult(msgspec.Struct, frozen=True):
    """One function of the chapter, or the whole chain, with all its checks.

    `points` counts every check of the task, those deselected in this run included, so that a partial run never
    looks like a full one.
    """

    name: str
    points: float
    checks: tuple[CheckResult, ...]

    @property
    def earned(self) -> float:
        return sum(check.earned for check in self.checks)

    @property
    def verdict(self) -> Verdict | None:
        """The first verdict that is not a pass, `PASS` when all passed, None when nothing ran."""
        return overall_verdict(self.checks)


class Curve(msgspec.Struct, frozen=True):
    """A learning curve: one number an epoch for each of Keras's names (loss, accuracy, val_loss, val_accuracy)."""

    values: dict[str, tuple[float, ...]]


class Misread(msgspec.Struct, frozen=True):
    """A test digit the learner's model got wrong. `pixels`: 28 x 28 = 784 bytes, 0 to 255, row by row."""

    pixels: bytes
    label: int
    predicted: int
    confidence: float


class LayerPicture(msgspec.Struct, frozen=True):
    """One layer of a model. `settings`: what it was made with, such as (`units`, `512`), as Keras names it.

    `output_shape`: of one image, without the number of images; None where it is not known.
    """

    kind: str
    settings: tuple[tuple[str, str], ...] = ()
    output_shape: tuple[int | None, ...] | None = None
    parameters: int = 0


class ModelPicture(msgspec.Struct, frozen=True):
    """What the pictures of one trained model are drawn from.

    `confusion`: rows are the true digit, columns the predicted one. `layers`: from the first to the last.
    """

    curve: Curve | None = None
    confusion: tuple[tuple[int, ...], ...] | None = None
    misread: tuple[Misread, ...] = ()
    accuracy: float | None = None
    layers: tuple[LayerPicture, ...] = ()


class ChapterResult(msgspec.Struct, frozen=True):
    """One chapter of one learner."""

    name: str
    title: Message
    file: str | None
    tasks: tuple[TaskResult, ...]
    notes: tuple[Message, ...] = ()
    learner: ModelPicture = ModelPicture()
    reference: ModelPicture = ModelPicture()

    @property
    def points(self) -> float:
        return sum(task.points for task in self.tasks)

    @property
    def earned(self) -> float:
        return sum(task.earned for task in self.tasks)


class Surroundings(msgspec.Struct, frozen=True):
    """Under what conditions the run took place.

    `data`: the source of the digits. `faces`: "drawn", or the path of the file. Either is empty where it had no part.
    """

    sandbox: str
    sandbox_note: Message
    data: str
    seed: int
    versions: dict[str, str]
    faces: str = ""


class RunResult(msgspec.Struct, frozen=True):
    """One run of the grader. `recalled`: how many checks were not run, since nothing they depend on had changed."""

    chapters: tuple[ChapterResult, ...]
    surroundings: Surroundings
    seconds: float = 0.0
    interrupted: bool = False
    recalled: int = 0
    schema_version: int = SCHEMA_VERSION

    @property
    def points(self) -> float:
        return sum(chapter.points for chapter in self.chapters)

    @property
    def earned(self) -> float:
        return sum(chapter.earned for chapter in self.chapters)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        return tuple(check for chapter in self.chapters for task in chapter.tasks for check in task.checks)

    @property
    def grader_failed(self) -> bool:
        return any(check.verdict is Verdict.GRADER_ERROR for check in self.checks)

    @property
    def exit_status(self) -> int:
        """0 when all checks passed, 1 when not yet (or when nothing ran), 3 when the grader failed."""
        if self.grader_failed:
            return 3
        return 0 if not self.interrupted and overall_verdict(self.checks) is Verdict.PASS else 1


def overall_verdict(checks: Iterable[CheckResult]) -> Verdict | None:
    """Return the first verdict that is not a pass, `PASS` when all passed, None when nothing ran.

    A task whose checks were all deselected has proven nothing, so it is not called passed.
    """
    verdicts = [check.verdict for check in checks]
    if not verdicts:
        return None
    return next((verdict for verdict in verdicts if verdict is not Verdict.PASS), Verdict.PASS)
