"""Draws the results of a class without grading anybody, for the pages, whose looks do not depend on truth."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence

from grader.cohort.gradings import GradedWork, Grading, Mark, Override, Status
from grader.cohort.pages import ClassRecord
from grader.cohort.similar.fingerprints import read_traits
from grader.cohort.similar.similarity import find_similar
from grader.cohort.submitted import Learner, Refusal
from grader.expect.accuracy import Floor
from grader.messages import Message, say, verbatim
from grader.results import (
    ChapterResult,
    CheckResult,
    Curve,
    Feedback,
    LayerPicture,
    Misread,
    ModelPicture,
    Place,
    Surroundings,
    TaskResult,
    Verdict,
)

START = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)
TASKS = ("normalize", "build_model", "compile_model", "fit_model", "evaluate_model", "plot_history")
MISTAKES = (
    "The test images are not scaled: the network gets numbers up to 255.",
    "The labels are scaled together with the images.",
    "The last layer has one output instead of ten.",
    "The model is fitted on the test images.",
)
NAMES = ("Anna", "Bert", "Chloé", "Dmitri", "Elif", "Fatima", "Grzegorz", "Hanna", "İpek", "Jo", "李明", "王芳", "陈静")
FAMILIES = ("Adams", "Berg", "Çelik", "Dubois", "Eriksen", "Ferreira", "García", "Huber", "Ivanova", "Jansen")
AROUND = Surroundings("namespaces", say("Shut in by bubblewrap."), "sample", 7, {"numpy": "2.4", "keras": "3.15"})
LAYERS = (
    LayerPicture("Dense", (("units", "512"), ("activation", "relu")), (512,), 401_920),
    LayerPicture("Dense", (("units", "10"), ("activation", "softmax")), (10,), 5_130),
)
OWN_LAYERS = (
    LayerPicture("Dense", (("units", "64"), ("activation", "relu")), (64,), 50_240),
    LayerPicture("Dropout", (("rate", "0.5"),), (64,)),
    LAYERS[1],
)
FLOOR = Floor(0.9188, 0.00346, 0.9025, 20, tuple(0.912 + 0.0006 * n for n in range(20)), {}, "sample")
ALIKE = b"def own(a, b):\n    for one in a.tolist():\n        b[one.real] = max(one.imag, b.get(one.real, 1 - one.real))\n    while len(b) > 9:\n        b.pop(min(b))\n    return {k: v ** 2 for k, v in b.items() if v}\n\n\n"  # noqa: E501


def learner_of(number: int) -> Learner:
    """Return a learner with a name that some classmates share in part."""
    if "A" <= NAMES[number % len(NAMES)][0] <= "z":
        name = f"{NAMES[number % len(NAMES)]} {FAMILIES[number // len(NAMES) % len(FAMILIES)]}"
    else:
        name = NAMES[number % len(NAMES)]
    return Learner(f"s{number:04}", name, section="AB"[number % 2])


def result_of(generator: random.Random, name: str, text: str = "", skill: float = 0.7) -> ChapterResult:
    """Return a chapter's result. `text`: what stands wherever a learner's own text can be."""
    told: Message | None = verbatim(text) if text else None
    tasks = []
    for task in TASKS:
        checks = []
        for number in range(3):
            passed = generator.random() < skill
            verdict = Verdict.PASS if passed else generator.choice((Verdict.FAIL, Verdict.FAIL, Verdict.TODO))
            feedback = None
            if verdict is Verdict.FAIL:
                mistake = told or Message(MISTAKES[min(int(generator.expovariate(1)), 3)])
                words = told or say("The numbers are not in 0 to 1.")
                feedback = Feedback(words, told, told or say("up to {most}", most=255), told, mistake, mistake.text)
                spot = Place(text or "ch2.py", 12, text or task, text or "    return images")
                feedback = Feedback(
                    *[getattr(feedback, f) for f in feedback.__struct_fields__[:6]],
                    (spot,),
                    text or "shape (28, 28)\n" * 30,
                )
            title = told or Message(f"Check {number + 1} of {task} holds.")
            checks.append(CheckResult(f"{task}_{number}", title, 1, verdict, feedback, told, hidden=number == 2))
        tasks.append(TaskResult(text or task, 3, tuple(checks)))
    curve = Curve({"loss": (1.0, 0.5, 0.3), "val_loss": (1.1, 0.7, 0.6)})
    accuracy = min(0.95, generator.gauss(0.88 + 0.05 * skill, 0.015))
    confusion = tuple(tuple(50 if one == other else 1 for other in range(10)) for one in range(10))
    model = ModelPicture(curve, confusion, (Misread(bytes(784), 4, 9, 0.93),), accuracy, OWN_LAYERS)
    title = told or Message(f"Chapter {name[2]}: Your first model")
    return ChapterResult(
        name, title, text or f"{name}.py", tuple(tasks), (), model, ModelPicture(curve, accuracy=0.919, layers=LAYERS)
    )


def draw_record(
    count: int, chapters: Sequence[str] = ("ch2_first_model",), seed: int = 1, text: str = "", ids: Sequence[str] = ()
) -> ClassRecord:
    """Return a class with all that a class has: late, missing, refused, decided by hand, much alike."""
    generator = random.Random(seed)
    learners = [Learner(id_, text or id_, section=text) for id_ in ids] or [learner_of(n) for n in range(count)]
    works: dict[int, GradedWork] = {}
    marks = []
    for learner in learners:
        skill = generator.betavariate(4, 1.5)
        for chapter in chapters:
            mark = _draw_mark(generator, learner, chapter, works, skill, text)
            marks.append(mark)
    refused = Refusal(text or "late.zip", Feedback(verbatim(text or "The archive ends early.")), learners[0])
    similar = {chapters[0]: _similar(learners)} if len(learners) > 3 else {}
    return ClassRecord(text or "Deep learning, spring", tuple(chapters), tuple(marks), (refused,), works.__getitem__,
                       similar, lambda chapter, around: FLOOR)  # fmt: skip


def _draw_mark(
    generator: random.Random, learner: Learner, chapter: str, works: dict[int, GradedWork], skill: float, text: str
) -> Mark:
    kind = generator.random()
    if kind > 0.9 and not text:
        status = generator.choice((Status.MISSING, Status.WAITING, Status.REFUSED))
        return Mark(learner, chapter, 18, None, 0, None, status)
    number = len(works) + 1
    failed = kind > 0.88 and not text
    result = None if failed else result_of(generator, chapter, text, skill)
    grading = Grading(result, AROUND, "digest", "worker died" if failed else "", generator.uniform(4, 12), 9.0)
    handed_in = START + datetime.timedelta(hours=generator.uniform(-90, 20))
    works[number] = GradedWork(
        number, 1, learner, number, 1, "d", text or "zip", handed_in, None, chapter, grading, START, "here"
    )
    if result is None:
        return Mark(learner, chapter, 18, None, 0, None, Status.GRADER_ERROR, number)
    late = max(0.0, (handed_in - START).total_seconds())
    penalty = min(result.earned, 1.0 if late else 0.0)
    override = None
    if kind < 0.03 or text:
        override = Override(
            number, learner.id, chapter, 15.0, text or "Good talk.\nWell done.", text or "Ms Wu", text or "oral", START
        )
    final = 15.0 if override else result.earned - penalty
    return Mark(learner, chapter, 18, result.earned, penalty, final, Status.GRADED, number, 1, late, override)


def _similar(learners: Sequence[Learner]) -> tuple:
    works = {learner.id: read_traits({"ch2.py": b"def f(a):\n    return a\n"}) for learner in learners}
    many = b"".join(ALIKE.replace(b"own", b"own%d" % n).replace(b"** 2", b"** 2" + b" + k" * n) for n in range(8))
    works[learners[1].id] = read_traits({"ch2.py": many + b"# I asked my brother about this one\n"})
    works[learners[3].id] = read_traits(
        {"ch2.py": many.replace(b"one", b"it") + b"# I asked my brother about this one\n"}
    )
    return tuple(find_similar(works))
