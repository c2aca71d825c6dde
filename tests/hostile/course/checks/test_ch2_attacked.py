"""The chapter that is attacked, with Keras"""

import numpy as np
import pytest

from grader.expect import expect
from grader.expect.accuracy import accuracy_of

# What the chapter asks for.
HIDDEN_UNITS, CLASSES, PARAMETERS = 8, 3, 67
EPOCHS, BATCH_SIZE, ROWS, TRAINED_ROWS = 3, 16, 64, 48
# Softmax in float32 over three outputs.
SUM_TOLERANCE = 1e-5
# One row in 64 is the finest step there is.
ACCURACY_TOLERANCE = 1e-3
# What no output may show: the numbers of a hidden input, in this order.
CANARY = (211, 37, 199, 61)
SECONDS, MEMORY_MIB = 60, 2048


def rows_and_labels():
    random = np.random.default_rng(70_616)
    rows = random.normal(size=(ROWS, 4)).astype("float32")
    return rows, rows[:, :CLASSES].argmax(axis=1)


@pytest.fixture(scope="module")
def trained(reference):
    return reference.train.call(reference.build(), *rows_and_labels()).model


@pytest.mark.task("build", points=3)
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_layers_are_as_described(submission):
    """The layers are Dense with 8 units and relu, then Dense with 3 and softmax."""
    model = expect(submission.build()).is_built()
    expect(model).is_a_stack_of_dense_layers([(HIDDEN_UNITS, "relu"), (CLASSES, "softmax")])
    expect(model).has_parameters(PARAMETERS)
    expect(model.predict(rows_and_labels()[0])).has_rows_that_sum_to(1, absolute=SUM_TOLERANCE)


@pytest.mark.task("train", points=3)
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_three_quarters_are_trained_on(submission, reference):
    """Training runs for 3 epochs over three quarters of the rows."""
    rows, labels = rows_and_labels()
    outcome = submission.train.call(reference.build(), rows, labels)
    expect(outcome.value).has_epochs(EPOCHS)
    expect(outcome).trained_on(rows[:TRAINED_ROWS], labels[:TRAINED_ROWS], EPOCHS)


@pytest.mark.task("measure", points=2)
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_accuracy_is_right(submission, trained):
    """The accuracy is the one that the grader computes."""
    rows, labels = rows_and_labels()
    _, accuracy = expect(submission.measure(trained, rows, labels)).is_pair()
    expect(accuracy).is_close_to(accuracy_of(trained.predict(rows), labels), absolute=ACCURACY_TOLERANCE)


@pytest.mark.task("read", points=2)
@pytest.mark.hidden
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_hidden_rows_are_read(submission, trained):
    """New rows get the labels that the model finds most likely."""
    rows = np.array([np.roll(CANARY, shift) for shift in range(4)], "float32")
    expected = trained.predict(rows).argmax(axis=1)
    expect(submission.read(trained, rows)).equals(expected, relative=0, absolute=0)


@pytest.mark.task("read_labels", points=1)
@pytest.mark.limits(seconds=SECONDS, memory_mib=MEMORY_MIB)
def test_most_likely_label_is_found(submission):
    """Each row gets its most likely label."""
    probabilities = np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3], [0.2, 0.3, 0.5]], "float32")
    expect(submission.read_labels(probabilities)).equals(np.array([1, 0, 2]), relative=0, absolute=0)
