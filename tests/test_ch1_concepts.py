"""Chapter 1: the reference and Keras give the same, and the checks need TensorFlow for nothing else."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.errors import InputError
from grader.expect.accuracy import accuracy_of
from grader.layout import find_course
from grader.plugin.grade import grade
from grader.plugin.run import Run, Settings
from grader.results import Verdict
from grader.sandbox.process import Sandbox
from grader.sandbox.worker import Limits
from grader.submission.engines import SandboxEngine
from grader.submission.source import join_sources, read_source
from grader.submission.submission import Submission

ROOT = Path(__file__).parents[1]
CHAPTER = "ch1_concepts"
MASTER = ROOT / "solutions" / f"{CHAPTER}.py"
ORACLE = ROOT / "solutions" / "oracles" / f"{CHAPTER}.py"
CHECKS = ROOT / "grader" / "checks" / f"test_{CHAPTER}.py"
SEVERAL_HUNDRED = 300
# One request for many calls: the way to a worker costs more than the calls themselves.
MANY = """
def many(function, calls):
    return [globals()[function](*call) for call in calls]
"""
# Adam as Keras runs it for several steps, without a look at its state in between.
PATH = """
import keras

def path(weights, gradients, learning_rate):
    variable = keras.Variable(weights, dtype=weights.dtype.name)
    optimizer = keras.optimizers.Adam(learning_rate=learning_rate)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    return keras.ops.convert_to_numpy(variable)
"""


def load(path, sandbox):
    source = join_sources(read_source(path.name, path.read_bytes()), read_source("many.py", MANY.encode()))
    work = Submission(source, SandboxEngine(sandbox), CHAPTER)
    work.limits = Limits(seconds=900, memory_mib=4096)
    return work


@pytest.fixture(scope="module")
def reference(warm_sandbox):
    work = load(MASTER, warm_sandbox)
    yield work
    work.close()


@pytest.fixture(scope="module")
def keras_itself(warm_sandbox):
    work = load(ORACLE, warm_sandbox)
    yield work
    work.close()


@pytest.fixture
def compare(reference, keras_itself):
    """Call a function of both with the edges that are named and several hundred drawn arguments."""

    def compare(function, strategy, *edges):
        drawn = list(edges)

        @settings(
            max_examples=SEVERAL_HUNDRED,
            phases=[Phase.generate],
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def draw(arguments):
            drawn.append(arguments)

        draw()
        assert len(drawn) >= SEVERAL_HUNDRED
        return zip(drawn, reference.many(function, drawn), keras_itself.many(function, drawn), strict=True)

    return compare


def floats(limit, dtype=np.float32):
    """Numbers from -limit to limit. TensorFlow takes those below the smallest ordinary number for 0."""
    width = np.dtype(dtype).itemsize * 8
    return st.floats(-limit, limit, width=width, allow_subnormal=False)


def tables(limit, shape, dtype=np.float32):
    return arrays.arrays(dtype, shape, elements=floats(limit, dtype))


sizes = st.integers(1, 8)


@st.composite
def layers(draw):
    n, k, units = draw(sizes), draw(sizes), draw(sizes)
    return draw(tables(128, (n, k))), draw(tables(128, (k, units))), draw(tables(128, (units,)))


def test_dense_is_what_keras_gives(compare):
    for (inputs, weights, bias), ours, theirs in compare("dense", layers()):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        # Float32 loses one part in ten million of the largest number on the way, for each number added.
        size = np.abs(inputs).astype(float) @ np.abs(weights) + np.abs(bias)
        assert (np.abs(ours - theirs) <= 1e-6 * size + 1e-30).all(), (inputs, weights, bias)


def test_relu_is_what_keras_gives(compare):
    anything = arrays.arrays(np.float32, arrays.array_shapes(max_dims=4, max_side=5), elements=floats(2.0**100))
    for (values,), ours, theirs in compare("relu", st.tuples(anything), (np.zeros((2, 0), np.float32),)):
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs), values


def test_softmax_is_what_keras_gives(compare):
    shapes = arrays.array_shapes(min_dims=2, max_dims=2, max_side=10)
    far_apart = np.array([[1000, 1001, 1002], [-1000, 0, 1000]], np.float32)
    edges = [(far_apart,), (np.full((1, 1), 88, np.float32),), (np.zeros((4, 4), np.float32),)]
    for (scores,), ours, theirs in compare("softmax", st.tuples(shapes.flatmap(lambda s: tables(2.0**14, s))), *edges):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        assert np.allclose(ours, theirs, rtol=1e-5, atol=1e-6), scores
        assert np.allclose(ours.sum(axis=1), 1, rtol=0, atol=1e-5), scores


@st.composite
def guesses(draw):
    """Rows of probabilities, made of shares from wildly different to equal; quite often some are 0, or one is 1."""
    n, classes = draw(sizes), draw(st.integers(2, 10))
    shares = draw(arrays.arrays(np.float64, (n, classes), elements=st.sampled_from([0, 1e-9, 1e-6, 1e-3, 0.3, 1, 7])))
    shares[shares.sum(axis=1) < 1e-3, 0] = 1
    labels = draw(arrays.arrays(np.int64, n, elements=st.integers(0, classes - 1)))
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32), labels


def test_cross_entropy_is_what_keras_gives(compare):
    sure = [(np.array([[0, 1]], np.float32), np.array([label])) for label in (0, 1)]
    for guess, ours, theirs in compare("cross_entropy", guesses(), *sure):
        # Keras raises all small probabilities of a row before it looks at one: 1e-7 for each class.
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5), guess
        assert np.isfinite(ours), guess


@st.composite
def moments(draw):
    """A step of Adam somewhere on its way; slopes from none to steep."""
    shape = draw(arrays.array_shapes(max_dims=3, max_side=4))
    scale = draw(st.sampled_from([0.0, 1e-8, 1e-6, 1e-3, 1.0, 100.0]))
    weights, gradient, mean = (draw(tables(4, shape, np.float64)) for _ in range(3))
    started = draw(st.booleans())
    mean = scale * mean * started
    mean_square = (mean**2 + scale**2 * draw(tables(4, shape, np.float64)) ** 2) * started
    step = draw(st.integers(2, 5000)) if started else 1
    return weights, scale * gradient, mean, mean_square, step, draw(st.sampled_from([0.001, 0.1, 2.0]))


def test_adam_step_is_what_keras_gives(compare):
    for moment, ours, theirs in compare("adam_step", moments()):
        way = np.abs(ours[0] - moment[0])
        # Keras rounds learning rate and powers to float32 on the way.
        assert (np.abs(ours[0] - theirs[0]) <= 1e-4 * way + 1e-12).all(), moment
        for average in (1, 2):
            assert np.allclose(ours[average], theirs[average], rtol=1e-6, atol=1e-30), moment


@pytest.mark.parametrize("scale", [1.0, 1e-6])
def test_many_steps_of_adam_lead_where_keras_leads(reference, warm_sandbox, scale):
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=(3, 2)), scale * random.normal(size=(30, 3, 2))
    by_keras = Submission(read_source("path.py", PATH.encode()), SandboxEngine(warm_sandbox), CHAPTER)
    by_keras.limits = Limits(seconds=300, memory_mib=4096)
    weights, mean, mean_square = start, np.zeros_like(start), np.zeros_like(start)
    for number, gradient in enumerate(gradients):
        weights, mean, mean_square = reference.adam_step(weights, gradient, mean, mean_square, number + 1, 0.1)
    # Thirty steps of at most 0.1, each to six digits.
    assert np.allclose(weights, by_keras.path(start, list(gradients), 0.1), rtol=0, atol=1e-5)
    by_keras.close()


def test_gradients_of_the_network_are_the_slopes_of_its_loss(reference):
    points, labels = reference.make_points(20, 3)
    random = np.random.default_rng(0)
    points = points.astype(float)
    model = [random.normal(size=shape) for shape in ((2, 5), (5,), (5, 3), (3,))]
    for part, gradient in enumerate(reference.find_gradients(model, points, labels)):
        direction = random.normal(size=gradient.shape)
        losses = []
        for sign in (1, -1):
            moved = [array + sign * 1e-6 * direction if i == part else array for i, array in enumerate(model)]
            losses.append(reference.cross_entropy(reference.classify(moved, points), labels))
        assert (gradient * direction).sum() == pytest.approx((losses[0] - losses[1]) / 2e-6, rel=1e-4)


def asked_for(name):
    """Return a number that stands in the checks. They are no module to import here: their marks are the grader's."""
    statements = ast.parse(CHECKS.read_text(encoding="utf-8")).body
    return next(
        ast.literal_eval(statement.value)
        for statement in statements
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name
    )


@pytest.mark.parametrize("seed", range(4))
def test_network_stays_above_the_floor(reference, seed):
    number, new_number = asked_for("(TRAINING_POINTS, NEW_POINTS)")
    points, labels = reference.make_points(number, 100 + seed)
    model, losses = reference.train_network(points, labels, 300, 32, seed)
    new_points, new_labels = reference.make_points(new_number, 200 + seed)
    assert accuracy_of(reference.classify(model, new_points), new_labels) > asked_for("LOWEST_SHARE") + 0.02
    assert losses[-1] < asked_for("LOSS_AT_THE_END") / 2


def changed(folder, old, new):
    """Write the master with one line changed."""
    text = MASTER.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / MASTER.name
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return np.maximum(values, 0)", "return values"),
        ("return inputs @ weights + bias", "return inputs @ weights - 5"),
        ("return powers / powers.sum(axis=1, keepdims=True)", "return powers / powers.sum()"),
        ("pace = learning_rate *", "pace = -learning_rate *"),
    ],
)
def test_network_of_wrong_functions_fails(old, new, tmp_path, warm_sandbox):
    result = grade(changed(tmp_path, old, new), "-k", "all_together", "--lang", "en", sandbox=warm_sandbox).result
    verdicts = {check.name: check.verdict for check in result.checks}
    assert verdicts["test_network_tells_the_three_groups_apart"] is Verdict.FAIL


def test_price_of_each_row_makes_the_loss_no_list_of_numbers(tmp_path, warm_sandbox):
    path = changed(tmp_path, "return -np.mean(np.log(np.clip(given, 1e-7, 1)))", "return -np.log(given)")
    graded = grade(path, "-k", "all_together", "--lang", "en", sandbox=warm_sandbox)
    assert "a list with one loss for each step" in " ".join(graded.screen.split())


# ---------------------------------------------------------------- what needs TensorFlow, and what does not


@pytest.fixture
def cold_sandbox():
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRST_DIGITS_CACHE", str(tmp_path / "cache"))


def test_tensorflow_is_imported_for_the_comparison_alone_and_only_once(cold_sandbox, empty_cache):
    without = grade(MASTER, "-k", "not with_keras", sandbox=cold_sandbox)
    assert without.exit_status == 0
    assert "numpy" in cold_sandbox.warmed
    assert "tensorflow" not in cold_sandbox.warmed
    everything = grade(MASTER, sandbox=cold_sandbox)
    assert (everything.exit_status, everything.result.earned) == (0, 100)
    assert "tensorflow" in cold_sandbox.warmed
    again = Sandbox()
    assert grade(MASTER, sandbox=again).exit_status == 0
    assert "tensorflow" not in again.warmed
    again.close()


def test_comparison_with_keras_comes_last_for_each_function(warm_sandbox):
    result = grade(MASTER, sandbox=warm_sandbox).result
    for chapter in result.chapters:
        for task in chapter.tasks:
            places = [i for i, check in enumerate(task.checks) if check.name.endswith("agrees_with_keras")]
            places += [i for i, check in enumerate(task.checks) if check.name.endswith("agree_with_keras")]
            assert places == ([] if task.name == "all_together" else [len(task.checks) - 1])


def test_missing_oracle_is_named_with_its_path(tmp_path):
    settings = Settings(
        submission=tmp_path,
        data="sample",
        language="en",
        language_given=True,
        in_process=False,
        cache=True,
        reports=(),
        course=find_course(tmp_path),
    )
    run = Run(settings)
    with pytest.raises(InputError) as caught:
        run.oracle(CHAPTER)
    assert caught.value.feedback.problem.values == {"chapter": CHAPTER}
    assert caught.value.feedback.expected.values == {"path": str(tmp_path / "solutions/oracles/ch1_concepts.py")}
