"""`grader reset`: the stub comes back, every other byte stays, and what was there is kept."""

from __future__ import annotations

import json
import re
import stat

import pytest

from grader.course.new import new_chapter
from grader.course.release import release
from grader.learner import reset
from grader.plugin.grade import survey

CHAPTER = "ch1_mirror"
STUB = '    # YOUR CODE HERE\n    raise NotImplementedError("mirror")\n'
MINE = '    # mine\n    flipped = "翻转 \U0001f600"\n    return images[:, :, ::-1]  # the last axis\n'
KEPT = re.compile(r"mirror-\d{8}-\d{6}(-\d+)?\.py")


@pytest.fixture
def script(mirror_course):
    return mirror_course.exercises / f"{CHAPTER}.py"


@pytest.fixture
def notebook(mirror_course):
    return mirror_course.exercises / f"{CHAPTER}.ipynb"


def change(path, old, new):
    """Change the bytes of a file; return what they are then."""
    raw = path.read_bytes()
    assert raw.count(old.encode()) == 1
    path.write_bytes(raw.replace(old.encode(), new.encode()))
    return path.read_bytes()


def write_in_notebook(path, code, **dumps):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if STUB.rstrip("\n") in text:
            cell["source"] = text.replace(STUB.rstrip("\n"), code.rstrip("\n")).splitlines(keepends=True)
    path.write_text(json.dumps(notebook, **{"ensure_ascii": False, "indent": 1, **dumps}) + "\n", encoding="utf-8")


def line_of(path, text):
    return path.read_text(encoding="utf-8").splitlines().index(text) + 1


def kept(course):
    return sorted((course.exercises / ".kept" / CHAPTER).glob("*"))


def refused(done, *words):
    told = " ".join(done.stderr.split())
    assert done.exit_code == 1, done.output
    assert "Problem" in told and "Got" in told and "Next step" in told
    assert all(word in told for word in words), told


# ---------------------------------------------------------------- the file


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_script_is_to_the_byte_what_it_was_before(mirror_course, script, invoke, mark, line_end):
    change(script, "# Run the next cell to see", "# My own note. 我的笔记")
    before = mark + script.read_bytes().replace(b"\n", line_end)
    mine = MINE.replace("\n", line_end.decode()).encode()
    script.write_bytes(before.replace(STUB.encode().replace(b"\n", line_end), mine))
    done = invoke("reset", "mirror", "--yes")
    assert done.exit_code == 0, done.output
    assert script.read_bytes() == before
    (copy,) = kept(mirror_course)
    assert KEPT.fullmatch(copy.name)
    assert copy.read_bytes().startswith(b"def mirror(images):") and copy.read_bytes().endswith(mine.rstrip() + b"\n")
    assert str(copy.relative_to(mirror_course.root)) in done.stdout.replace("\n", "")


@pytest.mark.parametrize(
    "dumps", [{}, {"ensure_ascii": True}, {"indent": None}, {"indent": 4}], ids=["usual", "ascii", "one line", "wide"]
)
def test_notebook_is_to_the_byte_what_it_was_before(mirror_course, notebook, invoke, dumps):
    write_in_notebook(notebook, STUB, **dumps)
    before = notebook.read_bytes()
    write_in_notebook(notebook, MINE, **dumps)
    assert notebook.read_bytes() != before
    assert invoke("reset", "mirror", "--yes").exit_code == 0
    assert notebook.read_bytes() == before
    assert MINE.rstrip() in kept(mirror_course)[0].read_text(encoding="utf-8")


def test_notebook_whose_cells_are_single_texts_keeps_that_form(notebook, invoke):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    before = json.dumps(content)
    notebook.write_text(before.replace(json.dumps(STUB.rstrip())[1:-1], json.dumps(MINE.rstrip())[1:-1]))
    assert notebook.read_text() != before
    assert invoke("reset", "mirror", "--yes").exit_code == 0
    assert notebook.read_text() == before


def test_outputs_magics_and_metadata_of_a_notebook_stay(notebook, invoke):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["metadata"]["mine"] = {"source": ["def mirror(images):\n"], "cells": [1]}
    content["cells"].insert(0, {"cell_type": "raw", "id": "r", "metadata": {}, "source": "def mirror(images): pass"})
    content["cells"].append(
        {
            "cell_type": "code",
            "execution_count": 3,
            "id": "m",
            "metadata": {},
            "outputs": [{"data": {"text/plain": "1"}}],
            "source": ["%time 1\n", "!ls\n", "x = 1"],
        }
    )
    notebook.write_text(json.dumps(content, indent=1), encoding="utf-8")
    before = notebook.read_bytes()
    lines = [json.dumps(line)[1:-1] for line in STUB.splitlines()]
    change(notebook, lines[0], '    %timeit 2\\n",\n    "    return 0\\n",\n    "    # later')
    change(notebook, lines[1], "    !pwd")
    assert invoke("reset", "mirror", "--yes").exit_code == 0
    assert notebook.read_bytes() == before


def test_mode_of_the_file_stays_and_nothing_else_is_left_behind(mirror_course, script, invoke):
    change(script, STUB, MINE)
    script.chmod(0o640)
    names = {path.name for path in mirror_course.exercises.iterdir()}
    invoke("reset", "mirror", "--yes")
    assert stat.S_IMODE(script.stat().st_mode) == 0o640
    assert {path.name for path in mirror_course.exercises.iterdir()} == names | {".kept"}


def test_stub_comes_in_the_language_of_the_file(mirror_course, script, invoke):
    release(mirror_course.master(CHAPTER), mirror_course.exercises, "zh")
    before = script.read_bytes()
    change(script, '    # 在这里写你的代码\n    raise NotImplementedError("mirror")', "    return images")
    done = invoke("reset", "mirror", "--yes", "--lang", "en")
    assert "is as it came" in done.stdout
    assert script.read_bytes() == before


def test_bug_that_was_given_comes_back(mirror_course, script, invoke):
    path = mirror_course.mistakes(CHAPTER)
    change(path, "def mirror__upside_down(", "def mirror__as_given(")
    release(mirror_course.master(CHAPTER), mirror_course.exercises)
    before = script.read_bytes()
    assert b"return images[:, ::-1]" in before
    assert "as it came: there is nothing" in invoke("reset", "mirror", "--yes").stdout
    change(script, "return images[:, ::-1]", "return images[:, :, ::-1]")
    assert invoke("reset", "mirror", "--yes").exit_code == 0
    assert script.read_bytes() == before


# ---------------------------------------------------------------- what is kept


def test_kept_copies_are_never_written_over(mirror_course, script, invoke, monkeypatch):
    class StoppedClock(reset.datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 1, 2, 3, 4, 5)

    monkeypatch.setattr(reset.datetime, "datetime", StoppedClock)
    for number in range(3):
        change(script, STUB, f"    return {number}\n")
        assert invoke("reset", "mirror", "--yes").exit_code == 0
    stamp = "mirror-20260102-030405"
    assert [copy.name for copy in kept(mirror_course)] == [f"{stamp}-2.py", f"{stamp}-3.py", f"{stamp}.py"]
    assert sorted(copy.read_text().split()[-1] for copy in kept(mirror_course)) == ["0", "1", "2"]


def test_kept_copies_are_not_taken_for_exercises(mirror_course, script, invoke):
    change(script, STUB, MINE)
    invoke("reset", "mirror", "--yes")
    assert [handed.file.name for handed in survey(mirror_course).run.handed.values()] == [script.name]
    assert "0/10 to do" in invoke("list").stdout


def test_written_in_both_files_both_are_put_back(mirror_course, script, notebook, invoke):
    before = script.read_bytes(), notebook.read_bytes()
    change(script, STUB, MINE)
    write_in_notebook(notebook, "    return images")
    assert invoke("reset", "mirror", "--yes").exit_code == 0
    assert (script.read_bytes(), notebook.read_bytes()) == before
    assert len(kept(mirror_course)) == 2


def test_untouched_function_is_left_alone(mirror_course, script, invoke):
    before = script.read_bytes()
    done = invoke("reset", "mirror", "--yes")
    assert done.exit_code == 0
    assert "there is nothing to put back" in done.stdout
    assert script.read_bytes() == before and not (mirror_course.exercises / ".kept").exists()


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_nothing_happens_without_a_yes(mirror_course, script, invoke, answer):
    before = change(script, STUB, MINE)
    done = invoke("reset", "mirror", input=answer)
    assert done.exit_code == 1
    line = line_of(script, "def mirror(images):")
    assert f"Put `mirror`, line {line} of {script.name}, back as it came?" in done.stdout
    assert "Nothing has been changed." in done.stdout
    assert script.read_bytes() == before and not (mirror_course.exercises / ".kept").exists()


def test_yes_to_the_question_is_enough(script, invoke):
    before = script.read_bytes()
    change(script, STUB, MINE)
    assert invoke("reset", "mirror", input="y\n").exit_code == 0
    assert script.read_bytes() == before


# ---------------------------------------------------------------- what cannot be done


def test_function_that_is_broken_itself_is_put_back(script, invoke):
    before = script.read_bytes()
    change(script, STUB, "    return images[:, (\n\n    # and more\n")
    assert invoke("reset", "mirror", "--yes").exit_code == 0
    assert script.read_bytes() == before


@pytest.mark.parametrize("mine", [MINE, "    return images[:, (\n"], ids=["sound", "broken"])
@pytest.mark.parametrize(
    "words",
    ["x = = 1\n\n\ndef mirror(images):", "def mirror(images):\n    return 1\n\nx = = 1\n\ndef f(images):"],
    ids=["above", "below"],
)
def test_broken_grammar_around_it_is_refused_with_its_line(mirror_course, script, invoke, words, mine):
    change(script, STUB, mine)
    before = change(script, "def mirror(images):", words)
    done = invoke("reset", "mirror", "--yes")
    line = line_of(script, "x = = 1")
    refused(done, "Around `mirror` the grammar of ch1_mirror.py is broken", f"line {line}: invalid syntax")
    assert script.read_bytes() == before and not (mirror_course.exercises / ".kept").exists()


def test_broken_grammar_of_another_cell_does_not_matter(script, invoke):
    change(script, STUB, MINE)
    change(script, "    plt.show()\n", "    plt.show(\n")
    assert invoke("reset", "mirror", "--yes").exit_code == 0
    assert STUB.encode() in script.read_bytes()


def test_function_that_is_there_twice_is_refused_with_both_lines(script, invoke):
    first = line_of(script, "def mirror(images):")
    before = change(script, STUB, f"{MINE}\n\n# %%\ndef mirror(images): return images\n")
    lines = (f"line {first} of", f"line {line_of(script, 'def mirror(images): return images')} of")
    refused(invoke("reset", "mirror", "--yes"), "defines `mirror` more than once", *lines)
    assert script.read_bytes() == before


def test_missing_function_is_refused_and_shown(script, invoke):
    before = change(script, "def mirror(images):", "def mirrored(images):")
    done = invoke("reset", "mirror", "--yes")
    refused(done, "has no function `mirror`", "Put the lines below where it was.")
    assert done.stderr.endswith(f'    """\n{STUB}') and "\ndef mirror(images):\n" in done.stderr
    assert script.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b'{"cells": [', b"{}"], ids=["empty", "half", "no notebook"])
def test_notebook_saved_half_way_is_refused(script, notebook, invoke, content):
    notebook.write_bytes(content)
    before = change(script, STUB, MINE)
    refused(invoke("reset", "mirror", "--yes"), "is not a notebook that can be read")
    assert (script.read_bytes(), notebook.read_bytes()) == (before, content)


def test_link_in_the_place_of_a_file_is_refused(script, invoke, tmp_path):
    change(script, STUB, MINE)
    script.rename(tmp_path / "mine.py")
    script.symlink_to(tmp_path / "mine.py")
    done = invoke("reset", "mirror", "--yes")
    assert done.exit_code == 1 and "is not an ordinary file" in done.stderr


def test_copy_that_cannot_be_kept_leaves_the_file_as_it_was(mirror_course, script, invoke):
    before = change(script, STUB, MINE)
    (mirror_course.exercises / ".kept").write_text("", encoding="utf-8")
    refused(invoke("reset", "mirror", "--yes"), "ch1_mirror.py cannot be changed", ".kept")
    assert script.read_bytes() == before


def test_file_that_cannot_be_written_is_as_it_was_and_the_copy_stays(mirror_course, script, invoke, monkeypatch):
    before = change(script, STUB, MINE)

    def full(path, content):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(reset, "write_whole", full)
    refused(invoke("reset", "mirror", "--yes"), "cannot be changed", "No space left")
    assert script.read_bytes() == before and len(kept(mirror_course)) == 1


def test_file_that_an_editor_has_just_saved_is_not_written_over(script, invoke, monkeypatch):
    change(script, STUB, MINE)
    keep = reset._keep

    def save_meanwhile(*words):
        script.write_bytes(script.read_bytes() + b"# saved\n")
        return keep(*words)

    monkeypatch.setattr(reset, "_keep", save_meanwhile)
    refused(invoke("reset", "mirror", "--yes"), "has just been changed by another program")
    assert script.read_bytes().endswith(b"# saved\n") and b"# mine" in script.read_bytes()


def test_no_to_the_second_of_two_files_leaves_both(script, notebook, invoke):
    before = change(script, STUB, MINE)
    write_in_notebook(notebook, "    return images")
    done = invoke("reset", "mirror", input="y\nn\n")
    assert done.exit_code == 1 and "Nothing has been changed." in done.stdout
    assert script.read_bytes() == before


def test_cell_that_a_magic_takes_elsewhere_is_left_alone(notebook, invoke):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    source = ["%%writefile mine.py\n", "def mirror(images):\n", "    return images\n"]
    content["cells"].append({"cell_type": "code", "id": "m", "metadata": {}, "outputs": [], "source": source})
    notebook.write_text(json.dumps(content), encoding="utf-8")
    before = notebook.read_bytes()
    write_in_notebook(notebook, MINE, indent=None, ensure_ascii=True)
    notebook.write_bytes(notebook.read_bytes().rstrip(b"\n"))
    assert invoke("reset", "mirror", "--yes").exit_code == 0
    assert notebook.read_bytes() == before


def test_chapter_without_its_files_is_told_with_the_command(mirror_course, script, notebook, invoke):
    new_chapter(mirror_course, "ch2_turn")
    script.unlink()
    notebook.unlink()
    refused(invoke("reset", "mirror", "--chapter", "ch1", "--yes"), "ch1_mirror is not there", "grader release")


def test_exercises_that_are_missing_are_told(mirror_course, invoke):
    for path in mirror_course.exercises.iterdir():
        path.unlink()
    refused(invoke("reset", "mirror", "--yes"), "holds no chapter's file")
