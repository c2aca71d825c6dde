"""`grader play`: whose functions make the model, which one is to blame, and that a broken one stops nothing."""

import ast
import re
import threading
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest

from grader.data import Digits, load_digits
from grader.layout import Course
from grader.messages import render
from grader.play import choosing, player, preparation, recipes
from grader.play.choosing import choose_model, choose_preparation, find_work, train_once
from grader.play.kept_models import kept_model
from grader.play.player import Player, Trouble
from grader.play.preparation import draw_enlarged, try_preparation
from grader.play.recipes import RECIPES, Unready, train
from grader.sandbox.process import Sandbox
from grader.submission.engines import SandboxEngine
from grader.submission.source import read_source
from grader.submission.submission import Submission

ROOT = Path(__file__).parents[1]
COURSE = Course(ROOT)
FIRST, CNN = RECIPES
GOOD = {
    "normalize": "return images.reshape(len(images), 784).astype('float32') / 255",
    "build_model": """return keras.Sequential([
        keras.Input(shape=(784,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])""",
    "compile_model": "model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])",
    "fit_model": "return model.fit(images, labels, epochs=2, verbose=0)",
}
PARAMETERS = {
    "normalize": "images",
    "build_model": "",
    "compile_model": "model",
    "fit_model": "model, images, labels",
}


def sample():
    """A few of the sample's digits, so that training takes a moment."""
    digits = load_digits("sample")
    return Digits("few", "few", digits.train.first(400), digits.test.first(20), digits.hidden.first(60))


DIGITS = sample()
DRAWING = draw_enlarged(DIGITS.test.images[0], 8)


def write(functions=GOOD, **changed):
    """Return the text of a chapter 2 with these bodies; None leaves a function as it comes."""
    text = "import os\nimport time\nimport keras\nimport numpy as np\n"
    for name, body in (functions | changed).items():
        text += f"def {name}({PARAMETERS[name]}):\n    {body or '...'}\n"
    return text


def work_of(sandbox, text=None, chapter="ch2_first_model"):
    source = read_source(f"{chapter}.py", (text or write()).encode())
    return Submission(source, SandboxEngine(sandbox), chapter)


def say_nothing(words):
    """For those who need not know how far it is."""


@pytest.fixture(scope="module")
def trained(warm_sandbox):
    """A model, trained by right functions, and what it was told meanwhile."""
    told = []
    return train(work_of(warm_sandbox), FIRST, DIGITS, lambda words: told.append(render(words, "en"))), told


# ---------------------------------------------------------------- training


def test_right_functions_make_a_model_that_is_examined_on_hidden_digits(trained):
    model, told = trained
    assert len(told) == recipes.STEPS and told[-2] == "training it on 400 digits"
    assert 0.3 < model.accuracy <= 1 and model.asked == 60
    assert [weights.shape for weights in model.model.take().weights] == [(784, 32), (32,), (32, 10), (10,)]


@pytest.mark.parametrize(
    ("function", "body", "words"),
    [
        ("normalize", None, "`normalize` is still to be written"),
        ("fit_model", None, "`fit_model` is still to be written"),
        ("normalize", "return images / 255", "shape"),
        ("normalize", "return images.reshape(len(images), 784) / np.float32(0)", "no ordinary numbers"),
        ("normalize", "return image", "`image`, which does not exist"),
        ("normalize", "os._exit(3)", "ended in the middle of normalize"),
        ("build_model", "return None", "returned nothing"),
        ("build_model", GOOD["build_model"].replace("784", "785"), "input has the wrong size"),
        ("build_model", GOOD["build_model"].replace("(10,", "(9,"), "output has the wrong size"),
        ("build_model", GOOD["build_model"].replace("softmax", "linear"), "they are no probabilities"),
        ("compile_model", "return model", "not compiled"),
        ("fit_model", "return keras.models.clone_model(model)", "has learned nothing"),
        ("fit_model", "raise ValueError('no')", "stopped with an error"),
    ],
)
def test_the_function_to_blame_is_named(warm_sandbox, function, body, words):
    with pytest.raises(Unready) as caught:
        train(work_of(warm_sandbox, write(**{function: body})), FIRST, DIGITS, say_nothing)
    assert (caught.value.chapter, caught.value.function) == ("ch2_first_model", function)
    assert words in render(caught.value.feedback.problem, "en")
    assert caught.value.feedback.next_step is not None


def test_chapter_4_trains_for_as_many_epochs_as_its_last_check():
    tree = ast.parse(COURSE.checks_of("ch4_cnn").read_text(encoding="utf-8"))
    assigned = {ast.unparse(n.targets[0]): ast.unparse(n.value) for n in tree.body if isinstance(n, ast.Assign)}
    ours = (recipes.MANY_IMAGES, recipes.EPOCHS_OF_MANY, recipes.EPOCHS_OF_FEW)
    assert ast.literal_eval(assigned["(MANY_IMAGES, EPOCHS_OF_MANY, EPOCHS_OF_FEW)"]) == ours


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.chapter for recipe in RECIPES])
def test_recipe_names_functions_of_its_chapter(recipe):
    path = COURSE.exercises / f"{recipe.chapter}.py"
    source = read_source(path.name, path.read_bytes())
    assert [name for name in recipe.functions if source.is_stub(name)] == list(recipe.asked)
    assert set(recipe.functions) <= source.bodies.keys()


# ---------------------------------------------------------------- kept models


@pytest.fixture
def counted(monkeypatch, trained, warm_sandbox):
    """Training that gives the same model each time, and counts."""
    calls = []

    def again(work, *arguments):
        calls.append(work)
        return trained[0]

    monkeypatch.setattr(choosing, "train", again)
    return calls


def make(sandbox, text, digits=DIGITS):
    return train_once(read_source("ch2_first_model.py", text.encode()), FIRST, digits, sandbox, say_nothing)


def test_model_is_kept_until_something_it_depends_on_changes(warm_sandbox, counted, monkeypatch, tmp_path):
    monkeypatch.setenv("FIRST_DIGITS_CACHE", str(tmp_path))
    first = make(warm_sandbox, write())
    assert len(counted) == 1
    again = make(warm_sandbox, "# a word of mine\n" + write() + "print(1)\n")
    assert len(counted) == 1 and again.trained.accuracy == first.trained.accuracy
    both = [np.concatenate([w.reshape(-1) for w in one.trained.model.take().weights]) for one in (first, again)]
    assert np.array_equal(*both)
    make(warm_sandbox, write(normalize=GOOD["normalize"].replace("255", "256")))
    assert len(counted) == 2
    make(warm_sandbox, write(), Digits("other", "other", *(getattr(DIGITS, s) for s in ("train", "test", "hidden"))))
    assert len(counted) == 3


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: b"", lambda raw: bytes([raw[0] ^ 1]) + raw[1:]])
def test_damaged_model_is_trained_again(warm_sandbox, counted, monkeypatch, tmp_path, damage):
    monkeypatch.setenv("FIRST_DIGITS_CACHE", str(tmp_path))
    ready = make(warm_sandbox, write())
    (file,) = (tmp_path / "results" / "models").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert kept_model(ready.work, FIRST, DIGITS) is None
    make(warm_sandbox, write())
    assert len(counted) == 2 and kept_model(ready.work, FIRST, DIGITS) is not None


# ---------------------------------------------------------------- which chapter


def handed_in(tmp_path, **chapters):
    for chapter, text in chapters.items():
        (tmp_path / f"{chapter}.py").write_text(text, encoding="utf-8")
    return find_work(tmp_path)


UNTOUCHED_CNN = (COURSE.exercises / "ch4_cnn.py").read_text(encoding="utf-8")


def test_untouched_better_chapter_is_passed_over_in_silence(warm_sandbox, counted, tmp_path):
    handed = handed_in(tmp_path, ch2_first_model=write(), ch4_cnn=UNTOUCHED_CNN)
    ready, failures = choose_model(handed, (CNN, FIRST), DIGITS, warm_sandbox, say_nothing)
    assert ready.recipe is FIRST and failures == ()


def test_begun_better_chapter_that_fails_is_told(warm_sandbox, counted, tmp_path):
    begun = "def to_images(images):\n    return images\ndef build_cnn():\n    ...\n"
    handed = handed_in(tmp_path, ch2_first_model=write(), ch4_cnn=begun)
    ready, failures = choose_model(handed, (CNN, FIRST), DIGITS, warm_sandbox, say_nothing)
    assert ready.recipe is FIRST and [unready.function for unready in failures] == ["build_cnn"]


def test_nothing_written_names_what_to_write_first(warm_sandbox, tmp_path):
    handed = handed_in(tmp_path, ch2_first_model=write(dict.fromkeys(GOOD)), ch4_cnn=UNTOUCHED_CNN)
    ready, failures = choose_model(handed, (CNN, FIRST), DIGITS, warm_sandbox, say_nothing)
    assert ready is None and [unready.function for unready in failures] == ["normalize"]


def test_file_of_one_chapter_makes_do_without_the_other(warm_sandbox, counted, tmp_path):
    path = tmp_path / "ch2_first_model.py"
    path.write_text(write())
    ready, failures = choose_model(find_work(path), (CNN, FIRST), DIGITS, warm_sandbox, say_nothing)
    assert ready.recipe is FIRST and failures == ()


def test_written_in_both_files_asks_which_one_to_play_with(warm_sandbox, tmp_path):
    cells = [nbformat.v4.new_code_cell(write(normalize="return images"))]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "ch2_first_model.ipynb")
    handed = handed_in(tmp_path, ch2_first_model=write())
    _, (unready,) = choose_model(handed, (FIRST,), DIGITS, warm_sandbox, say_nothing)
    assert "grader play --submission" in render(unready.feedback.next_step, "en")


# ---------------------------------------------------------------- the learner's own preparation

PHOTOS = (COURSE.solutions / "ch7_own_digits.py").read_text(encoding="utf-8")


def photos_with(old, new):
    assert old in PHOTOS
    return PHOTOS.replace(old, new)


def test_own_preparation_that_works_is_used(warm_sandbox, trained, tmp_path):
    handed = handed_in(tmp_path, ch2_first_model=write(), ch7_own_digits=PHOTOS)
    photos, unready = choose_preparation(handed, DIGITS, warm_sandbox)
    assert unready is None
    reading = Player(work_of(warm_sandbox), FIRST, trained[0], warm_sandbox, photos).answer(DRAWING)
    assert reading.own and reading.note is None
    assert np.array_equal(reading.picture, photos.prepare_photo(255 - DRAWING))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('return np.round(picture / picture.max() * 255).astype("uint8")', "return picture", "type"),
        ('return np.round(picture / picture.max() * 255).astype("uint8")', "...", "returned nothing"),
        ("factor = 20 / max(height, width)", "factor = 26 / max(height, width)", "size"),
        ("top = np.clip(round(14 - centre_row), 0, 28 - height)", "top = 0", "centre of mass"),
        ("np.sqrt((difference**2).sum(axis=-1))", "squareroot(difference)", "`squareroot`"),
    ],
)
def test_own_preparation_that_does_not_work_is_told(warm_sandbox, old, new, words):
    with pytest.raises(Unready) as caught:
        try_preparation(work_of(warm_sandbox, photos_with(old, new), "ch7_own_digits"), DIGITS)
    assert caught.value.function == "prepare_photo" and words in render(caught.value.feedback.problem, "en")


def test_untouched_preparation_needs_no_word(warm_sandbox, tmp_path):
    untouched = (COURSE.exercises / "ch7_own_digits.py").read_text(encoding="utf-8")
    handed = handed_in(tmp_path, ch2_first_model=write(), ch7_own_digits=untouched)
    assert choose_preparation(handed, DIGITS, warm_sandbox) == (None, None)
    assert preparation.FUNCTION in handed["ch7_own_digits"].source.bodies


def test_own_preparation_that_fails_on_a_drawing_is_stood_in_for(warm_sandbox, trained):
    text = "def prepare_photo(photo):\n    import os\n    os._exit(1)\n"
    photos = work_of(warm_sandbox, text, "ch7_own_digits")
    reading = Player(work_of(warm_sandbox), FIRST, trained[0], warm_sandbox, photos).answer(DRAWING)
    assert not reading.own and "`prepare_photo` failed" in render(reading.note, "en")


# ---------------------------------------------------------------- answering


def test_answer_is_what_the_model_says_of_the_prepared_drawing(warm_sandbox, trained):
    work = work_of(warm_sandbox)
    playing = Player(work, FIRST, trained[0], warm_sandbox)
    for image in DIGITS.test.images[:5]:
        reading = playing.answer(draw_enlarged(image, 8))
        weights = trained[0].model.take().weights
        hidden = np.maximum(reading.picture.reshape(784) / 255 @ weights[0] + weights[1], 0)
        scores = np.exp(hidden @ weights[2] + weights[3])
        assert reading.probabilities == pytest.approx(scores / scores.sum(), abs=1e-4)
    # What was asked is not held on to, however long somebody plays.
    assert not work.trace and not work._done


FULL = np.full_like(DRAWING, 255)


def on_a_full_sheet(does):
    """Return the body of a `normalize` that does this, once a square of 20 x 20 is all that it sees."""
    return f"if images.mean() > 120: {does}\n    {GOOD['normalize']}"


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("os._exit(1)", "ended in the middle"),
        ("time.sleep(60)", "did not finish in time"),
        ("raise ValueError('too dark')", "stopped with an error"),
        ("return images", "shape"),
    ],
)
def test_function_that_fails_on_a_drawing_is_told_and_the_next_drawing_is_read(
    warm_sandbox, trained, monkeypatch, does, words
):
    monkeypatch.setattr(player, "ANSWER_LIMITS", player.Limits(seconds=6.0, memory_mib=2048))
    playing = Player(work_of(warm_sandbox, write(normalize=on_a_full_sheet(does))), FIRST, trained[0], warm_sandbox)
    before = playing.answer(DRAWING)
    # Twice: one that was slow once is asked again.
    for _ in range(2):
        with pytest.raises(Trouble) as caught:
            playing.answer(FULL)
        assert words in render(caught.value.feedback.problem, "en")
    assert playing.answer(DRAWING).probabilities == pytest.approx(before.probabilities, abs=1e-5)


@pytest.mark.slow
def test_sandbox_that_dies_is_replaced_and_closing_ends_an_answer_under_way(trained):
    sandbox = Sandbox()
    text = write(normalize=on_a_full_sheet("time.sleep(600)"))
    playing = Player(work_of(sandbox, text), FIRST, trained[0], sandbox)
    first = playing.answer(DRAWING)
    sandbox._process.kill()
    sandbox._process.wait()
    for _ in range(3):
        try:
            again = playing.answer(DRAWING)
            break
        except Trouble as trouble:
            assert re.search("sandbox|ended", render(trouble.feedback.problem, "en"))
    assert again.probabilities == pytest.approx(first.probabilities, abs=1e-5)

    endings = []

    def ask():
        try:
            endings.append(playing.answer(FULL))
        except Trouble as trouble:
            endings.append(trouble)

    waiting = threading.Thread(target=ask)
    waiting.start()
    time.sleep(2)
    started = time.monotonic()
    playing.close()
    waiting.join(20)
    assert time.monotonic() - started < 8 and isinstance(endings[0], Trouble)
    with pytest.raises(Trouble):
        playing.answer(DRAWING)
    assert sandbox._process is None
