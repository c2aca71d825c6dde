"""A trained model that answers drawings, in a sandbox. What a drawing does to it, the next one does not feel. Trusted
side."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt

from grader.errors import CheckFailed
from grader.messages import Message, say
from grader.play.preparation import FUNCTION, prepare_own
from grader.play.prepare import Drawing, Picture, prepare_drawing
from grader.play.recipes import Recipe, Trained, Unready, read
from grader.results import Feedback
from grader.sandbox.process import Sandbox, SandboxError
from grader.sandbox.worker import Limits
from grader.submission.submission import Submission

# Somebody waits for the answer, which takes milliseconds; the first one of a new process takes a second or two.
ANSWER_LIMITS = Limits(seconds=10.0, memory_mib=2048)


class Reading(msgspec.Struct, frozen=True):
    """What the model says of a drawing. `picture`: (28, 28) uint8, what it saw; `probabilities`: (10,).

    `own`: whether the learner's `prepare_photo` made the picture. `note`: what the learner should know of it.
    """

    picture: Picture
    probabilities: npt.NDArray[np.floating]
    own: bool
    note: Message | None = None


class Trouble(Exception):
    """There is no answer to this drawing. The next one may have one: it gets a new process where that is needed."""

    def __init__(self, feedback: Feedback) -> None:
        super().__init__()
        self.feedback = feedback


class Player:
    """Answers one drawing at a time, whichever thread asks. `photos`: the submission whose `prepare_photo` works."""

    def __init__(
        self, work: Submission, recipe: Recipe, trained: Trained, sandbox: Sandbox, photos: Submission | None = None
    ) -> None:
        self._work, self._recipe, self._trained, self._photos = work, recipe, trained, photos
        self._works = [work] if photos is None else [work, photos]
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._closed = False

    def answer(self, drawing: Drawing) -> Reading:
        """Return what the model says of `drawing`, which has some ink.

        Raises:
            Trouble: the learner's code, or the sandbox, failed over it.
        """
        with self._lock:
            if self._closed:
                raise Trouble(Feedback(say("The program has been ended.")))
            try:
                with self._calls_forgotten():
                    return self._answer(drawing)
            except Unready as unready:
                raise Trouble(unready.feedback) from unready
            except SandboxError as error:
                raise Trouble(_sandbox_feedback()) from error

    def _answer(self, drawing: Drawing) -> Reading:
        picture, own, note = self._prepare(drawing)
        outputs = read(self._work, self._recipe, self._trained.model, picture[np.newaxis])
        return Reading(picture, outputs[0], own, note)

    def _prepare(self, drawing: Drawing) -> tuple[Picture, bool, Message | None]:
        if self._photos is None:
            return prepare_drawing(drawing), False, None
        try:
            return prepare_own(self._photos, drawing), True, None
        except CheckFailed:
            note = say("Your `{function}` failed on this drawing, so the course prepared it.", function=FUNCTION)
            return prepare_drawing(drawing), False, note

    @contextlib.contextmanager
    def _calls_forgotten(self) -> Iterator[None]:
        for work in self._works:
            work.limits = ANSWER_LIMITS
        try:
            yield
        finally:
            for work in self._works:
                work.forget_calls()

    def close(self) -> None:
        """End everything, also an answer that somebody still waits for."""
        self._closed = True
        self._sandbox.close(wait_s=0)
        with self._lock:
            # The answer may have begun a new process before it failed.
            for work in self._works:
                work.engine.end_worker()
            self._sandbox.close(wait_s=0)


def _sandbox_feedback() -> Feedback:
    return Feedback(
        problem=say("The sandbox in which your code runs has failed. That is not your fault."),
        expected=say("an answer from it"),
        got=say("none"),
        next_step=say("Draw on: a new one is started. If this comes again, run `grader doctor`."),
    )
