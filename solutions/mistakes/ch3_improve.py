"""Wrong answers to chapter 3 that beginners really give, and what each of them should hear.

A docstring is read by the learner: what the code does, then what to do. Where two mistakes give the same result in
some call, the more specific one comes first. The functions of `solutions/ch3_improve.py` are defined beside these.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

# ---------------------------------------------------------------- compare_epochs


def compare_epochs__one_model_for_both(short_model, long_model, images, labels):
    """Both calls train `short_model`, so the second one goes on where the first one stopped, and `long_model` learns
    nothing. Write `long_model.fit(...)` in the second line.
    """
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_history = short_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__models_exchanged(short_model, long_model, images, labels):
    """The short model is trained for 20 epochs and the long one for 3.
    Exchange the two numbers, or the two models.
    """
    short_history = short_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__histories_exchanged(short_model, long_model, images, labels):
    """The training is right, but the two Histories come back in the wrong order.
    The short one comes first: `return short_history, long_history`.
    """
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return long_history, short_history


def compare_epochs__three_epochs_twice(short_model, long_model, images, labels):
    """Both models are trained for 3 epochs; this often happens after copying a line.
    The long one needs `epochs=20`.
    """
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__twenty_epochs_twice(short_model, long_model, images, labels):
    """Both models are trained for 20 epochs; this often happens after copying a line.
    The short one needs `epochs=3`.
    """
    short_history = short_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__five_epochs_as_before(short_model, long_model, images, labels):
    """The short model is trained for 5 epochs, as in chapter 2.
    Here it is 3, so that the curve stops while it is still falling.
    """
    short_history = short_model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__twenty_in_all(short_model, long_model, images, labels):
    """The long model gets 17 epochs, perhaps because 3 and 17 make 20. But it starts from nothing, like the short one.
    Give it `epochs=20`.
    """
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=17, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__one_epoch_at_a_time(short_model, long_model, images, labels):
    """`fit` is called again and again with one epoch each, so each last History knows a single epoch only.
    Call it once for each model, with `epochs=3` and `epochs=20`.
    """
    for _ in range(3):
        short_history = short_model.fit(images, labels, epochs=1, batch_size=128, validation_split=0.2, verbose=0)
    for _ in range(20):
        long_history = long_model.fit(images, labels, epochs=1, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__no_validation(short_model, long_model, images, labels):
    """Nothing is held back for validation, and without the validation line overfitting cannot be seen.
    Add `validation_split=0.2` to both calls.
    """
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, verbose=0)
    return short_history, long_history


def compare_epochs__validation_only_for_the_long_one(short_model, long_model, images, labels):
    """The short model has no validation pictures, so its curves cannot be compared with those of the long one.
    Add `validation_split=0.2` to the first call, too.
    """
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__validated_on_the_training_images(short_model, long_model, images, labels):
    """The models are validated on the very pictures they learn from, so learning by heart looks like a success.
    Take `validation_split=0.2` instead of `validation_data`.
    """
    known = images, labels
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_data=known, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_data=known, verbose=0)
    return short_history, long_history


def compare_epochs__split_turned_round(short_model, long_model, images, labels):
    """With `validation_split=0.8` four fifths are held back, and only one fifth is left to learn from.
    The number is the part held back: 0.2.
    """
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.8, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.8, verbose=0)
    return short_history, long_history


def compare_epochs__batch_size_left_out(short_model, long_model, images, labels):
    """The batches hold 32 pictures, which is what Keras takes when you do not say otherwise.
    Add `batch_size=128` to both calls.
    """
    short_history = short_model.fit(images, labels, epochs=3, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__normalized_again(short_model, long_model, images, labels):
    """The pictures were normalised already; dividing them by 255 once more makes them nearly black.
    Pass `images` on as they are.
    """
    images = images / 255
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__other_models_trained(short_model, long_model, images, labels):
    """You build two new models and train those, so the two that were passed in learn nothing.
    Call `fit` on the parameters `short_model` and `long_model`.
    """
    first, second = compile_model(build_model()), compile_model(build_model())
    short_history = first.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_history = second.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_history, long_history


def compare_epochs__only_the_long_history(short_model, long_model, images, labels):
    """Both models are trained, but only the long History comes back, and there is nothing to compare it with.
    Return both: `return short_history, long_history`.
    """
    short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    return long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)


def compare_epochs__dictionaries_returned(short_model, long_model, images, labels):
    """Training is fine, but `.history` takes the dictionaries out of the Histories.
    Return the objects that `fit` gives you, as they are.
    """
    short_history = short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_history = long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_history.history, long_history.history


def compare_epochs__models_returned(short_model, long_model, images, labels):
    """Training is fine, but the models come back instead of the Histories. The models need no return: they have
    changed. Keep what each `fit` returns, and return that.
    """
    short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)
    return short_model, long_model


def compare_epochs__nothing_returned(short_model, long_model, images, labels):
    """Training is fine, but the Histories are lost, because nothing comes back.
    End with `return short_history, long_history`.
    """
    short_model.fit(images, labels, epochs=3, batch_size=128, validation_split=0.2, verbose=0)
    long_model.fit(images, labels, epochs=20, batch_size=128, validation_split=0.2, verbose=0)


# ---------------------------------------------------------------- build_dropout_model


def build_dropout_model__no_dropout():
    """This is the model of chapter 2, without dropout.
    Put `keras.layers.Dropout(0.5)` between the two dense layers.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__behind_the_last_layer():
    """Dropout stands behind the last layer, so in training half of the ten answers are struck out.
    Move it up, between the two dense layers.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
            keras.layers.Dropout(0.5),
        ]
    )


def build_dropout_model__in_front_of_the_first_layer():
    """Dropout stands in front of the first dense layer, so in training it strikes out pixels of the picture.
    Move it down, between the two dense layers.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__on_the_pixels_too():
    """There are two Dropout layers, one for the pixels and one for the hidden units.
    Only the second one is asked for: take out the one in front of the first dense layer.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__behind_both_layers():
    """There is a Dropout layer behind each dense layer; the second one strikes out half of the ten answers.
    Keep only the one between the two dense layers.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
            keras.layers.Dropout(0.5),
        ]
    )


def build_dropout_model__rate_of_a_fifth():
    """The rate is 0.2, as in many examples on the web: only every fifth unit falls silent.
    Here it is 0.5.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__rate_of_five_hundredths():
    """The rate is 0.05: only every twentieth unit falls silent.
    Half of them is 0.5.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.05),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__rate_in_percent():
    """The rate is given in percent, and Keras refuses it: a rate is a share between 0 and 1.
    Half of the units is `Dropout(0.5)`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(50),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__function_of_tensorflow():
    """`tf.nn.dropout` is always at work, in predictions, too, so the model answers differently each time it is asked.
    Take the layer, which knows when to rest: `keras.layers.Dropout(0.5)`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Lambda(lambda hidden: tf.nn.dropout(hidden, 0.5)),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__noise_instead():
    """`GaussianDropout` multiplies by random numbers and silences nobody.
    Take the plain one: `keras.layers.Dropout(0.5)`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.GaussianDropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__half_of_the_units_for_good():
    """The hidden layer has 256 units, half of 512, and they are always the same ones.
    Keep all 512 and let `keras.layers.Dropout(0.5)` choose anew for each picture.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__no_hidden_layer():
    """The layer with 512 units is missing, so dropout strikes out pixels.
    Put `Dense(512, activation="relu")` in front of it.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__no_hidden_activation():
    """The layer with 512 units has no activation, and without one two layers can do no more than a single one.
    Add `activation="relu"` to it.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__sigmoid_at_the_end():
    """The last layer has `sigmoid`, whose ten outputs do not add up to 1.
    A picture shows exactly one digit, so take `softmax`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="sigmoid"),
        ]
    )


def build_dropout_model__square_input():
    """The model takes squares of 28 x 28, but `normalize` makes rows of the pictures already.
    Begin with `keras.Input(shape=(784,))` and leave Flatten out.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__no_input_size():
    """The model is not told how many numbers come in, so its weights do not exist yet.
    Begin the list with `keras.Input(shape=(784,))`.
    """
    return keras.Sequential(
        [
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_dropout_model__nothing_returned():
    """The model is built, but nothing comes back.
    Write `return` in front of it.
    """
    keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


# ---------------------------------------------------------------- confusion


def confusion__transposed(labels, predictions):
    """Rows and columns have changed places: here the row is what the model says.
    The true digit comes first: `matrix[true, predicted] += 1`.
    """
    matrix = np.zeros((10, 10), dtype=int)
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[predicted, true] += 1
    return matrix


def confusion__each_cell_once(labels, predictions):
    """With whole arrays in the brackets, `+= 1` adds only once for each cell, so no count is above 1.
    Go through the pairs in a loop.
    """
    matrix = np.zeros((10, 10), dtype=int)
    matrix[labels, predictions] += 1
    return matrix


def confusion__set_to_one(labels, predictions):
    """The last cell is set to 1 in each turn of the loop and forgets what it counted before.
    Write `+= 1` instead of `= 1`.
    """
    matrix = np.zeros((10, 10))
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[true, predicted] = 1
    return matrix


def confusion__only_the_last_one(labels, predictions):
    """The table is made anew in each turn of the loop, so only the last picture is in it.
    Put `np.zeros` in front of the loop.
    """
    for true, predicted in zip(labels, predictions, strict=True):
        matrix = np.zeros((10, 10), dtype=int)
        matrix[true, predicted] += 1
    return matrix


def confusion__returned_inside_the_loop(labels, predictions):
    """`return` stands inside the loop, so the function ends after the first picture.
    Move it to the left, below the loop.
    """
    matrix = np.zeros((10, 10), dtype=int)
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[true, predicted] += 1
        return matrix


def confusion__shares_of_each_row(labels, predictions):
    """Each row is divided by its sum, which gives shares.
    Counts are asked for: leave the division out.
    """
    matrix = np.zeros((10, 10))
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[true, predicted] += 1
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


def confusion__shares_of_all(labels, predictions):
    """The counts are divided by the number of pictures, which gives shares.
    Counts are asked for: leave the division out.
    """
    matrix = np.zeros((10, 10))
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[true, predicted] += 1
    return matrix / len(labels)


def confusion__left_as_float64(labels, predictions):
    """The counts are right, but their type is float64, which is what `np.zeros` gives when you do not say otherwise.
    Write `np.zeros((10, 10), dtype=int)`.
    """
    matrix = np.zeros((10, 10))
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[true, predicted] += 1
    return matrix


def confusion__only_mistakes(labels, predictions):
    """The right answers are not counted, so the diagonal is empty.
    Count every picture; the next function leaves the diagonal out.
    """
    matrix = np.zeros((10, 10), dtype=int)
    for true, predicted in zip(labels, predictions, strict=True):
        if true != predicted:
            matrix[true, predicted] += 1
    return matrix


def confusion__only_right_answers(labels, predictions):
    """Only the right answers are counted, so there is nothing but a diagonal.
    Leave the `if` out and count every picture.
    """
    matrix = np.zeros((10, 10), dtype=int)
    for true, predicted in zip(labels, predictions, strict=True):
        if true == predicted:
            matrix[true, predicted] += 1
    return matrix


def confusion__only_digits_that_occur(labels, predictions):
    """The table has a row for each digit that occurs, so its size depends on the data.
    It always has ten rows and columns: `np.zeros((10, 10), dtype=int)`.
    """
    digits = list(np.unique(np.concatenate([labels, predictions])))
    matrix = np.zeros((len(digits), len(digits)), dtype=int)
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[digits.index(true), digits.index(predicted)] += 1
    return matrix


def confusion__as_large_as_the_largest_digit(labels, predictions):
    """The table ends at the largest digit that occurs, so it is smaller when there is no 9.
    Always give it ten rows and columns; with TensorFlow, `num_classes=10` does that.
    """
    return tf.math.confusion_matrix(labels, predictions).numpy()


def confusion__from_one_to_nine(labels, predictions):
    """The loops count from 1 to 9, so the digit 0 has no row and no column.
    `range(10)` counts from 0 to 9.
    """
    rows = [[np.sum((labels == t) & (predictions == p)) for p in range(1, 10)] for t in range(1, 10)]
    return np.array(rows)


def confusion__list_of_lists(labels, predictions):
    """The counts are right, but they are in a list of lists.
    Make an array of it: `np.array(...)`.
    """
    return [[int(np.sum((labels == t) & (predictions == p))) for p in range(10)] for t in range(10)]


def confusion__number_of_mistakes(labels, predictions):
    """One number comes back: how many answers are wrong.
    A table is asked for that says which digit was taken for which.
    """
    return int(np.sum(labels != predictions))


def confusion__accuracy(labels, predictions):
    """One number comes back, the accuracy, and it does not say what goes wrong.
    A table with ten rows and ten columns is asked for.
    """
    return float(np.mean(labels == predictions))


def confusion__nothing_returned(labels, predictions):
    """The table is filled, but nothing comes back; printing alone does not hand anything back.
    End with `return matrix`.
    """
    matrix = np.zeros((10, 10), dtype=int)
    for true, predicted in zip(labels, predictions, strict=True):
        matrix[true, predicted] += 1
    print(matrix)


# ---------------------------------------------------------------- most_confused_pairs


def most_confused_pairs__diagonal_emptied_in_place(matrix, count):
    """The list is right, but `np.fill_diagonal` has written zeros into the matrix that was passed in.
    Work on a copy: `matrix = matrix.copy()`.
    """
    np.fill_diagonal(matrix, 0)
    order = np.argsort(-matrix.reshape(-1), kind="stable")[:count]
    places = [(int(place) // 10, int(place) % 10) for place in order]
    return [(t, p, int(matrix[t, p])) for t, p in places if matrix[t, p] > 0]


def most_confused_pairs__with_the_diagonal(matrix, count):
    """The diagonal is in the list, but there are the right answers, not the mistakes.
    Leave out the cells where `true == predicted`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2], reverse=True)[:count]


def most_confused_pairs__rarest_first(matrix, count):
    """The list begins with the rarest mistakes, because `sort` puts the smallest first.
    Add `reverse=True`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2])[:count]


def most_confused_pairs__not_sorted(matrix, count):
    """The pairs stand in the order of the table and are not sorted, so these are the first mistakes, not the worst.
    Sort by how often before you take the first `count`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return pairs[:count]


def most_confused_pairs__cut_before_sorting(matrix, count):
    """The list is cut to `count` entries first and sorted afterwards, so frequent mistakes further down get lost.
    Sort first, then take `[:count]`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs[:count], key=lambda pair: pair[2], reverse=True)


def most_confused_pairs__sorted_by_the_digit(matrix, count):
    """`sort` without a key looks at the first entry of each tuple, the true digit.
    Tell it to look at how often: `key=lambda pair: pair[2]`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs, reverse=True)[:count]


def most_confused_pairs__all_of_them(matrix, count):
    """All the mistakes are listed, however many there are.
    Take the first `count` of them: `pairs[:count]`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2], reverse=True)


def most_confused_pairs__always_five(matrix, count):
    """There are always five pairs, whatever `count` says.
    Write `pairs[:count]`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2], reverse=True)[:5]


def most_confused_pairs__ties_turned_round(matrix, count):
    """Pairs that occur equally often stand in the wrong order: sorted upwards and then turned round, the larger digits
    come first. Sort with `reverse=True` instead, or by `-pair[2]`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2])[::-1][:count]


def most_confused_pairs__ties_by_the_predicted_digit(matrix, count):
    """Where two pairs are equally frequent, the smaller predicted digit comes first, since the columns are the outer
    loop. The true digit decides first: make the rows the outer loop.
    """
    pairs = [(t, p, int(matrix[t, p])) for p in range(10) for t in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2], reverse=True)[:count]


def most_confused_pairs__zeros_too(matrix, count):
    """Cells with 0 are in the list, although that mistake never happened.
    Leave them out: `if how_often > 0`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p]
    return sorted(pairs, key=lambda pair: pair[2], reverse=True)[:count]


def most_confused_pairs__digits_exchanged(matrix, count):
    """The two digits of each pair have changed places.
    The row of the matrix is the true digit and comes first: `(true, predicted, how_often)`.
    """
    pairs = [(p, t, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2], reverse=True)[:count]


def most_confused_pairs__how_often_first(matrix, count):
    """The entries begin with how often.
    That comes last: `(true, predicted, how_often)`.
    """
    pairs = [(int(matrix[t, p]), t, p) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[0], reverse=True)[:count]


def most_confused_pairs__both_directions_added(matrix, count):
    """A 4 read as 9 and a 9 read as 4 are added up, but they are two different mistakes.
    Keep each cell by itself.
    """
    both = matrix + matrix.T
    pairs = [(t, p, int(both[t, p])) for t in range(10) for p in range(t + 1, 10) if both[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2], reverse=True)[:count]


def most_confused_pairs__only_above_the_diagonal(matrix, count):
    """Only the cells above the diagonal are looked at, so a 9 read as 4 never appears.
    The inner loop needs all ten columns: `range(10)`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(t + 1, 10) if matrix[t, p] > 0]
    return sorted(pairs, key=lambda pair: pair[2], reverse=True)[:count]


def most_confused_pairs__without_how_often(matrix, count):
    """The pairs are right, but they do not say how often.
    Each entry has three numbers: `(true, predicted, how_often)`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return [pair[:2] for pair in sorted(pairs, key=lambda pair: pair[2], reverse=True)[:count]]


def most_confused_pairs__dictionary(matrix, count):
    """What comes back is a dictionary.
    A list of tuples is asked for: `pairs.append((true, predicted, how_often))`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return {f"{t}-{p}": often for t, p, often in sorted(pairs, key=lambda pair: pair[2], reverse=True)[:count]}


def most_confused_pairs__nothing_returned(matrix, count):
    """Nothing comes back. Either there is no `return`, or it stands in front of `pairs.sort(...)`, which sorts the list
    in place and itself returns nothing. End with `return pairs[:count]`.
    """
    pairs = [(t, p, int(matrix[t, p])) for t in range(10) for p in range(10) if t != p and matrix[t, p] > 0]
    return pairs.sort(key=lambda pair: pair[2], reverse=True)


# ---------------------------------------------------------------- plot_mistakes


def plot_mistakes__right_ones_shown(images, labels, predictions):
    """The figure shows the digits that were read correctly.
    Choose those where `labels != predictions`.
    """
    places = np.flatnonzero(labels == predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__first_twelve_of_all(images, labels, predictions):
    """The first twelve pictures are shown, right or wrong.
    Find the misread ones first: `np.flatnonzero(labels != predictions)`.
    """
    figure = plt.figure(figsize=(8, 7))
    for place in range(12):
        axes = figure.add_subplot(3, 4, place + 1)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__only_among_the_first_twelve(images, labels, predictions):
    """Mistakes are looked for among the first twelve pictures only.
    Look through all of them, and take the first twelve of what you find.
    """
    places = np.flatnonzero(labels[:12] != predictions[:12])
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__pictures_by_grid_number(images, labels, predictions):
    """The titles belong to the misread digits, but the pictures are simply the first ones of the data.
    Take the picture from the same place, too: `images[place]`.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places):
        axes = figure.add_subplot(3, 4, number + 1)
        axes.imshow(images[number], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__titles_by_grid_number(images, labels, predictions):
    """The pictures are right, but the titles are those of the first digits of the data.
    Take label and prediction from the same place as the picture: `labels[place]`.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places):
        axes = figure.add_subplot(3, 4, number + 1)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[number]} read as {predictions[number]}")
    return figure


def plot_mistakes__same_picture_everywhere(images, labels, predictions):
    """Every place in the grid shows the first misread digit.
    Inside the loop, use the loop's own variable: `images[place]`.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[places[0]], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__titles_exchanged(images, labels, predictions):
    """The two numbers in the titles have changed places: the prediction comes first.
    Write the label first and the prediction behind it.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{predictions[place]} instead of {labels[place]}")
    return figure


def plot_mistakes__only_the_prediction(images, labels, predictions):
    """The titles say only what the model says, and not what the digit is.
    Put both numbers into the title, the label first.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"read as {predictions[place]}")
    return figure


def plot_mistakes__only_the_label(images, labels, predictions):
    """The titles say only what the digit is, and not what the model says.
    Put both numbers into the title, the label first.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"this is a {labels[place]}")
    return figure


def plot_mistakes__with_the_place(images, labels, predictions):
    """The titles also say at which place in the data the picture stands, and a third number is confusing.
    Only label and prediction belong there.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{place}: {labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__braces_without_f(images, labels, predictions):
    """The titles show the braces themselves, because the `f` in front of the quotation mark is missing.
    Write `f"{labels[place]} read as {predictions[place]}"`.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title("{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__no_titles(images, labels, predictions):
    """The pictures have no titles, so a reader does not know what the model said.
    Call `axes.set_title(...)` for each of them.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        figure.add_subplot(3, 4, number).imshow(images[place], cmap="gray_r")
    return figure


def plot_mistakes__all_of_them(images, labels, predictions):
    """All misread digits are shown, however many there are, and in a large number nothing can be seen any more.
    Stop after 12: `places[:12]`.
    """
    places = np.flatnonzero(labels != predictions)
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(len(places) // 4 + 1, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__last_twelve(images, labels, predictions):
    """`[-12:]` takes the last twelve misread digits.
    The first twelve are asked for: `[:12]`.
    """
    places = np.flatnonzero(labels != predictions)[-12:]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__always_twelve(images, labels, predictions):
    """The loop runs twelve times, even when fewer digits were misread, and then there is nothing left to take.
    Loop over the misread places themselves.
    """
    places = np.flatnonzero(labels != predictions)
    figure = plt.figure(figsize=(8, 7))
    for number in range(12):
        place = places[number]
        axes = figure.add_subplot(3, 4, number + 1)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__one_row_of_axes(images, labels, predictions):
    """`plt.subplots` gives no array when there is one place only, and stops when there is none.
    Begin with an empty figure and add one place after the other: `figure.add_subplot(3, 4, number)`.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure, grid = plt.subplots(1, len(places), figsize=(12, 2))
    for axes, place in zip(grid, places, strict=True):
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__nothing_when_all_are_right(images, labels, predictions):
    """When no digit was misread, nothing comes back.
    Return the empty figure in this case, too.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    if len(places) == 0:
        return None
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__all_in_one_place(images, labels, predictions):
    """All pictures are drawn on the same axes, one on top of the other, so only the last one can be seen.
    Give each its own: `figure.add_subplot(3, 4, number)` inside the loop.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure, axes = plt.subplots()
    for place in places:
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__upside_down(images, labels, predictions):
    """The pictures stand on their heads: with `origin="lower"` the first row is drawn at the bottom.
    Leave that argument out.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r", origin="lower")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__transposed(images, labels, predictions):
    """The pictures are mirrored along their diagonal by `.T`.
    Draw them as they are: `axes.imshow(images[place], cmap="gray_r")`.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place].T, cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return figure


def plot_mistakes__font_without_chinese(images, labels, predictions):
    """The titles are Chinese, but the font you chose has no Chinese characters, so empty boxes are drawn.
    Leave the font as it is, choose one that has them, or write the titles in English.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    with plt.rc_context({"font.family": "DejaVu Sans"}):
        figure = plt.figure(figsize=(8, 7))
        for number, place in enumerate(places, start=1):
            axes = figure.add_subplot(3, 4, number)
            axes.imshow(images[place], cmap="gray_r")
            axes.set_title(f"{labels[place]} 被认成 {predictions[place]}")
    return figure


def plot_mistakes__axes_returned(images, labels, predictions):
    """The last axes come back, but the figure is asked for: the axes are only one place in it.
    End with `return figure`.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    axes = None
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    return axes


def plot_mistakes__shown_instead_of_returned(images, labels, predictions):
    """The figure is shown, but not returned, so nobody else can use or save it.
    Write `return figure` instead of `plt.show()`.
    """
    places = np.flatnonzero(labels != predictions)[:12]
    figure = plt.figure(figsize=(8, 7))
    for number, place in enumerate(places, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(images[place], cmap="gray_r")
        axes.set_title(f"{labels[place]} read as {predictions[place]}")
    plt.show()
