"""Calls with several models, and a model's passes in training mode, in a real worker."""

import msgspec
import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.expect import expect
from grader.messages import render
from grader.results import Verdict
from grader.sandbox import wire
from grader.submission.compare import same_result
from grader.submission.engines import SandboxEngine
from grader.submission.reference import Reference
from grader.submission.source import read_source
from grader.submission.submission import Submission

SOURCE = b"""
import keras
import numpy as np
import tensorflow as tf

def build(middle="none", rate=0.5):
    hidden = {
        "none": [],
        "dropout": [keras.layers.Dropout(rate)],
        "noise": [keras.layers.GaussianDropout(rate)],
        "function": [keras.layers.Lambda(lambda x: tf.nn.dropout(x, 0.5))],
        "twice": [keras.layers.Dropout(rate), keras.layers.Dropout(rate)],
    }[middle]
    layers = [keras.layers.Dense(12, "relu"), *hidden, keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((6,)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model

def misplaced(last):
    layers = [keras.layers.Dense(12, "relu"), keras.layers.Dense(10, "softmax")]
    layers.insert(2 if last else 0, keras.layers.Dropout(0.5))
    return keras.Sequential([keras.Input((6,)), *layers])

def without_bias():
    layers = [keras.layers.Dense(12, use_bias=False), keras.layers.Dropout(0.5), keras.layers.Dense(10)]
    return keras.Sequential([keras.Input((6,)), *layers])

def fit_both(first, second, images, labels):
    first.fit(images, labels, epochs=1, batch_size=8, verbose=0)
    second.fit(images, labels, epochs=3, batch_size=4, verbose=0)
    return first is second

def fit_first_twice(first, second, images, labels):
    first.fit(images, labels, epochs=1, batch_size=8, verbose=0)
    first.fit(images, labels, epochs=3, batch_size=4, verbose=0)
"""
IMAGES = np.random.default_rng(1).random((16, 6), dtype=np.float32)
LABELS = np.arange(16) % 10


@pytest.fixture(scope="module")
def work(warm_sandbox):
    submission = Submission(read_source("both.py", SOURCE), SandboxEngine(warm_sandbox), "both")
    yield submission
    submission.close()


@pytest.fixture(scope="module")
def reference(warm_sandbox):
    reference = Reference(read_source("both.py", SOURCE), SandboxEngine(warm_sandbox), "both_reference")
    yield reference
    reference.close()


def problem(sentence, *arguments, **options):
    with pytest.raises(CheckFailed) as failed:
        sentence(*arguments, **options)
    return render(failed.value.feedback.problem, "en")


# ---------------------------------------------------------------- two models


def test_each_model_has_an_observation_of_its_own(work, reference):
    equal = reference.build()
    outcome = work.fit_both.call(equal, equal, IMAGES, LABELS)
    assert outcome.value is False
    assert [seen and seen.training.samples for seen in outcome.observations] == [16, 48, None, None]
    assert [seen and seen.training.largest_batch for seen in outcome.observations] == [8, 4, None, None]
    assert outcome.observation == outcome.observations[0]
    for position, epochs in ((0, 1), (1, 3)):
        expect(outcome.seen_by(position)).trained_on(IMAGES, LABELS, epochs)
        expect(outcome.seen_by(position)).changed_the_weights_of(equal)
    assert problem(expect(outcome.seen_by(0)).used_batches_of, 4, samples=16).startswith("The batches do not have")


def test_a_model_that_was_left_alone_is_seen_to_be(work, reference):
    outcome = work.fit_first_twice.call(reference.build(), reference.build(), IMAGES, LABELS)
    assert [seen and seen.training.samples for seen in outcome.observations] == [64, 0, None, None]
    assert problem(expect(outcome.seen_by(1)).trained_on, IMAGES, LABELS, 3) == (
        "The model that was passed in was not trained."
    )
    assert problem(expect(outcome.seen_by(1)).changed_the_weights_of, reference.build()) == (
        "The model that was passed in has learned nothing."
    )


def test_equal_models_are_separate_in_every_call(work, reference):
    equal = reference.build()
    first, second = (work.fit_both.call(equal, equal, IMAGES, LABELS) for _ in range(2))
    assert same_result(first, second)
    other = work.fit_first_twice.call(equal, equal, IMAGES, LABELS)
    assert not same_result(first, other)


class ForgingEngine(SandboxEngine):
    """Changes the answers on their way."""

    def __init__(self, sandbox, **changes):
        super().__init__(sandbox)
        self.changes = changes

    def request(self, message, buffers, limits):
        answer = super().request(message, buffers, limits)
        if isinstance(message, wire.Call):
            answer = msgspec.structs.replace(answer, reply=msgspec.structs.replace(answer.reply, **self.changes))
        return answer


@pytest.mark.parametrize("changes", [{"observations": ()}, {"arguments": ()}, {"observations": (None,) * 4}])
def test_an_answer_that_hides_a_model_is_no_answer(warm_sandbox, reference, changes):
    forged = Submission(read_source("both.py", SOURCE), ForgingEngine(warm_sandbox, **changes), "forged")
    with pytest.raises(CheckFailed) as failed:
        forged.fit_both(reference.build(), reference.build(), IMAGES, LABELS)
    assert failed.value.verdict is Verdict.CRASH
    forged.close()


# ---------------------------------------------------------------- passes in training mode


def test_dropout_is_at_work_in_training_mode_only(work):
    model = work.build("dropout")
    before = model.predict(IMAGES)
    passes = [model.predict(IMAGES, training=True) for _ in range(2)]
    assert not np.allclose(*passes)
    assert all(outputs.shape == (16, 10) for outputs in passes)
    assert np.array_equal(before, model.predict(IMAGES))
    expect(model).predicts_the_same_twice(IMAGES)


def test_the_reference_has_a_training_mode_too(reference):
    model = reference.build("dropout")
    passes = [model.predict(IMAGES, training=True) for _ in range(2)]
    assert not np.allclose(*passes)
    assert np.array_equal(model.predict(IMAGES), model.predict(IMAGES))


def test_other_weights_leave_the_model_as_it_is(work):
    model = work.build()
    before = model.predict(IMAGES)
    blank = model.with_weights(*(np.zeros_like(weight) for weight in model.take().weights))
    assert np.allclose(blank.predict(IMAGES), 0.1)
    assert np.array_equal(before, model.predict(IMAGES))


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
def test_the_share_of_silent_units_is_seen_from_outside(work, rate):
    model = work.build("dropout", rate)
    expect(model).silences_hidden_units(rate, absolute=0.02)
    assert problem(expect(model).silences_hidden_units, rate - 0.1, absolute=0.02) == (
        "In training, the wrong share of the hidden units falls silent."
    )


@pytest.mark.parametrize("middle", ["noise", "twice"])
def test_other_layers_than_one_dropout_do_not_silence_the_right_share(work, middle):
    assert problem(expect(work.build(middle)).silences_hidden_units, 0.5, absolute=0.02) == (
        "In training, the wrong share of the hidden units falls silent."
    )


@pytest.mark.parametrize("last", [True, False])
def test_dropout_in_another_place_does_not_silence_hidden_units(work, last):
    model = expect(work.misplaced(last))
    assert problem(model.silences_hidden_units, 0.5, absolute=0.02) == (
        "In training, the wrong share of the hidden units falls silent."
    )
    assert problem(model.has_dropout_between_its_dense_layers) == (
        "The Dropout layer is not between the two dense layers."
    )


def test_a_model_without_dropout_silences_nothing(work):
    model = expect(work.build())
    assert problem(model.silences_hidden_units, 0.5, absolute=0.02).startswith("The model has no layer that silences")
    assert problem(model.has_one_dropout_layer, 0.5) == "The model has the wrong number of Dropout layers."


def test_layers_that_cannot_be_watched_are_named(work):
    assert problem(expect(work.without_bias()).silences_hidden_units, 0.5, absolute=0.02) == (
        "The model does not have the two dense layers that the chapter asks for."
    )


def test_the_same_units_each_time_are_no_dropout(work, monkeypatch):
    monkeypatch.setattr(
        "grader.expect.dropout.DropoutExpectations._silent_units", lambda *_: np.arange(18).reshape(2, 9) % 2 == 0
    )
    assert problem(expect(work.build("dropout")).silences_hidden_units, 0.5, absolute=0.02) == (
        "In training, the same hidden units fall silent each time."
    )


def test_dropout_that_never_rests_is_seen_in_predictions(work):
    assert problem(expect(work.build("function")).predicts_the_same_twice, IMAGES).startswith(
        "Two predictions for the same pictures differ"
    )


def test_the_layers_of_a_dropout_model_are_read(work):
    model = expect(work.build("dropout"))
    model.without_dropout().is_a_stack_of_dense_layers([(12, "relu"), (10, "softmax")])
    model.has_one_dropout_layer(0.5)
    model.has_dropout_between_its_dense_layers()
    assert problem(model.has_one_dropout_layer, 0.4) == "The Dropout layer has another rate."
    assert problem(expect(work.build("twice")).has_one_dropout_layer, 0.5).startswith("The model has the wrong number")
