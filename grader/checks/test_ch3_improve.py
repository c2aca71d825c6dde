"""Chapter 3: Making the model better"""

import numpy as np
import pytest

from grader.expect import expect
from grader.expect.accuracy import accuracy_of, expect_accuracy

# What the chapter asks for.
SHORT_EPOCHS, LONG_EPOCHS, BATCH_SIZE, VALIDATION_SPLIT = 3, 20, 128, 0.2
LAYERS, PARAMETERS, DROPOUT_RATE = [(512, "relu"), (10, "softmax")], 407_050, 0.5
CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")
CLASSES, MAX_PICTURES = 10, 12
# The places of the two models among the arguments of compare_epochs.
SHORT, LONG = 0, 1

# compare_epochs is judged on part of the images: 23 epochs of these cost little more than making two models ready to
# train. Four fifths of them are no multiple of the batch size, nor of another usual one.
FIT_IMAGES = 700
# The chain shows that the functions work together; with all 4,000 images of the sample it costs twice as much, for one
# or two more digits in a hundred.
CHAIN_IMAGES = 2000
# 36,000 draws settle the share of silent units to 0.003 (one standard deviation); a rate of 0.4 or 0.6 is 0.1 away.
SILENT_TOLERANCE = 0.02
LISTED_PAIRS = 5

FUNCTIONS = ("compare_epochs", "build_dropout_model", "confusion", "most_confused_pairs", "plot_mistakes")


@pytest.fixture(scope="module")
def untrained(reference):
    return reference.compile_model(reference.build_model())


@pytest.fixture(scope="module")
def fit_images(reference, digits):
    return reference.normalize(digits.train.first(FIT_IMAGES).images)


# ---------------------------------------------------------------- compare_epochs


@pytest.fixture
def compared(submission, untrained, fit_images, digits):
    """What compare_epochs does with two equal models of the reference's."""
    return submission.compare_epochs.once(untrained, untrained, fit_images, digits.train.first(FIT_IMAGES).labels)


def histories_of(outcome):
    """Return the two Histories."""
    short, long = expect(outcome.value).is_pair()
    return expect(short).is_history(), expect(long).is_history()


def expect_training_by_the_rules(outcome, position, fit_images, digits):
    """The model at this position saw the first four fifths in training, and the rest in validation.

    How often follows from the shorter and the longer History, so that their number and order cost points only where
    they are asked for.
    """
    epochs = sorted(len(history.epochs) for history in histories_of(outcome))[position]
    labels, split = digits.train.first(FIT_IMAGES).labels, round(FIT_IMAGES * (1 - VALIDATION_SPLIT))
    seen = expect(outcome.seen_by(position))
    seen.trained_on(fit_images[:split], labels[:split], epochs)
    seen.validated_on(fit_images[split:], labels[split:], epochs)


@pytest.mark.task("compare_epochs", points=3)
@pytest.mark.limits(seconds=120)
def test_two_histories_are_returned(compared):
    """Two Histories are returned; each has loss and accuracy, for training and for validation."""
    for history in histories_of(compared):
        expect(history).has_curves(*CURVES)


@pytest.mark.task("compare_epochs", points=3)
@pytest.mark.limits(seconds=120)
def test_first_history_has_three_epochs(compared):
    """The first History has 3 epochs."""
    expect(histories_of(compared)[SHORT]).has_epochs(SHORT_EPOCHS)


@pytest.mark.task("compare_epochs", points=3)
@pytest.mark.limits(seconds=120)
def test_second_history_has_twenty_epochs(compared):
    """The second History has 20 epochs."""
    expect(histories_of(compared)[LONG]).has_epochs(LONG_EPOCHS)


@pytest.mark.task("compare_epochs", points=4)
@pytest.mark.limits(seconds=120)
def test_short_model_is_trained_by_the_rules(compared, fit_images, digits):
    """The short model is trained once, on the first four fifths; the last fifth is for validation."""
    expect_training_by_the_rules(compared, SHORT, fit_images, digits)


@pytest.mark.task("compare_epochs", points=4)
@pytest.mark.limits(seconds=120)
def test_long_model_is_trained_by_the_rules(compared, fit_images, digits):
    """The long model is trained once, on the first four fifths; the last fifth is for validation."""
    expect_training_by_the_rules(compared, LONG, fit_images, digits)


@pytest.mark.task("compare_epochs", points=3)
@pytest.mark.limits(seconds=120)
def test_batches_hold_128_images(compared):
    """The images go through both models in batches of 128."""
    epochs = sorted(len(history.epochs) for history in histories_of(compared))
    for position in (SHORT, LONG):
        seen = compared.seen_by(position)
        samples = seen.observation.training.samples // max(1, epochs[position])
        expect(seen).used_batches_of(BATCH_SIZE, samples=max(1, samples))


@pytest.mark.task("compare_epochs", points=2)
@pytest.mark.limits(seconds=120)
def test_both_models_learn(compared, untrained):
    """Both models that were passed in have learned, and their training loss falls."""
    for position, history in enumerate(histories_of(compared)):
        expect(compared.seen_by(position)).changed_the_weights_of(untrained)
        expect(history).has_a_falling_curve("loss")


# ---------------------------------------------------------------- build_dropout_model


@pytest.mark.task("build_dropout_model", points=2)
def test_model_takes_and_gives_the_right_sizes(submission):
    """The model takes 784 numbers an image and gives ten outputs."""
    model = submission.build_dropout_model()
    expect(model).takes_inputs_of(784)
    expect(model).gives_outputs_of(CLASSES)


@pytest.mark.task("build_dropout_model", points=5)
def test_layers_that_learn_are_as_described(submission):
    """The layers that learn are Dense with 512 units and relu, then Dense with 10 and softmax."""
    model = expect(submission.build_dropout_model()).without_dropout()
    model.is_a_stack_of_dense_layers(LAYERS)
    model.has_parameters(PARAMETERS)


@pytest.mark.task("build_dropout_model", points=4)
def test_there_is_one_dropout_layer_of_the_right_rate(submission):
    """There is one Dropout layer, and its rate is 0.5."""
    expect(submission.build_dropout_model()).has_one_dropout_layer(DROPOUT_RATE)


@pytest.mark.task("build_dropout_model", points=3)
def test_dropout_stands_between_the_dense_layers(submission):
    """The Dropout layer stands between the two dense layers."""
    expect(submission.build_dropout_model()).has_dropout_between_its_dense_layers()


@pytest.mark.task("build_dropout_model", points=4)
def test_half_of_the_hidden_units_fall_silent_in_training(submission):
    """In training half of the hidden units fall silent, other ones each time."""
    expect(submission.build_dropout_model()).silences_hidden_units(DROPOUT_RATE, absolute=SILENT_TOLERANCE)


@pytest.mark.task("build_dropout_model", points=2)
def test_dropout_is_off_in_prediction(submission, reference, digits):
    """When the model predicts, dropout is off: the same pictures give the same outputs."""
    model = expect(submission.build_dropout_model()).is_built()
    expect(model).predicts_the_same_twice(reference.normalize(digits.test.first(20).images))


# ---------------------------------------------------------------- confusion


def table_of(pairs):
    """Return the confusion matrix of (label, prediction) pairs, counted here."""
    matrix = np.zeros((CLASSES, CLASSES), np.int64)
    for label, prediction in pairs:
        matrix[label, prediction] += 1
    return matrix


def answers(seed, count, classes=range(CLASSES)):
    """Return labels and predictions, about a third of them wrong: a 4 is often taken for a 9, the reverse is rare."""
    draw = np.random.default_rng(seed)
    labels = draw.choice(classes, count)
    predictions = np.where(draw.random(count) < 0.25, draw.choice(classes, count), labels)
    fours = (labels == 4) & (draw.random(count) < 0.4) & (9 in classes)
    predictions[fours] = 9
    return labels, predictions


@pytest.mark.task("confusion", points=3)
def test_table_has_ten_rows_and_columns(submission):
    """The result is a table of 10 rows and 10 columns."""
    expect(submission.confusion(*answers(1, 60))).has_shape(CLASSES, CLASSES)


@pytest.mark.task("confusion", points=2)
def test_table_holds_whole_numbers(submission):
    """The table holds whole numbers."""
    expect(submission.confusion(*answers(1, 60))).has_whole_numbers()


@pytest.mark.task("confusion", points=3)
def test_rows_are_true_digits(submission):
    """Three sevens, two of them read as 1: that is 2 in row 7, column 1."""
    labels, predictions = np.array([7, 7, 7, 0]), np.array([1, 7, 1, 0])
    expect(submission.confusion(labels, predictions)).counts(table_of(zip(labels, predictions, strict=True)))


@pytest.mark.task("confusion", points=5)
@pytest.mark.hidden
def test_every_answer_is_counted(submission):
    """Every answer is counted, in the right cell."""
    for seed, count in ((2, 400), (3, 75)):
        labels, predictions = answers(seed, count)
        expect(submission.confusion(labels, predictions)).counts(table_of(zip(labels, predictions, strict=True)))


@pytest.mark.task("confusion", points=3)
def test_digits_may_be_missing(submission):
    """It works when some digits do not occur."""
    labels, predictions = answers(4, 40, classes=(2, 3, 5))
    expect(submission.confusion(labels, predictions)).counts(table_of(zip(labels, predictions, strict=True)))


# ---------------------------------------------------------------- most_confused_pairs


def matrix_of(cells, right=0):
    """Return a matrix with these (true, predicted, how often) cells, and so many right answers for each digit.

    There are none where something else is asked, so that a diagonal that counts costs points only once.
    """
    matrix = np.diag(np.full(CLASSES, right)).astype(np.int64)
    for true, predicted, how_often in cells:
        matrix[true, predicted] = how_often
    return matrix


def largest(matrix, count):
    """Return what most_confused_pairs shall return."""
    cells = [
        (true, predicted, int(matrix[true, predicted]))
        for true in range(CLASSES)
        for predicted in range(CLASSES)
        if true != predicted and matrix[true, predicted]
    ]
    return sorted(cells, key=lambda cell: (-cell[2], cell[0], cell[1]))[:count]


# In these two no cells are equal, and the orders by rows, by columns and by how often are three different ones.
DISTINCT = [(4, 9, 12), (9, 4, 5), (7, 1, 8), (1, 7, 2), (3, 5, 11), (5, 3, 7), (2, 8, 1), (8, 0, 10)]
FEW = [(4, 9, 12), (1, 7, 1), (9, 4, 5)]
# Among those that occur 6 times, neither the order of columns nor that of rows turned round is the right one.
TIED = [(3, 1, 6), (3, 8, 6), (1, 4, 6), (8, 0, 6), (5, 6, 9), (0, 9, 2), (9, 2, 2)]


@pytest.mark.task("most_confused_pairs", points=3)
def test_entries_are_three_whole_numbers(submission):
    """A list comes back; each entry is three whole numbers: true, predicted, how often."""
    expect(submission.most_confused_pairs(matrix_of(DISTINCT), LISTED_PAIRS)).is_list_of_confusions()


@pytest.mark.task("most_confused_pairs", points=5)
def test_most_frequent_mistakes_come_first(submission):
    """The most frequent mistakes are listed, the most frequent one first."""
    matrix = matrix_of(DISTINCT)
    for count in (LISTED_PAIRS, 3):
        expect(submission.most_confused_pairs(matrix, count)).lists_confusions(largest(matrix, count))


@pytest.mark.task("most_confused_pairs", points=2)
def test_right_answers_never_count(submission):
    """The right answers on the diagonal never count, whether they are many or few."""
    for right in (500, 3):
        matrix = matrix_of(DISTINCT, right)
        expect(submission.most_confused_pairs(matrix, LISTED_PAIRS)).lists_confusions(largest(matrix, LISTED_PAIRS))


@pytest.mark.task("most_confused_pairs", points=2)
def test_equal_counts_follow_the_rule(submission):
    """Where two occur equally often, the smaller true digit comes first, then the smaller predicted one."""
    matrix = matrix_of(TIED)
    expect(submission.most_confused_pairs(matrix, 6)).lists_confusions(largest(matrix, 6))


@pytest.mark.task("most_confused_pairs", points=2)
def test_cells_with_zero_are_left_out(submission):
    """Cells with 0 are left out, so that the list may be shorter or empty."""
    for cells in (FEW, []):
        matrix = matrix_of(cells)
        expect(submission.most_confused_pairs(matrix, LISTED_PAIRS)).lists_confusions(largest(matrix, LISTED_PAIRS))


@pytest.mark.task("most_confused_pairs", points=2)
def test_matrix_stays_as_it_was(submission):
    """The matrix passed in stays as it was."""
    outcome = submission.most_confused_pairs.call(matrix_of(DISTINCT, right=40), LISTED_PAIRS)
    # To do nothing at all leaves it unchanged, too.
    expect(outcome.value).is_list_of_confusions()
    expect(outcome).left_its_arguments_unchanged("matrix")


# ---------------------------------------------------------------- plot_mistakes


def exam(digits, count, wrong):
    """Return images, labels and made-up predictions; those at the places `wrong` differ from the label."""
    split = digits.test.first(count)
    predictions = split.labels.copy()
    places = np.array(wrong, dtype=int)
    # Each by another step, so that label and prediction are never told from one another by a rule.
    predictions[places] = (predictions[places] + 1 + places % 9) % CLASSES
    return split.images, split.labels, predictions


def misread(images, labels, predictions):
    """Return the pictures that the figure shall show, and the numbers of their titles."""
    places = np.flatnonzero(labels != predictions)[:MAX_PICTURES]
    return images[places], [(int(labels[place]), int(predictions[place])) for place in places]


SOME_WRONG = (2, 3, 7, 11, 18, 22, 29)


@pytest.mark.task("plot_mistakes", points=5)
@pytest.mark.limits(seconds=60)
def test_misread_digits_are_shown(submission, digits):
    """The figure shows the misread digits, each of them once, and no others."""
    arguments = exam(digits, 30, SOME_WRONG)
    expect(submission.plot_mistakes(*arguments)).shows_pictures(misread(*arguments)[0])


@pytest.mark.task("plot_mistakes", points=4)
@pytest.mark.limits(seconds=60)
def test_titles_say_label_and_prediction(submission, digits):
    """The title above each picture says its label and then its prediction."""
    arguments = exam(digits, 30, SOME_WRONG)
    expect(submission.plot_mistakes(*arguments)).titles_pictures_with_numbers(*misread(*arguments))


@pytest.mark.task("plot_mistakes", points=2)
@pytest.mark.limits(seconds=60)
def test_there_are_twelve_at_most(submission, digits):
    """Of many misread digits the first 12 are shown."""
    arguments = exam(digits, 60, range(1, 60, 3))
    expect(submission.plot_mistakes(*arguments)).shows_pictures(misread(*arguments)[0])


@pytest.mark.task("plot_mistakes", points=2)
@pytest.mark.limits(seconds=60)
def test_a_single_misread_digit_is_shown(submission, digits):
    """It works when a single digit was misread."""
    arguments = exam(digits, 20, (5,))
    expect(submission.plot_mistakes(*arguments)).shows_pictures(misread(*arguments)[0])


@pytest.mark.task("plot_mistakes", points=2)
@pytest.mark.limits(seconds=60)
def test_no_misread_digit_gives_a_figure_without_pictures(submission, digits):
    """When no digit was misread, a figure without pictures is returned."""
    # One that was misread comes first: a function that always returns nothing is not one that does so only here.
    for wrong in ((4,), ()):
        arguments = exam(digits, 9, wrong)
        expect(submission.plot_mistakes(*arguments)).shows_pictures(misread(*arguments)[0])


@pytest.mark.task("plot_mistakes", points=1)
@pytest.mark.limits(seconds=60)
def test_every_character_can_be_read(submission, digits):
    """Every character of the figure can be read, Chinese ones too."""
    expect(submission.plot_mistakes(*exam(digits, 30, SOME_WRONG))).has_no_missing_glyphs()


# ---------------------------------------------------------------- all together


def train_chain(work, digits):
    """Return what compare_epochs does with two dropout models of `work`'s own."""
    train = digits.train.first(CHAIN_IMAGES)
    models = [work.compile_model(expect(work.build_dropout_model()).is_built()) for _ in (SHORT, LONG)]
    for model in models:
        expect(model).is_compiled()
    outcome = work.compare_epochs.once(*models, work.normalize.keep(train.images), train.labels)
    expect(outcome.arguments[LONG]).is_model()
    return outcome


def calibrated_accuracy(work, digits):
    """Return the share of hidden digits that the longer trained dropout model of `work` reads right."""
    model = work.do_once(train_chain, digits).arguments[LONG]
    return accuracy_of(model.predict(work.normalize.keep(digits.hidden.images)), digits.hidden.labels)


@pytest.fixture
def own_chain(submission, digits):
    """The learner's own functions, one after another."""
    return submission.do_once(train_chain, digits)


@pytest.mark.task("all_together", points=5, functions=FUNCTIONS)
@pytest.mark.limits(seconds=900)
def test_your_model_reads_hidden_digits(submission, own_chain, reference, digits, floor, picture):
    """Your dropout model, trained by your compare_epochs, reads digits it has never seen."""
    _, history = histories_of(own_chain)
    outputs = own_chain.arguments[LONG].predict(submission.normalize.keep(digits.test.images))
    picture.learner(history, outputs, digits.test, own_chain.arguments[LONG])
    theirs = train_chain(reference, digits)
    reference_outputs = theirs.arguments[LONG].predict(reference.normalize.keep(digits.test.images))
    picture.reference(theirs.value[LONG], reference_outputs, digits.test, theirs.arguments[LONG])
    picture.measured(expect_accuracy(calibrated_accuracy(submission, digits), floor))


@pytest.mark.task("all_together", points=5, functions=FUNCTIONS)
@pytest.mark.limits(seconds=900)
def test_your_functions_agree_on_the_mistakes(submission, own_chain, digits):
    """Your table, your list and your figure agree on the mistakes of your own model."""
    images, labels = digits.test.images, digits.test.labels
    outputs = own_chain.arguments[LONG].predict(submission.normalize.keep(images))
    expect(outputs).has_shape(len(images), CLASSES)
    predictions = outputs.argmax(axis=1)
    matrix = submission.confusion(labels, predictions)
    expect(matrix).counts(table_of(zip(labels, predictions, strict=True)))
    pairs = submission.most_confused_pairs(matrix, LISTED_PAIRS)
    expect(pairs).lists_confusions(largest(matrix, LISTED_PAIRS))
    figure = submission.plot_mistakes(images, labels, predictions)
    expect(figure).titles_pictures_with_numbers(*misread(images, labels, predictions))
