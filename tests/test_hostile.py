"""The attack corpus, run: each attack is held back where the table says so, and nowhere else."""

import re
import tempfile
from pathlib import Path

import pytest

from grader.doctor.arena import Arena
from grader.doctor.corpus import ARCHIVES, read_corpus
from grader.doctor.table import BEGIN, put_table, render_table, shut_in_levels
from grader.messages import render
from grader.results import Verdict
from grader.sandbox.confine import Level, landlock_version, strongest_level

ROOT = Path(__file__).parents[1]
CORPUS = read_corpus()
# A learner who made a mistake is helped; these words would accuse him.
ACCUSING = re.compile(r"cheat|attack|hostile|malicious|forbidden|illegal|violat|suspicious|hack|abuse|security", re.I)
LEFT = re.compile(r"fd[0-9a-f]{8}")


def works_here(level: Level) -> bool:
    """Return whether the sandbox can be had at this level on this machine."""
    if level in (strongest_level(), Level.PROCESS):
        return True
    return level is Level.LANDLOCK and landlock_version() > 0


def every_case_at_every_level():
    for level in shut_in_levels():
        marks = [pytest.mark.xdist_group(f"hostile {level.value}")]
        if level is not strongest_level():
            marks.append(pytest.mark.slow)
        if not works_here(level):
            marks.append(pytest.mark.skip(reason=f"the level {level.value} does not work on this machine"))
        for case in CORPUS.cases:
            yield pytest.param(level, case, marks=marks, id=f"{level.value}-{case.name}")


@pytest.fixture(scope="module")
def own_temporary_folder():
    """A folder for temporary files with nothing else in it; its path is short, as those of sockets must be."""
    with tempfile.TemporaryDirectory(prefix="fdt", dir="/tmp") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture(scope="module")
def arena_of(own_temporary_folder):
    """Return the arena of a level. What is warm in it stays so for all attacks."""
    opened: dict[Level, Arena] = {}

    def open_arena(level: Level) -> Arena:
        if level not in opened:
            opened[level] = Arena(CORPUS, level)
        return opened[level]

    yield open_arena
    for arena in opened.values():
        arena.close()


def names_in(*folders: Path) -> list[str]:
    """Return what is there, without what attacks leave that are tried at the same time; each looks for its own."""
    return sorted(str(path) for folder in folders for path in folder.iterdir() if not LEFT.match(path.name))


@pytest.mark.parametrize("level, case", list(every_case_at_every_level()))
def test_attack_gets_what_the_table_says_and_nothing_else(arena_of, level, case, own_temporary_folder):
    arena = arena_of(level)
    before = names_in(Path.cwd(), Path.home())
    outcome = arena.run(case)
    breaches = [render(breach, "en") for breach in outcome.breaches]
    if level.value in case.gets_through:
        if not breaches and outcome.verdict is Verdict.TIMEOUT:
            pytest.skip("the attack did not get far enough on this machine before its time was over")
        assert breaches, f"the table says of {level.value}: {case.gets_through[level.value]}"
    else:
        assert breaches == [], outcome.told
    if case.accident:
        assert not ACCUSING.search(outcome.told.replace("_attacked.py", ""))
    assert names_in(Path.cwd(), Path.home()) == before
    # The sandbox that is warm still has its folder, and pytest, which the grader is run by, has one, too.
    expected = ("first-digits-", "pytest-of-")
    assert [path for path in names_in(own_temporary_folder) if not Path(path).name.startswith(expected)] == []


def test_every_attack_of_the_list_has_a_submission_or_tests_of_its_own():
    listed = {f"A{number}" for number in range(1, 28)}
    assert {case.attack for case in CORPUS.cases} == listed - {ARCHIVES.attack}
    assert (ROOT / ARCHIVES.tests).is_file()


def test_every_case_says_what_it_is_in_both_languages():
    for case in CORPUS.cases:
        assert re.search("[\u4e00-\u9fff]", case.title_zh) and case.title.isascii(), case.name
        assert CORPUS.folder(case).is_dir(), case.name
        assert set(case.gets_through) <= {level.value for level in shut_in_levels()}, case.name


def test_a_weaker_level_holds_back_no_more_than_a_stronger_one():
    for case in CORPUS.cases:
        through = [level.value in case.gets_through for level in shut_in_levels()]
        assert through == sorted(through), case.name


def test_table_in_the_documents_is_current():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert put_table(text, render_table(CORPUS)) == text, "run: grader doctor --write-table SECURITY.md"


def test_table_has_a_row_for_each_case_and_names_what_gets_through():
    table = render_table(CORPUS).splitlines()
    archives = [row for row in table if row.startswith(f"| {ARCHIVES.attack} |")]
    assert len(archives) == 1 and ARCHIVES.tests in archives[0]
    rows = [row for row in table[2:] if row not in archives]
    assert len(rows) == len(CORPUS.cases) + 1
    for case, row in zip(CORPUS.cases, rows, strict=False):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[:2] == [case.attack, case.title]
        assert cells[2:] == [case.gets_through.get(level.value, "held back") for level in shut_in_levels()]


def test_file_without_the_marks_is_no_place_for_the_table():
    with pytest.raises(ValueError, match="there are no lines"):
        put_table(f"text\n{BEGIN}\nno end", "table")
