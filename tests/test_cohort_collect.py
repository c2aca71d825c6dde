"""A class's work as each site hands it out: the same learners and bytes come back; what is wrong is told by name."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest

from grader.cohort.collect import LAYOUTS, Collection, collect, read_roster
from grader.cohort.collect.times import instant_of
from grader.cohort.submitted import Refusal, Submitted
from grader.errors import InputError, four_parts
from grader.messages import render

CHAPTERS = ("ch1_concepts", "ch2_first_model", "ch10_more")
PY, BOOK = "ch1_concepts.py", "ch2_first_model.ipynb"
NAMES = (
    "李明",
    "Zoé Martin",
    "欧阳 娜娜",
    "O'Brien-Smith Mary",
    "Ångström Åsa",
    "=cmd()|calc",
    "<script>alert(1)</script>",
)


class Pupil(msgspec.Struct, frozen=True):
    """One of a class that the tests make up."""

    number: int
    name: str
    files: dict[str, bytes]

    @property
    def key(self) -> str:
        return f"s{self.number:04}"

    @property
    def on_disk(self) -> str:
        """The name as sites write it into files' names: without what a disk does not take."""
        return "".join("_" if c in '/<>:"|?*\\' else c for c in self.name).replace("_", " ")

    @property
    def squeezed(self) -> str:
        return "".join(c for c in self.name.lower() if c.isalnum())


def class_of(count: int) -> list[Pupil]:
    return [
        Pupil(
            number,
            f"{NAMES[number % len(NAMES)]} {number}",
            {PY: f"# {number}\nx = {number}\n".encode(), BOOK: b'{"cells": [%d]}' % number},
        )
        for number in range(1, count + 1)
    ]


def write(path: Path, content: bytes = b"x = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# ---------------------------------------------------------------- classes as the sites lay them out


def as_moodle(root: Path, pupils: Iterable[Pupil]) -> None:
    for pupil in pupils:
        for name, content in pupil.files.items():
            write(root / f"{pupil.on_disk}_{pupil.number + 1_000_000}_assignsubmission_file_" / name, content)


def as_flat_moodle(root: Path, pupils: Iterable[Pupil]) -> None:
    for pupil in pupils:
        for name, content in pupil.files.items():
            write(root / f"{pupil.on_disk}_{pupil.number + 1_000_000}_assignsubmission_file_{name}", content)


def as_canvas(root: Path, pupils: Iterable[Pupil]) -> None:
    for pupil in pupils:
        late = "_LATE" if pupil.number % 10 == 0 else ""
        for place, (name, content) in enumerate(pupil.files.items()):
            write(root / f"{pupil.squeezed}{late}_{pupil.number}_{pupil.number * 10 + place}_{name}", content)


def as_gradescope(root: Path, pupils: Iterable[Pupil]) -> None:
    lines = ["---"]
    for pupil in pupils:
        lines += [
            f"submission_{pupil.number}:",
            "  :submitters:",
            f"  - :name: '{pupil.name.replace(chr(39), chr(39) * 2)}'",
            f"    :email: {pupil.key}@example.edu",
            f"    :sid: '{pupil.key}'",
            "  :created_at: 2024-03-01 09:30:00.123456789 Z",
            "  :score: 3.0",
            "  :status: processed",
            "  :results:",
            "    tests:",
            "    - score: 1.0",
            '      output: "with: colons, # marks and \\n lines"',
            "  :history: []",
        ]
        for name, content in pupil.files.items():
            write(root / "assignment_4711_export" / f"submission_{pupil.number}" / name, content)
    write(root / "assignment_4711_export" / "submission_metadata.yml", "\n".join(lines).encode())


def as_nbgrader(root: Path, pupils: Iterable[Pupil]) -> None:
    for pupil in pupils:
        for name, content in pupil.files.items():
            write(root / "submitted" / pupil.key / "week 1" / name, content)
        write(root / "submitted" / pupil.key / "week 1" / "timestamp.txt", b"2024-03-01 09:30:00.000000 UTC")
    write(root / "gradebook.db", b"SQLite")


@pytest.fixture(scope="session")
def committed(tmp_path_factory) -> Path:
    """A `.git` of one commit, made at a known time, packed as a fresh clone has it."""
    folder = tmp_path_factory.mktemp("clone")
    git(folder, "init", "-q", "-b", "main", "--template=")
    write(folder / "README.md", b"read me")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "work")
    git(folder, "gc", "-q")
    return folder / ".git"


def git(folder: Path, *words: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_COMMITTER_DATE": "2024-03-01T17:30:00+08:00",
        "GIT_AUTHOR_DATE": "2020-01-01T00:00:00Z",
    }
    names = ["-c", "user.name=A", "-c", "user.email=a@example.edu"]
    done = subprocess.run(
        ["git", *names, *words], cwd=folder, env=environment, check=True, capture_output=True, timeout=60
    )
    return done.stdout.decode()


def as_github(root: Path, pupils: Iterable[Pupil], inside: Path) -> None:
    for pupil in pupils:
        clone = root / f"week-1-{pupil.key}"
        shutil.copytree(inside, clone / ".git")
        for name, content in pupil.files.items():
            write(clone / ("exercises" if pupil.number % 2 else "") / name, content)


def as_plain(root: Path, pupils: Iterable[Pupil]) -> None:
    for pupil in pupils:
        for name, content in pupil.files.items():
            write(root / pupil.key / name, content)


def as_files(root: Path, pupils: Iterable[Pupil]) -> None:
    for pupil in pupils:
        for name, content in pupil.files.items():
            write(root / f"{pupil.key}_{name}", content)


ROSTERS = {
    "moodle": "Identifier,Full name,Email address,ID number\n",
    "canvas": "Student,ID,SIS User ID,SIS Login ID,Section\n",
    "school": "student_id,name,email,github\n",
}
SITES: dict[str, tuple[Callable, str, str]] = {
    "moodle": (as_moodle, "moodle", "moodle"),
    "moodle, flat": (as_flat_moodle, "moodle", "moodle"),
    "canvas": (as_canvas, "canvas", "canvas"),
    "gradescope": (as_gradescope, "gradescope", "school"),
    "nbgrader": (as_nbgrader, "nbgrader", "school"),
    "github": (as_github, "github", "school"),
    "plain": (as_plain, "plain", "school"),
    "plain, files": (as_files, "plain", "school"),
}


def roster_of(kind: str, pupils: Iterable[Pupil], path: Path) -> Path:
    lines = {
        "moodle": lambda p: f"Participant {p.number + 1_000_000},{p.name},{p.key}@example.edu,{p.key}\n",
        "canvas": lambda p: f'"{p.name}",{p.number},{p.key},{p.key}@example.edu,A\n',
        "school": lambda p: f"{p.key},{p.name},{p.key}@example.edu,{p.key.upper()}\n",
    }
    return write(path, (ROSTERS[kind] + "".join(map(lines[kind], pupils))).encode())


def pack(folder: Path, kind: str) -> Path:
    """Return the folder, or what it holds as an archive."""
    path = folder.with_name(f"{folder.name}{kind}")
    files = sorted(entry for entry in folder.rglob("*") if entry.is_file())
    if kind == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.relative_to(folder))
    elif kind:
        with tarfile.open(path, "w:gz") as archive:
            archive.add(folder, "hand-ins")
    return path


def taken(collection: Collection) -> list[Submitted]:
    every = list(collection)
    assert [told(one) for one in every if isinstance(one, Refusal)] == []
    return [one for one in every if isinstance(one, Submitted)]


def told(refused: Refusal | InputError) -> str:
    """Return the four parts as one text, and make sure that there are four."""
    parts = four_parts(refused.feedback)
    assert [part for part, _ in parts] == ["problem", "expected", "got", "next_step"]
    return " | ".join(render(message, "en") for _, message in parts)


def notes(collection: Collection) -> str:
    return " ".join(render(note, "en") for note in collection.notes)


def refusal(path: Path, **options) -> str:
    with pytest.raises(InputError) as refused, collect(path, CHAPTERS, **options):
        pass
    return told(refused.value)


# ---------------------------------------------------------------- round trip


# To pack and unpack 300 clones takes long.
SITES_AND_KINDS = [
    pytest.param(site, kind, marks=[pytest.mark.slow] if site == "github" and kind else [])
    for site in SITES
    for kind in ("", ".zip", ".tar.gz")
]


@pytest.mark.parametrize("site, kind", SITES_AND_KINDS)
def test_class_of_300_comes_back_whole(site, kind, tmp_path, committed):
    lay_out, layout, roster_kind = SITES[site]
    pupils = class_of(300)
    extra = [committed] if layout == "github" else []
    lay_out(tmp_path / "class", pupils, *extra)
    absent = Pupil(9999, "Never There", {})
    roster = read_roster(roster_of(roster_kind, [*pupils, absent], tmp_path / "roster.csv"))
    with collect(pack(tmp_path / "class", kind), CHAPTERS, roster) as collection:
        assert (collection.layout, len(collection)) == (layout, 300)
        work = {one.learner.id: one for one in taken(collection)}
        assert {key: one.files for key, one in work.items()} == {pupil.key: pupil.files for pupil in pupils}
        assert [learner.id for learner in collection.missing] == [absent.key]
        assert (collection.strangers, notes(collection)) == ((), "")
    assert {work[pupil.key].learner.name for pupil in pupils} == {pupil.name for pupil in pupils}
    if layout in ("gradescope", "github", "nbgrader"):
        assert {one.handed_in_at.replace(microsecond=0) for one in work.values()} == {
            datetime.datetime(2024, 3, 1, 9, 30, tzinfo=datetime.UTC)
        }
    if layout == "canvas":
        assert {key for key, one in work.items() if one.said_late} == {p.key for p in pupils if p.number % 10 == 0}
    if layout in ("moodle", "canvas"):
        shift = 1_000_000 if layout == "moodle" else 0
        assert all(work[pupil.key].learner.other_ids[layout] == str(pupil.number + shift) for pupil in pupils)


@pytest.mark.parametrize("site", SITES)
def test_without_a_roster_learners_are_as_the_site_has_them(site, tmp_path, committed):
    lay_out, layout, _ = SITES[site]
    pupils = class_of(4)
    extra = [committed] if layout == "github" else []
    lay_out(tmp_path / "class", pupils, *extra)
    with collect(tmp_path / "class", CHAPTERS) as collection:
        work = taken(collection)
        assert sorted(str(one.files) for one in work) == sorted(str(pupil.files) for pupil in pupils)
        assert (collection.missing, collection.strangers) == ((), ())
    ids = {one.learner.id for one in work}
    shift = {"moodle": 1_000_000, "canvas": 0}.get(layout)
    assert ids == {p.key if shift is None else str(p.number + shift) for p in pupils}


def test_two_downloads_of_the_same_work_have_the_same_origins(tmp_path):
    for folder in ("monday", "tuesday"):
        as_moodle(tmp_path / folder / "Week 1", class_of(3))
    monday, tuesday = (list(collect(tmp_path / day / "Week 1", CHAPTERS)) for day in ("monday", "tuesday"))
    assert monday == tuesday and len(monday) == 3
    assert str(tmp_path) not in monday[0].origin


def test_unpacked_class_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "private"))
    (tmp_path / "private").mkdir()
    as_moodle(tmp_path / "class", class_of(2))
    path = pack(tmp_path / "class", ".zip")
    with collect(path, CHAPTERS) as collection:
        assert len(taken(collection)) == 2 == len(taken(collection))
        assert len(list((tmp_path / "private").iterdir())) == 1
    assert list((tmp_path / "private").iterdir()) == []
    path.write_bytes(path.read_bytes()[:200])
    refusal(path)
    assert list((tmp_path / "private").iterdir()) == []


# ---------------------------------------------------------------- each site's own


def test_zip_in_a_zip_of_moodle(tmp_path):
    inner = tmp_path / "inner"
    as_plain(inner, class_of(1))
    unit = tmp_path / "class" / "李明_77_assignsubmission_file_"
    unit.mkdir(parents=True)
    shutil.move(pack(inner, ".zip"), unit / "作业.zip")
    (one,) = taken(collect(pack(tmp_path / "class", ".zip"), CHAPTERS))
    assert (one.learner.id, one.learner.name, one.files) == ("77", "李明", class_of(1)[0].files)


def test_text_written_into_moodle_is_left_out_and_told(tmp_path):
    write(tmp_path / "Ann Lee_5_assignsubmission_onlinetext_" / "onlinetext.html", b"<p>see file</p>")
    write(tmp_path / "Ann Lee_5_assignsubmission_file_" / PY)
    collection = collect(tmp_path, CHAPTERS)
    assert [one.learner.id for one in taken(collection)] == ["5"]
    assert "Ann Lee_5_assignsubmission_onlinetext_ is no file and was left out." in notes(collection)


def test_group_before_a_name_of_moodle(tmp_path):
    write(tmp_path / "Group 1-Ann Lee_5_assignsubmission_file_" / PY)
    write(tmp_path / "Group 1-Jean-Luc Picard_6_assignsubmission_file_" / PY)
    roster = read_roster(write(tmp_path / "r.csv", b"id,name\na,Ann Lee\nj,Jean-Luc Picard\n"))
    assert [one.learner.id for one in taken(collect(tmp_path, CHAPTERS, roster))] == ["a", "j"]


def test_canvas_uploads_of_the_same_file_are_attempts(tmp_path):
    write(tmp_path / "leeann_5_70_ch1_concepts.py", b"first")
    write(tmp_path / "leeann_LATE_5_72_ch1_concepts-2.py", b"third")
    write(tmp_path / "leeann_5_71_ch2_first_model.ipynb", b"{}")
    write(tmp_path / "mingli_6_80_ch1_concepts-1.py", b"other")
    first, third, other = taken(collect(tmp_path, CHAPTERS))
    assert (first.attempt, first.said_late) == (1, False)
    assert first.files == {PY: b"first", BOOK: b"{}"}
    assert (third.attempt, third.said_late) == (3, True)
    assert third.files == {PY: b"third", BOOK: b"{}"}
    assert (other.learner.id, other.attempt, other.files) == ("6", 2, {PY: b"other"})


def test_canvas_uploads_of_the_same_archive_are_attempts(tmp_path):
    for number, name in enumerate(("w.zip", "w-1.zip")):
        with zipfile.ZipFile(tmp_path / f"leeann_5_{number}_{name}", "w") as archive:
            archive.writestr(f"mine/{PY}", b"%d" % number)
    assert [(one.attempt, one.files) for one in taken(collect(tmp_path, CHAPTERS))] == [
        (1, {PY: b"0"}),
        (2, {PY: b"1"}),
    ]


def test_group_of_gradescope_gets_the_work_each(tmp_path):
    write(tmp_path / "submission_8" / PY)
    about = """submission_8:
  :submitters:
  - :name: 李明
    :email: ming@example.edu
    :sid: s1
  - :name: Ann Lee
    :email: ann@example.edu
    :sid:
  :created_at: 2024-03-01 09:30:00 +0800
  :history:
  - :id: 5
    :score: 1.0
  - :id: 6
    :results: {tests: [{output: [deep, [deeper]]}]}
"""
    write(tmp_path / "submission_metadata.yml", about.encode())
    ann, ming = taken(collect(tmp_path, CHAPTERS))
    assert ann.files == ming.files == {PY: b"x = 1\n"}
    assert (ann.learner.id, ming.learner.id, ming.learner.email) == ("ann@example.edu", "s1", "ming@example.edu")
    assert (ann.attempt, ming.attempt) == (3, 3)
    assert ming.origin.endswith("/submission_8 (s1)") and ann.origin != ming.origin
    assert ming.handed_in_at == datetime.datetime(2024, 3, 1, 1, 30, tzinfo=datetime.UTC)


def test_gradescope_folder_of_nobody_and_name_without_folder(tmp_path):
    write(tmp_path / "submission_8" / PY)
    write(tmp_path / "submission_9" / PY)
    write(tmp_path / "submission_metadata.yml", b"submission_9:\n  :submitters: []\nsubmission_10: {}\n")
    collection = collect(tmp_path, CHAPTERS)
    first, second = list(collection)
    assert "Nothing says whose" in told(first) and "submission_8 is." in told(first)
    assert "submission_9 is." in told(second) and second.learner is None
    assert "submission_10 is named in submission_metadata.yml, and is not there." in notes(collection)


@pytest.mark.parametrize(
    "content, got",
    [
        (b"- 1\n- 2\n", "something else than a list of submissions"),
        (b"a:\n  b: [1, 2\n", "no YAML at line 3"),
        (b"a: *b\n", "something that does not belong there, in line 1"),
        (b"a: &b {c: d}\nsubmission_8: *b\n", "does not belong there, in line 2"),
        (b"submission_8:\n  :submitters: {a: b}\n", "does not belong there, in line 2"),
        (b"submission_8:\n  :submitters:\n  - :name: [a]\n", "does not belong there, in line 3"),
        (b"? [a]\n: b\n", "a name that is no text, in line 1"),
        (b"submission_8:\n  :created_at: !!binary aGk=\n  \xff: 1\n", "no YAML at line"),
        (b"", "something else than a list of submissions"),
    ],
)
def test_metadata_of_gradescope_that_makes_no_sense(content, got, tmp_path):
    write(tmp_path / "submission_8" / PY)
    write(tmp_path / "submission_metadata.yml", content)
    sentence = refusal(tmp_path)
    assert "submission_metadata.yml cannot be used." in sentence and got in sentence


def test_bomb_in_the_metadata_of_gradescope_is_never_built(tmp_path):
    write(tmp_path / "submission_8" / PY)
    levels = "".join(f"    l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 40))
    about = f"submission_8:\n  :submitters:\n  - :sid: s1\n  :results:\n    l0: &l0 [lol]\n{levels}"
    about += "  :status: !ruby/object:Evil\n    run: !!python/object/apply:os.system ['false']\n"
    write(tmp_path / "submission_metadata.yml", about.encode())
    assert [one.learner.id for one in taken(collect(tmp_path, CHAPTERS))] == ["s1"]


def test_gradescope_without_its_metadata(tmp_path):
    write(tmp_path / "submission_8" / PY)
    assert "does not say whose the submissions are" in refusal(tmp_path)


def test_link_in_the_place_of_the_metadata_is_not_followed(tmp_path):
    write(tmp_path / "class" / "submission_8" / PY)
    elsewhere = write(tmp_path / "elsewhere.yml", b"submission_8:\n  :submitters:\n  - :sid: s1\n")
    (tmp_path / "class" / "submission_metadata.yml").symlink_to(elsewhere)
    assert "nothing that can be read, or more than 256 MiB" in refusal(tmp_path / "class")


def test_assignments_of_nbgrader_are_submissions_in_the_order_of_time(tmp_path):
    for assignment, name, at in (
        ("a late one", PY, b"2024-05-01 10:00:00 UTC"),
        ("ch2_first_model", "my book.ipynb", b""),
    ):
        write(tmp_path / "submitted" / "ming" / assignment / name)
        write(tmp_path / "submitted" / "ming" / assignment / "timestamp.txt", at or b"2024-04-01 10:00:00")
    early, late = taken(collect(tmp_path, CHAPTERS))
    # The assignment's name says the chapter where the file's does not.
    assert (early.attempt, list(early.files)) == (1, [BOOK])
    assert (late.attempt, list(late.files)) == (2, [PY])


def test_time_of_nbgrader_that_is_none(tmp_path):
    write(tmp_path / "submitted" / "ming" / "one" / PY)
    write(tmp_path / "submitted" / "ming" / "one" / "timestamp.txt", b"yesterday")
    collection = collect(tmp_path, CHAPTERS)
    assert taken(collection)[0].handed_in_at is None
    assert "what stands in timestamp.txt is no time that is known" in notes(collection)


@pytest.mark.parametrize(
    "text, hour",
    [
        ("2024-03-01 09:30:00.123456789 Z", 9),
        ("2024-03-01T09:30:00+08:00", 1),
        ("2024-03-01 09:30:00 -0730", 17),
        ("2015-02-02 15:58:23.948203 America/Los_Angeles\n", 23),
        ("2024-03-01 09:30:00", 9),
        ("2024-03-01 09:30:00 CST", None),
        ("2024-03-01 09:30:00 Mars/Base", None),
        ("2024-13-01 09:30:00 Z", None),
        ("0001-01-01 00:00:00 +14:00", None),
        ("2024-03-01 09:30:00 ../etc/passwd", None),
        ("", None),
    ],
)
def test_points_in_time(text, hour):
    at = instant_of(text)
    assert (at and at.hour) == hour and (at is None or at.tzinfo is datetime.UTC)


def test_hyphens_in_logins_and_assignments(tmp_path, committed):
    around = tmp_path / "week-1-submissions"
    for login in ("ann", "ming-li", "ming-wu"):
        write(around / f"week-1-{login}" / PY)
        shutil.copytree(committed, around / f"week-1-{login}" / ".git")
    assert {one.learner.id for one in taken(collect(around, CHAPTERS))} == {"ann", "ming-li", "ming-wu"}
    shutil.rmtree(around / "week-1-ann")
    renamed = around.rename(tmp_path / "clones")
    # Without the folder's name only the roster tells what is the learner's.
    roster = read_roster(
        write(tmp_path / "r.csv", b"identifier,github_username,github_id,name\na,Ming-Li,17,\nb,ming-wu,18,\n")
    )
    assert [one.learner.id for one in taken(collect(renamed, CHAPTERS, roster))] == ["a", "b"]


def test_without_git_nothing_tells_when(tmp_path, committed, monkeypatch):
    write(tmp_path / "w-ann" / PY)
    shutil.copytree(committed, tmp_path / "w-ann" / ".git")
    monkeypatch.setattr("shutil.which", lambda name: None)
    collection = collect(tmp_path, CHAPTERS)
    assert taken(collection)[0].handed_in_at is None
    assert "Without `git` on this machine, nothing tells when work was handed in." in notes(collection)


# ---------------------------------------------------------------- which files count


def only(tmp_path: Path, **options) -> Submitted | Refusal:
    (one,) = collect(tmp_path, CHAPTERS, **options)
    return one


@pytest.mark.parametrize(
    "name, as_in_exercises",
    [
        ("ch1_concepts (1).py", PY),
        ("ch1_concepts - 副本.py", PY),
        ("CH1_Concepts.PY", PY),
        ("ch10_more.py", "ch10_more.py"),
        ("ch2_first_model_李明.ipynb", BOOK),
    ],
)
def test_what_is_added_to_a_name(name, as_in_exercises, tmp_path):
    write(tmp_path / "ann" / name)
    assert list(only(tmp_path).files) == [as_in_exercises]


def test_topmost_file_of_a_chapter_counts(tmp_path):
    write(tmp_path / "ann" / PY, b"new")
    write(tmp_path / "ann" / "old" / PY, b"old")
    write(tmp_path / "ann" / "part 2" / BOOK, b"{}")
    write(tmp_path / "ann" / ".ipynb_checkpoints" / "ch2_first_model-checkpoint.ipynb", b"{0}")
    write(tmp_path / "ann" / "node_modules" / "ch10_more.py", b"{0}")
    assert only(tmp_path).files == {PY: b"new", BOOK: b"{}"}


def test_solutions_of_the_whole_project_are_not_handed_in(tmp_path):
    write(tmp_path / "ann" / "exercises" / PY, b"mine")
    write(tmp_path / "ann" / "solutions" / PY, b"the course's")
    write(tmp_path / "ann" / "solutions" / "ch2_first_model.py", b"the course's")
    assert only(tmp_path).files == {PY: b"mine"}


@pytest.mark.parametrize("rival", ["ch1_concepts (1).py", f"exercises/{PY}"])
def test_two_files_of_a_chapter_are_refused_by_name(rival, tmp_path):
    write(tmp_path / "ann" / PY, b"one")
    write(tmp_path / "ann" / rival, b"two")
    sentence = told(only(tmp_path))
    assert "holds two files of the same chapter" in sentence and PY in sentence and rival in sentence
    write(tmp_path / "ann" / rival, b"one")
    assert only(tmp_path).files == {PY: b"one"}


def test_only_file_is_the_chapter_that_is_named(tmp_path):
    write(tmp_path / "ann" / "homework.py", b"mine")
    assert "holds no chapter's file" in told(only(tmp_path))
    assert only(tmp_path, chapter="ch1_concepts").files == {PY: b"mine"}
    write(tmp_path / "ann" / "homework.ipynb", b"{}")
    assert set(only(tmp_path, chapter="ch1_concepts").files) == {PY, "ch1_concepts.ipynb"}
    write(tmp_path / "ann" / "other.py", b"what?")
    assert "3 files: homework.ipynb, homework.py, other.py" in told(only(tmp_path, chapter="ch1_concepts"))
    write(tmp_path / "ann" / PY, b"named")
    assert only(tmp_path, chapter="ch1_concepts").files == {PY: b"named"}


def test_nothing_of_a_chapter_says_what_was_there(tmp_path):
    (tmp_path / "ann").mkdir()
    write(tmp_path / "bob" / "report.docx")
    ann, bob = collect(tmp_path, CHAPTERS)
    assert "an empty folder" in told(ann) and ann.learner.id == "ann"
    assert "1 files: report.docx" in told(bob)


def test_archive_that_cannot_be_read_beside_work_that_can_is_a_note(tmp_path):
    write(tmp_path / "ann" / PY)
    write(tmp_path / "ann" / "pictures.rar", b"Rar!")
    collection = collect(tmp_path, CHAPTERS)
    assert len(taken(collection)) == 1
    assert "pictures.rar cannot be unpacked." in notes(collection)


# ---------------------------------------------------------------- which layout


def test_names_of_two_sites_ask_which_one(tmp_path):
    write(tmp_path / "Ann Lee_5_assignsubmission_file_" / PY)
    write(tmp_path / "submission_8" / PY)
    sentence = refusal(tmp_path)
    assert "names as of moodle, gradescope" in sentence and "--layout moodle" in sentence
    collection = collect(tmp_path, CHAPTERS, layout="moodle")
    assert len(taken(collection)) == 1
    assert "1 entries belong to no learner and were left out: submission_8" in notes(collection)


def test_layout_that_is_asked_for_and_is_not_there(tmp_path):
    as_plain(tmp_path, class_of(2))
    assert "the layout of canvas | s0001, s0002" in refusal(tmp_path, layout="canvas")
    assert f"one of: {', '.join(LAYOUTS)} | `--layout google`" in refusal(tmp_path, layout="google")
    assert "`--chapter ch9`" in refusal(tmp_path, chapter="ch9")


def test_what_is_no_class(tmp_path):
    assert "an empty folder" in refusal(tmp_path)
    assert "No such file or directory" in refusal(tmp_path / "nowhere")
    assert "a single file" in refusal(write(tmp_path / "x" / PY))
    # The work of one learner.
    assert "does not look like what a class handed in | what Moodle" in refusal(tmp_path / "x").replace(".", "")


@pytest.mark.parametrize("around", ["", "download", "a/b"])
def test_folders_around_a_class_and_its_only_learner(around, tmp_path):
    write(tmp_path / "top" / around / "ann" / "exercises" / PY)
    write(tmp_path / "top" / "__MACOSX" / "._x")
    write(tmp_path / "top" / ".DS_Store")
    assert only(tmp_path / "top").learner.id == "ann"
    write(tmp_path / "top" / around / "bob" / PY)
    assert [one.learner.id for one in collect(tmp_path / "top", CHAPTERS)] == ["ann", "bob"]


def test_roster_beside_the_folder_of_the_class(tmp_path):
    for name in ("ann", "bob"):
        write(tmp_path / "class" / "submissions" / name / PY)
    roster = read_roster(write(tmp_path / "class" / "roster.csv", b"id\nann\nbob\n"))
    assert [one.learner.id for one in taken(collect(tmp_path / "class", CHAPTERS, roster))] == ["ann", "bob"]


def test_only_learner_of_the_roster_is_found_above_their_own_folders(tmp_path):
    write(tmp_path / "top" / "ann" / "week 1" / PY)
    roster = read_roster(write(tmp_path / "r.csv", b"id\nann\n"))
    assert only(tmp_path / "top", roster=roster).learner.id == "ann"


def test_one_archive_a_learner(tmp_path):
    for name, folder in (("ann.zip", "ann"), ("李明.tar.gz", "m")):
        write(tmp_path / folder / "work" / PY, folder.encode())
        pack(tmp_path / folder, name.removeprefix("ann").removeprefix("李明")).rename(tmp_path / name)
        shutil.rmtree(tmp_path / folder)
    assert {one.learner.id: one.files for one in collect(tmp_path, CHAPTERS)} == {
        "ann": {PY: b"ann"},
        "李明": {PY: b"m"},
    }


def test_teachers_own_files_beside_the_class_are_no_ones_work(tmp_path):
    as_moodle(tmp_path, class_of(1))
    write(tmp_path / "Grades.csv")
    write(tmp_path / "class.toml")
    collection = collect(tmp_path, CHAPTERS)
    assert len(taken(collection)) == 1 and notes(collection) == ""


# ---------------------------------------------------------------- learners and the roster


def test_strangers_are_collected_and_named(tmp_path):
    as_plain(tmp_path / "class", class_of(2))
    roster = read_roster(write(tmp_path / "r.csv", b"id,name\ns0001,Ann\nx,Bob\n"))
    collection = collect(tmp_path / "class", CHAPTERS, roster)
    assert len(taken(collection)) == 2
    assert [learner.id for learner in collection.strangers] == ["s0002"]
    assert [learner.id for learner in collection.missing] == ["x"]


def test_stranger_never_takes_the_id_of_one_who_is_known(tmp_path):
    write(tmp_path / "class" / "Eve_17_assignsubmission_file_" / PY)
    roster = read_roster(write(tmp_path / "r.csv", b"id,name\n17,Ann\n"))
    collection = collect(tmp_path / "class", CHAPTERS, roster)
    assert [one.learner.id for one in taken(collection)] == ["moodle:17"]
    assert [learner.id for learner in collection.missing] == ["17"]


def test_two_of_one_name_are_not_taken_for_the_one_in_the_roster(tmp_path):
    for number in (5, 6):
        write(tmp_path / "class" / f"Ming Li_{number}_assignsubmission_file_" / PY)
    roster = read_roster(write(tmp_path / "r.csv", b"id,name\na,Ming Li\n"))
    collection = collect(tmp_path / "class", CHAPTERS, roster)
    assert [one.learner.id for one in taken(collection)] == ["5", "6"]
    assert "has the name of a in the roster, but is not the only one" in notes(collection)
    assert len(collection.missing) == 1


def test_name_of_two_in_the_roster_is_matched_to_none(tmp_path):
    write(tmp_path / "class" / "Ming Li_5_assignsubmission_file_" / PY)
    roster = read_roster(write(tmp_path / "r.csv", b"id,name\na,Ming Li\nb,ming li\n"))
    collection = collect(tmp_path / "class", CHAPTERS, roster)
    assert [one.learner.id for one in taken(collection)] == ["5"]
    assert "Ming Li may be any of a, b of the roster, and was matched to none." in notes(collection)


def test_refused_work_is_not_missing(tmp_path):
    write(tmp_path / "class" / "a" / "report.docx")
    roster = read_roster(write(tmp_path / "r.csv", b"id,name\na,Ann\nb,Bob\n"))
    collection = collect(tmp_path / "class", CHAPTERS, roster)
    (one,) = collection
    assert isinstance(one, Refusal) and one.learner == roster.learners[0]
    assert [learner.id for learner in collection.missing] == ["b"]


def test_two_submissions_that_nothing_puts_in_order(tmp_path):
    write(tmp_path / "class" / "ann" / PY)
    write(tmp_path / "class" / "ann@example.edu" / PY)
    roster = read_roster(write(tmp_path / "r.csv", b"id,email\nann,ann@example.edu\nx,x@example.edu\n"))
    first, second = collect(tmp_path / "class", CHAPTERS, roster)
    assert "class/ann and class/ann@example.edu are of the same learner." in told(first)
    assert "class/ann@example.edu and class/ann are of the same learner." in told(second)
