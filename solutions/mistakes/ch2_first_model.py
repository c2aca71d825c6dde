"""Wrong answers to chapter 2 that beginners really give, and what each of them should hear.

A docstring is read by the learner: what the code does, then what to do. Where two mistakes give the same result in
some call, the more specific one comes first. The functions of `solutions/ch2_first_model.py` are defined beside these.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np

# ---------------------------------------------------------------- normalize


def normalize__not_divided(images):
    """The pixels still go from 0 to 255, because they were never divided.
    Divide by 255 after changing the type to float32.
    """
    return images.reshape(len(images), 784).astype("float32")


def normalize__divided_by_256(images):
    """You divide by 256, but the largest pixel is 255, so the darkest ink does not quite become 1.
    Divide by 255.
    """
    return images.reshape(len(images), 784).astype("float32") / 256


def normalize__divided_twice(images):
    """The pixels are divided by 255 twice, so that every picture is nearly black.
    One division is enough.
    """
    return images.reshape(len(images), 784).astype("float32") / 255 / 255


def normalize__from_minus_one_to_one(images):
    """This brings the pixels into the range from -1 to 1. Other courses do that; here it is 0 to 1.
    Divide by 255 and subtract nothing.
    """
    return images.reshape(len(images), 784).astype("float32") / 127.5 - 1


def normalize__inverted(images):
    """The pictures come out as negatives: paper becomes 1 and ink becomes 0.
    Divide by 255 and do not subtract the result from 1.
    """
    return 1 - images.reshape(len(images), 784).astype("float32") / 255


def normalize__standardized(images):
    """You subtract the mean and divide by the standard deviation. That is a good method, but another one.
    Here every pixel is simply divided by 255.
    """
    rows = images.reshape(len(images), 784).astype("float32")
    return (rows - rows.mean()) / rows.std()


def normalize__each_image_by_its_own_maximum(images):
    """Each picture is divided by its own brightest pixel, so a faint digit comes out as strong as a bold one.
    Divide all pictures by the same number: 255.
    """
    rows = images.reshape(len(images), 784).astype("float32")
    return rows / rows.max(axis=1, keepdims=True)


def normalize__all_by_their_own_maximum(images):
    """You divide by the largest value among these pictures, which is another one for darker pictures.
    Divide by 255, whatever the pictures are.
    """
    rows = images.reshape(len(images), 784).astype("float32")
    return rows / rows.max()


def normalize__left_as_float64(images):
    """The values are right, but their type is float64: dividing whole numbers always gives that.
    Change the type with `.astype("float32")`.
    """
    return images.reshape(len(images), 784) / 255


def normalize__rounded_to_whole_numbers(images):
    """Turning the result into whole numbers cuts off everything behind the point, so only 0 and 1 are left.
    Keep the fractions: the type is float32.
    """
    return (images.reshape(len(images), 784) / 255).astype("uint8")


def normalize__whole_number_division(images):
    """`//` divides without remainder, so every pixel below 255 becomes 0.
    Use `/`, which keeps the fractions.
    """
    return (images.reshape(len(images), 784) // 255).astype("float32")


def normalize__divided_in_place(images):
    """`/=` tries to write fractions into the array of whole numbers that you were given, and NumPy refuses.
    Calculate a new array: `rows = images / 255`.
    """
    images /= 255
    return images.reshape(len(images), 784).astype("float32")


def normalize__black_and_white(images):
    """The pictures become pure black and white, and the ones that were passed in are overwritten on the way.
    Leave `images` alone and divide by 255.
    """
    images[images > 127] = 255
    images[images <= 127] = 0
    return images.reshape(len(images), 784).astype("float32") / 255


def normalize__kept_square(images):
    """The values are right, but each picture is still a square of 28 x 28.
    Make one row of it with `reshape(len(images), 784)`.
    """
    return images.astype("float32") / 255


def normalize__with_a_channel_axis(images):
    """The pictures have the shape (n, 28, 28, 1), which is for another kind of network.
    This one takes rows: `reshape(len(images), 784)`.
    """
    return images.reshape(-1, 28, 28, 1).astype("float32") / 255


def normalize__joined_into_one_row(images):
    """All the pictures end up in one single row, so they can no longer be told apart.
    Keep the first axis: `reshape(len(images), 784)`.
    """
    return images.reshape(-1).astype("float32") / 255


def normalize__transposed(images):
    """The pictures are read column by column, so each one is mirrored along its diagonal.
    Use `reshape(len(images), 784)`, which reads row by row.
    """
    return images.transpose(0, 2, 1).reshape(len(images), 784).astype("float32") / 255


def normalize__pixels_of_images_mixed(images):
    """The shape is right, but `reshape(784, ...)` and `.T` mix the pixels of different pictures.
    Ask `reshape` for the final shape at once: `reshape(len(images), 784)`.
    """
    return images.reshape(784, -1).T.astype("float32") / 255


def normalize__always_60000_images(images):
    """This works for exactly 60,000 pictures and for no other number.
    Ask how many there are: `reshape(len(images), 784)`, or `reshape(-1, 784)`.
    """
    return images.reshape(60000, 784).astype("float32") / 255


def normalize__only_the_first_image(images):
    """Only the first picture comes back, whatever is passed in.
    Prepare them all: `reshape(len(images), 784)`.
    """
    return images[0].reshape(1, 784).astype("float32") / 255


# ---------------------------------------------------------------- build_model


def build_model__sigmoid_at_the_end():
    """The last layer has `sigmoid`, which judges each digit by itself: the ten outputs do not add up to 1.
    A picture shows exactly one digit, so take `softmax`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="sigmoid"),
        ]
    )


def build_model__no_activation_at_the_end():
    """The last layer has no activation, so it gives ten plain sums instead of probabilities.
    Add `activation="softmax"` to it.
    """
    return keras.Sequential(
        [keras.Input(shape=(784,)), keras.layers.Dense(512, activation="relu"), keras.layers.Dense(10)]
    )


def build_model__relu_at_the_end():
    """With `relu` the last layer gives sums from 0 upwards, not probabilities.
    `relu` belongs in the hidden layer; the last one takes `softmax`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="relu"),
        ]
    )


def build_model__activations_swapped():
    """The two activations have changed places.
    The layer with 512 units takes `relu`, the last one takes `softmax`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="softmax"),
            keras.layers.Dense(10, activation="relu"),
        ]
    )


def build_model__softmax_twice():
    """The outputs go through softmax twice, which makes all ten probabilities nearly equal.
    Keep `activation="softmax"` and take out the Softmax layer behind it.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
            keras.layers.Softmax(),
        ]
    )


def build_model__no_hidden_activation():
    """The layer with 512 units has no activation, and without one two layers can do no more than a single one.
    Add `activation="relu"` to it.
    """
    return keras.Sequential(
        [keras.Input(shape=(784,)), keras.layers.Dense(512), keras.layers.Dense(10, activation="softmax")]
    )


def build_model__sigmoid_in_the_hidden_layer():
    """The layer with 512 units has `sigmoid`. That was usual once, but it learns more slowly.
    Take `relu`, as the chapter asks.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="sigmoid"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__no_hidden_layer():
    """The model has only its last layer, so it cannot combine pixels into strokes and bows first.
    Put `Dense(512, activation="relu")` in front of it.
    """
    return keras.Sequential([keras.Input(shape=(784,)), keras.layers.Dense(10, activation="softmax")])


def build_model__ten_hidden_units():
    """The hidden layer has 10 units, like the last one. That is too few to learn the shapes of all digits.
    Give it 512.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(10, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__hidden_units_of_another_course():
    """The hidden layer has 128 units, as in many examples on the web.
    Here it has 512.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__input_as_a_dense_layer():
    """`Dense(784)` is meant as the input, but it is one more layer that learns.
    The input is `keras.Input(shape=(784,))` and does not calculate anything.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(784, activation="relu"),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__two_hidden_layers():
    """There are two hidden layers with 512 units.
    A deeper network is worth a try later; here the model has one hidden layer and the last one.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__with_dropout():
    """There is a Dropout layer in the model. It is a good idea, and a later chapter is about it.
    Leave it out here.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__one_output():
    """The model has a single output, so it can only ever say one thing.
    It needs ten, one for each digit: `Dense(10, activation="softmax")`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(1, activation="softmax"),
        ]
    )


def build_model__no_bias():
    """The layers have no bias, so some of the numbers the model could learn are missing.
    Take `use_bias=False` out.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu", use_bias=False),
            keras.layers.Dense(10, activation="softmax", use_bias=False),
        ]
    )


def build_model__square_input():
    """The model takes squares of 28 x 28 and turns them into rows itself, but `normalize` does that already.
    Let it take rows: `keras.Input(shape=(784,))`, and no Flatten.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__square_input_never_flattened():
    """The model takes squares of 28 x 28, and its layers then look at each row of a picture by itself.
    Let it take what `normalize` returns: `keras.Input(shape=(784,))`.
    """
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def build_model__no_input_size():
    """The model is not told how many numbers come in, so its weights do not exist yet.
    Begin the list with `keras.Input(shape=(784,))`.
    """
    return keras.Sequential([keras.layers.Dense(512, activation="relu"), keras.layers.Dense(10, activation="softmax")])


def build_model__list_of_layers():
    """What comes back is a list of layers, and a list cannot learn.
    Put it into `keras.Sequential([...])`.
    """
    return [
        keras.Input(shape=(784,)),
        keras.layers.Dense(512, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]


# ---------------------------------------------------------------- compile_model


def compile_model__from_logits(model):
    """`from_logits=True` tells the loss that softmax is still to come, but your last layer has it already.
    Write `loss="sparse_categorical_crossentropy"`.
    """
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


def compile_model__one_hot_loss(model):
    """`categorical_crossentropy` expects ten numbers for each label, but our labels are plain digits such as 7.
    Write `sparse_` in front of it.
    """
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def compile_model__mean_squared_error(model):
    """`mse` measures distances, as if an 8 were nearly a 9. Digits are names of groups here, not amounts.
    The loss for that is `sparse_categorical_crossentropy`.
    """
    model.compile(optimizer="adam", loss="mse", metrics=["accuracy"])
    return model


def compile_model__binary_loss(model):
    """`binary_crossentropy` is for questions with two answers, yes or no, but we have ten digits.
    The loss for that is `sparse_categorical_crossentropy`.
    """
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def compile_model__loss_misspelled(model):
    """Keras knows no loss called `sparse_categorical_cross_entropy`.
    Its name is written with one underscore less: `sparse_categorical_crossentropy`.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_cross_entropy", metrics=["accuracy"])
    return model


def compile_model__sgd(model):
    """The optimizer is SGD, the oldest one, which needs far more than five epochs.
    Take `adam`.
    """
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def compile_model__no_optimizer(model):
    """The optimizer is RMSprop, which is also what Keras takes when none is named.
    Write `optimizer="adam"`.
    """
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def compile_model__learning_rate_of_one(model):
    """With a learning rate of 1 the weights take giant steps and jump past every good place.
    Write `optimizer="adam"`, which comes with a rate that fits.
    """
    optimizer = keras.optimizers.Adam(learning_rate=1.0)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def compile_model__learning_rate_ten_times_too_large(model):
    """Adam is right, but its learning rate is 0.01, ten times the usual one, which makes training restless.
    Write `optimizer="adam"` and leave the rate out.
    """
    optimizer = keras.optimizers.Adam(learning_rate=0.01)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def compile_model__no_metrics(model):
    """No metric is named, so training will show the loss only, and nobody can see the share of right answers.
    Add `metrics=["accuracy"]`.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def compile_model__error_as_metric(model):
    """The metric is a mean error, which says little about digits.
    What we want to read is the share of right answers: `metrics=["accuracy"]`.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["mae"])
    return model


def compile_model__metrics_without_brackets(model):
    """Keras wants the metrics as a list, also when there is only one.
    Put it in square brackets: `metrics=["accuracy"]`.
    """
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics="accuracy")
    return model


def compile_model__never_compiled(model):
    """The model comes back as it was: `compile` has not been called.
    Call `model.compile(...)` with optimizer, loss and metrics, then return the model.
    """
    return model


def compile_model__softmax_added(model):
    """One more Softmax layer has been added, so the outputs go through softmax twice.
    Compile the model as it is.
    """
    model.add(keras.layers.Softmax())
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def compile_model__compiled_another_model(model):
    """You build a new model and compile that one, so the model that was passed in stays as it was.
    Call `model.compile(...)` on the parameter `model`.
    """
    model = build_model()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


# ---------------------------------------------------------------- fit_model


def fit_model__no_validation(model, images, labels):
    """Nothing is held back for validation, so nobody can see how the model does on new pictures.
    Add `validation_split=0.2`.
    """
    return model.fit(images, labels, epochs=5, batch_size=128, verbose=0)


def fit_model__validated_on_the_training_images(model, images, labels):
    """The model is validated on the very pictures that it learns from, so the result always looks too good.
    Take `validation_split=0.2` instead of `validation_data`.
    """
    return model.fit(images, labels, epochs=5, batch_size=128, validation_data=(images, labels), verbose=0)


def fit_model__trained_on_the_validation_images_too(model, images, labels):
    """The last fifth is used for validation, but the model learns from it as well.
    `validation_split=0.2` alone holds it back properly.
    """
    start = len(images) * 4 // 5
    held_back = images[start:], labels[start:]
    return model.fit(images, labels, epochs=5, batch_size=128, validation_data=held_back, verbose=0)


def fit_model__first_fifth_held_back(model, images, labels):
    """The first fifth is held back for validation instead of the last.
    Let `validation_split=0.2` do it.
    """
    end = len(images) // 5
    held_back = images[:end], labels[:end]
    return model.fit(images[end:], labels[end:], epochs=5, batch_size=128, validation_data=held_back, verbose=0)


def fit_model__split_turned_round(model, images, labels):
    """With `validation_split=0.8` four fifths are held back, and only one fifth is left to learn from.
    The number is the part held back: 0.2.
    """
    return model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.8, verbose=0)


def fit_model__batch_size_left_out(model, images, labels):
    """The batches hold 32 pictures, which is what Keras takes when you do not say otherwise.
    Add `batch_size=128`.
    """
    return model.fit(images, labels, epochs=5, validation_split=0.2, verbose=0)


def fit_model__epochs_left_out(model, images, labels):
    """The model sees the pictures only once, which is what Keras does when you do not say otherwise.
    Add `epochs=5`.
    """
    return model.fit(images, labels, batch_size=128, validation_split=0.2, verbose=0)


def fit_model__ten_epochs(model, images, labels):
    """Training runs for ten epochs.
    Five are asked for here; a later chapter is about how many are good.
    """
    return model.fit(images, labels, epochs=10, batch_size=128, validation_split=0.2, verbose=0)


def fit_model__one_epoch_at_a_time(model, images, labels):
    """`fit` is called again and again with one epoch each, so the last History knows a single epoch only.
    Call it once, with `epochs=5`.
    """
    for _ in range(5):
        history = model.fit(images, labels, epochs=1, batch_size=128, validation_split=0.2, verbose=0)
    return history


def fit_model__fitted_twice(model, images, labels):
    """`fit` is called twice, and the second call goes on from where the first one stopped: ten epochs in all.
    Call it once and return what it gives you.
    """
    model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)
    return model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)


def fit_model__normalized_again(model, images, labels):
    """The pictures were normalised already; dividing them by 255 once more makes them nearly black.
    Pass `images` on as they are.
    """
    return model.fit(images / 255, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)


def fit_model__labels_shuffled(model, images, labels):
    """The labels are shuffled without their pictures, so nearly every picture gets a wrong answer.
    Leave the order alone: `fit` shuffles pictures and labels together.
    """
    labels = np.random.permutation(labels)
    return model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)


def fit_model__one_hot_labels(model, images, labels):
    """`to_categorical` turns each label into ten numbers, but the sparse loss wants plain digits.
    Pass `labels` on as they are.
    """
    labels = keras.utils.to_categorical(labels, 10)
    return model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)


def fit_model__trained_another_model(model, images, labels):
    """You build a new model and train that one, so the model that was passed in learns nothing.
    Call `fit` on the parameter `model`.
    """
    fresh = compile_model(build_model())
    return fresh.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)


def fit_model__dictionary_returned(model, images, labels):
    """Training is fine, but `.history` takes the dictionary out of the History.
    Return the whole object that `model.fit` gives you; `plot_history` opens it.
    """
    history = model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)
    return history.history


def fit_model__model_returned(model, images, labels):
    """Training is fine, but the model comes back instead of the History. The model needs no return: it has changed.
    Write `return model.fit(...)`.
    """
    model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)
    return model


def fit_model__nothing_returned(model, images, labels):
    """Training is fine, but the History is lost, because nothing comes back.
    Write `return` in front of `model.fit(...)`.
    """
    model.fit(images, labels, epochs=5, batch_size=128, validation_split=0.2, verbose=0)


# ---------------------------------------------------------------- evaluate_model


def evaluate_model__swapped(model, images, labels):
    """The two numbers have changed places.
    First comes the loss, then the accuracy, in the order in which `evaluate` gives them.
    """
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    return accuracy, loss


def evaluate_model__trains_first(model, images, labels):
    """The model is trained on the test pictures before it is examined on them, so the result means nothing.
    Take `fit` out.
    """
    model.fit(images, labels, epochs=5, batch_size=128, verbose=0)
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    return float(loss), float(accuracy)


def evaluate_model__only_the_accuracy(model, images, labels):
    """Only the accuracy comes back.
    Two numbers are asked for: `return loss, accuracy`.
    """
    _, accuracy = model.evaluate(images, labels, verbose=0)
    return accuracy


def evaluate_model__in_percent(model, images, labels):
    """The accuracy is given in percent.
    Leave it as it is: 0.92 stands for 92 right answers in 100.
    """
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    return loss, accuracy * 100


def evaluate_model__share_of_wrong_answers(model, images, labels):
    """The second number is the share of wrong answers.
    The accuracy is the share of right ones: do not subtract it from 1.
    """
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    return loss, 1 - accuracy


def evaluate_model__rounded(model, images, labels):
    """The numbers are rounded to two digits, so small differences between models get lost.
    Return them in full, and round where you print them.
    """
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    return round(loss, 2), round(accuracy, 2)


def evaluate_model__as_text(model, images, labels):
    """What comes back is text, and nobody can calculate with text.
    Return the two numbers themselves: `return float(loss), float(accuracy)`.
    """
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    return f"{loss:.4f}", f"{accuracy:.4f}"


def evaluate_model__dictionary_returned(model, images, labels):
    """With `return_dict=True` you get a dictionary.
    Take the two numbers out of it, or leave the argument away: `loss, accuracy = model.evaluate(...)`.
    """
    return model.evaluate(images, labels, return_dict=True, verbose=0)


def evaluate_model__normalized_again(model, images, labels):
    """The pictures were normalised already; dividing them by 255 once more makes them nearly black.
    Give `evaluate` the `images` as they come.
    """
    loss, accuracy = model.evaluate(images / 255, labels, verbose=0)
    return float(loss), float(accuracy)


def evaluate_model__only_some_images(model, images, labels):
    """Only the first 100 pictures are examined, and so few say little about the rest.
    Give `evaluate` all the images and labels.
    """
    loss, accuracy = model.evaluate(images[:100], labels[:100], verbose=0)
    return float(loss), float(accuracy)


def evaluate_model__nothing_returned(model, images, labels):
    """The model is examined, but the result is not returned.
    End with `return float(loss), float(accuracy)`; printing alone does not hand anything back.
    """
    loss, accuracy = model.evaluate(images, labels, verbose=0)
    print(loss, accuracy)


# ---------------------------------------------------------------- predict_digit


def predict_digit__not_normalized(model, image):
    """The picture goes into the model as it is, with values up to 255, but the model learned from values up to 1.
    Prepare it with your own `normalize`.
    """
    probabilities = model.predict(image.reshape(1, 784), verbose=0)
    return int(np.argmax(probabilities[0]))


def predict_digit__normalized_twice(model, image):
    """The picture is divided by 255 twice, so that the model sees hardly anything.
    `normalize` does it already.
    """
    probabilities = model.predict(normalize(image[np.newaxis] / 255), verbose=0)
    return int(np.argmax(probabilities[0]))


def predict_digit__inverted(model, image):
    """The picture goes in as a negative, but the model has learned ink as 255 and paper as 0.
    Do not subtract it from 255.
    """
    probabilities = model.predict(normalize(255 - image[np.newaxis]), verbose=0)
    return int(np.argmax(probabilities[0]))


def predict_digit__transposed(model, image):
    """The picture is mirrored along its diagonal by `.T`, and the model has never seen such digits.
    Pass it on as it stands.
    """
    probabilities = model.predict(normalize(image.T[np.newaxis]), verbose=0)
    return int(np.argmax(probabilities[0]))


def predict_digit__no_batch_axis(model, image):
    """`normalize` wants a batch of pictures, and this is a single one.
    Put an axis in front: `normalize(image[np.newaxis])` has a batch of one.
    """
    probabilities = model.predict(normalize(image), verbose=0)
    return int(np.argmax(probabilities[0]))


def predict_digit__least_likely(model, image):
    """`argmin` finds the digit that the model thinks least likely.
    Take `np.argmax`.
    """
    probabilities = model.predict(normalize(image[np.newaxis]), verbose=0)
    return int(np.argmin(probabilities[0]))


def predict_digit__counted_from_one(model, image):
    """One is added to the position, but positions are counted from 0, and so are our digits.
    Return what `argmax` gives you.
    """
    probabilities = model.predict(normalize(image[np.newaxis]), verbose=0)
    return int(np.argmax(probabilities[0])) + 1


def predict_digit__probability_cut_off(model, image):
    """`int` is applied to the largest probability, which gives 0 or 1, not a digit.
    Ask for its position instead: `np.argmax`.
    """
    probabilities = model.predict(normalize(image[np.newaxis]), verbose=0)
    return int(np.max(probabilities[0]))


def predict_digit__probability_returned(model, image):
    """What comes back is how sure the model is, not which digit it sees.
    `np.max` gives the largest value; `np.argmax` gives its position, and that is the digit.
    """
    probabilities = model.predict(normalize(image[np.newaxis]), verbose=0)
    return float(np.max(probabilities[0]))


def predict_digit__all_probabilities_returned(model, image):
    """All ten probabilities come back.
    The answer is the position of the largest one: `int(np.argmax(...))`.
    """
    return model.predict(normalize(image[np.newaxis]), verbose=0)[0]


def predict_digit__array_returned(model, image):
    """The digit is right, but it sits in an array, because `argmax` with `axis=1` answers for a whole batch.
    Take the first entry and make an `int` of it.
    """
    probabilities = model.predict(normalize(image[np.newaxis]), verbose=0)
    return np.argmax(probabilities, axis=1)


def predict_digit__argmax_along_the_batch(model, image):
    """With `axis=0` the largest value is looked for among the pictures, and there is only one of them.
    Look among the ten probabilities: `np.argmax(probabilities[0])`.
    """
    probabilities = model.predict(normalize(image[np.newaxis]), verbose=0)
    return np.argmax(probabilities, axis=0)


def predict_digit__text_returned(model, image):
    """The digit is right, but it comes back as text.
    Return the number itself: `int(...)`.
    """
    probabilities = model.predict(normalize(image[np.newaxis]), verbose=0)
    return str(np.argmax(probabilities[0]))


def predict_digit__printed(model, image):
    """The digit is printed, but nothing is returned, so no other code can use it.
    Write `return` instead of `print`.
    """
    probabilities = model.predict(normalize(image[np.newaxis]), verbose=0)
    print(np.argmax(probabilities[0]))


# ---------------------------------------------------------------- plot_history


def plot_history__loss_drawn(history):
    """The figure shows the loss, but the accuracy is asked for.
    Draw `history.history["accuracy"]` and `history.history["val_accuracy"]`.
    """
    epochs = range(1, len(history.history["loss"]) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, history.history["loss"], label="training")
    axes.plot(epochs, history.history["val_loss"], label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="loss")
    axes.legend()
    return figure


def plot_history__four_curves(history):
    """Loss and accuracy are drawn together, and their scales do not fit into one picture.
    Draw the two accuracy curves only.
    """
    epochs = range(1, len(history.history["loss"]) + 1)
    figure, axes = plt.subplots()
    for name, values in history.history.items():
        axes.plot(epochs, values, label=name)
    axes.set(title="How the model learned", xlabel="epoch", ylabel="value")
    axes.legend()
    return figure


def plot_history__only_training(history):
    """Only the training accuracy is drawn, and it cannot show overfitting by itself.
    Add the second line: `history.history["val_accuracy"]`.
    """
    training = history.history["accuracy"]
    figure, axes = plt.subplots()
    axes.plot(range(1, len(training) + 1), training, label="training")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__only_validation(history):
    """Only the validation accuracy is drawn, so there is nothing to compare it with.
    Add the other line: `history.history["accuracy"]`.
    """
    validation = history.history["val_accuracy"]
    figure, axes = plt.subplots()
    axes.plot(range(1, len(validation) + 1), validation, label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__same_curve_twice(history):
    """Both lines show the training accuracy; this often happens after copying a line.
    The second one takes `history.history["val_accuracy"]`.
    """
    training = history.history["accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, training, label="training")
    axes.plot(epochs, training, label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__two_figures(history):
    """Each line is drawn in a figure of its own, and only one of the figures comes back.
    Call `plt.subplots()` once and draw both lines on the same axes.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    for values, name in ((training, "training"), (validation, "validation")):
        figure, axes = plt.subplots()
        axes.plot(epochs, values, label=name)
        axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    return figure


def plot_history__axes_exchanged(history):
    """The accuracy lies on the horizontal axis and the epochs on the vertical one.
    `axes.plot` takes first what goes to the right: `axes.plot(epochs, training)`.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(training, epochs, label="training")
    axes.plot(validation, epochs, label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__dots_without_lines(history):
    """`scatter` draws single dots, and the eye cannot follow how they belong together.
    Use `axes.plot`, which joins them to a line.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.scatter(epochs, training, label="training")
    axes.scatter(epochs, validation, label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__in_percent(history):
    """The accuracy is multiplied by 100.
    Draw the numbers of the history as they are, between 0 and 1.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, [value * 100 for value in training], label="training")
    axes.plot(epochs, [value * 100 for value in validation], label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy in percent")
    axes.legend()
    return figure


def plot_history__epochs_from_zero(history):
    """The first epoch stands at 0, because `axes.plot` counts from there when it gets no x.
    Give it `range(1, n + 1)` as x, where n is the number of epochs.
    """
    figure, axes = plt.subplots()
    axes.plot(history.history["accuracy"], label="training")
    axes.plot(history.history["val_accuracy"], label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__always_five_epochs(history):
    """`range(1, 6)` fits a history of five epochs and no other.
    Ask the history how long it is: `range(1, len(training) + 1)`.
    """
    figure, axes = plt.subplots()
    axes.plot(range(1, 6), history.history["accuracy"], label="training")
    axes.plot(range(1, 6), history.history["val_accuracy"], label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__old_name_of_accuracy(history):
    """The history has no entry "acc"; only very old versions of Keras called it so.
    Today it is "accuracy", and "val_accuracy" for validation.
    """
    figure, axes = plt.subplots()
    axes.plot(history.history["acc"], label="training")
    axes.plot(history.history["val_acc"], label="validation")
    return figure


def plot_history__history_taken_for_a_dictionary(history):
    """The History is an object, not a dictionary, so square brackets do not work on it.
    Its dictionary is inside: `history.history["accuracy"]`.
    """
    figure, axes = plt.subplots()
    axes.plot(history["accuracy"], label="training")
    axes.plot(history["val_accuracy"], label="validation")
    return figure


def plot_history__legend_before_the_lines(history):
    """The legend is empty, because it is made before there are any lines.
    Move `axes.legend()` below the calls of `plot`.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.legend()
    axes.plot(epochs, training, label="training")
    axes.plot(epochs, validation, label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    return figure


def plot_history__no_legend(history):
    """The lines have labels, but nothing shows them.
    Call `axes.legend()` after drawing the lines.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, training, label="training")
    axes.plot(epochs, validation, label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    return figure


def plot_history__no_labels_but_a_legend(history):
    """The legend is empty, because the lines have no labels that it could show.
    Give each `plot` a `label="..."` of its own.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, training)
    axes.plot(epochs, validation)
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__no_labels(history):
    """The two lines have no names, so a reader cannot know which is which.
    Give each `plot` a `label="..."`, and call `axes.legend()` afterwards.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, training)
    axes.plot(epochs, validation)
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    return figure


def plot_history__same_label_twice(history):
    """Both lines have the same label, so the legend does not tell them apart.
    Call one "training" and the other "validation".
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, training, label="accuracy")
    axes.plot(epochs, validation, label="accuracy")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__no_title(history):
    """The figure has no title.
    Say in a few words what it shows: `axes.set_title("...")`.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, training, label="training")
    axes.plot(epochs, validation, label="validation")
    axes.set(xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return figure


def plot_history__no_axis_names(history):
    """Neither axis has a name, so a reader has to guess what the numbers are.
    Call `axes.set_xlabel("...")` and `axes.set_ylabel("...")`.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    figure, axes = plt.subplots()
    axes.plot(epochs, training, label="training")
    axes.plot(epochs, validation, label="validation")
    axes.set_title("How the model learned")
    axes.legend()
    return figure


def plot_history__font_without_chinese(history):
    """The labels are Chinese, but the font you chose has no Chinese characters, so empty boxes are drawn.
    Leave the font as it is, choose one that has them, or write the labels in English.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    with plt.rc_context({"font.family": "DejaVu Sans"}):
        figure, axes = plt.subplots()
        axes.plot(epochs, training, label="训练")
        axes.plot(epochs, validation, label="验证")
        axes.set(title="学习曲线", xlabel="轮次", ylabel="准确率")
        axes.legend()
    return figure


def plot_history__axes_returned(history):
    """The axes come back, but the figure is asked for: the axes are only the part inside it.
    End with `return figure`.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    _, axes = plt.subplots()
    axes.plot(epochs, training, label="training")
    axes.plot(epochs, validation, label="validation")
    axes.set(title="How the model learned", xlabel="epoch", ylabel="accuracy")
    axes.legend()
    return axes


def plot_history__pyplot_returned(history):
    """`plt` is the whole drawing library, not your figure.
    Begin with `figure, axes = plt.subplots()` and end with `return figure`.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    plt.plot(epochs, training, label="training")
    plt.plot(epochs, validation, label="validation")
    plt.title("How the model learned")
    plt.xlabel("epoch")
    plt.ylabel("accuracy")
    plt.legend()
    return plt


def plot_history__shown_instead_of_returned(history):
    """The figure is shown, but not returned, so nobody else can use or save it.
    Write `return figure` instead of `plt.show()`.
    """
    training, validation = history.history["accuracy"], history.history["val_accuracy"]
    epochs = range(1, len(training) + 1)
    plt.plot(epochs, training, label="training")
    plt.plot(epochs, validation, label="validation")
    plt.title("How the model learned")
    plt.xlabel("epoch")
    plt.ylabel("accuracy")
    plt.legend()
    plt.show()
