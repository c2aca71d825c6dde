"""Runs the attacks at a level of the sandbox and says of each whether it was held back, and if not, why. Trusted
side."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.doctor.corpus import Case, Corpus
from grader.doctor.leaks import leaks_in
from grader.doctor.stage import ENVIRONMENT_NAME, ENVIRONMENT_SECRET, Stage
from grader.errors import four_parts
from grader.messages import Message, render, say
from grader.plugin.grade import Graded, grade
from grader.results import TaskResult, Verdict
from grader.sandbox.confine import Level
from grader.sandbox.process import Sandbox

# The chapter of the corpus' course whose functions use Keras.
KERAS_CHAPTER = "ch2_attacked"
REPORTS = {"json": "report.json", "html": "report.html"}
JUNIT = "junit.xml"


class Outcome(msgspec.Struct, frozen=True):
    """What became of an attack. `breaches`: what it reached that it should not; none where it was held back.

    `verdict`: of the function that attacks, None where it was not graded at all. `told`: what the learner reads of it,
    in English.
    """

    case: Case
    level: Level
    verdict: Verdict | None
    told: str
    breaches: tuple[Message, ...]
    seconds: float

    @property
    def held(self) -> bool:
        return not self.breaches


class Arena:
    """Sandboxes of one level, and what the attacks are graded with."""

    def __init__(self, corpus: Corpus, level: Level) -> None:
        self.corpus, self.level = corpus, level
        self._folder = tempfile.TemporaryDirectory(prefix="first-digits-arena-")
        # With Keras and without: a parent that has not imported it forks faster.
        self._warm: dict[bool, Sandbox] = {}

    def __enter__(self) -> Arena:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the sandboxes."""
        for sandbox in self._warm.values():
            sandbox.close()
        self._warm.clear()
        self._folder.cleanup()

    def run(self, case: Case) -> Outcome:
        """Grade one submission and look at what it left."""
        started = time.monotonic()
        with Stage(self.corpus, case) as stage, _secret_environment():
            reports = Path(self._folder.name)
            options = ["--lang=en", f"--junitxml={reports / JUNIT}"]
            options += [f"--report={kind}:{reports / name}" for kind, name in REPORTS.items()]
            options += ["-k", " or ".join(filter(None, (case.attacks, case.right)))]
            with self._sandbox(case) as sandbox:
                graded = grade(stage.work, *options, course=self.corpus.course, sandbox=sandbox)
            task = _task(graded, case.attacks)
            breaches = [*_misgraded(graded, case), *self._shown(graded, case), *stage.damage()]
        verdict = task.verdict if task else None
        return Outcome(case, self.level, verdict, _told(graded, task), tuple(breaches), time.monotonic() - started)

    def _uses_keras(self, case: Case) -> bool:
        return any(path.stem == KERAS_CHAPTER for path in self.corpus.folder(case).iterdir())

    @contextlib.contextmanager
    def _sandbox(self, case: Case) -> Iterator[Sandbox]:
        """Yield a sandbox for one submission: the warm one, if it keeps the submissions in it apart."""
        uses_keras = self._uses_keras(case)
        sandbox = self._warm.pop(uses_keras, None) or Sandbox(self.level)
        yield sandbox
        if sandbox.keeps_apart or uses_keras:
            self._warm[uses_keras] = sandbox
        else:
            sandbox.close()

    def _shown(self, graded: Graded, case: Case) -> Iterator[Message]:
        """Yield what a report shows and should not."""
        folder = Path(self._folder.name)
        outputs = {"the screen": graded.screen}
        for name in (*REPORTS.values(), JUNIT):
            with contextlib.suppress(FileNotFoundError):
                outputs[name] = (folder / name).read_text(encoding="utf-8")
                (folder / name).unlink()
        for where, text in outputs.items():
            forbidden = case.never_says
            forbidden += case.never_in_html if where == REPORTS["html"] else ()
            forbidden += case.never_on_screen if where == "the screen" else ()
            for found in (*leaks_in(text), *(words for words in forbidden if words in text)):
                yield say("{where} shows what it should not: {what}", where=where, what=repr(found))


def _misgraded(graded: Graded, case: Case) -> Iterator[Message]:
    """Yield what is wrong about the verdicts and about what the learner is told."""
    if graded.result is None or graded.result.grader_failed or "Traceback" in graded.screen:
        yield say("the grader itself failed")
        return
    task = _task(graded, case.attacks)
    verdict = task.verdict if task else None
    if verdict not in case.verdicts:
        yield say("the verdict is {verdict}", verdict=verdict.value if verdict else "none")
    words = _told(graded, task)
    for missing in (wanted for wanted in case.feedback if wanted not in words):
        yield say("the learner is not told: {words}", words=missing)
    right = _task(graded, case.right) if case.right else None
    if case.right and (right is None or right.verdict is not Verdict.PASS):
        yield say("{function}, which is right, got no points", function=case.right)


def _task(graded: Graded, name: str) -> TaskResult | None:
    chapters = graded.result.chapters if graded.result else ()
    return next((task for chapter in chapters for task in chapter.tasks if task.name == name and task.checks), None)


def _told(graded: Graded, task: TaskResult | None) -> str:
    """Return all sentences that the learner reads about a function and about the file, in English."""
    told = [note for chapter in (graded.result.chapters if graded.result else ()) for note in chapter.notes]
    for check in task.checks if task else ():
        told += [words for _, words in four_parts(check.feedback)] if check.feedback else []
    return " | ".join(render(words, "en") for words in told)


@contextlib.contextmanager
def _secret_environment() -> Iterator[None]:
    os.environ[ENVIRONMENT_NAME] = ENVIRONMENT_SECRET
    try:
        yield
    finally:
        del os.environ[ENVIRONMENT_NAME]
