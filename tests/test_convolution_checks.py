"""What checks say of convolutional networks and of a training whose learning rate falls."""

import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.expect import expect
from grader.messages import render
from grader.sandbox import wire
from grader.submission.submission import Outcome
from grader.submission.values import Model


def layer(class_name, units=None, activation=None, **options):
    return wire.Layer(class_name, class_name.lower(), units=units, activation=activation, **options)


def conv(filters, side=5, activation="relu", stride=1):
    return layer("Conv2D", filters, activation, window=(side, side), strides=(stride, stride))


def pool(side=2, stride=2):
    return layer("MaxPooling2D", window=(side, side), strides=(stride, stride))


def norm(momentum=0.9):
    return layer("BatchNormalization", momentum=momentum)


INPUT, FLATTEN, DENSE = layer("InputLayer"), layer("Flatten"), layer("Dense", 10, "softmax")
USUAL = (INPUT, conv(16), pool(), norm(), conv(32), pool(), norm(), FLATTEN, DENSE)


def model_of(*layers, parameters=18_570, built=True, compiled=None):
    description = wire.ModelValue(
        handle=0,
        class_name="Sequential",
        layers=layers,
        built=built,
        input_shape=(None, 28, 28, 1),
        output_shape=(None, 10),
        parameters=parameters,
        compiled=compiled,
    )
    return Model(description, None)


def check(*layers):
    """Ask for everything that chapter 4 asks of the structure."""
    model = expect(model_of(*layers))
    model.has_convolutions(16, 32)
    model.has_kernels_of(5, 5)
    model.activates_convolutions_by("relu")
    model.halves_maps_after_each_convolution()
    model.normalizes_after_each_convolution(momentum=0.9)
    model.ends_in_one_dense_layer(10, "softmax")
    model.has_at_most_parameters(30_000)


def words_of(failed):
    feedback = failed.value.feedback
    parts = (feedback.problem, feedback.expected, feedback.got, feedback.next_step)
    assert all(parts)
    return [render(part, "en") for part in parts]


RELU, SOFTMAX = layer("ReLU"), layer("Activation", activation="softmax")
PLAIN = [conv(filters, activation="linear") for filters in (16, 32)]
RIGHT = {
    "usual": USUAL,
    "normalized before pooling": (conv(16), norm(), pool(), conv(32), norm(), pool(), FLATTEN, DENSE),
    "activation of its own": (PLAIN[0], norm(), RELU, pool(), PLAIN[1], RELU, pool(), norm(), FLATTEN, DENSE),
    "activation behind the pooling": (PLAIN[0], pool(), RELU, norm(), PLAIN[1], pool(), RELU, norm(), FLATTEN, DENSE),
    "softmax of its own": (*USUAL[:-1], layer("Dense", 10, "linear"), SOFTMAX),
    "flattened by Reshape": (*USUAL[:-2], layer("Reshape"), DENSE),
    "dropout in front of the last layer": (*USUAL[:-1], layer("Dropout", rate=0.2), DENSE),
    "momentum in float32": (*USUAL[:3], norm(float(np.float32(0.9))), *USUAL[4:]),
}

WRONG = {
    "no convolution": ((INPUT, FLATTEN, DENSE), "The Conv2D layers are not the ones"),
    "other filters": ((INPUT, conv(32), *USUAL[2:]), "The Conv2D layers are not the ones"),
    "three pixels": ((INPUT, conv(16, 3), *USUAL[2:]), "filters of another size"),
    "strides": ((INPUT, conv(16, stride=2), *USUAL[2:]), "leaves out places"),
    "no relu": ((INPUT, PLAIN[0], *USUAL[2:]), "Conv2D number 1 has the wrong activation"),
    "relu behind Flatten": (
        (*USUAL[:4], PLAIN[1], pool(), norm(), FLATTEN, RELU, DENSE),
        "Conv2D number 2 has the wrong activation",
    ),
    "no pooling": ((INPUT, conv(16), norm(), *USUAL[4:]), "Behind Conv2D number 1 stand 0 MaxPooling2D"),
    "pooled twice": ((*USUAL[:3], pool(), *USUAL[3:]), "Behind Conv2D number 1 stand 2 MaxPooling2D"),
    "pooled in front": ((pool(), conv(16), norm(), *USUAL[4:]), "Behind Conv2D number 1 stand 0 MaxPooling2D"),
    "wide pooling": ((INPUT, conv(16), pool(3, 3), *USUAL[3:]), "MaxPooling2D number 1 has a window of another size"),
    "overlapping": ((INPUT, conv(16), pool(2, 1), *USUAL[3:]), "MaxPooling2D number 1 has a window of another size"),
    "never normalized": ((INPUT, conv(16), pool(), *USUAL[4:]), "Conv2D number 1 stand 0 BatchNormalization"),
    "usual momentum": ((*USUAL[:3], norm(0.99), *USUAL[4:]), "BatchNormalization number 1 has another momentum"),
    "sigmoid": ((*USUAL[:-1], layer("Dense", 10, "sigmoid")), "does not end in the one Dense layer"),
    "hidden layer": ((*USUAL[:-1], layer("Dense", 64, "relu"), DENSE), "does not end in the one Dense layer"),
    "no row": ((*USUAL[:-2], DENSE), "not put in one row"),
    "averaged": ((*USUAL[:-2], layer("GlobalAveragePooling2D"), DENSE), "not put in one row"),
}


@pytest.mark.parametrize("layers", RIGHT.values(), ids=RIGHT.keys())
def test_right_structures_pass(layers):
    check(*layers)


@pytest.mark.parametrize(("layers", "problem"), WRONG.values(), ids=WRONG.keys())
def test_wrong_structure_is_named(layers, problem):
    with pytest.raises(CheckFailed) as failed:
        check(*layers)
    assert problem in words_of(failed)[0]


def test_sentences_about_convolutions_do_not_pass_where_there_are_none():
    model = expect(model_of(INPUT, FLATTEN, DENSE))
    for sentence in (
        lambda: model.has_kernels_of(5, 5),
        lambda: model.activates_convolutions_by("relu"),
        model.halves_maps_after_each_convolution,
        lambda: model.normalizes_after_each_convolution(momentum=0.9),
    ):
        with pytest.raises(CheckFailed) as failed:
            sentence()
        assert words_of(failed)[0] == "The model has no Conv2D layer."


def test_what_was_found_is_shown_layer_by_layer():
    with pytest.raises(CheckFailed) as failed:
        check(INPUT, PLAIN[0], pool(), FLATTEN, DENSE)
    shown = "Conv2D(16, 5x5, no activation) -> MaxPooling2D(2x2) -> Flatten -> Dense(10, softmax)"
    assert words_of(failed)[2] == shown


def test_too_many_parameters_are_counted():
    with pytest.raises(CheckFailed) as failed:
        expect(model_of(*USUAL, parameters=142_000)).has_at_most_parameters(30_000)
    assert words_of(failed)[1:3] == ["at most 30,000 parameters", "142,000 parameters"]


# ---------------------------------------------------------------- training


IMAGES, LABELS = np.ones((6, 2, 2, 1), np.float32), np.arange(6)


def outcome(rate=0.0003, samples=12, labels=LABELS):
    """Return what a call that trains for two epochs leaves behind."""
    sums = IMAGES.reshape(6, -1).sum(axis=1)
    share = samples / 12
    seen = wire.TrainedOn(
        batches=2,
        samples=samples,
        largest_batch=6,
        pixel_sum=2 * share * float(sums.sum()),
        label_sum=2 * share * float(labels.sum()),
        cross_sum=2 * share * float((sums * labels).sum()),
    )
    compiled = wire.Compiled("adam", rate, "sparse_categorical_crossentropy", False, ("accuracy",), 2)
    observation = wire.Observation(seen, wire.TrainedOn())
    return Outcome(None, (model_of(*USUAL, compiled=compiled), None), (), (observation, None), "", 1.0)


def test_training_on_everything_passes():
    expect(outcome()).trained_on_all(IMAGES, LABELS, epochs=2)


def test_images_held_back_are_missed():
    with pytest.raises(CheckFailed) as failed:
        expect(outcome(samples=10)).trained_on_all(IMAGES, LABELS, epochs=2)
    assert words_of(failed)[1:3] == ["6 images in each epoch", "5 images in each epoch"]


def test_other_labels_are_noticed():
    with pytest.raises(CheckFailed) as failed:
        expect(outcome(labels=LABELS + 1)).trained_on_all(IMAGES, LABELS, epochs=2)
    assert words_of(failed)[0] == "Other images or labels went into `fit` than the function was given."


@pytest.mark.parametrize("rate", [0.00025, 0.0003, 0.0004])
def test_last_learning_rate_may_be_a_little_off(rate):
    expect(outcome(rate)).ended_with_learning_rate(0.0003, factor=1.5)


@pytest.mark.parametrize(("rate", "shown"), [(0.001, "0.001"), (0.0001, "0.0001"), (None, "-")])
def test_learning_rate_that_did_not_fall_as_asked_is_shown(rate, shown):
    with pytest.raises(CheckFailed) as failed:
        expect(outcome(rate)).ended_with_learning_rate(0.0003, factor=1.5)
    assert words_of(failed)[2] == f"learning rate {shown} in the last epoch"
