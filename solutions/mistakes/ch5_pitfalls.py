"""Wrong answers to chapter 5. The sentence of each is what the learner reads when it is recognised.

A function called `<function>__as_given` is the bug that learners are given: an exercise that still has it is not begun.
The same bug in other words is recognised like any other mistake. Where two mistakes give the same result in some
check, the more specific one stands first.
"""

import keras
import numpy as np

# ---------------------------------------------------------------- average_image


def average_image__as_given(images):
    """The sum is still kept in `uint8`, and whatever goes beyond 255 is cut off at each step.
    Add up in a type with room enough, or leave it to `mean`.
    """
    total = np.zeros((28, 28), dtype=images.dtype)
    for image in images:
        total = total + image
    return total / len(images)


def average_image__sixteen_bits(images):
    """The sum is kept in `uint16`, which ends at 65,535: 258 black pictures are too many for it.
    Take a type that is large enough for any number of pictures, such as `float64`.
    """
    return images.sum(axis=0, dtype="uint16") / len(images)


def average_image__sixteen_bits_with_sign(images):
    """The sum is kept in `int16`, which ends at 32,767: 129 black pictures are too many for it.
    Take a type that is large enough for any number of pictures, such as `float64`.
    """
    return images.sum(axis=0, dtype="int16") / len(images)


def average_image__half_precision(images):
    """The sum is kept in `float16`, which ends at 65,504 and rounds a lot before that.
    Take `float64`; for a single picture it costs next to nothing.
    """
    return images.sum(axis=0, dtype="float16") / len(images)


def average_image__clipped(images):
    """The sum is stopped at 255, so it is no sum any more.
    Let it grow, in a type that has room for it, and divide at the end.
    """
    total = np.zeros((28, 28))
    for image in images:
        total = np.minimum(total + image, 255)
    return total / len(images)


def average_image__each_divided_first(images):
    """Each picture is divided in whole numbers before it is added, and nearly everything is lost in that.
    Add up first, then divide once with `/`.
    """
    return (images // len(images)).sum(axis=0).astype("float64")


def average_image__whole_numbers(images):
    """`//` throws away what stands after the point.
    The mean of 0 and 1 is 0.5: divide with `/`.
    """
    return images.sum(axis=0) // len(images)


def average_image__back_to_uint8(images):
    """The mean is right, but at the end it is turned into whole numbers again.
    Return it as it is, with its decimals.
    """
    return images.mean(axis=0).astype("uint8")


def average_image__not_divided(images):
    """This is the sum of the pictures, not their mean.
    Divide by their number, `len(images)`.
    """
    return images.sum(axis=0, dtype="float64")


def average_image__one_number(images):
    """Without `axis` the mean is taken over everything, and a single number is left.
    `images.mean(axis=0)` takes it over the pictures, pixel by pixel.
    """
    return images.mean()


def average_image__mean_of_each_row(images):
    """`axis=1` averages the rows inside each picture.
    The pictures lie along the first axis: `axis=0`.
    """
    return images.mean(axis=1)


def average_image__scaled(images):
    """The mean is divided by 255 as well, which nobody asked for here.
    Leave the values between 0 and 255.
    """
    return images.mean(axis=0) / 255


def average_image__median(images):
    """This is the median, the value in the middle, and for most pixels that is 0.
    The mean is the sum divided by the number.
    """
    return np.median(images, axis=0)


def average_image__written_into_the_pictures(images):
    """The first picture is used as the place for the mean, so the data you were given are changed.
    Put the result into an array of its own.
    """
    mean = images.mean(axis=0)
    images[0] = mean
    return mean


def average_image__printed(images):
    """The average is printed, but nothing is returned.
    Write `return` instead of `print`.
    """
    print(images.mean(axis=0))


# ---------------------------------------------------------------- scale_both


def scale_both__as_given(train_images, test_images):
    """Only the training pictures are scaled; the test pictures still go from 0 to 255.
    Do the same to both, with the same average.
    """
    average = train_images.mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = test_images.reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__test_only_divided(train_images, test_images):
    """The test pictures are divided by 255, but the average is not taken away from them.
    Every step that the training pictures go through belongs to the test pictures, too.
    """
    average = train_images.mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = (test_images / 255).reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__test_only_centred(train_images, test_images):
    """The average is taken away from the test pictures, but they are not divided by 255.
    Every step that the training pictures go through belongs to the test pictures, too.
    """
    average = train_images.mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = (test_images - average).reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__own_average_for_each(train_images, test_images):
    """Each array is scaled with its own average, so the same picture becomes something else in training and test.
    Take the average of the training pictures for both.
    """

    def scale(images):
        return ((images - images.mean(axis=0)) / 255).reshape(len(images), 784).astype("float32")

    return scale(train_images), scale(test_images)


def scale_both__average_of_all(train_images, test_images):
    """The average is taken over training and test pictures together, so something of the test leaks into training.
    Take the average of the training pictures alone.
    """
    average = np.concatenate([train_images, test_images]).mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = ((test_images - average) / 255).reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__average_of_the_test(train_images, test_images):
    """Both arrays are scaled with the average of the test pictures, which nobody knows in training.
    Take the average of the training pictures.
    """
    average = test_images.mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = ((test_images - average) / 255).reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__one_number_as_average(train_images, test_images):
    """One single number is taken away from all pixels, the mean over everything.
    The average picture has a value of its own for each pixel: `mean(axis=0)`.
    """
    average = train_images.mean()
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = ((test_images - average) / 255).reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__average_in_whole_numbers(train_images, test_images):
    """The average is turned into `uint8`, and the difference of two `uint8` cannot be negative: it wraps around.
    Calculate with decimal numbers.
    """
    average = train_images.mean(axis=0).astype("uint8")
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = ((test_images - average) / 255).reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__not_centred(train_images, test_images):
    """Both arrays are divided by 255, but the average picture is not taken away.
    The values should lie around 0: subtract the average first.
    """
    train_rows, test_rows = (images.reshape(len(images), 784) / 255 for images in (train_images, test_images))
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__divided_before_centred(train_images, test_images):
    """The pictures are divided by 255 before the average is taken away, but the average is not.
    Take the average away first and divide the difference.
    """
    average = train_images.mean(axis=0)
    train_rows = (train_images / 255 - average).reshape(len(train_images), 784)
    test_rows = (test_images / 255 - average).reshape(len(test_images), 784)
    return train_rows.astype("float32"), test_rows.astype("float32")


def scale_both__double_precision(train_images, test_images):
    """The values are right, but of type `float64`.
    Convert both with `.astype("float32")`.
    """
    average = train_images.mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = ((test_images - average) / 255).reshape(len(test_images), 784)
    return train_rows, test_rows


def scale_both__still_squares(train_images, test_images):
    """The values are right, but each picture is still a square of 28 x 28.
    Lay its rows one behind the other: `reshape(len(images), 784)`.
    """
    average = train_images.mean(axis=0)
    return tuple(((images - average) / 255).astype("float32") for images in (train_images, test_images))


def scale_both__exchanged(train_images, test_images):
    """The two arrays are returned in the wrong order.
    First the training rows, then the test rows.
    """
    average = train_images.mean(axis=0)
    train_rows = ((train_images - average) / 255).reshape(len(train_images), 784)
    test_rows = ((test_images - average) / 255).reshape(len(test_images), 784)
    return test_rows.astype("float32"), train_rows.astype("float32")


def scale_both__only_training_returned(train_images, test_images):
    """Only one of the two arrays comes back.
    End with `return train_rows, test_rows`.
    """
    average = train_images.mean(axis=0)
    return ((train_images - average) / 255).reshape(len(train_images), 784).astype("float32")


def scale_both__written_into_the_pictures(train_images, test_images):
    """The result is right, but the average was subtracted inside the pictures you were given.
    `-=` and `[...] =` write into an array: calculate a new one instead.
    """
    average = train_images.mean(axis=0)
    rows = []
    for images in (train_images, test_images):
        difference = images - average
        images[...] = np.abs(difference)
        rows.append((difference / 255).reshape(len(images), 784).astype("float32"))
    return tuple(rows)


# ---------------------------------------------------------------- shuffle_together


def shuffle_together__as_given(images, labels, seed):
    """Pictures and labels are mixed one after the other, each in an order of its own.
    Make one order, `rng.permutation(len(images))`, and use it for both.
    """
    rng = np.random.default_rng(seed)
    shuffled_images = rng.permutation(images)
    shuffled_labels = rng.permutation(labels)
    return shuffled_images, shuffled_labels


def shuffle_together__labels_first(images, labels, seed):
    """Pictures and labels still get an order of their own each, only that the labels come first now.
    Make one order, `rng.permutation(len(images))`, and use it for both.
    """
    rng = np.random.default_rng(seed)
    shuffled_labels = rng.permutation(labels)
    shuffled_images = rng.permutation(images)
    return shuffled_images, shuffled_labels


def shuffle_together__only_pictures(images, labels, seed):
    """Only the pictures are shuffled, and the labels stay behind in the old order.
    Use the same order for both.
    """
    order = np.random.default_rng(seed).permutation(len(images))
    return images[order], labels


def shuffle_together__only_labels(images, labels, seed):
    """Only the labels are shuffled, and the pictures stay behind in the old order.
    Use the same order for both.
    """
    order = np.random.default_rng(seed).permutation(len(images))
    return images, labels[order]


def shuffle_together__two_seeds(images, labels, seed):
    """Two different seeds give two different orders, one for the pictures and one for the labels.
    Make one order and use it twice.
    """
    first, second = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    return images[first.permutation(len(images))], labels[second.permutation(len(labels))]


def shuffle_together__not_shuffled(images, labels, seed):
    """Pictures and labels belong together, but they come back in the order in which they came.
    Make a random order of the positions and use it for both.
    """
    return images, labels


def shuffle_together__reversed(images, labels, seed):
    """Pictures and labels are turned around, but that is no random order: what was sorted is still sorted.
    `rng.permutation(len(images))` makes one.
    """
    return images[::-1], labels[::-1]


def shuffle_together__seed_ignored(images, labels, seed):
    """The order is the same for every seed, because 0 is written where `seed` ought to be.
    Use the seed that the function is given.
    """
    order = np.random.default_rng(0).permutation(len(images))
    return images[order], labels[order]


def shuffle_together__drawn_with_replacement(images, labels, seed):
    """The positions are drawn anew each time, so some pictures come several times and others never.
    `rng.permutation(len(images))` gives each position exactly once.
    """
    order = np.random.default_rng(seed).integers(0, len(images), len(images))
    return images[order], labels[order]


def shuffle_together__last_one_forgotten(images, labels, seed):
    """One picture is missing, because the order has only `len(images) - 1` positions.
    `rng.permutation(n)` already counts from 0 to n - 1.
    """
    order = np.random.default_rng(seed).permutation(len(images) - 1)
    return images[order], labels[order]


def shuffle_together__exchanged(images, labels, seed):
    """The labels come back first.
    Return `images, labels`, in this order.
    """
    order = np.random.default_rng(seed).permutation(len(images))
    return labels[order], images[order]


def shuffle_together__only_order_returned(images, labels, seed):
    """The order comes back, but not the pictures and labels in this order.
    Return `images[order], labels[order]`.
    """
    return np.random.default_rng(seed).permutation(len(images))


def shuffle_together__labels_changed_in_place(images, labels, seed):
    """Everything is right, but the arrays you were given were shuffled themselves.
    `rng.shuffle` and `[...] =` write into an array: return new ones instead.
    """
    order = np.random.default_rng(seed).permutation(len(images))
    images[...], labels[...] = images[order], labels[order]
    return images, labels


def shuffle_together__rows_inside_pictures(images, labels, seed):
    """The rows inside the pictures are mixed as well, because `permuted` mixes every column by itself.
    Only the order of the pictures may change: `images[order]`.
    """
    rng = np.random.default_rng(seed)
    return rng.permuted(images, axis=0), rng.permutation(labels)


# ---------------------------------------------------------------- compile_and_fit


def compile_and_fit__as_given(model, rows, labels):
    """`mse` compares the column of labels with all ten outputs, so each of them is to become 7 when the label is 7.
    Take a cross-entropy, and labels of the form that goes with it.
    """
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    column = labels.reshape(-1, 1)
    return model.fit(rows, column, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__absolute_error(model, rows, labels):
    """`mae` compares the column of labels with all ten outputs, just as `mse` did.
    Take a cross-entropy, and labels of the form that goes with it.
    """
    model.compile(optimizer="adam", loss="mae", metrics=["accuracy"])
    return model.fit(rows, labels.reshape(-1, 1), epochs=5, batch_size=32, verbose=0)


def compile_and_fit__mse_on_plain_labels(model, rows, labels):
    """The column is gone, but `mse` is still there, and it needs as many numbers in a label as there are outputs.
    For plain digits take `sparse_categorical_crossentropy`.
    """
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    return model.fit(rows, labels, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__dense_loss_on_plain_labels(model, rows, labels):
    """`categorical_crossentropy` wants ten numbers for each label, and these are plain digits.
    Put `sparse_` in front, or make the labels one-hot.
    """
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, labels, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__dense_loss_on_a_column(model, rows, labels):
    """`categorical_crossentropy` wants ten numbers for each label, and a column has one.
    Put `sparse_` in front, or make the labels one-hot.
    """
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, labels.reshape(-1, 1), epochs=5, batch_size=32, verbose=0)


def compile_and_fit__sparse_loss_on_one_hot(model, rows, labels):
    """`sparse_categorical_crossentropy` wants plain digits, and one-hot labels have ten numbers each.
    Leave out `sparse_`, or leave the labels as they are.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, keras.utils.to_categorical(labels, 10), epochs=5, batch_size=32, verbose=0)


def compile_and_fit__mse_on_one_hot(model, rows, labels):
    """With one-hot labels `mse` does learn, but it is made for measurements, not for choosing one of ten.
    Take `categorical_crossentropy`.
    """
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    return model.fit(rows, keras.utils.to_categorical(labels, 10), epochs=5, batch_size=32, verbose=0)


def compile_and_fit__ten_yes_or_no_questions(model, rows, labels):
    """`binary_crossentropy` treats the digits as ten questions that are answered yes or no, each by itself.
    With `binary_accuracy` nine right noes already make 0.9. Take `categorical_crossentropy` and `accuracy`.
    """
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model.fit(rows, keras.utils.to_categorical(labels, 10), epochs=5, batch_size=32, verbose=0)


def compile_and_fit__binary_loss(model, rows, labels):
    """`binary_crossentropy` is for a single yes or no, and here one of ten digits is to be chosen.
    Take `categorical_crossentropy` for one-hot labels.
    """
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model.fit(rows, keras.utils.to_categorical(labels, 10), epochs=5, batch_size=32, verbose=0)


def compile_and_fit__from_logits(model, rows, labels):
    """`from_logits=True` says that the model gives no probabilities, but its last layer is a softmax.
    Leave it out.
    """
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model.fit(rows, labels, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__labels_of_one_hot_wrong(model, rows, labels):
    """The one-hot labels are shifted by one place, so the model learns to say 3 for every 2.
    `keras.utils.to_categorical(labels, 10)` puts the 1 in the right place.
    """
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    shifted = keras.utils.to_categorical((labels + 1) % 10, 10)
    return model.fit(rows, shifted, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__no_accuracy(model, rows, labels):
    """The loss is right, but no accuracy is measured, so the History cannot show it.
    Give `compile` the argument `metrics=["accuracy"]`.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model.fit(rows, labels, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__one_epoch(model, rows, labels):
    """Training stops after one epoch, because `fit` does only one when it is not told.
    Give it `epochs=5`.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, labels, batch_size=32, verbose=0)


def compile_and_fit__batches_of_128(model, rows, labels):
    """The batches hold 128 rows, as in Chapter 2, so there are four times fewer steps to learn in.
    This chapter asks for `batch_size=32`.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, labels, epochs=5, batch_size=128, verbose=0)


def compile_and_fit__scaled_again(model, rows, labels):
    """The rows are divided by 255 once more, though they are scaled already.
    Pass them on as they are.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows / 255, labels, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__part_for_validation(model, rows, labels):
    """A fifth of the rows is held back for validation, but here all of them are for training.
    Leave `validation_split` out.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, labels, epochs=5, batch_size=32, validation_split=0.2, verbose=0)


def compile_and_fit__plain_descent(model, rows, labels):
    """The optimizer is `sgd`, which learns far more slowly here.
    The chapter asks for `adam`.
    """
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(rows, labels, epochs=5, batch_size=32, verbose=0)


def compile_and_fit__model_returned(model, rows, labels):
    """The model comes back, but the History is asked for.
    Write `return model.fit(...)`.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(rows, labels, epochs=5, batch_size=32, verbose=0)
    return model


# ---------------------------------------------------------------- make_sets


def make_sets__as_given(images, labels):
    """The copies are made before the pictures are divided, so each test picture has copies in the training set.
    Divide first, and then call `add_shifted` for the training part alone.
    """
    images, labels = add_shifted(images, labels)
    split = len(images) * 4 // 5
    return images[:split], labels[:split], images[split:], labels[split:]


def make_sets__copies_of_all_in_training(images, labels):
    """The test set is right, but the copies in the training set are made of all pictures, the test pictures among them.
    Call `add_shifted(images[:split], labels[:split])`.
    """
    split = len(images) * 4 // 5
    train_images, train_labels = add_shifted(images, labels)
    return train_images, train_labels, images[split:], labels[split:]


def make_sets__copies_mixed_before_dividing(images, labels):
    """The copies are made and mixed before the pictures are divided, so most test pictures have copies in training.
    Divide first, and then call `add_shifted` for the training part alone.
    """
    images, labels = add_shifted(images, labels)
    order = np.random.default_rng(0).permutation(len(images))
    split = len(images) * 4 // 5
    train, test = order[:split], order[split:]
    return images[train], labels[train], images[test], labels[test]


def make_sets__all_for_training(images, labels):
    """All pictures come into the training set, those of the test set, too.
    The training set ends where the test set begins: `images[:split]`.
    """
    split = len(images) * 4 // 5
    return images, labels, images[split:], labels[split:]


def make_sets__test_set_inside_training(images, labels):
    """Both sets are counted from the front, so the test pictures are training pictures.
    The test set is what comes after them: `images[split:]`.
    """
    split = len(images) * 4 // 5
    count = len(images) - split
    return *add_shifted(images[:split], labels[:split]), images[:count], labels[:count]


def make_sets__test_set_multiplied(images, labels):
    """The test set gets shifted copies as well, but an exam asks about real pictures.
    Leave the test pictures as they are.
    """
    split = len(images) * 4 // 5
    return *add_shifted(images[:split], labels[:split]), *add_shifted(images[split:], labels[split:])


def make_sets__no_copies(images, labels):
    """The sets are clean, but the training set has no shifted copies.
    Call `add_shifted` for the training part.
    """
    split = len(images) * 4 // 5
    return images[:split], labels[:split], images[split:], labels[split:]


def make_sets__originals_dropped(images, labels):
    """Only the shifted copies are left in the training set; the pictures themselves are missing.
    `add_shifted` returns both: keep all of it.
    """
    split = len(images) * 4 // 5
    train_images, train_labels = add_shifted(images[:split], labels[:split])
    return train_images[: 4 * split], train_labels[: 4 * split], images[split:], labels[split:]


def make_sets__labels_not_multiplied(images, labels):
    """There are five times as many training pictures now, but the labels are those from before.
    Take both results of `add_shifted`.
    """
    split = len(images) * 4 // 5
    train_images, _ = add_shifted(images[:split], labels[:split])
    return train_images, labels[:split], images[split:], labels[split:]


def make_sets__labels_repeated_in_place(images, labels):
    """Each label is repeated five times in a row, but `add_shifted` puts all pictures one after another, five times.
    Take the labels that `add_shifted` returns.
    """
    split = len(images) * 4 // 5
    train_images, _ = add_shifted(images[:split], labels[:split])
    return train_images, np.repeat(labels[:split], 5), images[split:], labels[split:]


def make_sets__first_fifth_for_the_test(images, labels):
    """The first fifth is put aside for the test.
    The chapter asks for the last one: `images[split:]` with four fifths as `split`.
    """
    split = len(images) // 5
    return *add_shifted(images[split:], labels[split:]), images[:split], labels[:split]


def make_sets__divided_in_half(images, labels):
    """The pictures are divided in the middle.
    Four fifths of them are for training: `split = len(images) * 4 // 5`.
    """
    split = len(images) // 2
    return *add_shifted(images[:split], labels[:split]), images[split:], labels[split:]


def make_sets__pictures_first(images, labels):
    """The order is another one: first both arrays of pictures, then both of labels.
    Return `train_images, train_labels, test_images, test_labels`.
    """
    split = len(images) * 4 // 5
    train_images, train_labels = add_shifted(images[:split], labels[:split])
    return train_images, images[split:], train_labels, labels[split:]


def make_sets__two_pairs(images, labels):
    """Two pairs come back instead of four arrays.
    Write all four behind `return`, with commas and without brackets.
    """
    split = len(images) * 4 // 5
    return add_shifted(images[:split], labels[:split]), (images[split:], labels[split:])


def make_sets__test_pictures_blanked(images, labels):
    """The sets are right, but the test pictures were wiped out of the array you were given.
    Leave `images` as it is: slices such as `images[:split]` are enough to keep both apart.
    """
    split = len(images) * 4 // 5
    test_images = images[split:].copy()
    images[split:] = 0
    return *add_shifted(images[:split], labels[:split]), test_images, labels[split:]
