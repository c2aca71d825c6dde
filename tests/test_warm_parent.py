"""The warm parent: it is replaced when it cannot fork any more, and what it forks gives the same results always."""

import contextlib
import threading

import numpy as np
import psutil
import pytest

from grader.plugin.grade import grade
from grader.results import Verdict
from grader.sandbox import process
from grader.sandbox.process import Sandbox, SandboxError
from grader.submission.engines import SandboxEngine
from grader.submission.source import read_source
from grader.submission.submission import Submission

TRAINING = """
import keras
import numpy as np
def train(images, labels):
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images, labels, epochs=3, verbose=0)
    return np.concatenate([weight.ravel() for weight in model.get_weights()])
"""
# What every Warm ends with becomes an operation, which no child would survive.
EXECUTES_FIRST = (
    "import grader.worker.main as warm; versions = warm._versions; "
    "warm._versions = lambda: {'tensor': str(__import__('tensorflow').constant([1.0]))} and versions(); main()"
)


def work_in(sandbox):
    return Submission(read_source("work.py", TRAINING.encode()), SandboxEngine(sandbox), "work")


def trained(work):
    rng = np.random.default_rng(3)
    return work.train(rng.random((200, 20), np.float32), rng.integers(0, 3, 200))


@pytest.fixture
def sandbox():
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


def test_parent_that_executed_something_is_replaced_and_the_work_graded(sandbox, monkeypatch):
    started = []
    launch = process.launch

    def first_one_executes(level, folder, control_fd):
        started.append(launch(level, folder, control_fd))
        if len(started) == 1:
            words = started[0].command
            index = next(i for i, word in enumerate(words) if "grader.worker.main" in word)
            words[index] = words[index].removesuffix("main()") + EXECUTES_FIRST
        return started[-1]

    monkeypatch.setattr(process, "launch", first_one_executes)
    assert np.isfinite(trained(work_in(sandbox))).all()
    assert len(started) == 2


def test_parent_that_has_ended_is_replaced_and_the_work_graded(sandbox, tmp_path):
    path = tmp_path / "ch1_concepts.py"
    path.write_text("import numpy as np\ndef relu(values):\n    return np.maximum(values, 0)\n", encoding="utf-8")
    sandbox.warm(("numpy",))
    for below in psutil.Process(sandbox._process.pid).children(recursive=True):
        # With the first of its namespace all others end.
        with contextlib.suppress(psutil.NoSuchProcess):
            below.kill()
    graded = grade(path, "-k", "relu", sandbox=sandbox)
    tasks = {task.name: task.verdict for task in graded.result.chapters[0].tasks}
    assert tasks["relu"] is Verdict.PASS, graded.screen


def test_sandbox_that_cannot_start_is_the_graders_fault_and_costs_nothing(tmp_path, monkeypatch):
    path = tmp_path / "ch1_concepts.py"
    path.write_text("import numpy as np\ndef relu(values):\n    return np.maximum(values, 0)\n", encoding="utf-8")
    monkeypatch.setattr("grader.sandbox.launch.BOOTSTRAP", "raise SystemExit('no {root}')")
    sandbox = Sandbox()
    with pytest.raises(SandboxError, match="exit status"):
        sandbox.warm(())
    graded = grade(path, "-k", "relu", sandbox=sandbox)
    assert graded.exit_status == 3
    assert {check.verdict for check in graded.result.checks} == {Verdict.GRADER_ERROR}


def test_same_work_gives_the_same_bits_alone_and_beside_others_warm_and_cold(warm_sandbox, sandbox):
    alone = trained(work_in(warm_sandbox))
    beside: dict[int, np.ndarray] = {}
    works = [work_in(warm_sandbox) for _ in range(3)]
    threads = [threading.Thread(target=lambda i=i: beside.update({i: trained(works[i])})) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cold = trained(work_in(sandbox))
    assert len(beside) == 3
    for other in (*beside.values(), cold):
        np.testing.assert_array_equal(other, alone)
    for work in works:
        work.engine.close()
