"""Wrong answers to chapter 4 that beginners really give, and what each of them should hear.

A docstring is read by the learner: what the code does, then what to do. Where two mistakes give the same result in
some call, the more specific one comes first. The functions of `solutions/ch4_cnn.py` are defined beside these.
"""

import keras
import numpy as np

# ---------------------------------------------------------------- to_images


def to_images__not_divided(images):
    """The pixels still go from 0 to 255, because they were never divided.
    Divide by 255 after changing the type to float32.
    """
    return images.astype("float32")[..., np.newaxis]


def to_images__divided_by_256(images):
    """You divide by 256, but the largest pixel is 255, so the darkest ink does not quite become 1.
    Divide by 255.
    """
    return images.astype("float32")[..., np.newaxis] / 256


def to_images__divided_twice(images):
    """The pixels are divided by 255 twice, so that every picture is nearly black.
    One division is enough.
    """
    return images.astype("float32")[..., np.newaxis] / 255 / 255


def to_images__from_minus_one_to_one(images):
    """This brings the pixels into the range from -1 to 1. Other courses do that; here it is 0 to 1.
    Divide by 255 and subtract nothing.
    """
    return images.astype("float32")[..., np.newaxis] / 127.5 - 1


def to_images__inverted(images):
    """The pictures come out as negatives: paper becomes 1 and ink becomes 0.
    Divide by 255 and do not subtract the result from 1.
    """
    return 1 - images.astype("float32")[..., np.newaxis] / 255


def to_images__each_image_by_its_own_maximum(images):
    """Each picture is divided by its own brightest pixel, so a faint digit comes out as strong as a bold one.
    Divide all pictures by the same number: 255.
    """
    pictures = images.astype("float32")[..., np.newaxis]
    return pictures / pictures.max(axis=(1, 2, 3), keepdims=True)


def to_images__all_by_their_own_maximum(images):
    """You divide by the largest value among these pictures, which is another one for darker pictures.
    Divide by 255, whatever the pictures are.
    """
    pictures = images.astype("float32")[..., np.newaxis]
    return pictures / pictures.max()


def to_images__left_as_float64(images):
    """The values are right, but their type is float64: dividing whole numbers always gives that.
    Change the type with `.astype("float32")`.
    """
    return images[..., np.newaxis] / 255


def to_images__rounded_to_whole_numbers(images):
    """Turning the result into whole numbers cuts off everything behind the point, so only 0 and 1 are left.
    Keep the fractions: the type is float32.
    """
    return (images[..., np.newaxis] / 255).astype("uint8")


def to_images__whole_number_division(images):
    """`//` divides without remainder, so every pixel below 255 becomes 0.
    Use `/`, which keeps the fractions.
    """
    return (images[..., np.newaxis] // 255).astype("float32")


def to_images__divided_in_place(images):
    """`/=` tries to write fractions into the array of whole numbers that you were given, and NumPy refuses.
    Calculate a new array: `pictures = images / 255`.
    """
    images /= 255
    return images.astype("float32")[..., np.newaxis]


def to_images__black_and_white(images):
    """The pictures become pure black and white, and the ones that were passed in are overwritten on the way.
    Leave `images` alone and divide by 255.
    """
    images[images > 127] = 255
    images[images <= 127] = 0
    return images.astype("float32")[..., np.newaxis] / 255


def to_images__no_channel(images):
    """The values are right, but the pictures have no channel axis.
    Add it behind the others: `[..., np.newaxis]`.
    """
    return images.astype("float32") / 255


def to_images__channel_before_rows_and_columns(images):
    """The channel stands in front of rows and columns. Other libraries want it there; Keras wants it last.
    Write `reshape(-1, 28, 28, 1)`.
    """
    return images.astype("float32")[:, np.newaxis] / 255


def to_images__new_axis_in_front(images):
    """`images[np.newaxis]` puts the new axis in front, so that all the pictures look like one batch in another.
    The channel comes last: `images[..., np.newaxis]`.
    """
    return images.astype("float32")[np.newaxis] / 255


def to_images__three_channels(images):
    """Each grey value is repeated three times, as if the pictures were in colour.
    One channel is enough: `images[..., np.newaxis]`.
    """
    return np.repeat(images.astype("float32")[..., np.newaxis] / 255, 3, axis=-1)


def to_images__one_row_for_each_image(images):
    """Each picture becomes a row of 784 numbers, as in Chapter 2.
    A convolution needs the square: `reshape(-1, 28, 28, 1)`.
    """
    return images.reshape(len(images), 784).astype("float32") / 255


def to_images__row_with_a_channel(images):
    """Each picture becomes a row of 784 numbers with a channel, so rows and columns are lost.
    Keep them: `reshape(-1, 28, 28, 1)`.
    """
    return images.reshape(len(images), 784, 1).astype("float32") / 255


def to_images__rows_and_columns_exchanged(images):
    """`.T` turns all the axes round, so that the pictures are mirrored along their diagonal.
    Leave rows and columns where they are and add an axis: `images[..., np.newaxis]`.
    """
    return images.T.astype("float32").transpose(2, 0, 1)[..., np.newaxis] / 255


def to_images__pixels_of_images_mixed(images):
    """The shape is right, but `reshape(28, 28, 1, ...)` mixes the pixels of different pictures.
    Ask for the final order at once: `reshape(-1, 28, 28, 1)`.
    """
    return images.reshape(28, 28, 1, -1).transpose(3, 0, 1, 2).astype("float32") / 255


def to_images__always_60000_images(images):
    """This works for exactly 60,000 pictures and for no other number.
    Let NumPy count: `reshape(-1, 28, 28, 1)`.
    """
    return images.reshape(60000, 28, 28, 1).astype("float32") / 255


def to_images__only_the_first_image(images):
    """Only the first picture comes back, whatever is passed in.
    Prepare them all: `images[..., np.newaxis]`.
    """
    return images[:1].astype("float32")[..., np.newaxis] / 255


def to_images__nothing_returned(images):
    """The pictures are prepared, but nothing comes back.
    Write `return` in front of the last calculation.
    """
    images.astype("float32")[..., np.newaxis] / 255


# ---------------------------------------------------------------- build_cnn


def build_cnn__sigmoid_at_the_end():
    """The last layer has `sigmoid`, which judges each digit by itself: the ten outputs do not add up to 1.
    A picture shows exactly one digit, so take `softmax`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="sigmoid"),
        ]
    )


def build_cnn__no_activation_at_the_end():
    """The last layer has no activation, so it gives ten plain sums instead of probabilities.
    Add `activation="softmax"` to it.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )


def build_cnn__relu_at_the_end():
    """With `relu` the last layer gives sums from 0 upwards, not probabilities.
    `relu` belongs to the convolutions; the last layer takes `softmax`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="relu"),
        ]
    )


def build_cnn__no_activation_in_the_convolutions():
    """The convolutions have no activation, and without one two of them can do no more than a single one.
    Add `activation="relu"` to both.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__no_activation_in_the_second_convolution():
    """The second convolution has no activation.
    Add `activation="relu"`, as in the first.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__softmax_in_the_convolutions():
    """The convolutions have `softmax`, which makes the maps compete with each other at every place.
    `softmax` is for the last layer only; the convolutions take `relu`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="softmax"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="softmax"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__window_of_three():
    """The filters are windows of 3 x 3 pixels, as in many examples on the web.
    Here they are 5 x 5: `Conv2D(16, 5, ...)`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__window_of_three_in_the_second_convolution():
    """The filters of the second convolution are windows of 3 x 3 pixels.
    Here both layers have windows of 5 x 5.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__filters_and_window_exchanged():
    """The two numbers of `Conv2D` have changed places, so that the windows soon do not fit into the maps any more.
    First comes the number of filters, then the window: `Conv2D(16, 5, ...)`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(5, 16, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(5, 32, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__filters_in_the_wrong_order():
    """The first convolution has 32 filters and the second 16.
    Turn it round: there are few simple shapes and many that are made of them.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__filters_of_another_course():
    """The convolutions have 32 and 64 filters, as in many examples on the web.
    Here 16 and 32 are enough.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(64, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__same_number_of_filters():
    """Both convolutions have 16 filters.
    Give the second one 32: there are more shapes made of shapes than simple ones.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__one_convolution():
    """There is only one convolution, so the network finds strokes, but no shapes made of strokes.
    Add the second one, with its pooling and its batch normalization.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__dense_only():
    """This is the model of Chapter 2 behind a `Flatten`: it has no convolution and cannot see shapes.
    Build the layers of the table, beginning with `Conv2D`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__flatten_first():
    """`Flatten` comes before the convolutions, so no picture is left for them to look at.
    Move it behind the last `BatchNormalization`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__no_flatten():
    """There is no `Flatten`, so the last layer gives ten probabilities for every place of the map.
    Put `Flatten()` in front of the `Dense` layer.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__global_average_pooling():
    """`GlobalAveragePooling2D` keeps one number of each map and forgets where things are.
    Take `Flatten`, which keeps them all.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__hidden_dense_layer():
    """There is one more Dense layer in front of the last. It makes the network much larger and is not needed here.
    Let the last layer follow right after `Flatten`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__no_pooling():
    """There is no pooling, so the maps stay large and the last layer gets over a hundred thousand weights.
    Add `MaxPooling2D()` behind each convolution.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__pooling_only_once():
    """Only the first convolution has a pooling behind it.
    Add `MaxPooling2D()` behind the second one, too.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__pooling_before_the_convolutions():
    """Pooling comes before each convolution, so fine strokes are gone before a filter has looked at them.
    First `Conv2D`, then `MaxPooling2D`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__pooling_of_three():
    """The windows of the pooling are 3 x 3, which makes the maps three times as small.
    Leave the brackets empty: `MaxPooling2D()` takes 2 x 2.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(3),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(3),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__average_pooling():
    """`AveragePooling2D` takes the mean of the four numbers, so a strong find gets lost among weak ones.
    Take `MaxPooling2D`, which keeps the largest.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.AveragePooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.AveragePooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__strides_instead_of_pooling():
    """The filters jump over every second place, and no pooling follows. That works, but it is another network.
    Leave `strides` out and add `MaxPooling2D()`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu", strides=2),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu", strides=2),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__no_batch_normalization():
    """There is no batch normalization, and without it the large steps of this training are too large.
    Add `BatchNormalization(momentum=0.9)` behind each pooling.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__batch_normalization_only_once():
    """Only the first convolution has a batch normalization behind it.
    Add `BatchNormalization(momentum=0.9)` behind the second pooling, too.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__momentum_left_out():
    """Without `momentum` the layers remember means of the last hundred batches, and a short training has hardly more.
    Write `BatchNormalization(momentum=0.9)`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__dropout_instead_of_batch_normalization():
    """Dropout stands where batch normalization should be. It helps against overfitting, which is not the problem here.
    Put `BatchNormalization(momentum=0.9)` there.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Dropout(0.25),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Dropout(0.25),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__input_without_a_channel():
    """The input has the shape (28, 28), but a convolution wants to know how many channels there are.
    Write `keras.Input(shape=(28, 28, 1))`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__channel_in_front():
    """The input has the shape (1, 28, 28), so Keras sees pictures that are one pixel high and have 28 channels.
    The channel comes last: `keras.Input(shape=(28, 28, 1))`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(1, 28, 28)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__input_in_colour():
    """The input has three channels, as colour photos have, but our digits are grey and have one.
    Write `keras.Input(shape=(28, 28, 1))`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 3)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__input_with_the_number_of_images():
    """The shape of the input has one axis too many: Keras itself adds the axis that counts the pictures.
    Write `keras.Input(shape=(28, 28, 1))`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(None, 28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__no_input_size():
    """The network is not told how large a picture is, so its weights do not exist yet.
    Begin the list with `keras.Input(shape=(28, 28, 1))`.
    """
    return keras.Sequential(
        [
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_cnn__one_output():
    """The network has a single output, so it can only ever say one thing.
    It needs ten, one for each digit: `Dense(10, activation="softmax")`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="softmax"),
        ]
    )


def build_cnn__list_of_layers():
    """What comes back is a list of layers, and a list cannot learn.
    Put it into `keras.Sequential([...])`.
    """
    return [
        keras.Input(shape=(28, 28, 1)),
        keras.layers.Conv2D(16, 5, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(32, 5, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ]


# ---------------------------------------------------------------- fit_cnn


def fit_cnn__no_callback(model, images, labels, epochs):
    """The learning rate never falls, because `fit` gets no callback.
    Add `callbacks=[falling_learning_rate(epochs)]`.
    """
    return model.fit(images, labels, epochs=epochs, batch_size=64, verbose=0)


def fit_cnn__callback_not_called(model, images, labels, epochs):
    """`falling_learning_rate` is handed over without its brackets: that is the function, not the callback it makes.
    Write `callbacks=[falling_learning_rate(epochs)]`.
    """
    return model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling_learning_rate], verbose=0)


def fit_cnn__callback_for_three_epochs(model, images, labels, epochs):
    """The callback is made for three epochs, whatever number the training has.
    Pass the number on: `falling_learning_rate(epochs)`.
    """
    falling = falling_learning_rate(3)
    return model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__small_steps_from_the_start(model, images, labels, epochs):
    """The learning rate is small from the first epoch on, so the network has hardly learned anything in the end.
    Let it fall: `callbacks=[falling_learning_rate(epochs)]`.
    """
    model.optimizer.learning_rate = 0.0001
    return model.fit(images, labels, epochs=epochs, batch_size=64, verbose=0)


def fit_cnn__always_three_epochs(model, images, labels, epochs):
    """Training always runs for three epochs, whatever number is passed in.
    Write `epochs=epochs`.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(images, labels, epochs=3, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__always_five_epochs(model, images, labels, epochs):
    """Training always runs for five epochs, as in Chapter 2, whatever number is passed in.
    Write `epochs=epochs`.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(images, labels, epochs=5, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__epochs_left_out(model, images, labels, epochs):
    """The network sees the pictures only once, which is what Keras does when you do not say otherwise.
    Add `epochs=epochs`.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(images, labels, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__one_epoch_at_a_time(model, images, labels, epochs):
    """`fit` is called anew for each epoch, so the learning rate starts at the top again each time.
    Call it once, with `epochs=epochs`.
    """
    for _ in range(epochs):
        falling = falling_learning_rate(epochs)
        history = model.fit(images, labels, epochs=1, batch_size=64, callbacks=[falling], verbose=0)
    return history


def fit_cnn__fitted_twice(model, images, labels, epochs):
    """`fit` is called twice, and the second call goes on from where the first one stopped.
    Call it once and return what it gives you.
    """
    falling = falling_learning_rate(epochs)
    model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)
    return model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__batch_size_left_out(model, images, labels, epochs):
    """The batches hold 32 pictures, which is what Keras takes when you do not say otherwise.
    Add `batch_size=64`.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(images, labels, epochs=epochs, callbacks=[falling], verbose=0)


def fit_cnn__batch_size_of_chapter_2(model, images, labels, epochs):
    """The batches hold 128 pictures, as in Chapter 2.
    Here they hold 64.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(images, labels, epochs=epochs, batch_size=128, callbacks=[falling], verbose=0)


def fit_cnn__held_back_a_fifth(model, images, labels, epochs):
    """A fifth of the pictures is held back for validation, as in Chapter 2.
    Here all of them are for learning: leave `validation_split` out.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(images, labels, epochs=epochs, batch_size=64, validation_split=0.2, callbacks=[falling], verbose=0)


def fit_cnn__only_some_images(model, images, labels, epochs):
    """Only the first 100 pictures are used for training.
    Pass all of `images` and `labels` on.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(images[:100], labels[:100], epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__divided_again(model, images, labels, epochs):
    """The pictures lie between 0 and 1 already; dividing them by 255 once more makes them nearly black.
    Pass `images` on as they are.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(images / 255, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__labels_shuffled(model, images, labels, epochs):
    """The labels are shuffled without their pictures, so nearly every picture gets a wrong answer.
    Leave the order alone: `fit` shuffles pictures and labels together.
    """
    falling = falling_learning_rate(epochs)
    labels = np.random.permutation(labels)
    return model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__one_hot_labels(model, images, labels, epochs):
    """`to_categorical` turns each label into ten numbers, but the sparse loss wants plain digits.
    Pass `labels` on as they are.
    """
    falling = falling_learning_rate(epochs)
    labels = keras.utils.to_categorical(labels, 10)
    return model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__flattened_images(model, images, labels, epochs):
    """The pictures are put in rows of 784 numbers, as for the model of Chapter 2, but this network takes squares.
    Pass `images` on as they are.
    """
    falling = falling_learning_rate(epochs)
    return model.fit(
        images.reshape(len(images), 784), labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0
    )


def fit_cnn__trained_another_model(model, images, labels, epochs):
    """You build a new network and train that one, so the one that was passed in learns nothing.
    Call `fit` on the parameter `model`.
    """
    falling = falling_learning_rate(epochs)
    fresh = compile_model(build_cnn())
    return fresh.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)


def fit_cnn__dictionary_returned(model, images, labels, epochs):
    """Training is fine, but `.history` takes the dictionary out of the History.
    Return the whole object that `model.fit` gives you.
    """
    falling = falling_learning_rate(epochs)
    history = model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)
    return history.history


def fit_cnn__model_returned(model, images, labels, epochs):
    """Training is fine, but the model comes back instead of the History. The model needs no return: it has changed.
    Write `return model.fit(...)`.
    """
    falling = falling_learning_rate(epochs)
    model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)
    return model


def fit_cnn__nothing_returned(model, images, labels, epochs):
    """Training is fine, but the History is lost, because nothing comes back.
    Write `return` in front of `model.fit(...)`.
    """
    falling = falling_learning_rate(epochs)
    model.fit(images, labels, epochs=epochs, batch_size=64, callbacks=[falling], verbose=0)
