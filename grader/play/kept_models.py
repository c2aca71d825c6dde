"""Trained models that are kept between runs: what has not changed is not trained again. Trusted side.

A model is found again by the functions that made it with all they use, the data, the seed, the versions and the code
that trains.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from grader.data import Digits
from grader.layout import GRADER_FOLDER
from grader.play.recipes import Recipe, Trained
from grader.sandbox import wire
from grader.submission.closure import behaviour_digest
from grader.submission.reference import environment_identity, keep_answer, read_answer, results_folder
from grader.submission.submission import Submission
from grader.submission.values import Model, decode_snapshot, digest, encode

# The code that says how a model is trained: a new version never takes an old one's model.
CODE = ("play/recipes.py", "play/kept_models.py")


def kept_model(work: Submission, recipe: Recipe, digits: Digits) -> Trained | None:
    """Return the model that these functions gave before, where it was kept whole."""
    answer = read_answer(_place(work, recipe, digits))
    match answer.reply if answer else None:
        case wire.Returned(
            value=wire.Plain(value=float(accuracy)),
            arguments=(wire.ModelValue() as description,),
            snapshots=(wire.Snapshot() as snapshot,),
        ):
            assert answer is not None
            model = Model(description, work, decode_snapshot(snapshot, answer.buffers), is_held=False)
            return Trained(model, accuracy, len(digits.hidden.labels))
    return None


def keep_model(trained: Trained, work: Submission, recipe: Recipe, digits: Digits) -> None:
    """Keep a model for later runs."""
    packer = wire.Packer()
    snapshot = encode(trained.model, packer, None)
    assert isinstance(snapshot, wire.Snapshot)
    reply = wire.Returned(wire.Plain(trained.accuracy), (trained.model.description,), snapshots=(snapshot,))
    keep_answer(_place(work, recipe, digits), reply, packer.buffers)


def _place(work: Submission, recipe: Recipe, digits: Digits) -> Path:
    code = [hashlib.sha256((GRADER_FOLDER / part).read_bytes()).hexdigest() for part in CODE]
    made_by = behaviour_digest(work.source, recipe.functions)
    key = digest(recipe.chapter, made_by, digits.fingerprint, work.seed, *code, *environment_identity())
    return results_folder() / "models" / key
