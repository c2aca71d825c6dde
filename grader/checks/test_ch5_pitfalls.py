"""Chapter 5: Five bugs that nobody notices"""

import numpy as np
import pytest

from grader.expect import expect
from grader.expect.accuracy import accuracy_of, expect_accuracy
from grader.expect.datasets import expect_little_damage, expect_no_foresight
from grader.messages import say

# What the chapter asks for.
EPOCHS = 5
BATCH_SIZE = 32
LOSSES = ("sparse_categorical_crossentropy", "categorical_crossentropy")

# Small sets keep each training near a second; what a bug does shows there as well as on all digits.
TRAIN_IMAGES, TEST_IMAGES = 1000, 500
AVERAGED_IMAGES = 1500
# So many that no type of 16 bits has room for their sum, and that those with and without a sign go wrong differently.
DARK_IMAGES = 700
LOTS = 200
CHAIN_IMAGES = 1000
CLASSES = 10
# Sums of up to 60,000 pixels in float32 are exact to the last digit or two.
AVERAGE_TOLERANCE = 1e-2
# The average of 1,000 pictures in float32 is right to 1e-2 of 255, in float64 to far less.
ROW_TOLERANCE = 1e-4
# Average pictures read 0.77 to 0.84 of test digits, with the given bug 0.09 to 0.18 (five draws); rounding moves it by
# one digit at most.
NEAREST_TOLERANCE = 0.01
# Right rows are the reference's own but for rounding, and so is the model. Another seed moves its 0.89 by up to 0.01;
# the given bug leaves 0.68 to 0.75 (five seeds).
SCALE_TOLERANCE = 0.07
# Another order of the pictures or another right loss reaches 0.88 to 0.90 like the reference; the given bugs leave
# 0.07 to 0.11 (five trainings each).
TRAIN_TOLERANCE = 0.1
# An honest model knows 4 of 40 lots, more than 14 less than once in 100,000 tries; with the given bug it knows 0.65 to
# 0.78 of 200 (four seeds).
FORESIGHT_LIMIT = 0.35
# With 20 pictures of each digit in random order, nine equal ones in a row come less than once in a million tries.
LONGEST_RUN = 8

FUNCTIONS = ("average_image", "scale_both", "shuffle_together", "compile_and_fit", "make_sets")


@pytest.fixture(scope="module")
def rows(reference, digits):
    """Scaled training and test rows, as the reference makes them."""
    train, test = digits.train.first(TRAIN_IMAGES), digits.test.first(TEST_IMAGES)
    return reference.scale_both(train.images, test.images)


@pytest.fixture(scope="module")
def undamaged(reference, digits, rows):
    """The accuracy a model reaches when nothing is wrong."""
    labels = digits.train.first(TRAIN_IMAGES).labels, digits.test.first(TEST_IMAGES).labels
    return reference.train_and_examine(rows[0], labels[0], rows[1], labels[1])


# ---------------------------------------------------------------- average_image


@pytest.mark.task("average_image", points=2)
def test_average_is_one_picture(submission, digits):
    """The average is one picture of 28 x 28 pixels, whatever the number of pictures."""
    expect(submission.average_image(digits.train.first(13).images)).has_shape(28, 28)
    expect(submission.average_image(digits.train.first(1).images)).has_shape(28, 28)


@pytest.mark.task("average_image", points=2)
def test_average_has_decimal_numbers(submission, digits):
    """The average consists of decimal numbers."""
    expect(submission.average_image(digits.train.first(13).images)).holds_decimal_numbers()


@pytest.mark.task("average_image", points=5)
def test_each_pixel_is_the_mean(submission, reference, digits):
    """Each pixel is the mean of this pixel over all pictures."""
    for images in (digits.train.first(13).images, digits.test.first(7).images):
        expected = reference.average_image(images)
        expect(submission.average_image(images)).equals(expected, relative=0, absolute=AVERAGE_TOLERANCE)


@pytest.mark.task("average_image", points=3)
def test_average_of_many_dark_pictures(submission):
    """The average of 700 pictures full of ink is full of ink."""
    images = np.full((DARK_IMAGES, 28, 28), 255, np.uint8)
    expect(submission.average_image(images)).equals(np.full((28, 28), 255.0), relative=0, absolute=AVERAGE_TOLERANCE)


@pytest.mark.task("average_image", points=1)
def test_averaged_pictures_stay_as_they_were(submission, digits):
    """The pictures passed in stay as they were."""
    outcome = submission.average_image.call(digits.train.first(13).images)
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).has_shape(28, 28)
    expect(outcome).left_its_arguments_unchanged()


def read_by_averages(work, train, test):
    """Return the share of test digits whose picture lies nearest to the average picture of their own digit."""
    averages = [work.average_image(train.images[train.labels == digit]) for digit in range(CLASSES)]
    for average in averages:
        expect(average).has_shape(28, 28)
    flat = np.stack(averages).reshape(CLASSES, -1).astype(np.float64)
    distances = ((test.images.reshape(len(test.images), 1, -1) - flat) ** 2).sum(axis=2)
    return accuracy_of(-distances, test.labels)


@pytest.mark.task("average_image", points=5)
def test_averages_tell_digits_apart(submission, reference, digits, picture):
    """The damage: test digits are read by the average picture they are nearest to."""
    train, test = digits.train.first(AVERAGED_IMAGES), digits.test.first(TEST_IMAGES)
    accuracy, undamaged = (read_by_averages(work, train, test) for work in (submission, reference))
    advice = say("Draw the average of all pictures of one digit: you should recognise the digit.")
    picture.measured(expect_little_damage(accuracy, undamaged, NEAREST_TOLERANCE, advice))


# ---------------------------------------------------------------- scale_both


def scaled(submission, train_images, test_images):
    """Return the two arrays of scale_both."""
    return expect(submission.scale_both(train_images, test_images)).are_arrays("train_rows", "test_rows")


@pytest.mark.task("scale_both", points=2)
def test_both_arrays_have_rows(submission, digits):
    """Both arrays have one row of 784 numbers for each picture, of type float32."""
    for train_count, test_count in ((13, 7), (5, 1)):
        results = scaled(submission, digits.train.first(train_count).images, digits.test.first(test_count).images)
        for result, count in zip(results, (train_count, test_count), strict=True):
            expect(result).has_shape(count, 784)
            expect(result).has_dtype("float32")


@pytest.mark.task("scale_both", points=3)
def test_training_rows_are_right(submission, reference, digits):
    """The training pictures are scaled as described."""
    images = digits.train.first(50).images, digits.test.first(20).images
    expected, _ = reference.scale_both(*images)
    expect(scaled(submission, *images)[0]).equals(expected, relative=0, absolute=ROW_TOLERANCE)


@pytest.mark.task("scale_both", points=5)
def test_test_rows_are_right(submission, reference, digits):
    """The test pictures are scaled in the same way, with the average of the training pictures."""
    for count in (20, 1):
        images = digits.train.first(50).images, digits.test.first(count).images
        _, expected = reference.scale_both(*images)
        expect(scaled(submission, *images)[1]).equals(expected, relative=0, absolute=ROW_TOLERANCE)


@pytest.mark.task("scale_both", points=2)
def test_scaled_pictures_stay_as_they_were(submission, digits):
    """The pictures passed in stay as they were."""
    outcome = submission.scale_both.call(digits.train.first(13).images, digits.test.first(7).images)
    for result, count in zip(expect(outcome.value).are_arrays("train_rows", "test_rows"), (13, 7), strict=True):
        # To do nothing at all leaves them unchanged, too.
        expect(result).has_shape(count, 784)
    expect(outcome).left_its_arguments_unchanged()


@pytest.mark.task("scale_both", points=6)
def test_model_reads_the_scaled_test_digits(submission, reference, digits, undamaged, picture):
    """The damage: a model learns from your training rows and is examined on your test rows."""
    train, test = digits.train.first(TRAIN_IMAGES), digits.test.first(TEST_IMAGES)
    results = scaled(submission, train.images, test.images)
    for result, split in zip(results, (train, test), strict=True):
        expect(result).has_shape(len(split.images), 784)
        expect(result).has_dtype("float32")
    accuracy = reference.train_and_examine(results[0], train.labels, results[1], test.labels)
    advice = say("Print the smallest and the largest value of both arrays: do they look alike?")
    picture.measured(expect_little_damage(accuracy, undamaged, SCALE_TOLERANCE, advice))


# ---------------------------------------------------------------- shuffle_together


def sorted_digits(split, count):
    """Return `count` pictures of each digit, sorted by label as in many files."""
    places = np.concatenate([np.flatnonzero(split.labels == digit)[:count] for digit in range(CLASSES)])
    return split.images[places], split.labels[places]


def shuffled(submission, images, labels, seed):
    """Return the two arrays of shuffle_together, in a form in which they can be compared."""
    results = expect(submission.shuffle_together(images, labels, seed)).are_arrays("images", "labels")
    expect(results[0]).has_shape(*images.shape)
    expect(results[1]).has_shape(*labels.shape)
    return results


@pytest.mark.task("shuffle_together", points=2)
def test_all_pictures_are_there(submission, digits):
    """All pictures come back, each of them once and unchanged."""
    images, labels = sorted_digits(digits.train, 20)
    expect(shuffled(submission, images, labels, 3)[0]).holds_exactly(images)


@pytest.mark.task("shuffle_together", points=5)
def test_each_picture_keeps_its_label(submission, digits):
    """Each picture keeps its own label."""
    images, labels = sorted_digits(digits.train, 20)
    for seed in (3, 4):
        results = shuffled(submission, images, labels, seed)
        expect(results[0]).keeps_the_label_of_each(results[1], images, labels)


@pytest.mark.task("shuffle_together", points=2)
def test_order_is_random(submission, digits):
    """Sorted pictures come back in a random order."""
    images, labels = sorted_digits(digits.train, 20)
    results = shuffled(submission, images, labels, 3)
    order = positions(results[0], images)
    expect(labels[order]).is_well_mixed(labels, LONGEST_RUN)


def positions(shuffled_images, images):
    """Return where in `images` each shuffled picture stood; 0 for one that is not among them."""
    places = {image.tobytes(): place for place, image in enumerate(images)}
    return np.array([places.get(image.tobytes(), 0) for image in shuffled_images])


@pytest.mark.task("shuffle_together", points=2)
def test_seed_decides_on_the_order(submission, digits):
    """The same seed gives the same order, and another seed another order."""
    images, labels = sorted_digits(digits.train, 20)
    first, again, other = (shuffled(submission, images, labels, seed) for seed in (3, 3, 4))
    for array, same in zip(first, again, strict=True):
        expect(same).equals(array, relative=0, absolute=0)
    expect(positions(other[0], images)).differs_from(positions(first[0], images))


@pytest.mark.task("shuffle_together", points=1)
def test_shuffled_arrays_stay_as_they_were(submission, digits):
    """The pictures and labels passed in stay as they were."""
    images, labels = sorted_digits(digits.train, 20)
    outcome = submission.shuffle_together.call(images, labels, 3)
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).are_arrays("images", "labels")
    expect(outcome).left_its_arguments_unchanged()


@pytest.mark.task("shuffle_together", points=6)
def test_model_learns_from_shuffled_pictures(submission, reference, digits, rows, undamaged, picture):
    """The damage: a model learns from your pictures and your labels and is examined on others."""
    train, test = digits.train.first(TRAIN_IMAGES), digits.test.first(TEST_IMAGES)
    images, labels = shuffled(submission, train.images, train.labels, 5)
    expect(images).has_dtype("uint8")
    expect(labels).lies_within(0, CLASSES - 1)
    train_rows, _ = reference.scale_both(images, test.images)
    accuracy = reference.train_and_examine(train_rows, labels, rows[1], test.labels)
    advice = say("Draw the first ten pictures with their labels above them, as the chapter does.")
    picture.measured(expect_little_damage(accuracy, undamaged, TRAIN_TOLERANCE, advice))


# ---------------------------------------------------------------- compile_and_fit


@pytest.fixture
def fitted(submission, reference, digits, rows):
    """What compile_and_fit does with an untrained model and the reference's rows."""
    labels = digits.train.first(TRAIN_IMAGES).labels
    return submission.compile_and_fit.once(reference.build_model(), rows[0], labels)


@pytest.mark.task("compile_and_fit", points=2)
@pytest.mark.limits(seconds=120)
def test_history_has_loss_and_accuracy(fitted):
    """The History is returned; it has the loss and the accuracy of each epoch."""
    expect(fitted.value).has_curves("loss", "accuracy")


@pytest.mark.task("compile_and_fit", points=3)
@pytest.mark.limits(seconds=120)
def test_all_rows_are_used_for_five_epochs(fitted, digits, rows):
    """Training goes over all rows with their labels, 5 times."""
    expect(fitted).trained_on_all_rows(rows[0], digits.train.first(TRAIN_IMAGES).labels, EPOCHS)


@pytest.mark.task("compile_and_fit", points=1)
@pytest.mark.limits(seconds=120)
def test_batches_hold_32_rows(fitted):
    """The rows go through the model in batches of 32."""
    epochs = max(1, len(expect(fitted.value).is_history().epochs))
    expect(fitted).used_batches_of(BATCH_SIZE, samples=max(1, fitted.observation.training.samples // epochs))


@pytest.mark.task("compile_and_fit", points=5)
@pytest.mark.limits(seconds=120)
def test_loss_fits_the_labels(fitted):
    """The loss is a cross-entropy that fits the labels."""
    expect(fitted.model).is_compiled_with_one_of(*LOSSES)
    expect(fitted.model).has_a_loss_that_fits_its_outputs()


@pytest.mark.task("compile_and_fit", points=2)
@pytest.mark.limits(seconds=120)
def test_adam_and_accuracy_are_used(fitted):
    """The optimizer is Adam at its usual learning rate, and accuracy is measured."""
    expect(fitted.model).is_compiled_with_optimizer("adam")
    expect(fitted.model).has_learning_rate(0.001, relative=0.01)
    expect(fitted.model).measures_right_answers()


@pytest.mark.task("compile_and_fit", points=5)
@pytest.mark.limits(seconds=120)
def test_trained_model_reads_test_digits(fitted, digits, rows, undamaged, picture):
    """The damage: the model you have trained is examined on test digits."""
    test = digits.test.first(TEST_IMAGES)
    accuracy = accuracy_of(expect(fitted.model).is_built().predict(rows[1]), test.labels)
    advice = say("Ask what the loss compares with what: print the shapes of the labels and of the model's outputs.")
    picture.measured(expect_little_damage(accuracy, undamaged, TRAIN_TOLERANCE, advice))


# ---------------------------------------------------------------- make_sets

SETS = ("train_images", "train_labels", "test_images", "test_labels")


def sets_of(submission, images, labels):
    """Return the four arrays of make_sets, once it is sure that they are pictures and labels."""
    results = expect(submission.make_sets(images, labels)).are_arrays(*SETS)
    for pictures in results[::2]:
        # Whatever its number of axes, and at least one picture: with none, nothing could be trained.
        expect(pictures).has_shape(max(1, pictures.size // 784), 28, 28)
        expect(pictures).has_dtype("uint8")
    return results


@pytest.mark.task("make_sets", points=2)
def test_sets_have_the_right_sizes(submission, digits):
    """Of 100 pictures, 400 come into the training set and 20 into the test set."""
    split = digits.train.first(100)
    results = expect(submission.make_sets(split.images, split.labels)).are_arrays(*SETS)
    for result, shape in zip(results, ((400, 28, 28), (400,), (20, 28, 28), (20,)), strict=True):
        expect(result).has_shape(*shape)


@pytest.mark.task("make_sets", points=3)
def test_test_set_is_the_last_fifth(submission, digits):
    """The test set is the last fifth of the pictures, just as they are, with their labels."""
    split = digits.train.first(100)
    _, _, test_images, test_labels = sets_of(submission, split.images, split.labels)
    expect(test_images).holds_exactly(split.images[80:])
    expect(test_images).keeps_the_label_of_each(test_labels, split.images, split.labels)


@pytest.mark.task("make_sets", points=3)
def test_training_set_has_copies(submission, reference, digits):
    """The training set is the first four fifths, with their shifted copies and their labels."""
    split = digits.train.first(100)
    train_images, train_labels, _, _ = sets_of(submission, split.images, split.labels)
    expected_images, expected_labels, _, _ = reference.make_sets(split.images, split.labels)
    expect(train_images).holds_exactly(expected_images)
    expect(train_images).keeps_the_label_of_each(train_labels, expected_images, expected_labels)


@pytest.mark.task("make_sets", points=4)
def test_no_test_picture_is_known(submission, reference, digits):
    """No test picture has a copy among the training pictures, not even a shifted one."""
    split = digits.train.first(100)
    train_images, _, test_images, test_labels = sets_of(submission, split.images, split.labels)
    expect(test_labels).has_shape(len(test_images))
    copies, _ = reference.add_shifted(train_images, np.zeros(len(train_images), np.int64))
    expect(test_images).is_apart_from(copies)


@pytest.mark.task("make_sets", points=1)
def test_divided_arrays_stay_as_they_were(submission, digits):
    """The pictures and labels passed in stay as they were."""
    split = digits.train.first(100)
    outcome = submission.make_sets.call(split.images, split.labels)
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).are_arrays(*SETS)
    expect(outcome).left_its_arguments_unchanged()


@pytest.mark.task("make_sets", points=5)
def test_lots_cannot_be_foretold(submission, reference, digits, picture):
    """The damage: the labels are drawn by lot, and a model that is examined on your test set tries to tell them."""
    images = digits.train.first(LOTS).images
    lots = np.random.default_rng(0).integers(0, CLASSES, LOTS)
    train_images, train_labels, test_images, test_labels = sets_of(submission, images, lots)
    for pictures, labels in ((train_images, train_labels), (test_images, test_labels)):
        expect(labels).has_shape(len(pictures))
        expect(labels).lies_within(0, CLASSES - 1)
    train_rows, test_rows = reference.scale_both(train_images, test_images)
    accuracy = reference.train_and_examine(train_rows, train_labels, test_rows, test_labels)
    picture.measured(expect_no_foresight(accuracy, FORESIGHT_LIMIT))


# ---------------------------------------------------------------- all together


def train_chain(work, split):
    """Return the training pictures and what compile_and_fit does when all of `work`'s own functions come before it."""
    images, labels = shuffled(work, split.images, split.labels, 1)
    train_images, train_labels, test_images, _ = sets_of(work, images, labels)
    train_rows, _ = scaled(work, train_images, test_images)
    outcome = work.compile_and_fit.once(expect(work.build_model()).is_built(), train_rows, train_labels)
    expect(outcome.model).is_model()
    return train_images, outcome


def calibrated_accuracy(work, digits):
    """Return the share of hidden digits that a model trained by `work` reads right."""
    train_images, outcome = train_chain(work, digits.train.first(CHAIN_IMAGES))
    _, rows = scaled(work, train_images, digits.hidden.images)
    return accuracy_of(outcome.model.predict(rows), digits.hidden.labels)


@pytest.mark.task("all_together", points=7, functions=FUNCTIONS)
@pytest.mark.limits(seconds=600)
def test_your_functions_train_a_model(submission, digits, floor, picture):
    """Shuffled, divided, scaled and trained by your functions, a model reads digits it has never seen."""
    picture.measured(expect_accuracy(calibrated_accuracy(submission, digits), floor))


@pytest.mark.task("all_together", points=3, functions=FUNCTIONS)
@pytest.mark.limits(seconds=600)
def test_your_averages_belong_to_your_rows(submission, digits):
    """Rows of your scaling and the average of your training pictures together give the pictures back."""
    split = digits.train.first(100)
    train_images, _, test_images, _ = sets_of(submission, split.images, split.labels)
    _, rows = scaled(submission, train_images, test_images)
    pictures = rows.reshape(-1, 28, 28) * 255 + submission.average_image(train_images)
    expect(pictures).equals(test_images, relative=0, absolute=255 * ROW_TOLERANCE)
