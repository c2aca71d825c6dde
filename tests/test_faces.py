"""Faces: FER-2013's file is read whatever it holds, drawn ones come from the chapter, and `--data` picks among them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from grader.course.calibrate import data_for, source_name
from grader.data import Split
from grader.errors import CheckFailed, InputError, four_parts
from grader.expect import expect
from grader.expect.accuracy import Floor
from grader.expect.faces import expect_recognition, floor_of_guessing, predicted_emotions
from grader.faces import Faces, describe_broken, is_faces_file, load_faces, require_faces_file
from grader.layout import find_course
from grader.messages import render, say
from grader.plugin.grade import grade
from grader.results import DRAWN, Verdict
from grader.sandbox import wire
from grader.submission.drawn_faces import drawn_faces
from grader.submission.engines import InProcessEngine, SandboxEngine
from grader.submission.reference import Reference, ReferenceFailed
from grader.submission.source import read_source
from grader.submission.submission import Outcome, Submission
from grader.submission.values import Model, TextFile

ROOT = Path(__file__).parents[1]
CHAPTER = "ch6_expressions"
MASTER = ROOT / "solutions" / f"{CHAPTER}.py"
HEADER = "emotion,pixels,Usage"
COUNTS = {"Training": 120, "PublicTest": 25, "PrivateTest": 30}


def pixels_of(image) -> str:
    return " ".join(map(str, image.reshape(-1).tolist()))


def rows_of(counts=COUNTS) -> list[tuple[int, np.ndarray, str]]:
    """Return rows of noise: the reader does not look at faces."""
    generator = np.random.default_rng(5)
    usage = [part for part, count in counts.items() for _ in range(count)]
    images = generator.integers(0, 256, (len(usage), 48, 48), np.uint8)
    return [(number % 7, image, part) for number, (image, part) in enumerate(zip(images, usage, strict=True))]


def written(rows) -> list[str]:
    return [f"{emotion},{pixels_of(image)},{usage}" for emotion, image, usage in rows]


def file_of(folder: Path, lines: Iterable[str], end="\n", before=b"", name="faces.csv") -> Path:
    path = folder / name
    path.write_bytes(before + "".join(f"{line}{end}" for line in lines).encode())
    return path


GOOD = pixels_of(np.arange(2304).reshape(48, 48) % 256)
FEWER, MORE = GOOD.rpartition(" ")[0], f"{GOOD} 9"
BROKEN = {
    f"3,{FEWER},Training": "2303 pixels instead of 2304",
    f"3,{MORE},Training": "2305 pixels instead of 2304",
    f"3,{FEWER} x,Training": "a pixel that is no whole number from 0 to 255",
    f"3,x {FEWER},Training": "a pixel that is no whole number from 0 to 255",
    f"3,{FEWER} 1.5,Training": "a pixel that is no whole number from 0 to 255",
    f"3,{FEWER} 256,Training": "a pixel that is no whole number from 0 to 255",
    f"3,{FEWER} -1,Training": "a pixel that is no whole number from 0 to 255",
    f"3,{FEWER} 99999999999999999999,Training": "a pixel that is no whole number from 0 to 255",
    f"3,{FEWER} \ufffd,Training": "a pixel that is no whole number from 0 to 255",
    f"3,{GOOD}": "2 columns instead of 3",
    f"3,{GOOD},Training,1": "4 columns instead of 3",
    "": "0 columns instead of 3",
    "3,,Training": "0 pixels instead of 2304",
    f"7,{GOOD},Training": "'7' is no emotion from 0 to 6",
    f"-1,{GOOD},Training": "'-1' is no emotion from 0 to 6",
    f",{GOOD},Training": "'' is no emotion from 0 to 6",
    f"happy,{GOOD},Training": "'happy' is no emotion from 0 to 6",
    f"3.0,{GOOD},Training": "'3.0' is no emotion from 0 to 6",
    f"3,{GOOD},Test": "'Test' is no Usage that is known",
    f"3,{GOOD},training": "'training' is no Usage that is known",
    f'3,"{GOOD},Training': "2 columns instead of 3",
}


# ---------------------------------------------------------------- the file


def test_whole_file_is_split_by_usage(tmp_path):
    rows = rows_of()
    faces = load_faces(str(file_of(tmp_path, [HEADER, *written(rows)])))
    for part, split in (("Training", faces.train), ("PublicTest", faces.test), ("PrivateTest", faces.hidden)):
        wanted = [(emotion, image) for emotion, image, usage in rows if usage == part]
        assert split.images.dtype == np.uint8 and split.labels.dtype == np.int64
        assert np.array_equal(split.images, [image for _, image in wanted])
        assert split.labels.tolist() == [emotion for emotion, _ in wanted]
    assert faces.broken == () and describe_broken(faces) is None


def test_broken_rows_are_skipped_and_told_by_line(tmp_path):
    lines, broken = [HEADER, *written(rows_of())], {}
    for number, (row, reason) in enumerate(BROKEN.items()):
        place = 1 + 3 * number
        lines.insert(place, row)
        broken[place + 1] = reason
    faces = load_faces(str(file_of(tmp_path, lines)))
    assert {row.line: render(row.reason, "en") for row in faces.broken} == broken
    assert [len(split.labels) for split in (faces.train, faces.test, faces.hidden)] == list(COUNTS.values())
    note = render(describe_broken(faces), "en")
    assert "21 broken rows of faces.csv were skipped: line 2, 5, 8" in note and "..." in note
    assert "line 2: 2303 pixels instead of 2304" in note


@pytest.mark.parametrize(
    "quote, end, before, header",
    [
        ("", "\r\n", b"", HEADER),
        ('"', "\n", b"", HEADER),
        ('"', "\r\n", b"\xef\xbb\xbf", '"emotion","pixels","Usage"'),
        ("", "\n", b"\xef\xbb\xbf", HEADER),
        ("", "\n", b"", "emotion, pixels, Usage"),
    ],
    ids=["CRLF", "quotes", "BOM, quotes, CRLF", "BOM", "blanks in the header"],
)
def test_ways_in_which_programs_write_csv(tmp_path, quote, end, before, header):
    lines = [",".join(f"{quote}{column}{quote}" for column in row.split(",")) for row in written(rows_of())]
    faces = load_faces(str(file_of(tmp_path, [header, *lines], end, before)))
    plain = load_faces(str(file_of(tmp_path, [HEADER, *written(rows_of())], name="plain.csv")))
    assert faces.fingerprint == plain.fingerprint and not faces.broken


def test_columns_in_another_order(tmp_path):
    rows = [f"{emotion},{usage},{pixels_of(image)}" for emotion, image, usage in rows_of()]
    faces = load_faces(str(file_of(tmp_path, ["emotion, Usage, pixels", *rows])))
    assert len(faces.train.labels) == COUNTS["Training"] and not faces.broken


def test_line_without_an_end_does_not_fill_the_memory(tmp_path):
    lines = [HEADER, *written(rows_of())]
    lines.insert(5, "3," + "1 " * 5_000_000)
    faces = load_faces(str(file_of(tmp_path, lines)))
    assert [row.line for row in faces.broken] == [6]


@pytest.mark.parametrize(
    "raw, got",
    [
        (b"", "an empty line"),
        (b"\n\n", "an empty line"),
        (b"pixels,emotion\n1,2\n", "pixels,emotion"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "PNG"),
        ("emotion,pixels,Usage\n".encode("utf-16"), "e"),
        (b"x" * 10**6, "xxx"),
    ],
)
def test_file_of_another_kind_is_told_in_four_parts(tmp_path, raw, got):
    path = tmp_path / "other.csv"
    path.write_bytes(raw)
    for read in (require_faces_file, lambda path: load_faces(str(path))):
        with pytest.raises(InputError) as caught:
            read(path)
        parts = {part: render(message, "en") for part, message in four_parts(caught.value.feedback)}
        assert set(parts) == {"problem", "expected", "got", "next_step"}
        assert "holds no faces" in parts["problem"] and HEADER in parts["expected"] and got in parts["got"]


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="There is no data file"):
        require_faces_file(tmp_path / "nowhere.csv")


def test_too_few_faces_are_told_with_counts_and_the_first_broken_row(tmp_path):
    rows = written(rows_of({"Training": 99, "PublicTest": 25, "PrivateTest": 30}))
    with pytest.raises(InputError) as caught:
        load_faces(str(file_of(tmp_path, [HEADER, "3,1 2,Training", *rows])))
    got = render(caught.value.feedback.got, "en")
    assert "Training 99, PublicTest 25, PrivateTest 30" in got and "line 2: 2 pixels instead of 2304" in got


def test_csv_names_faces_and_nothing_else_does():
    assert all(map(is_faces_file, ("fer2013.csv", "/some/where/FER.CSV")))
    assert not any(map(is_faces_file, ("sample", "full", "mnist.npz", "folder", "faces.csv.gz")))


# ---------------------------------------------------------------- drawn faces


def painter(body: str, docstring: str = "Draw.") -> Reference:
    source = (
        f'import numpy as np\ndef shade():\n    return 7\ndef draw_faces(count, seed):\n    """{docstring}"""\n{body}'
    )
    return Reference(read_source(MASTER.name, source.encode()), InProcessEngine(), CHAPTER)


PLAIN = "    return np.full((count, 48, 48), shade(), 'uint8'), np.arange(count) % 7\n"


def test_fingerprint_of_drawn_faces_is_that_of_the_drawing_code():
    faces = drawn_faces(painter(PLAIN))
    assert faces.source == DRAWN and faces.train.images.shape == (1000, 48, 48)
    assert drawn_faces(painter(PLAIN)).fingerprint == faces.fingerprint
    assert drawn_faces(painter(PLAIN.replace("% 7", "% 6"))).fingerprint != faces.fingerprint


def test_chapter_that_draws_no_faces_is_the_courses_own_fault():
    with pytest.raises(ReferenceFailed, match="no pair of arrays"):
        drawn_faces(painter("    return count\n"))


def test_faces_are_drawn_as_often_as_in_fer2013_and_always_alike(warm_sandbox):
    source = read_source(MASTER.name, MASTER.read_bytes())
    reference = Reference(source, SandboxEngine(warm_sandbox), CHAPTER)
    images, labels = reference.draw_faces(600, 1)
    again, _ = Submission(source, SandboxEngine(warm_sandbox), CHAPTER).draw_faces(600, 1)
    assert images.shape == (600, 48, 48) and images.dtype == np.uint8 and np.array_equal(images, again)
    counts = np.bincount(labels, minlength=7)
    assert counts.argmin() == 1 and counts.argmax() == 3 and counts.min() > 0


def test_calibration_takes_the_data_that_the_measure_names(tmp_path, monkeypatch):
    course = find_course(MASTER.parents[1])
    path = str(file_of(tmp_path, [HEADER, *written(rows_of())]))
    measures = {"faces": lambda work, faces: 0.0, "digits": lambda work, digits: 0.0}
    monkeypatch.setattr(
        "grader.course.calibrate.measure_of", lambda checks: measures[checks.stem.removeprefix("test_")]
    )
    assert source_name(data_for(course, "faces", path)) == "faces.csv"
    assert source_name(data_for(course, "digits", "sample")) == "sample"


# ---------------------------------------------------------------- the command line

READER = """import numpy as np
def class_weights(labels):
    counts = np.bincount(labels, minlength=7)
    return np.where(counts > 0, len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1)), 0)
"""


@pytest.fixture
def begun(tmp_path):
    path = tmp_path / f"{CHAPTER}.py"
    path.write_text(READER)
    return path


def words(graded) -> str:
    return " ".join(graded.screen.split())


def test_drawn_faces_are_named_in_the_report(begun, warm_sandbox):
    for options in ((), ("--data=full",)):
        graded = grade(begun, "-k", "class_weights", "--lang", "en", *options, sandbox=warm_sandbox)
        assert "data: drawn faces" in words(graded)
        assert (graded.result.surroundings.data, graded.result.surroundings.faces) == ("", DRAWN)


def test_file_of_faces_is_named_and_its_broken_rows_are_told(begun, tmp_path, warm_sandbox):
    path = file_of(tmp_path, [HEADER, "", *written(rows_of())])
    page = tmp_path / "report.html"
    options = ("--lang", "en", f"--data={path}", f"--report=html:{page}")
    graded = grade(begun, "-k", "class_weights", *options, sandbox=warm_sandbox)
    [task] = (task for task in graded.result.chapters[0].tasks if task.checks)
    assert (task.name, task.verdict) == ("class_weights", Verdict.PASS), graded.screen
    assert graded.result.surroundings.faces == str(path)
    assert "1 broken rows of faces.csv were skipped: line 2." in words(graded)
    assert str(path) in page.read_text() and "drawn" not in graded.screen


def test_file_of_faces_leaves_digits_on_the_sample(tmp_path, warm_sandbox):
    digits = tmp_path / "work" / "ch2_first_model.py"
    digits.parent.mkdir()
    digits.write_text('def normalize(images):\n    return images.reshape(len(images), -1).astype("float32") / 255\n')
    path = file_of(tmp_path, [HEADER, *written(rows_of())])
    graded = grade(digits, "-k", "normalize", "--lang", "en", f"--data={path}", sandbox=warm_sandbox)
    assert "data: sample" in words(graded)
    assert graded.result.chapters[0].tasks[0].verdict is Verdict.PASS


def test_both_sources_are_named_where_both_kinds_of_chapter_are_graded(warm_sandbox):
    graded = grade(ROOT / "exercises", "--lang", "en", sandbox=warm_sandbox)
    assert "data: sample and drawn faces" in words(graded)


def test_wrong_file_is_told_before_anything_is_checked(begun, tmp_path, warm_sandbox):
    other = file_of(tmp_path, ["a,b,c", "1,2,3"])
    for path, problem in ((other, "holds no faces"), (tmp_path / "no.csv", "There is no data file")):
        graded = grade(begun, "--lang", "en", f"--data={path}", sandbox=warm_sandbox)
        assert (graded.exit_status, graded.result) == (4, None)
        assert problem in words(graded) and "Next step:" in words(graded)


@pytest.mark.slow
def test_reference_gets_full_points_on_a_file_of_faces(tmp_path, warm_sandbox):
    """The faces are drawn, since FER-2013 itself is not here; the floor is what guessing reaches."""
    reference = Reference(read_source(MASTER.name, MASTER.read_bytes()), SandboxEngine(warm_sandbox), CHAPTER)
    rows = []
    for seed, (part, count) in enumerate({"Training": 600, "PublicTest": 120, "PrivateTest": 200}.items()):
        images, labels = reference.draw_faces(count, 90 + seed)
        rows += written(zip(labels, images, [part] * count, strict=True))
    path = file_of(tmp_path, [HEADER, *BROKEN, *rows])
    graded = grade(MASTER, "--lang", "en", f"--data={path}", sandbox=warm_sandbox)
    assert (graded.exit_status, graded.result.earned) == (0, 100), graded.screen
    assert "the most frequent emotion" in words(graded) and "21 broken rows" in words(graded)


# ---------------------------------------------------------------- what checks can say


def failure(sentence, *arguments, **options) -> str:
    with pytest.raises(CheckFailed) as caught:
        sentence(*arguments, **options)
    return " ".join(render(message, "en") for _, message in four_parts(caught.value.feedback))


def test_parts_are_named_when_there_are_too_few():
    assert expect([1, 2]).has_parts("images", "labels") == (1, 2)
    assert "2 values, as in `return images, labels`" in failure(expect((1, 2, 3)).has_parts, "images", "labels")
    assert "returned nothing" in failure(expect(None).has_parts, "images", "labels")


def test_lists_tuples_and_arrays_are_lists_alike():
    numbers = say("the numbers of the broken lines")
    for value in ([2, 5], (2, 5), np.array([2, 5]), [np.int64(2), np.int32(5)]):
        expect(value).lists([2, 5], numbers)
    assert "2 entries: 2, 6" in failure(expect([2, 6]).lists, [2, 5], numbers)
    assert "0 entries: -" in failure(expect([]).lists, [2, 5], numbers)
    assert "a list" in failure(expect(2).lists, [2, 5], numbers)
    assert "8 entries: 0, 1, 2, 3, 4, 5, ..." in failure(expect(list(range(8))).lists, [2], numbers)


def test_texts_are_no_whole_numbers():
    expect(np.array([1, 2])).holds_whole_numbers()
    for value in (np.array([1.0]), [1], ["1"], None):
        assert "whole numbers" in failure(expect(value).holds_whole_numbers)


def test_gaps_stand_where_they_are_expected():
    expected = np.array([0.5, np.nan, 1.0])
    expect(np.array([0.5, np.nan, 1.0])).equals_with_gaps(expected, absolute=1e-6)
    for value, place in (([0.5, 0.0, 1.0], 1), ([np.nan, np.nan, 1.0], 0), ([0.5, np.nan, 0.9], 2)):
        message = failure(expect(np.array(value)).equals_with_gaps, expected, absolute=1e-6)
        assert f"The number for emotion {place} is wrong." in message
    assert "wrong shape" in failure(expect(np.array([0.5])).equals_with_gaps, expected, absolute=1e-6)
    expect([0.5, float("nan"), np.float64(1)]).equals_with_gaps(expected, absolute=1e-6)
    assert "NumPy array" in failure(expect([0.5, None, 1.0]).equals_with_gaps, expected, absolute=1e-6)


def test_mean_weight_is_taken_over_faces():
    labels = np.array([0, 0, 0, 1])
    expect(np.array([2 / 3, 2.0])).averages_to_one_over(labels, absolute=1e-6)
    for value in ([1.0, 2.0], [np.inf, 2.0], [np.nan, 1.0]):
        assert "do not weigh 1" in failure(expect(np.array(value)).averages_to_one_over, labels, absolute=1e-6)
    assert "wrong shape" in failure(expect(np.array([1.0])).averages_to_one_over, labels, absolute=1e-6)


class Owner:
    """Stands in for the submission in which a model lives."""

    def __init__(self, outputs):
        self._outputs = np.array(outputs)

    def predict(self, model, images, training=False):
        return self._outputs


def layer(class_name, units=None, activation=None):
    return wire.Layer(class_name, "layer", units, activation)


def model_of(outputs=((0.5, 0.5),), layers=(), input_shape=(None, 48, 48)) -> Model:
    description = wire.ModelValue(0, "Sequential", tuple(layers), True, input_shape, (None, 2), 1, None)
    return Model(description, Owner(outputs))


def test_pictures_may_have_an_axis_for_their_colour():
    for shape in ((None, 48, 48), (None, 48, 48, 1)):
        expect(model_of(input_shape=shape)).takes_pictures_of(48, 48)
    for shape in ((None, 28, 28), (None, 48, 48, 3), (None, 2304), None):
        assert "keras.Input(shape=(48, 48))" in failure(expect(model_of(input_shape=shape)).takes_pictures_of, 48, 48)


LAYERS = (("Conv2D", 32, "relu"), ("MaxPooling2D", 0, ""), ("Dense", 7, "softmax"))


def test_layers_that_prepare_do_not_count_and_activations_may_stand_alone():
    conv, pool, dense = layer("Conv2D", 32, "relu"), layer("MaxPooling2D"), layer("Dense", 7, "softmax")
    alone = (layer("Conv2D", 32, "linear"), layer("ReLU"), pool, layer("Dense", 7, "linear"), layer("Softmax"))
    for layers in ((conv, pool, dense), (layer("Rescaling"), conv, pool, layer("Flatten"), dense), alone):
        expect(model_of(layers=layers)).computes_with(LAYERS)
    assert "Layer 2 is another one" in failure(expect(model_of(layers=(conv, dense))).computes_with, LAYERS)
    assert "has 4 such layers instead of 3" in failure(
        expect(model_of(layers=(conv, pool, dense, layer("Softmax")))).computes_with, LAYERS
    )
    wrong = expect(model_of(layers=(layer("Conv2D", 16, "relu"), pool, dense)))
    assert "Conv2D(16, relu) -> MaxPooling2D -> Dense(7, softmax)" in failure(wrong.computes_with, LAYERS)


def test_outputs_are_judged_as_probabilities():
    images = np.zeros((1, 48, 48), np.uint8)
    expect(model_of()).gives_probabilities(images, 2, absolute=1e-6)
    for outputs in ([[0.7, 0.7]], [[-0.5, 1.5]], [[np.nan, 1.0]]):
        assert "no probabilities" in failure(expect(model_of(outputs)).gives_probabilities, images, 2, absolute=1e-6)
    assert "one output for each emotion" in failure(expect(model_of()).gives_probabilities, images, 7, absolute=1e-6)
    expect(model_of()).is_unsure(images, at_most=0.6)
    for outputs in ([[0.0, 1.0]], [[np.nan, 1.0]]):
        assert "Rescaling" in failure(expect(model_of(outputs)).is_unsure, images, at_most=0.6)


def trained(**seen) -> Outcome:
    observation = wire.Observation(wire.TrainedOn(**seen), wire.TrainedOn())
    return Outcome(None, (model_of([[0.1, 0.9], [0.8, 0.2]]),), (), (observation,), "", 0.0)


def test_training_is_held_against_all_that_was_passed_in():
    images, labels = np.arange(8, dtype=np.uint8).reshape(2, 2, 2), np.array([1, 3])
    sums = {"batches": 2, "largest_batch": 2, "samples": 4, "pixel_sum": 56.0, "label_sum": 8.0, "cross_sum": 144.0}
    expect(trained(**sums)).trained_on_all_faces(images, labels, 2)
    assert "Another number of faces" in failure(
        expect(trained(**sums | {"samples": 2})).trained_on_all_faces, images, labels, 2
    )
    assert "Other pictures or labels" in failure(
        expect(trained(**sums | {"cross_sum": 100.0})).trained_on_all_faces, images, labels, 2
    )


def test_weights_show_in_the_answers():
    images = np.zeros((2, 48, 48), np.uint8)
    expect(trained(batches=1)).answers_mostly(images, 1, 0.5)
    assert "it answers 1 to 50%" in failure(expect(trained(batches=1)).answers_mostly, images, 1, 0.9)


def test_accuracy_is_held_against_the_floor_with_its_words():
    labels = np.array([0, 0, 1, 1])
    calibrated = Floor(0.9, 0.01, 0.7, 20, (), {}, DRAWN)
    passed = render(expect_recognition(np.array([0, 0, 1, 0]), labels, calibrated), "en")
    assert passed == "0.750, floor 0.700, reference 0.900 ± 0.010; mean recall 0.750"
    assert "too few of the hidden faces" in failure(expect_recognition, np.array([1, 1, 1, 0]), labels, calibrated)
    guessed = Floor(0.5, 0.01, 0.6, 0, (), {}, "f.csv")
    assert "the most frequent emotion 0.500" in render(expect_recognition(labels, labels, guessed), "en")


def test_floor_of_guessing_lies_above_the_most_frequent_emotion():
    split = Split(np.zeros((100, 48, 48), np.uint8), np.repeat([0, 3], [64, 36]))
    floor = floor_of_guessing(Faces("f.csv", "", split, split, split))
    assert (floor.mean, floor.seeds) == (0.64, 0)
    assert floor.floor == pytest.approx(0.64 + 4 * 0.048, abs=1e-3)


def test_output_that_is_no_number_is_no_answer():
    images = np.zeros((2, 48, 48), np.uint8)
    assert predicted_emotions(model_of([[np.nan, 1.0], [0.2, 0.8]]), images, 2).tolist() == [-1, 1]
    assert "one output for each emotion" in failure(predicted_emotions, model_of(), images, 7)


# ---------------------------------------------------------------- what crosses to the worker


def call(source: str, *arguments):
    return Submission(read_source("work.py", source.encode()), InProcessEngine(), "work").answer(*arguments)


def test_text_file_arrives_as_an_open_file():
    file = TextFile("a\r\nb\n")
    assert call("def answer(lines):\n    return [line for line in lines]\n", file) == ["a\r\n", "b\n"]
    assert call("def answer(lines):\n    return lines.read()\n", file) == "a\r\nb\n"
    with pytest.raises(CheckFailed) as caught:
        call("def answer(lines):\n    return lines[0]\n", file)
    assert "subscriptable" in render(caught.value.feedback.got, "en")


def test_array_of_texts_comes_back_as_the_list_it_holds():
    source = "import numpy as np\ndef answer():\n    return np.array({value})\n"
    assert call(source.format(value="['a', 'bc']")) == ["a", "bc"]
    assert call(source.format(value="[['a'], ['b']]")) == [["a"], ["b"]]
    assert call("import numpy as np\ndef answer():\n    return np.str_('a'), np.array(['b'])\n") == ("a", ["b"])
