"""`grader watch` on a real terminal: what is saved is checked, keys do what they say, and all ends cleanly."""

import os
import re
import sys
import time
from pathlib import Path

import psutil
import pytest

from grader.progress import read_progress
from grader.results import Verdict

pexpect = pytest.importorskip("pexpect")

ROOT = Path(__file__).parents[1]
CHAPTER = "ch1_mirror"
STUB = '# YOUR CODE HERE\n    raise NotImplementedError("mirror")'
RIGHT, WRONG = "return images[:, :, ::-1]", "return images[:, ::-1]"
KEYS = "h hint   l list   r reset   q quit"


def save(course, code):
    """Write the function as an editor does: beside the file, then in its place."""
    path = course.exercises / f"{CHAPTER}.py"
    text = path.read_text(encoding="utf-8")
    old = next(one for one in (STUB, RIGHT, WRONG) if one in text)
    draft = path.with_suffix(".tmp")
    draft.write_text(text.replace(old, code), encoding="utf-8")
    draft.replace(path)


def start(course, *options, columns=80):
    code = "from grader.cli import app; app()"
    arguments = ["-c", code, "watch", f"--course={course.root}", "--lang=en", *options]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(columns), "PYTHONPATH": str(ROOT)}
    terminal = pexpect.spawn(sys.executable, arguments, env=environment, timeout=60, encoding="utf-8")
    terminal.setwinsize(50, columns)
    return terminal


def seen(terminal):
    """Return what stood on the screen before the last match, without colours."""
    return re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", terminal.before)


def quit_watching(terminal, key="q"):
    family = psutil.Process(terminal.pid).children(recursive=True)
    terminal.send(key)
    terminal.expect("Your progress is kept")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert psutil.wait_procs(family, timeout=15)[1] == []


def test_saving_checks_and_keys_help(mirror_course):
    terminal = start(mirror_course)
    terminal.expect(KEYS)
    assert "○ mirror" in seen(terminal)

    save(mirror_course, WRONG)
    terminal.expect("upside down")
    terminal.expect(KEYS)
    assert "Next step" in seen(terminal)

    # The known mistake's sentence comes with the first hint, too.
    terminal.send("h")
    terminal.expect("hint 1 of 3")
    terminal.send("h")
    terminal.expect("hint 2 of 3")

    terminal.send("l")
    terminal.expect(r"not right yet")
    terminal.expect(KEYS)

    save(mirror_course, RIGHT)
    terminal.expect("✓.*mirror")
    terminal.expect(KEYS)
    assert "Everything passes. Well done!" in seen(terminal)
    quit_watching(terminal)
    note = read_progress(mirror_course.root).note_of(CHAPTER, "mirror")
    assert note.verdict is Verdict.PASS


def test_reset_asks_first_and_keeps_a_copy(mirror_course):
    save(mirror_course, WRONG)
    path = mirror_course.exercises / f"{CHAPTER}.py"
    terminal = start(mirror_course, "ch1")
    terminal.expect(KEYS)
    terminal.send("r")
    terminal.expect("back as it came")
    terminal.send("n")
    terminal.expect(KEYS)
    assert WRONG in path.read_text(encoding="utf-8")
    terminal.send("r")
    terminal.expect("back as it came")
    terminal.send("y")
    terminal.expect("○.*mirror")
    terminal.expect(KEYS)
    assert STUB in path.read_text(encoding="utf-8")
    (copy,) = (mirror_course.exercises / ".kept" / CHAPTER).iterdir()
    assert WRONG in copy.read_text(encoding="utf-8")
    quit_watching(terminal)


def test_interrupt_ends_it_cleanly_and_the_terminal_is_as_it_was(mirror_course):
    terminal = start(mirror_course, columns=40)
    terminal.expect("q quit")
    for line in seen(terminal).splitlines():
        assert len(line.rstrip()) <= 40
    quit_watching(terminal, "\x03")


def test_interrupt_while_it_checks_ends_it_too(mirror_course):
    save(mirror_course, "import time; time.sleep(50)")
    terminal = start(mirror_course)
    terminal.expect("Checking")
    # By then the function is asleep; pytest, which runs the checks, gets the interrupt.
    time.sleep(4)
    quit_watching(terminal, "\x03")


def test_file_that_breaks_is_told_and_the_watch_goes_on(mirror_course):
    save(mirror_course, WRONG)
    terminal = start(mirror_course)
    terminal.expect("upside down")
    terminal.expect(KEYS)
    path = mirror_course.exercises / f"{CHAPTER}.py"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(WRONG, "return images[:, ::-1"), encoding="utf-8")
    terminal.expect("grammar")
    terminal.expect(KEYS)
    path.unlink()
    terminal.expect("Next step|○")
    path.write_text(whole.replace(WRONG, RIGHT), encoding="utf-8")
    terminal.expect("✓.*mirror")
    quit_watching(terminal)


def test_unknown_chapter_is_refused_in_four_parts(mirror_course, invoke):
    done = invoke("watch", "ch9")
    assert done.exit_code == 1 and "There is no chapter ch9" in done.output and "Next step" in done.output
