"""The curve doctor: each diagnosis by curves as they were measured, and none where nothing is wrong."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.curves import BARS, diagnose, features_of, sparkline
from grader.messages import render, say
from grader.report.terminal import print_tasks
from grader.results import ChapterResult, Curve, ModelPicture

RUNS = {
    # Chapter 2's own training on the sample.
    None: [
        ((0.72, 0.30, 0.21, 0.16, 0.12), (0.36, 0.27, 0.23, 0.21, 0.203), 0.966),
        ((1.26, 0.55, 0.42, 0.34, 0.29), (0.47, 0.36, 0.31, 0.29, 0.28), 0.92),
    ],
    "diverging": [
        ((0.7, math.nan), (0.4, math.nan), 0.1),
        ((0.7, 0.9, 1.4), (0.6, 0.9, 1.3), 0.3),
        ((310.0, 2.4, 2.36), (2.9, 2.4, 2.4), 0.11),
    ],
    "not_learning": [
        ((2.38, 2.38, 2.38), (2.37, 2.37, 2.37), 0.11),
        ((2.37, 2.28, 2.15), (2.33, 2.35, 2.38), 0.25),
    ],
    "suspicious": [((0.9, 0.4, 0.3), (0.3, 0.14, 0.1), 0.96)],
    "overfitting": [((0.7, 0.2, 0.1, 0.05, 0.02, 0.01), (0.35, 0.25, 0.24, 0.26, 0.28, 0.31), 0.999)],
    "stopped_early": [((0.72, 0.26), (0.36, 0.27), 0.91), ((1.6, 1.1, 0.8), (1.5, 1.1, 0.9), 0.8)],
}
CASES = [(kind, run) for kind, runs in RUNS.items() for run in runs]


def curve_of(loss, validation, accuracy, name="accuracy"):
    return Curve({"loss": loss, "val_loss": validation, name: (accuracy,) * len(loss)})


@pytest.mark.parametrize(("kind", "run"), CASES)
@pytest.mark.parametrize("name", ["accuracy", "acc", "sparse_categorical_accuracy"])
def test_each_kind_of_training_is_recognised(kind, run, name):
    found = diagnose(curve_of(*run, name))
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(("kind", "run"), [case for case in CASES if case[0]])
def test_the_sentence_exists_in_both_languages_and_differs(kind, run):
    words = diagnose(curve_of(*run)).words
    english, chinese = render(words, "en"), render(words, "zh")
    assert english != chinese and any("\u4e00" <= letter <= "\u9fff" for letter in chinese)


def test_overfitting_is_told_from_the_epoch_after_the_best_one():
    found = diagnose(curve_of(*RUNS["overfitting"][0]))
    assert found.epoch == 4 and "epoch 4" in render(found.words, "en") and "29%" in render(found.words, "en")


@pytest.mark.parametrize("values", [{}, {"loss": (0.4,)}, {"loss": ()}, {"accuracy": (0.1, 0.2)}])
def test_nothing_is_said_of_a_training_of_which_too_little_is_known(values):
    assert diagnose(Curve(values)) is None


def test_training_without_validation_is_judged_by_its_loss_alone():
    assert diagnose(Curve({"loss": (0.7, 0.3, 0.1)})) is None
    assert diagnose(Curve({"loss": (2.3, 2.3, 2.3)})).kind == "not_learning"


NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 5)


@settings(deadline=None)
@given(st.lists(NUMBERS, max_size=12), st.lists(NUMBERS, max_size=12), st.lists(NUMBERS, max_size=3))
def test_no_numbers_are_too_odd(loss, validation, accuracy):
    curve = Curve({"loss": tuple(loss), "val_loss": tuple(validation), "accuracy": tuple(accuracy)})
    diagnose(curve)
    assert features_of(curve).epochs == len(loss)
    assert len(sparkline(loss)) == len(loss) and set(sparkline(loss)) <= {*BARS, " "}


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20))
def test_sparkline_shows_which_value_is_larger(values):
    line = sparkline(values)
    for one, other in zip(range(len(values)), range(1, len(values)), strict=False):
        if values[one] < values[other]:
            assert BARS.index(line[one]) <= BARS.index(line[other])
    if max(values) - min(values) > 1e-6:
        assert BARS[0] in line and BARS[-1] in line


def test_terminal_shows_both_losses_and_the_sentence():
    picture = ModelPicture(curve=curve_of(*RUNS["overfitting"][0]))
    chapter = ChapterResult("ch2_first_model", say("Chapter 2"), None, (), learner=picture)
    text = print_tasks(chapter, "en", 80)
    assert "█▃▂▁▁▁  training loss 0.700 → 0.010" in text
    assert "validation loss 0.350 → 0.310" in text and "learns its training images by heart" in text
    narrow = print_tasks(chapter, "zh", 40)
    assert max(map(len, narrow.splitlines())) <= 40 and "过拟合" in narrow
