"""Chapter 1: Four ideas behind a neural network"""

import numpy as np
import pytest

from grader.expect import expect
from grader.expect.accuracy import accuracy_of, expect_share_of_points

# Sums of some ten products of numbers around 1 in float32, in whatever order; a missing bias shows in the first digit.
FLOAT32_TOLERANCE = 1e-5
# Probabilities in float32, of scores up to 1000, whose neighbours lie 6e-5 apart.
PROBABILITY_TOLERANCE = 1e-5
# A row of up to 10 probabilities in float32.
SUM_TOLERANCE = 1e-5
# Adding 1e-7 instead of clipping is right, too; for the probabilities here that shifts the mean by less.
LOSS_TOLERANCE = 1e-4
# Worked examples are given to three digits.
EXAMPLE_TOLERANCE = 6e-4
# Where the tiny number stands and how large it is shifts a step of usual size by less; one check asks for that alone.
ADAM_TOLERANCE = 1e-6
# Keras keeps learning rate, beta and epsilon as float32 inside: seven digits.
KERAS_TOLERANCE = 1e-5
# The first step is as long as the learning rate, but for epsilon beside the root of 0.001 x gradient².
FIRST_STEP_TOLERANCE = 1e-4
# -log(1e-7): the price of a right answer that was given no chance at all.
HIGHEST_PRICE = 16.118

# The chapter's network, trained 40 times on other points from other weights, puts 0.9971 of new points into the right
# group on average (spread 0.0020, the worst 0.993). By the rule of `grader calibrate`, one more run stays below 0.9887
# less than once in 10,000. Without the switch it is 0.66, with 3 neurons 0.80, with 30 steps 0.80 (15 runs each).
LOWEST_SHARE = 0.95
TRAINING_POINTS, NEW_POINTS = 300, 1000
POINTS_SEED, NEW_POINTS_SEED = 20, 2_021
# Guessing among three groups costs -log(1/3) = 1.10. The same 40 runs ended at 0.0038 to 0.0067, those without the
# switch at 0.47 or more, those with 3 neurons at 0.25 or more.
LOSS_AT_THE_END = 0.15

FUNCTIONS = ("dense", "relu", "softmax", "cross_entropy", "adam_step")


def numbers(*shape, seed=0, dtype="float32"):
    """Return numbers around 0, half of them below it."""
    return np.random.default_rng([seed, *shape]).normal(size=shape).astype(dtype)


def probabilities_of(n, classes, seed=0):
    """Return rows of probabilities, none of them close to 0, and a label for each row."""
    random = np.random.default_rng([seed, n, classes])
    shares = random.uniform(0.1, 1, (n, classes))
    return (shares / shares.sum(axis=1, keepdims=True)).astype("float32"), random.integers(0, classes, n)


# ---------------------------------------------------------------- dense


@pytest.mark.task("dense", points=3)
def test_a_neuron_gives_weighted_sum_and_bias(submission):
    """A single neuron gives its weighted sum plus its bias."""
    days = np.array([[3, 2, 1], [0, 4, 0]], "float32")
    weights, bias = np.array([[2], [-1], [4]], "float32"), np.array([-5], "float32")
    # 3 x 2 + 2 x (-1) + 1 x 4 - 5, the neuron that the chapter draws; and 4 x (-1) - 5.
    sums = np.array([[3.0], [-9.0]])
    expect(submission.dense(days, weights, bias)).equals(sums, relative=0, absolute=FLOAT32_TOLERANCE)


@pytest.mark.task("dense", points=3)
def test_each_row_gives_a_number_for_each_neuron(submission):
    """Each row of inputs gives one number for each neuron."""
    expect(submission.dense(numbers(5, 4), numbers(4, 3), numbers(3))).has_shape(5, 3)


@pytest.mark.task("dense", points=2)
def test_any_sizes_are_accepted(submission):
    """It works for a single row, and for any number of inputs and neurons."""
    sizes = (1, 4, 3), (7, 1, 2), (2, 6, 1)
    # All answers first: one wrong shape alone does not tell one mistake from another.
    answers = [submission.dense(numbers(n, k), numbers(k, units), numbers(units)) for n, k, units in sizes]
    for answer, (n, _, units) in zip(answers, sizes, strict=True):
        expect(answer).has_shape(n, units)


@pytest.mark.task("dense", points=3)
def test_every_sum_is_right(submission, reference):
    """Every number is right, also when there are as many neurons as inputs."""
    for n, k, units in ((6, 4, 3), (4, 4, 4)):
        layer = numbers(n, k), numbers(k, units), numbers(units)
        expect(submission.dense(*layer)).equals(reference.dense(*layer), relative=0, absolute=FLOAT32_TOLERANCE)


@pytest.mark.task("dense", points=1)
def test_sums_stay_float32(submission):
    """The numbers stay of type float32."""
    expect(submission.dense(numbers(5, 4), numbers(4, 3), numbers(3))).has_dtype("float32")


@pytest.mark.task("dense", points=2)
def test_layer_passed_in_stays_as_it_was(submission):
    """Inputs, weights and bias stay as they were."""
    # With as many neurons as inputs, a result would fit into the arrays that came in.
    outcome = submission.dense.call(numbers(3, 3), numbers(3, 3), numbers(3))
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).has_shape(3, 3)
    expect(outcome).left_unchanged("inputs", "weights", "bias")


@pytest.mark.task("dense", points=2)
def test_layer_agrees_with_keras(submission, oracle):
    """A layer of Keras with the same weights gives the same."""
    layer = numbers(20, 10, seed=1), numbers(10, 6, seed=1), numbers(6, seed=1)
    expect(submission.dense(*layer)).equals(oracle.dense(*layer), relative=0, absolute=FLOAT32_TOLERANCE)


# ---------------------------------------------------------------- relu


@pytest.mark.task("relu", points=4)
def test_negative_numbers_become_zero(submission):
    """Numbers below 0 become 0, and the others stay as they are."""
    values = np.array([[-2.0, -0.5, 0.0, 0.5, 3.0]], "float32")
    expect(submission.relu(values)).equals(np.array([[0, 0, 0, 0.5, 3]]), relative=0, absolute=FLOAT32_TOLERANCE)


@pytest.mark.task("relu", points=2)
def test_shape_stays(submission):
    """It works for a list of numbers, for a table and for many tables, and keeps their shape."""
    for shape in ((6,), (1, 4), (2, 3, 4)):
        expect(submission.relu(numbers(*shape))).has_shape(*shape)


@pytest.mark.task("relu", points=2)
def test_large_and_tiny_numbers_pass_the_switch(submission, reference):
    """Very large and very small numbers are let through unchanged, too."""
    values = np.array([1e6, 1e-3, -1e-3, -1e6, 7, 255], "float32")
    expect(submission.relu(values)).equals(reference.relu(values), relative=1e-6, absolute=1e-7)


@pytest.mark.task("relu", points=1)
def test_switched_numbers_stay_float32(submission):
    """The numbers stay of type float32."""
    expect(submission.relu(numbers(3, 4))).has_dtype("float32")


@pytest.mark.task("relu", points=3)
def test_values_passed_in_stay_as_they_were(submission):
    """The values passed in stay as they were."""
    outcome = submission.relu.call(numbers(3, 4))
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).lies_within(0, np.inf)
    expect(outcome).left_unchanged("values")


@pytest.mark.task("relu", points=2)
def test_switch_agrees_with_keras(submission, oracle):
    """The switch of Keras gives the same."""
    values = 10 * numbers(20, 10, seed=1)
    expect(submission.relu(values)).equals(oracle.relu(values), relative=0, absolute=FLOAT32_TOLERANCE)


# ---------------------------------------------------------------- softmax


@pytest.mark.task("softmax", points=3)
def test_example_of_the_chapter(submission):
    """The scores 1, 3, 2 become 0.090, 0.665 and 0.245."""
    example = np.array([[1, 3, 2]], "float32")
    expected = np.array([[0.0900, 0.6652, 0.2447]])
    expect(submission.softmax(example)).equals(expected, relative=0, absolute=EXAMPLE_TOLERANCE)


@pytest.mark.task("softmax", points=2)
def test_each_score_becomes_a_probability(submission):
    """Each score becomes one number, for any number of rows and classes."""
    for n, classes in ((5, 3), (1, 10), (4, 2)):
        expect(submission.softmax(numbers(n, classes))).has_shape(n, classes)


@pytest.mark.task("softmax", points=3)
def test_each_row_sums_to_one(submission):
    """In each row, the numbers lie between 0 and 1 and add up to 1."""
    expect(submission.softmax(3 * numbers(6, 4))).has_rows_of_probabilities(absolute=SUM_TOLERANCE)


@pytest.mark.task("softmax", points=3)
def test_every_probability_is_right(submission, reference):
    """Every probability is right, also when there are as many rows as classes."""
    for n, classes in ((6, 4), (3, 3)):
        scores = 2 * numbers(n, classes)
        expect(submission.softmax(scores)).equals(reference.softmax(scores), relative=0, absolute=PROBABILITY_TOLERANCE)


@pytest.mark.task("softmax", points=3)
def test_large_scores_are_no_problem(submission, reference):
    """Scores as large as 1000 are no problem."""
    high = np.array([[1000, 1001, 999], [1000, 1000, 1000]], "float32")
    far_apart = np.array([[0, 1000, -1000], [-1000, -1001, -1002]], "float32")
    # All answers first: one wrong table alone does not tell one mistake from another.
    results = [submission.softmax(scores) for scores in (high, far_apart)]
    for result, scores in zip(results, (high, far_apart), strict=True):
        expect(result).is_finite()
        expect(result).equals(reference.softmax(scores), relative=0, absolute=PROBABILITY_TOLERANCE)


@pytest.mark.task("softmax", points=2)
def test_rows_of_different_height_do_not_disturb_each_other(submission, reference):
    """A row with huge scores does not disturb the others."""
    scores = np.array([[1000, 1001, 1002], [0, 1, 2], [-1000, -1001, -1000]], "float32")
    result = submission.softmax(scores)
    expect(result).is_finite()
    expect(result).equals(reference.softmax(scores), relative=0, absolute=PROBABILITY_TOLERANCE)


@pytest.mark.task("softmax", points=1)
def test_the_same_added_to_all_scores_changes_nothing(submission):
    """The same number added to all scores changes nothing."""
    scores = np.array([[1, 3, 2], [4, 0, 1]], "float32")
    before, after = submission.softmax(scores), submission.softmax(scores + 5)
    expect(before).has_rows_of_probabilities(absolute=SUM_TOLERANCE)
    expect(after).equals(before, relative=0, absolute=PROBABILITY_TOLERANCE)


@pytest.mark.task("softmax", points=1)
def test_probabilities_stay_float32(submission):
    """The numbers stay of type float32."""
    expect(submission.softmax(numbers(3, 4))).has_dtype("float32")


@pytest.mark.task("softmax", points=1)
def test_scores_passed_in_stay_as_they_were(submission):
    """The scores passed in stay as they were."""
    outcome = submission.softmax.call(numbers(4, 3))
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).has_rows_of_probabilities(absolute=SUM_TOLERANCE)
    expect(outcome).left_unchanged("scores")


@pytest.mark.task("softmax", points=1)
def test_probabilities_agree_with_keras(submission, oracle):
    """Keras turns the same scores into the same probabilities."""
    scores = 5 * numbers(20, 10, seed=1)
    expect(submission.softmax(scores)).equals(oracle.softmax(scores), relative=0, absolute=PROBABILITY_TOLERANCE)


# ---------------------------------------------------------------- cross_entropy


@pytest.mark.task("cross_entropy", points=4)
def test_prices_of_the_chapter(submission):
    """A right answer given 50 % costs 0.693, one given 10 % costs 2.303, and one given 100 % costs nothing."""
    guesses = [np.array([row], "float32") for row in ((0.3, 0.5, 0.2), (0.6, 0.1, 0.3), (0, 1, 0))]
    # All answers first: one wrong number alone does not tell one mistake from another.
    answers = [submission.cross_entropy(guess, np.array([1])) for guess in guesses]
    for answer, price in zip(answers, (0.693, 2.303, 0.0), strict=True):
        expect(answer).is_the_number(price, absolute=EXAMPLE_TOLERANCE)


@pytest.mark.task("cross_entropy", points=3)
def test_one_number_is_returned(submission):
    """One number is returned for all rows together."""
    expect(submission.cross_entropy(*probabilities_of(5, 3))).is_plain_number()


@pytest.mark.task("cross_entropy", points=4)
def test_mean_over_all_rows_is_right(submission, reference):
    """It is the average price over all rows."""
    guesses = probabilities_of(12, 4)
    expect(submission.cross_entropy(*guesses)).is_the_number(
        float(reference.cross_entropy(*guesses)), absolute=LOSS_TOLERANCE
    )


@pytest.mark.task("cross_entropy", points=3)
def test_any_number_of_rows_and_classes(submission, reference):
    """It works for any number of rows and classes, also for as many rows as classes."""
    cases = [probabilities_of(n, classes) for n, classes in ((1, 10), (4, 4), (9, 2))]
    # All answers first: one wrong number alone does not tell one mistake from another.
    answers = [submission.cross_entropy(*guesses) for guesses in cases]
    for answer, guesses in zip(answers, cases, strict=True):
        expect(answer).is_the_number(float(reference.cross_entropy(*guesses)), absolute=LOSS_TOLERANCE)


@pytest.mark.task("cross_entropy", points=3)
def test_a_right_answer_without_a_chance_has_the_highest_price(submission):
    """A right answer that was given the probability 0 costs 16.118, not infinitely much."""
    hopeless, hopeful = (np.array([row], "float32") for row in ((0.7, 0.3, 0.0), (0.1, 0.2, 0.7)))
    # Both answers first: without any chance, many a wrong price is the same.
    answers = [submission.cross_entropy(guess, np.array([2])) for guess in (hopeless, hopeful)]
    for answer, price in zip(answers, (HIGHEST_PRICE, 0.357), strict=True):
        expect(answer).is_the_number(price, absolute=EXAMPLE_TOLERANCE)


@pytest.mark.task("cross_entropy", points=1)
def test_book_stays_as_it_was(submission):
    """Probabilities and labels stay as they were."""
    outcome = submission.cross_entropy.call(np.array([[0, 1], [0.5, 0.5]], "float32"), np.array([0, 1]))
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).is_plain_number()
    expect(outcome).left_unchanged("probabilities", "labels")


@pytest.mark.task("cross_entropy", points=2)
def test_price_agrees_with_keras(submission, oracle):
    """Keras finds the same average price, also when a right answer was given no chance."""
    guesses, labels = probabilities_of(20, 10, seed=1)
    guesses[3] = np.arange(10) == (labels[3] + 1) % 10
    price = oracle.cross_entropy(guesses, labels)
    expect(submission.cross_entropy(guesses, labels)).is_the_number(price, absolute=LOSS_TOLERANCE)


# ---------------------------------------------------------------- adam_step

RESULTS = ("weights", "mean", "mean_square")
PARAMETERS = ("weights", "gradient", "mean", "mean_square")
# So large that a wrong step shows in the first digits.
LEARNING_RATE = 0.1


def beginning(*shape, seed=0):
    """Return weights, a gradient, and the two averages before the first step."""
    return (*(numbers(*shape, seed=seed + i, dtype="float64") for i in range(2)), np.zeros(shape), np.zeros(shape))


def under_way(*shape, seed=0):
    """Return weights, a gradient, and two averages as they are after some steps."""
    weights, gradient, mean, spread = (numbers(*shape, seed=seed + i, dtype="float64") for i in range(4))
    return weights, gradient, mean / 2, mean**2 + spread**2


@pytest.mark.task("adam_step", points=2)
def test_three_arrays_of_the_same_shape_are_returned(submission):
    """Three arrays are returned, all of the shape that the weights have."""
    for shape in ((4,), (3, 2)):
        for part in expect(submission.adam_step(*beginning(*shape), 1, LEARNING_RATE)).is_tuple_of(*RESULTS):
            expect(part).has_shape(*shape)


@pytest.mark.task("adam_step", points=3)
def test_mean_follows_the_gradient(submission, reference):
    """The second one is the running average of the gradients."""
    state = under_way(3, 2)
    _, mean, _ = expect(submission.adam_step(*state, 5, LEARNING_RATE)).is_tuple_of(*RESULTS)
    expected = reference.adam_step(*state, 5, LEARNING_RATE)[1]
    expect(mean).equals(expected, relative=ADAM_TOLERANCE, absolute=ADAM_TOLERANCE)


@pytest.mark.task("adam_step", points=3)
def test_mean_square_follows_the_squares(submission, reference):
    """The third one is the running average of their squares."""
    state = under_way(3, 2)
    _, _, mean_square = expect(submission.adam_step(*state, 5, LEARNING_RATE)).is_tuple_of(*RESULTS)
    expected = reference.adam_step(*state, 5, LEARNING_RATE)[2]
    expect(mean_square).equals(expected, relative=ADAM_TOLERANCE, absolute=ADAM_TOLERANCE)


@pytest.mark.task("adam_step", points=3)
def test_first_step_is_as_long_as_the_learning_rate(submission):
    """The first step moves each weight by the learning rate, against its gradient."""
    weights, _, mean, mean_square = beginning(3)
    gradient = np.array([4.0, -0.5, 0.02])
    moved = expect(submission.adam_step(weights, gradient, mean, mean_square, 1, LEARNING_RATE)).is_tuple_of(*RESULTS)
    expected = weights - LEARNING_RATE * np.sign(gradient)
    expect(moved[0]).equals(expected, relative=0, absolute=FIRST_STEP_TOLERANCE)


@pytest.mark.task("adam_step", points=3)
def test_later_steps_move_the_weights_right(submission, reference):
    """Later steps move the weights right, too."""
    for step in (2, 7, 300):
        state = under_way(3, 2, seed=step)
        moved, _, _ = expect(submission.adam_step(*state, step, LEARNING_RATE)).is_tuple_of(*RESULTS)
        expected = reference.adam_step(*state, step, LEARNING_RATE)[0]
        expect(moved).equals(expected, relative=ADAM_TOLERANCE, absolute=ADAM_TOLERANCE)


@pytest.mark.task("adam_step", points=1)
def test_learning_rate_is_obeyed(submission, reference):
    """The learning rate is obeyed, and is 0.001 where none is given."""
    state = under_way(4)
    for given in ((), (2.0,)):
        moved, _, _ = expect(submission.adam_step(*state, 3, *given)).is_tuple_of(*RESULTS)
        expected = reference.adam_step(*state, 3, *given)[0]
        expect(moved).equals(expected, relative=ADAM_TOLERANCE, absolute=ADAM_TOLERANCE)


@pytest.mark.task("adam_step", points=1)
def test_without_any_slope_nothing_moves(submission):
    """Where there has never been any slope, nothing moves."""
    weights, gradient, mean, mean_square = (array * np.array([0, 0, 1, 1]) for array in under_way(4))
    # The slope of the last two tells one mistake from another; only the first two are asked about.
    state = weights + 1, gradient, mean, mean_square
    moved, _, _ = expect(submission.adam_step(*state, 5, LEARNING_RATE)).is_tuple_of(*RESULTS)
    expect(moved).has_shape(4)
    expect(moved[:2]).is_finite()
    expect(moved[:2]).equals(np.ones(2), relative=0, absolute=ADAM_TOLERANCE)


@pytest.mark.task("adam_step", points=1)
def test_tiny_slopes_are_damped(submission, reference):
    """Slopes as small as 0.000001 are damped by the tiny number, just as much as in the formula."""
    weights, _, mean, mean_square = beginning(4)
    # The slope of usual size tells one mistake from another.
    state = weights, np.array([1e-6, -2e-6, 5e-7, 2.0]), mean, mean_square
    moved, _, _ = expect(submission.adam_step(*state, 1, LEARNING_RATE)).is_tuple_of(*RESULTS)
    expected = reference.adam_step(*state, 1, LEARNING_RATE)[0]
    expect(moved).equals(expected, relative=ADAM_TOLERANCE, absolute=ADAM_TOLERANCE)


@pytest.mark.task("adam_step", points=2)
def test_state_passed_in_stays_as_it_was(submission):
    """The four arrays passed in stay as they were."""
    outcome = submission.adam_step.call(*under_way(3, 2), 4, LEARNING_RATE)
    # To do nothing at all leaves them unchanged, too.
    expect(outcome.value).is_tuple_of(*RESULTS)
    expect(outcome).left_unchanged(*PARAMETERS)


@pytest.mark.task("adam_step", points=1)
def test_path_agrees_with_keras(submission, oracle):
    """Keras's own Adam takes the same five steps."""
    weights, _, mean, mean_square = beginning(3, 2)
    for step in range(1, 6):
        state = weights, numbers(3, 2, seed=step, dtype="float64"), mean, mean_square, step, LEARNING_RATE
        results = expect(submission.adam_step(*state)).is_tuple_of(*RESULTS)
        weights, mean, mean_square = oracle.adam_step(*state)
        for part, expected in zip(results, (weights, mean, mean_square), strict=True):
            expect(part).equals(expected, relative=KERAS_TOLERANCE, absolute=KERAS_TOLERANCE)


# ---------------------------------------------------------------- all together


@pytest.fixture
def network(submission, reference):
    """The network that the learner's functions train, and the losses on the way."""
    points, labels = reference.make_points(TRAINING_POINTS, POINTS_SEED)
    return expect(submission.train_network.once(points, labels).value).is_tuple_of("model", "losses")


@pytest.mark.task("all_together", points=4, functions=FUNCTIONS)
@pytest.mark.limits(seconds=120)
def test_loss_falls(network):
    """Your functions together train a network: the loss falls."""
    expect(network[1]).is_a_loss_that_falls_below(LOSS_AT_THE_END)


@pytest.mark.task("all_together", points=6, functions=FUNCTIONS)
@pytest.mark.limits(seconds=120)
def test_network_tells_the_three_groups_apart(submission, reference, network, picture):
    """The network tells the three arms of the spiral apart, for points that it has never seen."""
    points, labels = reference.make_points(NEW_POINTS, NEW_POINTS_SEED)
    share = accuracy_of(expect(submission.classify(network[0], points)).is_array(), labels)
    picture.measured(expect_share_of_points(share, LOWEST_SHARE))
