"""Wrong answers to chapter 1 that beginners really give, and what each of them should hear.

A docstring is read by the learner: what the code does, then what to do. Where two mistakes give the same result in
some call, the more specific one comes first. The functions of `solutions/ch1_concepts.py` are defined beside these.
"""

import numpy as np

# ---------------------------------------------------------------- dense


def dense__not_returned(inputs, weights, bias):
    """The sums are calculated, but not given back, so they are lost at the end of the function.
    Put `return` in front of them.
    """
    inputs @ weights + bias


def dense__bias_forgotten(inputs, weights, bias):
    """The weighted sums are right, but the bias is missing.
    Add it behind them: `... + bias`.
    """
    return inputs @ weights


def dense__bias_subtracted(inputs, weights, bias):
    """You subtract the bias from the weighted sums.
    It is added: a negative bias lowers the sum by itself.
    """
    return inputs @ weights - bias


def dense__bias_multiplied(inputs, weights, bias):
    """You multiply the weighted sums by the bias.
    Only the weights multiply; the bias is added at the end.
    """
    return inputs @ weights * bias


def dense__multiplied_place_by_place(inputs, weights, bias):
    """`*` multiplies place by place and adds nothing up, so the shapes do not fit together.
    Use `inputs @ weights`, the matrix product.
    """
    return inputs * weights + bias


def dense__order_exchanged(inputs, weights, bias):
    """`weights @ inputs` takes the rows of the weights and the columns of the inputs.
    The order counts: it has to be `inputs @ weights`.
    """
    return weights @ inputs + bias


def dense__weights_turned_round(inputs, weights, bias):
    """`.T` turns the weights round, so each neuron gets the weights of others.
    They already have one column for each neuron: leave `.T` out.
    """
    return inputs @ weights.T + bias


def dense__switch_included(inputs, weights, bias):
    """Negative sums come out as 0: the switch is already in there.
    `dense` only weighs and adds; the switch is the next function, `relu`.
    """
    return np.maximum(inputs @ weights + bias, 0)


def dense__averaged(inputs, weights, bias):
    """You divide the weighted sums by the number of inputs, which makes averages of them.
    A neuron adds up and does not divide.
    """
    return inputs @ weights / inputs.shape[1] + bias


def dense__only_first_row(inputs, weights, bias):
    """Only the first row of the inputs is used.
    `inputs @ weights` does all the rows at once, so no `[0]` is needed.
    """
    return inputs[0] @ weights + bias


def dense__everything_summed(inputs, weights, bias):
    """`np.sum` throws the sums of all rows and all neurons together into one number.
    `@` has added up all that belongs together; no further sum is needed.
    """
    return np.sum(inputs @ weights + bias)


def dense__axis_of_length_one_lost(inputs, weights, bias):
    """`squeeze` takes away an axis as soon as there is only one row or one neuron.
    Leave it out: the shape is always `(n, units)`.
    """
    return (inputs @ weights + bias).squeeze()


def dense__bias_as_a_column(inputs, weights, bias):
    """The bias was made a column, so it goes along the rows: one number for each row instead of each neuron.
    Add it as it is: `+ bias`.
    """
    return inputs @ weights + bias.reshape(-1, 1)


def dense__bias_on_the_inputs(inputs, weights, bias):
    """The bias is added to the inputs, before the weights are multiplied.
    Multiply first, then add the bias: `inputs @ weights + bias`.
    """
    return (inputs + bias) @ weights


def dense__written_into_the_inputs(inputs, weights, bias):
    """`@=` and `+=` write the result into the inputs that you were given, where it usually does not even fit.
    Calculate a new array: `inputs @ weights + bias`.
    """
    inputs @= weights
    inputs += bias
    return inputs


def dense__whole_numbers(inputs, weights, bias):
    """The results are stored in an array of whole numbers, and all that stands behind the point is cut off.
    Return `inputs @ weights + bias` without a detour.
    """
    sums = np.zeros((len(inputs), weights.shape[1]), int)
    sums[:] = inputs @ weights + bias
    return sums


def dense__left_as_float64(inputs, weights, bias):
    """The numbers are right, but of type float64, which `np.zeros` makes when it is told nothing else.
    Give it `dtype="float32"`, or return `inputs @ weights + bias` directly.
    """
    sums = np.zeros((len(inputs), weights.shape[1]))
    sums[:] = inputs @ weights + bias
    return sums


# ---------------------------------------------------------------- relu


def relu__not_returned(values):
    """The new values are calculated, but not given back.
    Put `return` in front of them.
    """
    np.maximum(values, 0)


def relu__nothing_done(values):
    """The values come back as they were, the negative ones too.
    Replace all those below 0 by 0: `np.maximum(values, 0)`.
    """
    return values


def relu__absolute_values(values):
    """The negative numbers lose their minus sign, so -2 becomes 2.
    They should become 0.
    """
    return np.abs(values)


def relu__leaky(values):
    """Negative numbers are made small, but not 0. That is another switch, the leaky ReLU.
    Here every number below 0 becomes 0.
    """
    return np.where(values > 0, values, 0.01 * values)


def relu__the_smaller_one(values):
    """`np.minimum` takes the smaller one of the number and 0, so the negative numbers stay and the positive ones go.
    Use `np.maximum`.
    """
    return np.minimum(values, 0)


def relu__the_largest_of_all(values):
    """`np.max` finds the one largest number of the whole array.
    `np.maximum(values, 0)` compares every number with 0.
    """
    return np.max(values)


def relu__yes_or_no(values):
    """`values > 0` only says whether the switch is on: True or False.
    Where it is on, the number itself should come through.
    """
    return values > 0


def relu__one_or_zero(values):
    """Every positive number becomes 1.
    The switch lets it through as it is: 3 stays 3.
    """
    return np.where(values > 0, 1.0, 0.0).astype(values.dtype)


def relu__negative_ones_left_out(values):
    """The negative numbers are taken out, so the array gets shorter and loses its shape.
    They stay in their place and become 0.
    """
    return values[values > 0]


def relu__max_of_python(values):
    """Python's own `max` and `if` cannot decide about an array, because it is many numbers at once.
    `np.maximum(values, 0)` decides for each number by itself.
    """
    return max(values, 0)


def relu__capped_at_one(values):
    """Numbers above 1 are cut down to 1.
    The switch has no upper end: it only lifts what is below 0.
    """
    return np.clip(values, 0, 1)


def relu__on_above_one(values):
    """The switch is on only above 1, so that 0.5 becomes 0.
    The border lies at 0.
    """
    return np.where(values > 1, values, 0)


def relu__sign_reversed(values):
    """The positive numbers become 0, and the negative ones come through without their sign.
    Leave out the minus in front of `values`.
    """
    return np.maximum(-values, 0)


def relu__sigmoid(values):
    """This is the sigmoid, an older switch that bends softly from 0 to 1.
    ReLU is simpler: 0 below 0, unchanged above.
    """
    return 1 / (1 + np.exp(-values))


def relu__shifted_up(values):
    """The smallest number is subtracted from all, so none is negative any more, but all have changed.
    Change only those below 0.
    """
    return values - values.min()


def relu__written_into_the_values(values):
    """`values[values < 0] = 0` gives the right numbers, but it writes into the array that you were given.
    Calculate a new one: `np.maximum(values, 0)`.
    """
    values[values < 0] = 0
    return values


def relu__whole_numbers(values):
    """The numbers are turned into whole ones, and all that stands behind the point is cut off.
    Leave their type as it is.
    """
    return np.maximum(values, 0).astype(int)


def relu__flattened(values):
    """The rows are laid one after another, and the shape is lost.
    Return the array in the shape in which it came.
    """
    return np.maximum(values, 0).ravel()


def relu__only_tables(values):
    """Your two loops go through rows and columns, so they fit tables only, not a simple list or many tables.
    `np.maximum(values, 0)` works for any shape, without a loop.
    """
    return np.array([[max(number, 0) for number in row] for row in values], values.dtype)


def relu__left_as_float64(values):
    """The numbers are right, but of type float64, which `np.zeros` makes when it is told nothing else.
    Compare with a plain 0: `np.maximum(values, 0)`.
    """
    return np.maximum(values, np.zeros(values.shape))


# ---------------------------------------------------------------- softmax


def softmax__not_returned(scores):
    """The probabilities are calculated, but not given back.
    Put `return` in front of them.
    """
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    powers = powers / powers.sum(axis=1, keepdims=True)


def softmax__nothing_subtracted(scores):
    """Without subtracting the largest score first, `np.exp(1000)` is too large for a computer, and the result is nan.
    Subtract the largest score of each row.
    """
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__largest_of_all_rows(scores):
    """You subtract the largest score of the whole table, so in rows far below it all powers become 0, and 0 / 0 is nan.
    Each row needs its own: `scores.max(axis=1, keepdims=True)`.
    """
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__largest_of_each_column(scores):
    """With `axis=0`, the largest score of each column is subtracted, and that changes the result.
    Along the rows it is `axis=1`.
    """
    powers = np.exp(scores - scores.max(axis=0, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__mean_subtracted(scores):
    """You subtract the mean of each row. As soon as a score lies far above it, `np.exp` still gets too large.
    Subtract the largest score of the row.
    """
    powers = np.exp(scores - scores.mean(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__scores_clipped(scores):
    """You cut off large scores to keep `np.exp` in bounds, but then 1000 and 1001 become the same.
    Subtract the largest score of each row instead.
    """
    powers = np.exp(np.clip(scores, -50, 50))
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__divided_by_the_largest(scores):
    """You divide by the largest score of the row, and that changes the probabilities.
    It has to be subtracted.
    """
    powers = np.exp(scores / scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__sum_of_all_rows(scores):
    """The sum goes over the whole table, so it is the whole table that adds up to 1, not each row.
    Write `.sum(axis=1, keepdims=True)`.
    """
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum()


def softmax__sum_of_each_column(scores):
    """The columns add up to 1, because `axis=0` adds up from top to bottom.
    Along the rows it is `axis=1`.
    """
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


def softmax__keepdims_forgotten(scores):
    """Without `keepdims=True`, the numbers of the rows are lined up with the columns.
    Write it in both places: in `max` and in `sum`.
    """
    powers = np.exp(scores - scores.max(axis=1))
    return powers / powers.sum(axis=1)


def softmax__no_powers(scores):
    """You divide the scores themselves by their sum, and with negative scores that gives no probabilities.
    Take `np.exp` of them first.
    """
    return scores / scores.sum(axis=1, keepdims=True)


def softmax__not_divided(scores):
    """The powers are right, but nothing makes them add up to 1.
    Divide by the sum of each row.
    """
    return np.exp(scores - scores.max(axis=1, keepdims=True))


def softmax__logarithm_taken(scores):
    """These are the logarithms of the probabilities, as all the numbers are negative.
    Leave `np.log` out; it comes in the next function.
    """
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def softmax__sigmoid(scores):
    """This is the sigmoid: it looks at each score alone, so the row does not add up to 1.
    Take the powers and divide by the sum of the row.
    """
    return 1 / (1 + np.exp(-scores))


def softmax__winner_takes_all(scores):
    """The highest score gets 1 and all others 0. Softmax is less strict: the others get their share, too.
    Take the powers and divide by the sum of the row.
    """
    return np.eye(scores.shape[1], dtype=scores.dtype)[scores.argmax(axis=1)]


def softmax__powers_of_two(scores):
    """You take powers of 2.
    Softmax takes powers of e = 2.718...: `np.exp(...)`.
    """
    powers = np.exp2(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__sign_reversed(scores):
    """The lowest score gets the largest share: there is a minus too many in the power.
    It is the score minus the largest one, not the other way round.
    """
    powers = np.exp(scores.min(axis=1, keepdims=True) - scores)
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__in_percent(scores):
    """The probabilities are multiplied by 100.
    They should add up to 1, not to 100.
    """
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return 100 * powers / powers.sum(axis=1, keepdims=True)


def softmax__rounded(scores):
    """The probabilities are rounded to two digits.
    Return them exactly; rounding is for showing them to people.
    """
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.round(powers / powers.sum(axis=1, keepdims=True), 2)


def softmax__only_first_row(scores):
    """Only the first row is calculated.
    With `axis=1, keepdims=True`, all the rows are done at once.
    """
    powers = np.exp(scores[0] - scores[0].max())
    return powers / powers.sum()


def softmax__written_into_the_scores(scores):
    """The probabilities are right, but `-=` writes into the scores that you were given.
    Calculate a new array: `shifted = scores - ...`.
    """
    scores -= scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


def softmax__left_as_float64(scores):
    """The probabilities are right, but of type float64, which `np.zeros` makes when it is told nothing else.
    Give it `dtype="float32"`, or calculate with whole arrays.
    """
    probabilities = np.zeros(scores.shape)
    for place, row in enumerate(scores):
        powers = np.exp(row - row.max())
        probabilities[place] = powers / powers.sum()
    return probabilities


# ---------------------------------------------------------------- cross_entropy


def cross_entropy__not_returned(probabilities, labels):
    """The price is calculated, but not given back.
    Put `return` in front of it.
    """
    given = probabilities[np.arange(len(labels)), labels]
    -np.mean(np.log(np.clip(given, 1e-7, 1)))


def cross_entropy__sum_instead_of_mean(probabilities, labels):
    """All the prices are added up, so twice as many rows would cost twice as much.
    Take the average: `np.mean`.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return -np.sum(np.log(np.clip(given, 1e-7, 1)))


def cross_entropy__divided_by_all_numbers(probabilities, labels):
    """The sum is divided by the number of all probabilities in the table.
    There is one price for each row, so divide by the number of rows: `len(labels)`.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return -np.sum(np.log(np.clip(given, 1e-7, 1))) / probabilities.size


def cross_entropy__not_averaged(probabilities, labels):
    """You return one price for each row.
    Take the average of them: `np.mean(...)`.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.clip(given, 1e-7, 1))


def cross_entropy__logarithm_of_ten(probabilities, labels):
    """`np.log10` is the logarithm to the base 10.
    The natural logarithm is called `np.log` in NumPy.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return -np.mean(np.log10(np.clip(given, 1e-7, 1)))


def cross_entropy__logarithm_of_two(probabilities, labels):
    """`np.log2` is the logarithm to the base 2.
    The natural logarithm is called `np.log` in NumPy.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return -np.mean(np.log2(np.clip(given, 1e-7, 1)))


def cross_entropy__minus_forgotten(probabilities, labels):
    """The result is negative, because the logarithm of a number below 1 is.
    Put a minus in front of it.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return np.mean(np.log(np.clip(given, 1e-7, 1)))


def cross_entropy__hopeless_ones_left_out(probabilities, labels):
    """Rows whose right answer has the probability 0 are left out, though they are the worst mistakes of all.
    Raise the probability to 1e-7 instead: `np.clip(..., 1e-7, 1)`.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return -np.mean(np.log(given[given > 0]))


def cross_entropy__written_into_the_probabilities(probabilities, labels):
    """The price is right, but your function raises the small probabilities in the array that it was given.
    `np.clip(...)` makes a new array and leaves the old one as it was.
    """
    probabilities[probabilities < 1e-7] = 1e-7
    return -np.mean(np.log(probabilities[np.arange(len(labels)), labels]))


def cross_entropy__not_clipped(probabilities, labels):
    """The logarithm of 0 is minus infinity, so a single probability of 0 makes the price infinite.
    Raise small ones to 1e-7 first: `np.clip(..., 1e-7, 1)`.
    """
    return -np.mean(np.log(probabilities[np.arange(len(labels)), labels]))


def cross_entropy__clipped_at_another_number(probabilities, labels):
    """You raise the smallest probabilities to 1e-15.
    Here it is 1e-7, as in Keras, so that no guess costs more than 16.12.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return -np.mean(np.log(np.maximum(given, 1e-15)))


def cross_entropy__labels_multiplied(probabilities, labels):
    """You multiply by the labels, which is right only for labels made of zeros and ones.
    Ours are numbers such as 7: they say at which place of the row to look.
    """
    return -np.mean(np.sum(labels * np.log(np.clip(probabilities, 1e-7, 1)), axis=1))


def cross_entropy__all_pairs_of_rows_and_labels(probabilities, labels):
    """`probabilities[:, labels]` takes the columns of all labels from every row.
    One number from each row: `probabilities[np.arange(len(labels)), labels]`.
    """
    return -np.mean(np.log(np.clip(probabilities[:, labels], 1e-7, 1)))


def cross_entropy__labels_taken_for_rows(probabilities, labels):
    """`probabilities[labels]` takes whole rows, those with the labels' numbers.
    One number from each row: `probabilities[np.arange(len(labels)), labels]`.
    """
    return -np.mean(np.log(np.clip(probabilities[labels], 1e-7, 1)))


def cross_entropy__labels_counted_from_one(probabilities, labels):
    """You look one place to the left of the label.
    The classes are counted from 0, as places in Python are, so leave out the `- 1`.
    """
    given = probabilities[np.arange(len(labels)), labels - 1]
    return -np.mean(np.log(np.clip(given, 1e-7, 1)))


def cross_entropy__whole_table(probabilities, labels):
    """All the probabilities of the table are averaged, whatever the right answers are.
    Pick the one of the right answer from each row first.
    """
    return -np.mean(np.log(np.clip(probabilities, 1e-7, 1)))


def cross_entropy__largest_probability(probabilities, labels):
    """You take the largest probability of each row, the network's favourite, be it right or wrong.
    Take the one at the place of the label.
    """
    return -np.mean(np.log(np.clip(probabilities.max(axis=1), 1e-7, 1)))


def cross_entropy__logarithm_of_the_mean(probabilities, labels):
    """You average the probabilities first and take the logarithm afterwards.
    Each row has a price of its own: first the logarithm, then the mean.
    """
    given = probabilities[np.arange(len(labels)), labels]
    return -np.log(np.clip(np.mean(given), 1e-7, 1))


def cross_entropy__accuracy(probabilities, labels):
    """This is the share of right answers.
    The book of mistakes asks how sure the network was: it needs the logarithm of the right answer's probability.
    """
    return np.mean(probabilities.argmax(axis=1) == labels)


def cross_entropy__doubt(probabilities, labels):
    """The price that you take is 1 minus the probability, so it is never more than 1.
    Here it is minus the logarithm, which becomes very high close to 0.
    """
    return np.mean(1 - probabilities[np.arange(len(labels)), labels])


def cross_entropy__squared_differences(probabilities, labels):
    """You average squared differences, which is another loss.
    Here the price is minus the logarithm of the right answer's probability.
    """
    return np.mean((1 - probabilities[np.arange(len(labels)), labels]) ** 2)


def cross_entropy__wrong_classes_too(probabilities, labels):
    """You also charge for the probabilities of the wrong classes.
    Only the one of the right answer counts; as the row adds up to 1, the others are in it.
    """
    clipped = np.clip(probabilities, 1e-7, 1 - 1e-7)
    right = np.eye(probabilities.shape[1])[labels]
    return -np.mean(np.sum(right * np.log(clipped) + (1 - right) * np.log(1 - clipped), axis=1))


# ---------------------------------------------------------------- adam_step


def adam_step__not_returned(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Everything is calculated, but nothing is given back.
    End with `return weights, mean, mean_square`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)


def adam_step__caret_for_power(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """`^` is no power in Python, it means something else.
    Write `0.999**step` and `0.9**step`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999 ^ step) / (1 - 0.9 ^ step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__only_weights_returned(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Only the weights come back, so the two averages would be forgotten before the next step.
    End with `return weights, mean, mean_square`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return weights - pace * mean / (np.sqrt(mean_square) + 1e-7)


def adam_step__weights_returned_last(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The three results come back in another order.
    End with `return weights, mean, mean_square`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return mean, mean_square, weights


def adam_step__old_averages_returned(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The weights are right, but the averages come back as they were before this step,
    so Adam remembers nothing. Return the new ones.
    """
    new_mean = 0.9 * mean + 0.1 * gradient
    new_mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * new_mean / (np.sqrt(new_mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__corrected_averages_returned(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The averages that come back were divided to make up for the start, and would be divided again in every step.
    Return them as the first two lines give them.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean / (1 - 0.9**step), mean_square / (1 - 0.999**step)


def adam_step__written_into_the_weights(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The step is right, but `-=` writes into the weights that you were given.
    Calculate new ones: `weights = weights - ...`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights -= pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__written_into_the_averages(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The step is right, but `*=` and `+=` write into the two averages that you were given.
    Calculate new ones: `mean = 0.9 * mean + ...`.
    """
    mean *= 0.9
    mean += 0.1 * gradient
    mean_square *= 0.999
    mean_square += 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__simple_rule(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """This is the simple rule, which goes the learning rate times the gradient and has no memory.
    Calculate the two averages first, and use them for the step.
    """
    return weights - learning_rate * gradient, mean, mean_square


def adam_step__start_not_made_up_for(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Nothing makes up for averages that begin at 0, so the first steps have the wrong length.
    `pace` needs both powers: √(1 - 0.999^step) / (1 - 0.9^step).
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    weights = weights - learning_rate * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__only_mean_made_up_for(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """`pace` makes up for the start of the mean, but not for that of the mean square.
    Multiply it by √(1 - 0.999^step), too.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    weights = weights - learning_rate / (1 - 0.9**step) * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__only_square_made_up_for(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """`pace` makes up for the start of the mean square, but not for that of the mean.
    Divide it by 1 - 0.9^step, too.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    weights = weights - learning_rate * np.sqrt(1 - 0.999**step) * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__root_of_pace_forgotten(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """In `pace`, the root is missing: it is √(1 - 0.999^step).
    As the root of the mean square is taken, what makes up for it is under a root, too.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * (1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__powers_exchanged(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """In `pace`, 0.9 and 0.999 have changed places.
    0.999 belongs above, under the root, and 0.9 below.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.9**step) / (1 - 0.999**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__multiplied_instead_of_power(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """0.999 and 0.9 are multiplied by the number of the step.
    They are raised to its power, which is `**` in Python: `0.9**step`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999 * step) / (1 - 0.9 * step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__steps_counted_from_zero(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """You subtract 1 from `step`, so in the first step you divide 0 by 0.
    `step` is 1 in the first step already: use it as it is.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999 ** (step - 1)) / (1 - np.float64(0.9) ** (step - 1))
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__steps_counted_from_two(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """You add 1 to `step`, though it is counted from 1 already.
    Use it as it is: `0.9**step`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1))
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__uphill(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The step goes uphill: the gradient points to where the loss grows.
    Subtract the step from the weights.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights + pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__gradient_not_squared(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The mean square takes in the gradient itself, and for a negative one there is no root.
    It takes in the square: `gradient**2`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__square_of_the_mean(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The mean square takes in the square of the mean.
    It takes in the square of this step's gradient: `gradient**2`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * mean**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__nine_tenths_new(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The averages keep little of what they were and take in nearly all that is new.
    The large number belongs to the old average: `0.9 * mean + 0.1 * gradient`.
    """
    mean = 0.1 * mean + 0.9 * gradient
    mean_square = 0.001 * mean_square + 0.999 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__memories_exchanged(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """0.9 and 0.999 have changed places.
    The mean keeps 0.9 of what it was, the mean square 0.999.
    """
    mean = 0.999 * mean + 0.001 * gradient
    mean_square = 0.9 * mean_square + 0.1 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.9**step) / (1 - 0.999**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__old_averages_used(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The weights move by the old averages, so the step knows nothing of this gradient.
    Calculate the new averages first and use them in the last line.
    """
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, 0.9 * mean + 0.1 * gradient, 0.999 * mean_square + 0.001 * gradient**2


def adam_step__gradient_instead_of_mean(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The step follows this one gradient instead of the running average.
    Use the new `mean` in the last line.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * gradient / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__root_forgotten(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """You divide by the mean square itself.
    Take its root first: `np.sqrt(mean_square)`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (mean_square + 1e-7)
    return weights, mean, mean_square


def adam_step__not_divided(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The step is not divided by the root of the mean square, so a steep weight leaps and a flat one crawls.
    Divide: `pace * mean / (np.sqrt(mean_square) + 1e-7)`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return weights - pace * mean, mean, mean_square


def adam_step__tiny_number_forgotten(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Without the tiny number, a weight that never had any slope is divided 0 by 0.
    Add it to the root: `np.sqrt(mean_square) + 1e-7`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / np.sqrt(mean_square)
    return weights, mean, mean_square


def adam_step__tiny_number_under_the_root(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """The tiny number stands under the root, where it is not tiny: the root of 0.0000001 is 0.0003.
    Add it outside: `np.sqrt(mean_square) + 1e-7`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / np.sqrt(mean_square + 1e-7)
    return weights, mean, mean_square


def adam_step__tiny_number_of_others(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Your tiny number is 1e-8, as in some other libraries.
    Keras takes 0.0000001, which is `1e-7`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-8)
    return weights, mean, mean_square


def adam_step__tiny_number_after_making_up(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """Both averages are divided before the tiny number is added. Many books do so; for tiny slopes Keras differs.
    Put both powers into `pace` and add 1e-7 to the root of `mean_square` itself.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    root = np.sqrt(mean_square / (1 - 0.999**step))
    weights = weights - learning_rate * mean / (1 - 0.9**step) / (root + 1e-7)
    return weights, mean, mean_square


def adam_step__learning_rate_fixed(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """You calculate with 0.001, whatever learning rate is given.
    0.001 is only the usual one: use the name `learning_rate`.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = 0.001 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__another_usual_learning_rate(weights, gradient, mean, mean_square, step, learning_rate=0.01):
    """The learning rate is 0.01 where none is given.
    Leave the line with `def` as it came: there it is 0.001.
    """
    mean = 0.9 * mean + 0.1 * gradient
    mean_square = 0.999 * mean_square + 0.001 * gradient**2
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square


def adam_step__one_number_for_all(weights, gradient, mean, mean_square, step, learning_rate=0.001):
    """`np.mean` makes one average out of all weights, but each weight keeps averages of its own.
    The formulas do that by themselves, as they calculate with whole arrays.
    """
    mean = 0.9 * mean + 0.1 * np.mean(gradient)
    mean_square = 0.999 * mean_square + 0.001 * np.mean(gradient**2)
    pace = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    weights = weights - pace * mean / (np.sqrt(mean_square) + 1e-7)
    return weights, mean, mean_square
