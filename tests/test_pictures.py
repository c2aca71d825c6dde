"""Pictures in figures: described as they are drawn, checked whatever their colours, and compared by what they show."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.expect import expect
from grader.messages import render
from grader.sandbox import wire
from grader.submission.compare import same_result
from grader.submission.submission import Outcome
from grader.worker.figures import describe_figure

IMAGES = np.random.default_rng(7).integers(0, 256, (6, 28, 28), dtype=np.uint8)
NUMBERS = [(place, 9 - place) for place in range(6)]


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def figure_of(images, titles=None, **options):
    """Return what the worker says of a figure that shows `images`."""
    figure = plt.figure()
    for number, image in enumerate(images, start=1):
        axes = figure.add_subplot(3, 4, number)
        axes.imshow(image, **options)
        axes.set_title(titles[number - 1] if titles else "{} read as {}".format(*NUMBERS[number - 1]))
    return describe_figure(figure, 0)


def outcome(value):
    return Outcome(value, (), (), (), "", 0.0)


def problem(sentence, *arguments):
    with pytest.raises(CheckFailed) as failed:
        sentence(*arguments)
    return render(failed.value.feedback.problem, "en")


# ---------------------------------------------------------------- described


def test_a_picture_is_described_as_it_is_drawn():
    [axes] = figure_of([IMAGES[0]]).axes
    [image] = axes.images
    assert (image.height, image.width) == (28, 28)
    low, high = int(IMAGES[0].min()), int(IMAGES[0].max())
    assert np.abs(image.levels() - (IMAGES[0].astype(float) - low) / (high - low) * 255).max() <= 0.5


def test_a_fixed_scale_and_the_place_of_the_first_row_are_seen():
    picture = np.arange(6, dtype=float).reshape(2, 3)
    [axes] = figure_of([picture], vmin=0, vmax=10, origin="lower").axes
    assert axes.images[0].levels().tolist() == [[76, 102, 128], [0, 26, 51]]


def test_gaps_and_values_beyond_the_scale_are_described():
    picture = np.ma.masked_invalid([[0.0, np.nan], [5.0, -5.0]])
    [axes] = figure_of([picture], vmin=0, vmax=1).axes
    assert axes.images[0].levels().tolist() == [[0, 0], [255, 0]]


def test_colours_are_described_by_their_mean():
    bytes_, floats = np.zeros((1, 2, 3), np.uint8), np.zeros((1, 2, 4))
    bytes_[0, 1] = (255, 0, 0)
    floats[0, 1, :3] = (1, 1, 0)
    assert figure_of([bytes_]).axes[0].images[0].levels().tolist() == [[0, 85]]
    assert figure_of([floats]).axes[0].images[0].levels().tolist() == [[0, 170]]


def test_large_pictures_and_many_pictures_are_cut_short():
    figure, axes = plt.subplots()
    for _ in range(wire.MAX_IMAGES + 5):
        axes.imshow(np.eye(101))
    [described] = describe_figure(figure, 0).axes
    assert len(described.images) == wire.MAX_IMAGES
    assert described.images[0] == wire.Image(101, 101, b"")
    assert described.images[0].levels().shape == (0, 0)


# ---------------------------------------------------------------- checked


@pytest.mark.parametrize(
    "drawn, options",
    [
        (IMAGES, {}),
        (IMAGES[::-1], {"cmap": "gray_r"}),
        (IMAGES / 255, {"vmin": 0, "vmax": 1}),
        (255 - IMAGES, {"cmap": "gray"}),
        (np.stack([IMAGES] * 3, axis=-1), {}),
    ],
    ids=["plain", "other order", "normalised", "negative", "colour"],
)
def test_the_right_pictures_are_found_whatever_their_scale_and_order(drawn, options):
    expect(figure_of(drawn, **options)).shows_pictures(IMAGES)


def test_no_pictures_are_right_where_none_are_asked_for():
    for figure in (plt.figure(), plt.subplots()[0]):
        expect(describe_figure(figure, 0)).shows_pictures(IMAGES[:0])


def test_wrong_pictures_are_named():
    shows = expect(figure_of(IMAGES[:3])).shows_pictures
    assert problem(shows, IMAGES[1:4]) == "The figure shows pictures that do not belong there."
    assert problem(shows, IMAGES[:0]) == "The figure shows pictures that do not belong there."
    assert problem(shows, IMAGES[:4]) == "The figure shows too few pictures."
    assert problem(expect(figure_of([])).shows_pictures, IMAGES) == "The figure shows no pictures."
    twice = expect(figure_of(IMAGES[[0, 1, 0]])).shows_pictures
    assert problem(twice, IMAGES[:3]) == "A picture is drawn more than once."


@pytest.mark.parametrize("turned", [IMAGES[:1, ::-1], IMAGES[:1].transpose(0, 2, 1), IMAGES[:1, :, ::-1]])
def test_pictures_that_are_not_upright_are_other_ones(turned):
    assert problem(expect(figure_of(turned)).shows_pictures, IMAGES[:1]).startswith("The figure shows pictures that")


def test_a_blank_or_larger_picture_is_another_one():
    for picture in (np.zeros((28, 28)), np.kron(IMAGES[0], np.ones((2, 2)))):
        assert problem(expect(figure_of([picture])).shows_pictures, IMAGES[:1]).startswith("The figure shows pictures")


def test_something_else_than_a_figure_shows_nothing():
    assert problem(expect(None).shows_pictures, IMAGES[:0]) == "The function returned nothing."


def test_titles_go_with_their_pictures():
    expect(figure_of(IMAGES)).titles_pictures_with_numbers(IMAGES, NUMBERS)
    expect(figure_of(IMAGES[:2], ["标签 0，预测 9", "1/8"])).titles_pictures_with_numbers(IMAGES[:2], NUMBERS[:2])


@pytest.mark.parametrize("title", ["", "9 read as 0", "0 read as", "picture 3: 0 read as 9", "09"])
def test_other_numbers_in_a_title_are_wrong(title):
    titles = expect(figure_of(IMAGES[:1], [title])).titles_pictures_with_numbers
    assert problem(titles, IMAGES[:1], NUMBERS[:1]) == "A title above a picture does not have the right numbers."


# ---------------------------------------------------------------- compared


def test_figures_with_the_same_pictures_and_numbers_are_equal():
    first, second = figure_of(IMAGES), figure_of(IMAGES / 255, [f"{a}, {b}!" for a, b in NUMBERS])
    assert same_result(outcome(first), outcome(second))


def test_figures_with_other_pictures_or_numbers_differ():
    first = outcome(figure_of(IMAGES[:2]))
    assert not same_result(first, outcome(figure_of(IMAGES[1::-1])))
    assert not same_result(first, outcome(figure_of(IMAGES[:3])))
    assert not same_result(first, outcome(figure_of(IMAGES[:2], ["0 read as 9", "8 read as 1"])))


def test_words_in_the_titles_of_curves_still_do_not_count():
    figures = []
    for title in ("5 epochs", "How it learned"):
        figure, axes = plt.subplots()
        axes.plot([1, 2], [3, 4], label="a")
        axes.set_title(title)
        figures.append(outcome(describe_figure(figure, 0)))
    assert same_result(*figures)
