"""The harness of the attack corpus: it must notice what an attack reaches, or its silence proves nothing."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from grader.doctor.arena import Arena
from grader.doctor.corpus import Corpus, read_corpus
from grader.doctor.leaks import HIDDEN_PIXELS, leaks_in
from grader.doctor.stage import CANARY, ENVIRONMENT_SECRET, Stage
from grader.messages import render
from grader.results import Verdict
from grader.sandbox.confine import strongest_level

CORPUS = read_corpus()
WRONG = next(case for case in CORPUS.cases if case.name == "a09_lying_array")
SPARE = "import numpy as np\n\n\ndef scale(images):\n    {body}\n\n\ndef total(numbers):\n    return {total}\n"


@pytest.fixture
def stage():
    with Stage(CORPUS, WRONG) as stage:
        yield stage


def damage(stage: Stage) -> str:
    return " | ".join(render(words, "en") for words in stage.damage())


def test_untouched_stage_shows_no_damage(stage):
    assert damage(stage) == ""


@pytest.mark.parametrize("place", ["outside", "work"])
def test_new_file_is_noticed(stage, place):
    (getattr(stage, place) / "new.txt").touch()
    assert "a file outside was changed" in damage(stage)


def test_changed_content_and_changed_rights_are_noticed(stage):
    stage.neighbour.chmod(0o600)
    assert "a file outside was changed: neighbour/ch1_attacked.py" in damage(stage)


def test_file_left_in_the_folder_for_temporary_files_is_noticed_and_removed(stage):
    path = Path("/tmp", f"{stage.mark}-left")
    path.touch()
    assert "a file was left behind" in damage(stage)
    stage.__exit__()
    assert not path.exists()


def test_connection_and_datagram_are_noticed():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with Stage(CORPUS, WRONG) as stage, socket.socket(socket.AF_INET, kind) as attacker:
            attacker.connect(("127.0.0.1", stage.port))
            attacker.send(b"x")
            assert "another program was reached" in damage(stage)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_signal_to_a_bystander_is_noticed(stage, number):
    os.kill(stage.bystander.pid, number)
    time.sleep(0.2)
    assert "another program was ended or stopped" in damage(stage)


def test_process_left_running_is_noticed(stage, monkeypatch):
    monkeypatch.setattr("grader.doctor.stage.SURVIVOR_WAIT_S", 0.2)
    name = f"ctypes.CDLL(None).prctl(15, b'{stage.mark}', 0, 0, 0)"
    code = f"import ctypes, time; {name}; print(flush=True); time.sleep(60)"
    left = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        assert left.stdout is not None and left.stdout.readline() == b"\n"
        assert "1 processes were left running" in damage(stage)
    finally:
        left.kill()
        left.wait()
        left.stdout.close()


@pytest.mark.parametrize(
    "text",
    [
        ENVIRONMENT_SECRET,
        CANARY.encode().hex(),
        base64.b64encode(CANARY.encode()).decode(),
        base64.b64encode(b"x" + CANARY.encode() + b"yz").decode(),
        base64.b64encode(b"xy" + bytes(HIDDEN_PIXELS) + b"yz").decode(),
        str(list(HIDDEN_PIXELS)),
        "array([[211,  37,\n   199 , 61]], dtype=uint8)",
        "<td>211</td> 37.0 and 199 then 61.0",
        "0.82745, 0.14510, 0.78039, 0.23922",
        str(bytes(HIDDEN_PIXELS).hex()),
    ],
)
def test_hidden_things_are_found_however_they_are_written(text):
    assert list(leaks_in(text)) != []


@pytest.mark.parametrize("text", ["", "211 and 37 points", "61 199 37 211", "0.156863 at [0, 0]", "canary"])
def test_usual_words_are_no_leak(text):
    assert list(leaks_in(text)) == []


@pytest.fixture
def run(tmp_path):
    """Run a case whose submission is made for the test."""

    def run_case(body: str, total: str = "int(numbers.sum())", **expected):
        case = msgspec.structs.replace(WRONG, name="spare", **expected)
        folder = tmp_path / "submissions" / "spare"
        folder.mkdir(parents=True)
        (folder / "ch1_attacked.py").write_text(SPARE.format(body=body, total=total), encoding="utf-8")
        (tmp_path / "course").symlink_to(CORPUS.root / "course")
        with Arena(Corpus(tmp_path, (case,)), strongest_level()) as arena:
            return [render(breach, "en") for breach in arena.run(case).breaches]

    return run_case


def test_points_that_were_not_earned_are_noticed(run):
    assert run("return (images / 255).astype('float32')", feedback=()) == ["the verdict is pass"]


def test_missing_words_are_noticed(run):
    assert run("return images / 300", feedback=("no such words",)) == ["the learner is not told: no such words"]


def test_words_that_must_not_be_said_are_noticed(run):
    breaches = run("raise ValueError('never' + 'more')", feedback=(), never_says=("nevermore",))
    assert any("the screen shows what it should not: 'nevermore'" in breach for breach in breaches)
    assert any("report.json" in breach for breach in breaches) and any("junit.xml" in breach for breach in breaches)


def test_right_function_without_points_is_noticed(run):
    assert run("return images / 300", total="0", verdicts=(Verdict.FAIL,)) == ["total, which is right, got no points"]


def test_case_that_says_too_much_is_refused(tmp_path):
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "bad.toml").write_text('attack = "A1"\nnonsense = 1\n')
    with pytest.raises(ValueError, match=r"bad\.toml"):
        read_corpus(tmp_path)
