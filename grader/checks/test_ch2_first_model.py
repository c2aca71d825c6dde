"""Chapter 2: Your first model"""

import numpy as np
import pytest

from grader.expect import expect
from grader.expect.accuracy import accuracy_of, expect_accuracy
from grader.submission.values import History

# What the chapter asks for.
EPOCHS, BATCH_SIZE, VALIDATION_SPLIT = 5, 128, 0.2
HIDDEN_UNITS, PARAMETERS = 512, 407_050
CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")

# fit_model is judged on part of the images: what it is asked to do shows there, and the whole chain trains on all.
FIT_IMAGES = 1000
PREDICTED_IMAGES = 4
FAINT_IMAGES = 4
AGREEING_IMAGES = 2
# Each picture by another number, so that neither the batch's maximum nor a picture's own takes the place of 255.
DARKENING = (2, 3, 4, 5, 6, 7, 8)
# Left unscaled, 38 to 53 of 100 such pictures get another digit (four seeds); at a quarter of the ink hardly any does.
FAINTNESS = 32
# Division by 255 in float32 and float64, and multiplication by 1/255, differ by less.
PIXEL_TOLERANCE = 1e-6
# Softmax in float32 over ten outputs.
SUM_TOLERANCE = 1e-4
# Keras averages the loss over batches in float32; batches of other sizes shift it by less.
LOSS_TOLERANCE = 1e-3
# One image in 10,000 is the finest step there is; a number rounded to three digits passes.
ACCURACY_TOLERANCE = 6e-4
# Drawn values may be rounded to three digits, or be given in percent nowhere.
CURVE_TOLERANCE = 5e-4

FUNCTIONS = (
    "normalize",
    "build_model",
    "compile_model",
    "fit_model",
    "evaluate_model",
    "predict_digit",
    "plot_history",
)


@pytest.fixture(scope="module")
def untrained(reference):
    return reference.compile_model(reference.build_model())


@pytest.fixture(scope="module")
def fit_images(reference, digits):
    return reference.normalize(digits.train.first(FIT_IMAGES).images)


@pytest.fixture(scope="module")
def trained(reference, digits, untrained):
    """The reference's model, trained on all training images, and its history."""
    outcome = reference.fit_model.call(untrained, reference.normalize.keep(digits.train.images), digits.train.labels)
    return outcome.model, outcome.value


# ---------------------------------------------------------------- normalize


@pytest.mark.task("normalize", points=2)
def test_each_image_becomes_one_row(submission, digits):
    """Each image becomes one row of 784 numbers."""
    expect(submission.normalize(digits.train.first(5).images)).has_shape(5, 784)


@pytest.mark.task("normalize", points=2)
def test_any_number_of_images_is_accepted(submission, digits):
    """It works for 13 images as for one."""
    expect(submission.normalize(digits.train.first(13).images)).has_shape(13, 784)
    expect(submission.normalize(digits.train.first(1).images)).has_shape(1, 784)


@pytest.mark.task("normalize", points=2)
def test_pixels_are_float32(submission, digits):
    """The numbers are of type float32."""
    expect(submission.normalize(digits.train.first(5).images)).has_dtype("float32")


@pytest.mark.task("normalize", points=2)
def test_pixels_lie_between_zero_and_one(submission, digits):
    """Every number lies between 0 and 1."""
    expect(submission.normalize(digits.train.first(50).images)).lies_within(0, 1)


@pytest.mark.task("normalize", points=3)
def test_every_pixel_has_the_right_value(submission, reference, digits):
    """Every pixel has the right value and stands in the right place."""
    images = digits.train.first(50).images
    expect(submission.normalize(images)).equals(reference.normalize(images), relative=0, absolute=PIXEL_TOLERANCE)


@pytest.mark.task("normalize", points=2)
@pytest.mark.hidden
def test_dark_images_are_scaled_like_bright_ones(submission, reference, digits):
    """Dark images are scaled in the same way as bright ones."""
    dark = digits.hidden.first(len(DARKENING)).images // np.array(DARKENING, np.uint8)[:, np.newaxis, np.newaxis]
    expect(submission.normalize(dark)).equals(reference.normalize(dark), relative=0, absolute=PIXEL_TOLERANCE)


@pytest.mark.task("normalize", points=1)
def test_the_images_passed_in_stay_as_they_were(submission, digits):
    """The images passed in stay as they were."""
    outcome = submission.normalize.call(digits.train.first(5).images)
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).has_shape(5, 784)
    expect(outcome).left_its_arguments_unchanged()


# ---------------------------------------------------------------- build_model


@pytest.mark.task("build_model", points=2)
def test_model_takes_784_numbers(submission):
    """The model takes 784 numbers an image."""
    expect(submission.build_model.once().value).takes_inputs_of(784)


@pytest.mark.task("build_model", points=2)
def test_model_gives_ten_outputs(submission):
    """The model gives ten outputs, one for each digit."""
    expect(submission.build_model.once().value).gives_outputs_of(10)


@pytest.mark.task("build_model", points=5)
def test_layers_are_as_described(submission):
    """The layers are Dense with 512 units and relu, then Dense with 10 and softmax."""
    expect(submission.build_model.once().value).is_a_stack_of_dense_layers([(HIDDEN_UNITS, "relu"), (10, "softmax")])


@pytest.mark.task("build_model", points=3)
def test_parameter_count_is_right(submission):
    """The model has 407,050 parameters."""
    expect(submission.build_model.once().value).has_parameters(PARAMETERS)


@pytest.mark.task("build_model", points=2)
def test_outputs_are_probabilities(submission, reference, digits):
    """The outputs for each image are probabilities: none below 0, and they add up to 1."""
    model = expect(submission.build_model.once().value).is_built()
    outputs = model.predict(reference.normalize(digits.test.first(20).images))
    expect(outputs).has_shape(20, 10)
    expect(outputs).lies_within(0, 1)
    expect(outputs).has_rows_that_sum_to(1, absolute=SUM_TOLERANCE)


# ---------------------------------------------------------------- compile_model


def compile_by(submission, model):
    """Return the model after compile_model, whether it was returned or compiled in place."""
    return model_after(submission.compile_model.call(model))


def model_after(outcome):
    """Return the model of a call of compile_model."""
    if outcome.value is None and outcome.model is not None and outcome.model.description.compiled is not None:
        return outcome.model
    return outcome.value


@pytest.fixture
def compiled(submission, reference):
    return model_after(submission.compile_model.once(reference.build_model()))


@pytest.mark.task("compile_model", points=2)
def test_model_is_compiled(submission, reference):
    """The model is compiled, in place or returned."""
    outcome = submission.compile_model.call(reference.build_model())
    expect(model_after(outcome)).is_compiled()
    # A fresh model that is returned compiled leaves the one passed in as it was.
    expect(outcome.model).is_compiled()


@pytest.mark.task("compile_model", points=2)
def test_optimizer_is_adam(compiled):
    """The optimizer is Adam, at its usual learning rate."""
    expect(compiled).is_compiled_with_optimizer("adam")
    expect(compiled).has_learning_rate(0.001, relative=0.01)


@pytest.mark.task("compile_model", points=3)
def test_loss_is_sparse_categorical_crossentropy(compiled):
    """The loss is sparse categorical cross-entropy, which takes labels such as 7."""
    expect(compiled).is_compiled_with_loss("sparse_categorical_crossentropy")


@pytest.mark.task("compile_model", points=3)
def test_loss_fits_the_last_layer(compiled):
    """The loss fits the last layer, which already gives probabilities."""
    expect(compiled).has_a_loss_that_fits_its_outputs()


@pytest.mark.task("compile_model", points=2)
def test_accuracy_is_measured(compiled):
    """Accuracy is measured during training."""
    expect(compiled).is_compiled_with_metric("accuracy")


@pytest.mark.task("compile_model", points=2)
def test_layers_stay_as_they_were(compiled):
    """Compiling leaves the layers as they were."""
    expect(compiled).is_a_stack_of_dense_layers([(HIDDEN_UNITS, "relu"), (10, "softmax")])
    expect(compiled).has_parameters(PARAMETERS)


# ---------------------------------------------------------------- fit_model


@pytest.fixture
def fitted(submission, untrained, fit_images, digits):
    """What fit_model does with the reference's model and images."""
    return submission.fit_model.once(untrained, fit_images, digits.train.first(FIT_IMAGES).labels)


def epochs_of(outcome):
    """Return how many epochs ran, so that a wrong number of them costs only the check that asks for it."""
    return len(expect(outcome.value).is_history().epochs)


@pytest.mark.task("fit_model", points=3)
@pytest.mark.limits(seconds=60)
def test_history_is_returned(fitted):
    """The History is returned; it has loss and accuracy, for training and for validation."""
    expect(fitted.value).has_curves(*CURVES)


@pytest.mark.task("fit_model", points=3)
@pytest.mark.limits(seconds=60)
def test_there_are_five_epochs(fitted):
    """Training runs for 5 epochs."""
    expect(fitted.value).has_epochs(EPOCHS)


@pytest.mark.task("fit_model", points=3)
@pytest.mark.limits(seconds=60)
def test_last_fifth_is_for_validation(fitted, fit_images, digits):
    """The last fifth of the images is put aside for validation, the rest is for training."""
    labels, split = digits.train.first(FIT_IMAGES).labels, round(FIT_IMAGES * (1 - VALIDATION_SPLIT))
    epochs = epochs_of(fitted)
    expect(fitted).trained_on(fit_images[:split], labels[:split], epochs)
    expect(fitted).validated_on(fit_images[split:], labels[split:], epochs)


@pytest.mark.task("fit_model", points=3)
@pytest.mark.limits(seconds=60)
def test_batches_hold_128_images(fitted):
    """The images go through the model in batches of 128."""
    expect(fitted).used_batches_of(BATCH_SIZE, samples=fitted.observation.training.samples // max(1, epochs_of(fitted)))


@pytest.mark.task("fit_model", points=2)
@pytest.mark.limits(seconds=60)
def test_loss_falls(fitted):
    """The training loss falls."""
    expect(fitted.value).has_a_falling_curve("loss")


@pytest.mark.task("fit_model", points=4)
@pytest.mark.limits(seconds=60)
def test_model_passed_in_has_learned(fitted, untrained):
    """The model that was passed in has learned."""
    expect(fitted).changed_the_weights_of(untrained)


# ---------------------------------------------------------------- evaluate_model


def own_measurement(model, images, labels):
    """Return loss and accuracy computed here from the model's outputs."""
    outputs = model.predict(images)
    likelihood = np.clip(outputs[np.arange(len(labels)), labels].astype(np.float64), 1e-7, 1)
    return float(-np.log(likelihood).mean()), accuracy_of(outputs, labels)


@pytest.mark.task("evaluate_model", points=2)
def test_two_plain_numbers_are_returned(submission, reference, digits, trained):
    """Two plain numbers are returned."""
    split = digits.test.first(200)
    loss, accuracy = expect(
        submission.evaluate_model(trained[0], reference.normalize(split.images), split.labels)
    ).is_pair()
    expect(loss).is_plain_number()
    expect(accuracy).is_plain_number()


@pytest.mark.task("evaluate_model", points=5)
def test_loss_and_accuracy_are_right_and_in_this_order(submission, reference, digits, trained):
    """The first is the loss and the second the accuracy, both as the grader computes them from predictions."""
    for split in (digits.test.first(200), digits.train.first(150)):
        images = reference.normalize(split.images)
        loss, accuracy = expect(submission.evaluate_model(trained[0], images, split.labels)).is_pair()
        expected_loss, expected_accuracy = own_measurement(trained[0], images, split.labels)
        expect(loss).is_close_to(expected_loss, absolute=LOSS_TOLERANCE)
        expect(accuracy).is_close_to(expected_accuracy, absolute=ACCURACY_TOLERANCE)


@pytest.mark.task("evaluate_model", points=3)
def test_measuring_does_not_train(submission, reference, digits, trained):
    """Measuring does not train the model on the test images."""
    split = digits.test.first(200)
    outcome = submission.evaluate_model.call(trained[0], reference.normalize(split.images), split.labels)
    expect(outcome).left_the_weights_of(trained[0])


# ---------------------------------------------------------------- predict_digit


@pytest.mark.task("predict_digit", points=3)
def test_one_whole_number_is_returned(submission, digits, trained):
    """One image of 28 x 28 pixels in, one whole number out."""
    expect(submission.predict_digit(trained[0], digits.test.images[0])).is_whole_number()


@pytest.mark.task("predict_digit", points=2)
def test_faint_images_are_prepared_as_in_training(submission, reference, digits, trained):
    """Faint images are prepared in the same way as those of the training."""
    images = digits.test.images // FAINTNESS
    outputs = trained[0].predict(reference.normalize(images))
    unscaled = trained[0].predict(images.reshape(len(images), -1).astype(np.float32))
    telling = np.flatnonzero(outputs.argmax(axis=1) != unscaled.argmax(axis=1))[:FAINT_IMAGES]
    images, outputs = images[telling], outputs[telling]
    # All answers first: one wrong digit alone does not tell one mistake from another.
    answers = [submission.predict_digit(trained[0], image) for image in images]
    for answer, row in zip(answers, outputs, strict=True):
        expect(answer).equals_digit(int(row.argmax()))


@pytest.mark.task("predict_digit", points=5)
@pytest.mark.hidden
def test_most_likely_digit_is_returned(submission, reference, digits, trained):
    """The answer is the digit that the model finds most likely."""
    images = digits.hidden.first(PREDICTED_IMAGES).images
    outputs = trained[0].predict(reference.normalize(images))
    # All answers first: one wrong digit alone does not tell one mistake from another.
    answers = [submission.predict_digit(trained[0], image) for image in images]
    for answer, row in zip(answers, outputs, strict=True):
        expect(answer).equals_digit(int(row.argmax()))


# ---------------------------------------------------------------- plot_history


def history_of(epochs):
    """Return a made-up history whose four curves cannot be taken for each other."""
    steps = np.arange(epochs)
    curves = {
        "accuracy": 0.98 - 0.3 / (steps + 1),
        "loss": 0.1 + 1.1 / (steps + 1),
        "val_accuracy": 0.93 - 0.2 / (steps + 1),
        "val_loss": 0.3 + 0.8 / (steps + 1),
    }
    values = {name: tuple(float(value) for value in curve) for name, curve in curves.items()}
    return History(values, tuple(range(epochs)))


@pytest.mark.task("plot_history", points=4)
def test_both_accuracy_curves_are_drawn(submission):
    """The figure shows training and validation accuracy, as the history has them."""
    for epochs in (5, 3):
        history = history_of(epochs)
        curves = {name: history.values[name] for name in ("accuracy", "val_accuracy")}
        expect(submission.plot_history(history)).shows_curves(curves, absolute=CURVE_TOLERANCE)


@pytest.mark.task("plot_history", points=1)
def test_epochs_are_counted_from_one(submission):
    """The epochs on the horizontal axis are counted from 1."""
    expect(submission.plot_history(history_of(5))).has_points_at((1, 2, 3, 4, 5))


@pytest.mark.task("plot_history", points=2)
def test_curves_have_names(submission):
    """Each curve has a name, and a legend shows the names."""
    expect(submission.plot_history(history_of(5))).has_labelled_curves()


@pytest.mark.task("plot_history", points=2)
def test_figure_has_title_and_axis_labels(submission):
    """The figure has a title, and both axes have a label."""
    expect(submission.plot_history(history_of(5))).has_title_and_axis_labels()


@pytest.mark.task("plot_history", points=1)
def test_every_character_can_be_read(submission):
    """Every character of the figure can be read, Chinese ones too."""
    expect(submission.plot_history(history_of(5))).has_no_missing_glyphs()


# ---------------------------------------------------------------- all together


def train_chain(work, digits):
    """Return what fit_model does when all of `work`'s own functions come before it, on all training images."""
    images = work.normalize.keep(digits.train.images)
    model = compile_by(work, expect(work.build_model()).is_built())
    expect(model).is_compiled()
    outcome = work.fit_model.once(model, images, digits.train.labels)
    expect(outcome.model).is_model()
    return outcome


def calibrated_accuracy(work, digits):
    """Return the share of hidden digits that a model trained by `work` reads right."""
    model = work.do_once(train_chain, digits).model
    return accuracy_of(model.predict(work.normalize.keep(digits.hidden.images)), digits.hidden.labels)


@pytest.fixture
def own_chain(submission, digits):
    """The learner's own functions, one after another."""
    return submission.do_once(train_chain, digits)


@pytest.mark.task("all_together", points=6, functions=FUNCTIONS)
@pytest.mark.limits(seconds=900)
def test_your_model_reads_hidden_digits(submission, own_chain, reference, digits, floor, picture, trained):
    """Your functions together make a model that reads digits it has never seen."""
    expect(own_chain.value).has_curves("loss")
    outputs = own_chain.model.predict(submission.normalize.keep(digits.test.images))
    picture.learner(own_chain.value, outputs, digits.test, own_chain.model)
    reference_outputs = trained[0].predict(reference.normalize(digits.test.images))
    picture.reference(trained[1], reference_outputs, digits.test, trained[0])
    picture.measured(expect_accuracy(calibrated_accuracy(submission, digits), floor))


@pytest.mark.task("all_together", points=4, functions=FUNCTIONS)
@pytest.mark.limits(seconds=900)
def test_your_functions_agree_with_each_other(submission, own_chain, digits):
    """evaluate_model and predict_digit say the same of your own model as its predictions do."""
    split = digits.test.first(200)
    outputs = own_chain.model.predict(submission.normalize.keep(split.images))
    pair = submission.evaluate_model(own_chain.model, submission.normalize.keep(split.images), split.labels)
    _, accuracy = expect(pair).is_pair()
    expect(accuracy).is_close_to(accuracy_of(outputs, split.labels), absolute=ACCURACY_TOLERANCE)
    for image, row in zip(split.images[:AGREEING_IMAGES], outputs[:AGREEING_IMAGES], strict=True):
        expect(submission.predict_digit(own_chain.model, image)).equals_digit(int(row.argmax()))
