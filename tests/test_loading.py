"""What is loaded for a call: no more than the function needs, and all that it needs; what is done once is kept."""

import numpy as np
import pytest

from grader.errors import CheckFailed
from grader.layout import find_course
from grader.plugin.grade import grade
from grader.results import Verdict
from grader.sandbox.process import Sandbox
from grader.submission.closure import needed_pieces
from grader.submission.engines import SandboxEngine
from grader.submission.source import read_source
from grader.submission.submission import Submission

CHAPTER = "ch2_first_model"


def names_needed(text, function):
    source = read_source("work.py", text.encode())
    return [name for number in needed_pieces(source, function) for name in source.pieces[number].names]


def test_what_a_function_mentions_is_needed_directly_or_not():
    text = "import numpy as np\nA = 1\nB = A\nC = 2\ndef f(): return g()\ndef g(): return B\ndef h(): return f()\n"
    assert names_needed(text, "f") == ["A", "B", "f", "g"]
    assert names_needed(PLAIN, "normalize") == ["np", "SCALE", "clip", "normalize"]
    assert names_needed(PLAIN, "build") == ["keras", "build"]


@pytest.mark.parametrize(
    "more",
    [
        "A = 1\nB = A\nA = 2",
        "A = 1\ndef g(x=A): return x\nA = 2",
        "try:\n    import tqdm\nexcept ImportError:\n    tqdm = None",
        "@register\ndef g(): return 3",
        "def g(x=setup()): return 3",
        "class Holder: pass",
    ],
)
def test_everything_is_needed_where_loading_one_may_change_another(more):
    text = f"import keras\ndef f(): return 1\n{more}\n"
    source = read_source("work.py", text.encode())
    assert needed_pieces(source, "f") == tuple(range(len(source.pieces)))


@pytest.mark.parametrize(
    "body",
    ["globals()['g']()", "f.__globals__", "f.__dict__", "getattr(sys.modules, 'g')", "s.modules", "__import__('x')"],
)
def test_everything_is_needed_where_a_function_may_reach_others_without_naming_them(body):
    text = f"import keras\nimport sys, sys as s\ndef f(): return {body}\ndef g(): return 1\n"
    source = read_source("work.py", text.encode())
    assert needed_pieces(source, "f") == (0, 1, 2, 3)
    assert needed_pieces(source, "g") == (3,)


@pytest.mark.parametrize("line", ["import sys as s", "from sys import modules as s", "import importlib.util as s"])
def test_import_inside_of_a_function_counts_for_it(line):
    source = read_source("work.py", f"import keras\ndef f():\n    {line}\n    return s\ndef g(): return 1\n".encode())
    assert needed_pieces(source, "f") == (0, 1, 2)
    assert needed_pieces(source, "g") == (2,)


def test_names_given_twice_are_loaded_together():
    source = read_source("work.py", b"A = 1\ndef f(): return A\nimport keras\nA = 2\ndef f(): return A + 1\n")
    assert needed_pieces(source, "f") == (0, 1, 3, 4)


def test_star_imports_are_needed_by_all_and_repeated_imports_are_no_matter():
    text = "from math import *\nimport numpy as np\nimport numpy as np\nimport keras\ndef f(): return np.sqrt(pi)\n"
    assert names_needed(text, "f") == ["*", "np", "np", "f"]


PLAIN = """
import numpy as np
import keras
SCALE = 255
def clip(values):
    return np.clip(values, 0, SCALE)
def normalize(images):
    return clip(images / SCALE)
def build():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
def by_hand(model, images):
    kernel, bias = model.get_weights()
    return images @ kernel + bias
def train(model, rows):
    model.compile("sgd", "mse")
    model.fit(rows, np.zeros((len(rows), 2)), verbose=0)
def end():
    raise SystemExit(3)
"""


@pytest.fixture
def plain():
    sandbox = Sandbox()
    yield Submission(read_source("work.py", PLAIN.encode()), SandboxEngine(sandbox), "work"), sandbox
    sandbox.close()


def test_no_library_is_waited_for_that_a_function_does_not_use(plain):
    work, sandbox = plain
    np.testing.assert_allclose(work.normalize(np.array([51.0])), 0.2)
    assert sandbox.warmed == {"numpy"}
    assert work.build().description.parameters == 10
    assert {"tensorflow", "keras"} <= sandbox.warmed


def test_what_is_held_outlasts_the_next_import(plain):
    work, _ = plain
    rows = work.normalize.keep(np.full((3, 4), 255.0))
    model = work.build()
    np.testing.assert_allclose(work.by_hand(model, rows), model.predict(rows), rtol=1e-6)


def test_chain_is_done_once_while_its_worker_lives(plain):
    work, _ = plain
    made = []

    def chain(work, size):
        rows = work.normalize.keep(np.full((size, 4), 255.0))
        made.append(work.train.once(work.build(), rows))
        return made[-1].model

    size = 5
    first = work.do_once(chain, size)
    calls = [name for name, _, _ in work.trace]
    work.trace.clear()
    assert work.do_once(chain, size) is first
    # A check that did not run the chain itself has its calls, too: by them a known mistake is recognised.
    assert [name for name, _, _ in work.trace] == calls
    weights = first.take().weights
    work.engine.end_worker()
    again = work.do_once(chain, size)
    assert len(made) == 2
    for one, other in zip(weights, again.take().weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_chain_that_fails_is_not_taken_for_done(plain):
    work, _ = plain
    for _ in range(2):
        with pytest.raises(CheckFailed):
            work.do_once(lambda work: work.end())


def test_a_library_that_cannot_be_imported_costs_no_function_that_does_without(tmp_path, warm_sandbox):
    path = tmp_path / f"{CHAPTER}.py"
    master = find_course().master(CHAPTER).read_text(encoding="utf-8")
    broken = master.replace("import keras", "import keras_of_another_name as keras", 1)
    assert broken != master
    path.write_text(broken, encoding="utf-8")
    graded = grade(path, "-k", "normalize or build_model", "--lang=en", chapter=CHAPTER, sandbox=warm_sandbox)
    (chapter,) = graded.result.chapters
    verdicts = {task.name: task.verdict for task in chapter.tasks if task.checks}
    assert verdicts["normalize"] is Verdict.PASS
    assert verdicts["build_model"] is not Verdict.PASS


MODELS = """
import keras
def sequential():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dropout(0.9), keras.layers.Dense(3, "softmax")])
def functional():
    inputs = keras.Input((2, 3))
    return keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
def unbuilt():
    return keras.Sequential([keras.layers.Dense(2)])
class Own(keras.Model):
    def call(self, images):
        return images * 2
    def predict(self, images, **options):
        return super().predict(images, **options) + 1
def own():
    return Own()
def by_predict(model, images):
    return model.predict(images, verbose=0)
"""


@pytest.mark.parametrize("kind", ["sequential", "functional", "unbuilt", "own"])
@pytest.mark.parametrize(("count", "dtype"), [(1, "float32"), (700, "float64"), (3, "uint8")])
def test_outputs_are_those_of_predict(kind, count, dtype, warm_sandbox):
    work = Submission(read_source("models.py", MODELS.encode()), SandboxEngine(warm_sandbox), "models")
    shape = (count, 2, 3) if kind == "functional" else (count, 6)
    images = np.random.default_rng(1).integers(0, 255, shape).astype(dtype)
    model = work.functional() if kind == "functional" else getattr(work, kind)()
    outputs = model.predict(images)
    expected = work.by_predict(model, images)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-4)
    assert outputs.dtype == expected.dtype
    work.close()
