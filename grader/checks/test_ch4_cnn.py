"""Chapter 4: A network that sees shapes"""

import numpy as np
import pytest

from grader.expect import expect
from grader.expect.accuracy import accuracy_of, expect_accuracy

# What the chapter asks for.
FILTERS, KERNEL, MOMENTUM = (16, 32), (5, 5), 0.9
BATCH_SIZE, LAST_LEARNING_RATE = 64, 0.0003
# The drawn network has 18,570; with padding="same" it has 29,130, and without pooling 140,000 and more.
MOST_PARAMETERS = 30_000
# How long the chapter trains: on all 60,000 digits three epochs reach 99 % (tests/benchmarks/cnn.py).
MANY_IMAGES, EPOCHS_OF_MANY, EPOCHS_OF_FEW = 20_000, 3, 5

# fit_cnn is judged on few images: what it is asked to do shows there, and the whole chain trains on all.
# No multiple of 64, so that the last batch of an epoch is smaller.
FIT_IMAGES = 200
# Two numbers of epochs, neither of them the chapter's own, tell one that is passed on from one that is written down.
FIT_EPOCHS, OTHER_EPOCHS = 4, 2
# A schedule by steps ends a few steps away from one by epochs; Adam's usual rate is three times as large.
RATE_FACTOR = 1.5
# Each picture by another number, so that neither the batch's maximum nor a picture's own takes the place of 255.
DARKENING = (2, 3, 4, 5, 6, 7, 8)
# Division by 255 in float32 and float64, and multiplication by 1/255, differ by less.
PIXEL_TOLERANCE = 1e-6
# Softmax in float32 over ten outputs.
SUM_TOLERANCE = 1e-4

FUNCTIONS = ("to_images", "build_cnn", "fit_cnn")


@pytest.fixture(scope="module")
def untrained(reference):
    return reference.compile_model(reference.build_cnn())


@pytest.fixture(scope="module")
def fit_images(reference, digits):
    return reference.to_images(digits.train.first(FIT_IMAGES).images)


@pytest.fixture(scope="module")
def fit_labels(digits):
    return digits.train.first(FIT_IMAGES).labels


# ---------------------------------------------------------------- to_images


@pytest.mark.task("to_images", points=5)
def test_channel_is_the_last_axis(submission, digits):
    """Each image has 28 rows, 28 columns and, as the last axis, one channel."""
    expect(submission.to_images(digits.train.first(5).images)).has_shape(5, 28, 28, 1)


@pytest.mark.task("to_images", points=2)
def test_any_number_of_images_is_accepted(submission, digits):
    """It works for 13 images as for one."""
    expect(submission.to_images(digits.train.first(13).images)).has_shape(13, 28, 28, 1)
    expect(submission.to_images(digits.train.first(1).images)).has_shape(1, 28, 28, 1)


@pytest.mark.task("to_images", points=3)
def test_pixels_are_float32(submission, digits):
    """The numbers are of type float32."""
    expect(submission.to_images(digits.train.first(5).images)).has_dtype("float32")


@pytest.mark.task("to_images", points=3)
def test_pixels_lie_between_zero_and_one(submission, digits):
    """Every number lies between 0 and 1."""
    expect(submission.to_images(digits.train.first(50).images)).lies_within(0, 1)


@pytest.mark.task("to_images", points=4)
def test_every_pixel_has_the_right_value(submission, reference, digits):
    """Every pixel has the right value and stands in the right place."""
    images = digits.train.first(50).images
    expect(submission.to_images(images)).equals(reference.to_images(images), relative=0, absolute=PIXEL_TOLERANCE)


@pytest.mark.task("to_images", points=2)
@pytest.mark.hidden
def test_dark_images_are_scaled_like_bright_ones(submission, reference, digits):
    """Dark images are scaled in the same way as bright ones."""
    dark = digits.hidden.first(len(DARKENING)).images // np.array(DARKENING, np.uint8)[:, np.newaxis, np.newaxis]
    expect(submission.to_images(dark)).equals(reference.to_images(dark), relative=0, absolute=PIXEL_TOLERANCE)


@pytest.mark.task("to_images", points=1)
def test_the_images_passed_in_stay_as_they_were(submission, digits):
    """The images passed in stay as they were."""
    outcome = submission.to_images.call(digits.train.first(5).images)
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).has_shape(5, 28, 28, 1)
    expect(outcome).left_its_arguments_unchanged()


# ---------------------------------------------------------------- build_cnn


@pytest.fixture
def built(submission):
    return submission.build_cnn()


@pytest.mark.task("build_cnn", points=4)
def test_model_takes_images_with_a_channel(built):
    """The model takes images of 28 x 28 pixels with one channel."""
    expect(built).takes_inputs_of(28, 28, 1)


@pytest.mark.task("build_cnn", points=3)
def test_model_gives_ten_outputs(built):
    """The model gives ten outputs, one for each digit."""
    expect(built).gives_outputs_of(10)


@pytest.mark.task("build_cnn", points=7)
def test_there_are_two_convolutions(built):
    """There are two Conv2D layers, the first with 16 filters, the second with 32."""
    expect(built).has_convolutions(*FILTERS)


@pytest.mark.task("build_cnn", points=4)
def test_filters_are_five_pixels_wide(built):
    """Each filter is a window of 5 x 5 pixels that visits every place."""
    expect(built).has_kernels_of(*KERNEL)


@pytest.mark.task("build_cnn", points=4)
def test_convolutions_have_relu(built):
    """Each Conv2D layer has the activation relu."""
    expect(built).activates_convolutions_by("relu")


@pytest.mark.task("build_cnn", points=6)
def test_pooling_halves_the_maps(built):
    """Behind each Conv2D a MaxPooling2D halves the width and height of the maps."""
    expect(built).halves_maps_after_each_convolution()


@pytest.mark.task("build_cnn", points=4)
def test_maps_are_normalized(built):
    """Behind each Conv2D stands a BatchNormalization with momentum 0.9."""
    expect(built).normalizes_after_each_convolution(momentum=MOMENTUM)


@pytest.mark.task("build_cnn", points=4)
def test_flatten_and_one_dense_layer_are_at_the_end(built):
    """At the end stand Flatten and one Dense layer with 10 units and softmax."""
    expect(built).ends_in_one_dense_layer(10, "softmax")


@pytest.mark.task("build_cnn", points=2)
def test_model_is_small(built):
    """The model has 30,000 parameters at most."""
    expect(built).has_convolutions(*FILTERS)
    expect(built).has_at_most_parameters(MOST_PARAMETERS)


@pytest.mark.task("build_cnn", points=2)
def test_outputs_are_probabilities(built, reference, digits):
    """The outputs for each image are probabilities: none below 0, and they add up to 1."""
    model = expect(built).is_built()
    # Before that, Keras would only say at length that the images do not fit.
    expect(model).takes_inputs_of(28, 28, 1)
    outputs = model.predict(reference.to_images(digits.test.first(20).images))
    expect(outputs).has_shape(20, 10)
    expect(outputs).lies_within(0, 1)
    expect(outputs).has_rows_that_sum_to(1, absolute=SUM_TOLERANCE)


# ---------------------------------------------------------------- fit_cnn


@pytest.fixture
def fitted(submission, untrained, fit_images, fit_labels):
    """What fit_cnn does with the reference's model and images."""
    return submission.fit_cnn.once(untrained, fit_images, fit_labels, FIT_EPOCHS)


def epochs_of(outcome):
    """Return how many epochs ran, so that a wrong number of them costs only the check that asks for it."""
    return len(expect(outcome.value).is_history().epochs)


@pytest.mark.task("fit_cnn", points=4)
@pytest.mark.limits(seconds=120)
def test_history_is_returned(fitted):
    """The History is returned; it has loss and accuracy."""
    expect(fitted.value).has_curves("loss", "accuracy")


@pytest.mark.task("fit_cnn", points=6)
@pytest.mark.limits(seconds=120)
def test_number_of_epochs_is_the_one_passed_in(submission, fitted, untrained, fit_images, fit_labels):
    """Training runs for as many epochs as the function is told."""
    expect(fitted.value).has_epochs(FIT_EPOCHS)
    other = submission.fit_cnn.once(untrained, fit_images, fit_labels, OTHER_EPOCHS)
    expect(other.value).has_epochs(OTHER_EPOCHS)


@pytest.mark.task("fit_cnn", points=5)
@pytest.mark.limits(seconds=120)
def test_all_images_are_for_training(fitted, fit_images, fit_labels):
    """All images are for training, each with its own label."""
    expect(fitted).trained_on_all(fit_images, fit_labels, epochs_of(fitted))


@pytest.mark.task("fit_cnn", points=4)
@pytest.mark.limits(seconds=120)
def test_batches_hold_64_images(fitted):
    """The images go through the model in batches of 64."""
    expect(fitted).used_batches_of(BATCH_SIZE, samples=fitted.observation.training.samples // max(1, epochs_of(fitted)))


@pytest.mark.task("fit_cnn", points=6)
@pytest.mark.limits(seconds=120)
def test_learning_rate_falls(fitted):
    """The learning rate falls from epoch to epoch, to 0.0003 in the last."""
    expect(fitted).ended_with_learning_rate(LAST_LEARNING_RATE, factor=RATE_FACTOR)


@pytest.mark.task("fit_cnn", points=2)
@pytest.mark.limits(seconds=120)
def test_loss_falls(fitted):
    """The training loss falls."""
    expect(fitted.value).has_a_falling_curve("loss")


@pytest.mark.task("fit_cnn", points=3)
@pytest.mark.limits(seconds=120)
def test_model_passed_in_has_learned(fitted, untrained):
    """The model that was passed in has learned."""
    expect(fitted).changed_the_weights_of(untrained)


# ---------------------------------------------------------------- all together


def train_chain(work, digits):
    """Return what fit_cnn does when all of `work`'s own functions come before it, on all training images."""
    images = work.to_images.keep(digits.train.images)
    model = work.compile_model(expect(work.build_cnn()).is_built())
    expect(model).is_compiled()
    epochs = EPOCHS_OF_MANY if len(digits.train.images) >= MANY_IMAGES else EPOCHS_OF_FEW
    outcome = work.fit_cnn.once(model, images, digits.train.labels, epochs)
    expect(outcome.model).is_model()
    return outcome


def calibrated_accuracy(work, digits):
    """Return the share of hidden digits that a network trained by `work` reads right."""
    model = work.do_once(train_chain, digits).model
    return accuracy_of(model.predict(work.to_images.keep(digits.hidden.images)), digits.hidden.labels)


@pytest.mark.task("all_together", points=10, functions=FUNCTIONS)
@pytest.mark.limits(seconds=1800)
def test_your_network_reads_hidden_digits(submission, digits, floor, picture):
    """Your functions together make a network that reads digits it has never seen, better than Chapter 2's model."""
    chain = submission.do_once(train_chain, digits)
    expect(chain.value).has_curves("loss")
    outputs = chain.model.predict(submission.to_images.keep(digits.test.images))
    picture.learner(chain.value, outputs, digits.test, chain.model)
    picture.measured(expect_accuracy(calibrated_accuracy(submission, digits), floor))
