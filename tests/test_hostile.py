"""The attack corpus, run: each attack is held back where the table says so, and the table says nothing that is not so."""

import json
import os
import re
import tempfile
from pathlib import Path

import msgspec
import psutil
import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.doctor.arena import Arena
from grader.doctor.corpus import CORPUS, read_corpus
from grader.doctor.leaks import HIDDEN_PIXELS, leaks_in
from grader.doctor.stage import CANARY, Stage
from grader.doctor.sandboxes import landlock_version
from grader.doctor.table import put_table, render_table, shut_in_levels
from grader.messages import render
from grader.sandbox.confine import Level, strongest_level

ROOT = Path(__file__).parents[1]
CASES = read_corpus().cases
# A learner who made a mistake is helped; these words would accuse him.
ACCUSING = re.compile(r"cheat|attack|hostile|malicious|forbidden|illegal|violat|suspicious|hack|abuse|security", re.I)
ATTACKS = {f"A{number}" for number in range(1, 28)}
ELSEWHERE = {"A17": "tests/test_archive.py"}


def works_here(level: Level) -> bool:
    """Return whether the sandbox can be had at this level on this machine."""
    if level is strongest_level():
        return True
    return level is Level.PROCESS or (level.value == "landlock" and landlock_version() > 0)


def every_case_at_every_level():
    for level in shut_in_levels():
        marks = [pytest.mark.xdist_group(f"hostile {level.value}")]
        if level is not strongest_level():
            marks.append(pytest.mark.slow)
        if not works_here(level):
            marks.append(pytest.mark.skip(reason=f"the level {level.value} does not work on this machine"))
        for case in CASES:
            yield pytest.param(level, case, marks=marks, id=f"{level.value}-{case.name}")


@pytest.fixture(scope="module")
def arenas():
    """Return the arena of a level; its sandbox with Keras stays warm for all attacks that need one."""
    opened: dict[Level, Arena] = {}

    def arena_of(level: Level) -> Arena:
        if level not in opened:
            opened[level] = Arena(read_corpus(), level)
        return opened[level]

    yield arena_of
    for arena in opened.values():
        arena.close()


@pytest.mark.parametrize("level, case", every_case_at_every_level())
def test_attack_gets_what_the_table_says_and_nothing_else(arenas, level, case, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    here, home = sorted(os.listdir()), sorted(os.listdir(Path.home()))
    outcome = arenas(level).run(case)
    breaches = [render(breach, "en") for breach in outcome.breaches]
    if level.value in case.gets_through:
        assert breaches, f"the table says that this gets through at {level.value}: {case.gets_through[level.value]}"
    else:
        assert breaches == [], outcome.told
    assert (sorted(os.listdir()), sorted(os.listdir(Path.home()))) == (here, home)
    left = [
        path.name for path in tmp_path.iterdir() if not path.name.startswith(("first-digits-arena", "first-digits-"))
    ]
    assert left == []


@pytest.mark.parametrize("case", [case for case in CASES if case.accident], ids=lambda case: case.name)
def test_accident_reads_as_help(arenas, case):
    outcome = arenas(strongest_level()).run(case)
    assert not ACCUSING.search(outcome.told)
