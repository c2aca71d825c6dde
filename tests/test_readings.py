"""Readings of files that are kept: what has not changed is not read again, and nothing else is taken for it."""

from pathlib import Path

import pytest

from grader.errors import CheckFailed
from grader.submission import readings
from grader.submission.readings import read_again
from grader.submission.reference import results_folder
from grader.submission.source import read_source

EXERCISES = Path(__file__).parents[1] / "exercises"
BROKEN = b"import numpy as np\n\ndef relu(x:\n    return x\n\nx = = 1\n\ndef dense(a, b):\n    return a @ b\n"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRST_DIGITS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def parsed(monkeypatch):
    """The names of the files that were really read, in their order."""
    names = []
    monkeypatch.setattr(readings, "read_source", lambda name, raw: names.append(name) or read_source(name, raw))
    return names


@pytest.mark.parametrize("name", ["ch1_concepts.py", "ch5_pitfalls.ipynb"])
def test_an_unchanged_file_is_read_once_and_reads_the_same(name, parsed):
    path = EXERCISES / name
    raw = path.read_bytes()
    assert read_again(path, raw) == read_again(path, raw) == read_source(name, raw)
    assert parsed == [name]


def test_what_is_told_of_a_broken_file_is_kept_whole(tmp_path, parsed):
    path = tmp_path / "ch1_concepts.py"
    first, second = read_again(path, BROKEN), read_again(path, BROKEN)
    assert first == second and second.broken.keys() == {"relu"} and second.notes
    assert len(parsed) == 1


def test_a_changed_file_is_read_anew_and_takes_the_old_reading_s_place(tmp_path, parsed):
    path = tmp_path / "ch1_concepts.py"
    for number in range(3):
        assert "relu" in read_again(path, b"def relu(x):\n    return %d\n" % number).bodies
    assert len(parsed) == 3
    assert len(list((results_folder() / "readings").iterdir())) == 1


def test_two_files_of_one_name_and_content_have_readings_of_their_own(tmp_path, parsed):
    for folder in ("one", "two"):
        read_again(tmp_path / folder / "ch1_concepts.py", BROKEN)
    assert len(parsed) == 2


@pytest.mark.parametrize("place", [0, 40, 70, -1])
def test_a_damaged_reading_is_never_believed(place, tmp_path, parsed):
    path = tmp_path / "ch1_concepts.py"
    whole = read_again(path, BROKEN)
    (kept,) = (results_folder() / "readings").iterdir()
    damaged = bytearray(kept.read_bytes())
    damaged[place] ^= 1
    kept.write_bytes(damaged)
    assert read_again(path, BROKEN) == whole
    assert len(parsed) == 2


def test_another_version_of_the_reader_reads_anew(tmp_path, parsed, monkeypatch):
    path = tmp_path / "ch1_concepts.py"
    read_again(path, BROKEN)
    monkeypatch.setattr(readings, "_reader", lambda code: (b"another",))
    read_again(path, BROKEN)
    assert len(parsed) == 2


def test_a_refused_file_is_refused_each_time(tmp_path):
    for _ in range(2):
        with pytest.raises(CheckFailed):
            read_again(tmp_path / "ch1_concepts.ipynb", b"no notebook")


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("FIRST_DIGITS_CACHE", str(tmp_path / "file"))
    assert read_again(tmp_path / "ch1_concepts.py", BROKEN) == read_source("ch1_concepts.py", BROKEN)
