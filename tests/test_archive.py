"""Work handed in as an archive: graded like a folder, or refused in words before anything of it is on the disk."""

import io
import os
import socket
import stat
import struct
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

from grader.errors import InputError, four_parts
from grader.messages import render
from grader.plugin.grade import grade
from grader.results import Verdict
from grader.submission.archive import ONE_LEARNER, Spent, is_archive, unpack, unpacked
from grader.submission.archive_refusals import WHOLE_CLASS, Allowance
from grader.submission.find import find_submission

CHAPTER = "ch2_first_model"
GOOD = b'def normalize(images):\n    return images.reshape(len(images), -1).astype("float32") / 255\n'


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def tarred(path: Path, *members: tuple[str | tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz" if path.suffix.lower() in (".gz", ".tgz") else "w") as archive:
        for name, data in members:
            member = tarfile.TarInfo(name) if isinstance(name, str) else name
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def special(kind: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo("work/odd")
    member.type, member.linkname = kind, target
    return member


def of_kind(kind: int, name: str = "work/odd") -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    return info


def refusal(path: Path, allowance: Allowance = ONE_LEARNER) -> dict[str, str]:
    """Return the four parts in English, and make sure that nothing is left of the archive."""
    folder = path.parent / "unpacked"
    with pytest.raises(InputError) as refused:
        unpack(path, folder, allowance)
    assert not folder.exists()
    assert all(render(message, "zh") != render(message, "en") for _, message in four_parts(refused.value.feedback)[:1])
    return {part: render(message, "en") for part, message in four_parts(refused.value.feedback)}


# ---------------------------------------------------------------- graded


@pytest.fixture
def graded(warm_sandbox, tmp_path, monkeypatch):
    """Grade `normalize` alone, and make sure that the unpacked files are gone."""
    warm_sandbox.warm(())
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(private))

    def grade_path(path: Path, *options: str):
        outcome = grade(path, "-k", "normalize", "--lang", "en", *options, sandbox=warm_sandbox)
        assert list(private.iterdir()) == []
        return outcome

    return grade_path


def words(outcome) -> str:
    return " ".join(outcome.screen.split())


def verdict(outcome) -> Verdict:
    return next(task.verdict for task in outcome.result.chapters[0].tasks if task.name == "normalize")


@pytest.mark.parametrize(
    "name, folder",
    [
        ("work.zip", "my work/exercises/"),
        ("work.tar", ""),
        ("work.tar.gz", "exercises/"),
        ("Work.TGZ", ""),
        (f"{CHAPTER}.zip", ""),
    ],
)
def test_work_in_an_archive_is_graded_like_a_folder(graded, tmp_path, name, folder):
    pack = zipped if name.endswith(".zip") else tarred
    path = pack(tmp_path / name, (f"{folder}{CHAPTER}.py", GOOD), (f"{folder}notes.txt", b"mine"))
    outcome = graded(path)
    assert verdict(outcome) is Verdict.PASS
    assert Path(outcome.result.chapters[0].file or "") == path / folder / f"{CHAPTER}.py"


def test_a_mistake_in_an_archive_names_file_and_line(graded, tmp_path):
    path = zipped(tmp_path / "work.zip", (f"{CHAPTER}.py", b"def normalize(images):\n    return pixels\n"))
    outcome = graded(path)
    assert verdict(outcome) is Verdict.FAIL
    assert f"{CHAPTER}.py, line 2" in words(outcome)


def test_a_refused_archive_is_told_before_anything_runs(graded, tmp_path):
    path = zipped(tmp_path / "work.zip", (f"{CHAPTER}.py", GOOD), ("../../x.py", b"import os"))
    outcome = graded(path)
    assert (outcome.exit_status, outcome.result) == (4, None)
    for sentence in (
        "Problem: work.zip is refused for what it holds: ../../x.py",
        "Expected: ordinary files, each once, with names that any computer can write into one folder",
        "Got: a name with `..`, which leads out of the folder",
        "Next step: Pack the folder you work in anew",
    ):
        assert sentence in words(outcome)
    assert not (tmp_path.parent / "x.py").exists()


def test_an_archive_without_a_chapter(graded, tmp_path):
    outcome = graded(zipped(tmp_path / "work.zip", ("notes.txt", b"mine"), ("inner.zip", GOOD)))
    assert outcome.exit_status == 4
    assert f"The folder {tmp_path / 'work.zip'} holds no chapter's file" in words(outcome)


def test_an_archive_of_two_folders_with_chapters_asks_which_one_counts(graded, tmp_path):
    path = zipped(tmp_path / "work.zip", (f"w/old/{CHAPTER}.py", GOOD), (f"w/new/{CHAPTER}.py", GOOD))
    outcome = graded(path)
    assert outcome.exit_status == 4
    assert "work.zip holds more than one folder with chapters" in words(outcome) and "w/new, w/old" in words(outcome)


def test_both_files_filled_in_differently_in_an_archive(graded, tmp_path):
    book = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "def normalize(images):\\n    return 1"}]}'
    outcome = graded(zipped(tmp_path / "work.zip", (f"{CHAPTER}.py", GOOD), (f"{CHAPTER}.ipynb", book)))
    assert verdict(outcome) is Verdict.BLOCKED
    assert "Pack only the one that counts." in words(outcome)


# ---------------------------------------------------------------- names


NAMES = {
    "../x": "a name with `..`, which leads out of the folder",
    "a/../../x": "a name with `..`, which leads out of the folder",
    "a/..": "a name with `..`, which leads out of the folder",
    "/etc/passwd": "a name that begins at the top of the disk",
    "//server/share": "a name that begins at the top of the disk",
    "C:/x": "a name with a drive's letter",
    "a/c:x": "a name with a drive's letter",
    "a\\..\\x": "a name with a backslash, which some computers take for a folder's mark",
    "\\\\server\\x": "a name with a backslash, which some computers take for a folder's mark",
    "a\u202etxt.py": "a name with the character U+202E, which cannot be seen",
    "a\nb": "a name with the character U+000A, which cannot be seen",
    "a\x1b[2Jb": "a name with the character U+001B, which cannot be seen",
    "x" * 256: "a name of 256 bytes",
    "数" * 86: "a name of 258 bytes",
    "/".join(["x" * 200] * 5)[:900]: "a name of 900 bytes",
    "d/" * 20 + "x": "a file 20 folders deep",
}


@pytest.mark.parametrize("kind", ["zip", "tar", "tgz"])
@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:20] for name in NAMES])
def test_names_that_lead_elsewhere_are_refused_by_name(tmp_path, kind, name):
    pack = zipped if kind == "zip" else tarred
    parts = refusal(pack(tmp_path / f"work.{kind}", ("good.py", GOOD), (name, b"x")))
    assert parts["got"] == NAMES[name]
    shown = parts["problem"].removeprefix(f"work.{kind} is refused for what it holds: ")
    assert shown.isprintable() and 0 < len(shown) <= 83
    if len(name) < 40 and name.isprintable():
        assert shown == name


def test_a_zero_byte_in_a_name_is_refused(tmp_path):
    """zipfile would cut the name off there: `a.py` for `a.py<zero>.txt`."""
    path = zipped(tmp_path / "work.zip", ("a.pyX.txt", b"x"))
    path.write_bytes(path.read_bytes().replace(b"a.pyX.txt", b"a.py\0.txt"))
    parts = refusal(path)
    assert parts["got"] == "a name with the character U+0000, which cannot be seen"
    assert parts["problem"].endswith("a.py<U+0000>.txt")


@pytest.mark.parametrize(
    "first, second, got",
    [
        ("a.py", "a.py", "the same name twice"),
        ("a.py", "./a.py", "the same name twice"),
        ("a.py", "A.PY", "a name that some computers take for the same as a.py"),
        ("w/a.py", "W/b.py", "a name that some computers take for the same as w"),
        ("stra\u00dfe", "STRASSE", "a name that some computers take for the same as straße"),
        ("\u00e9", "e\u0301", "a name that some computers take for the same as é"),
        ("a.py", "a.py.", "a name that some computers take for the same as a.py"),
        ("a.py", "a\u200d.py", "a name that some computers take for the same as a.py"),
        ("a", "a/b", "a name that is there for a file and for a folder"),
        ("a/b", "a", "a name that is there for a file and for a folder"),
        ("a", "a/", "a name that is there for a file and for a folder"),
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_are_one_file_somewhere_are_refused(tmp_path, kind, first, second, got):
    if kind == "tar":
        folder = tarfile.TarInfo(second)
        folder.type = tarfile.DIRTYPE
        path = tarred(tmp_path / "work.tar", (first, b"1"), (folder if second.endswith("/") else second, b""))
    else:
        path = zipped(tmp_path / "work.zip", (first, b"1"), (second, b""))
    assert refusal(path)["got"] == got


def test_names_in_chinese_are_read_however_they_were_written(tmp_path):
    """Windows in Chinese writes GB 18030 and macOS UTF-8, neither with a mark."""
    for encoding in ("utf-8", "gb18030"):
        raw = "作业".encode(encoding)
        path = zipped(tmp_path / f"{encoding}.zip", ("x" * len(raw), b"1"))
        path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
        with unpacked(path) as folder:
            assert [entry.name for entry in folder.iterdir()] == ["作业"]


# ---------------------------------------------------------------- what is no file


@pytest.mark.parametrize(
    "kind, got",
    [
        (tarfile.SYMTYPE, "a link to another file"),
        (tarfile.LNKTYPE, "a second name of another file"),
        (tarfile.FIFOTYPE, "something that is not a file"),
        (tarfile.CHRTYPE, "something that is not a file"),
        (tarfile.BLKTYPE, "something that is not a file"),
        (tarfile.GNUTYPE_SPARSE, "something that is not a file"),
        (b"Z", "something that is not a file"),
    ],
)
def test_links_and_devices_in_a_tar_are_refused_by_name(tmp_path, kind, got):
    parts = refusal(tarred(tmp_path / "work.tar", ("good.py", GOOD), (special(kind, "/etc/passwd"), b"")))
    assert (parts["problem"], parts["got"]) == ("work.tar is refused for what it holds: work/odd", got)


@pytest.mark.parametrize(
    "kind, got",
    [
        (stat.S_IFLNK, "a link to another file"),
        (stat.S_IFIFO, "something that is not a file"),
        (stat.S_IFSOCK, "something that is not a file"),
        (stat.S_IFCHR, "something that is not a file"),
    ],
)
def test_links_and_devices_in_a_zip_are_refused_by_name(tmp_path, kind, got):
    assert refusal(zipped(tmp_path / "work.zip", (of_kind(kind), b"/etc/passwd")))["got"] == got


def test_nothing_but_the_bytes_is_taken_over(tmp_path):
    program = tarfile.TarInfo("run.sh")
    program.mode, program.mtime, program.uid = 0o6777, 2**33, 12345
    path = tarred(tmp_path / "work.tar", (program, b"#!/bin/sh\n"))
    with unpacked(path) as folder:
        status = (folder / "run.sh").stat()
        assert stat.S_IMODE(status.st_mode) == 0o600 and status.st_uid == os.getuid()
        assert abs(status.st_mtime - path.stat().st_mtime) < 3600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


@pytest.mark.parametrize("flag", [0x1, 0x41, 0x2000])
def test_a_password_is_refused(tmp_path, flag):
    path = zipped(tmp_path / "work.zip", ("a.py", GOOD), method=zipfile.ZIP_STORED)
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = raw.index(mark) + offset
        raw[place : place + 2] = struct.pack("<H", flag)
    path.write_bytes(bytes(raw))
    assert refusal(path)["got"] == "a file that is locked with a password"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packings_are_refused(tmp_path, method):
    parts = refusal(zipped(tmp_path / "work.zip", ("a.py", GOOD), method=method))
    assert parts["got"] == f"a file that is packed in an unusual way (method {method})"


# ---------------------------------------------------------------- sizes


def test_a_bomb_is_refused_by_what_it_announces(tmp_path):
    for pack, name in ((zipped, "work.zip"), (tarred, "work.tgz")):
        parts = refusal(pack(tmp_path / name, ("good.py", GOOD), ("bomb", bytes(40 * 2**20))))
        assert parts["expected"] == "files of at most 100 times the archive's own size"
    assert "bomb" in refusal(zipped(tmp_path / "work.zip", ("bomb", bytes(40 * 2**20))))["got"]


def test_a_bomb_that_lies_about_its_size_is_found_while_it_is_read(tmp_path):
    path = zipped(tmp_path / "work.zip", ("bomb", bytes(40 * 2**20)))
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        place = raw.index(mark) + offset
        raw[place : place + 4] = struct.pack("<L", 1000)
    path.write_bytes(bytes(raw))
    assert refusal(path)["got"] == "bytes that are damaged or end early, at bomb"


SMALL = Allowance(archive_bytes=2**20, members=10, file_bytes=2 * 2**20, total_bytes=3 * 2**20, ratio=10_000)


@pytest.mark.parametrize("name, pack", [("work.zip", zipped), ("work.tar.gz", tarred)])
def test_sizes_and_counts_are_bounded(tmp_path, name, pack):
    large = bytes(2 * 2**20)
    assert refusal(pack(tmp_path / name, ("a", large + b"1")), SMALL)["expected"] == "at most 2 MiB"
    assert refusal(pack(tmp_path / name, ("a", large), ("b", large)), SMALL)["expected"] == "at most 3 MiB"
    many = [(str(number), b"") for number in range(11)]
    assert refusal(pack(tmp_path / name, *many), SMALL)["expected"] == "at most 10 files and folders"
    unpack(pack(tmp_path / name, *many[:10]), tmp_path / "whole", SMALL)
    assert len(list((tmp_path / "whole").iterdir())) == 10
    (tmp_path / name).write_bytes(os.urandom(2**20 + 1))
    assert refusal(tmp_path / name, SMALL)["expected"] == "at most 1 MiB"


def test_archives_inside_archives_are_counted_together(tmp_path):
    inner = zipped(tmp_path / "inner.zip", ("a", bytes(2**20)))
    spent = Spent()
    for number in range(2):
        unpack(inner, tmp_path / str(number), SMALL, spent)
    unpack(inner, tmp_path / "2", SMALL, spent)
    assert (spent.members, spent.total_bytes) == (3, 3 * 2**20)
    with pytest.raises(InputError):
        unpack(inner, tmp_path / "3", SMALL, spent)
    assert not (tmp_path / "3").exists()


def test_an_archive_of_a_class_may_hold_more(tmp_path):
    learners = [(f"learner {number}/work.zip", b"PK") for number in range(ONE_LEARNER.members + 1)]
    path = zipped(tmp_path / "class.zip", *learners)
    assert "2000" in refusal(path)["expected"]
    unpack(path, tmp_path / "class", WHOLE_CLASS)
    assert len(list((tmp_path / "class").iterdir())) == len(learners)


# ---------------------------------------------------------------- damage, other kinds, and the file itself


@pytest.mark.parametrize("pack, name", [(zipped, "work.zip"), (tarred, "work.tar"), (tarred, "work.tar.gz")])
def test_an_archive_that_ends_early_is_refused(tmp_path, pack, name):
    path = pack(tmp_path / name, ("a.py", os.urandom(2000)), ("b.py", os.urandom(2000)))
    raw = path.read_bytes()
    for size in [0, 1, 100, *range(512, len(raw) - 10_000 * (name == "work.tar"), 512)]:
        path.write_bytes(raw[:size])
        assert refusal(path)["expected"] == "a whole archive of the kind its name says"


def test_bytes_that_were_changed_are_refused(tmp_path):
    path = zipped(tmp_path / "work.zip", ("a.py", b"x" * 100), method=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"xxx", b"xyx", 1))
    assert refusal(path)["got"] == "bytes that are damaged or end early, at a.py"


def test_a_tar_is_not_taken_for_whole_where_a_header_makes_no_sense(tmp_path):
    """tarfile itself stops there and says nothing."""
    path = tarred(tmp_path / "work.tar", ("a.py", b"1"), ("b.py", b"2"))
    raw = bytearray(path.read_bytes())
    raw[1024:1100] = b"\xff" * 76
    path.write_bytes(bytes(raw))
    assert "damaged" in refusal(path)["got"]


def test_more_after_the_end_of_a_gzip_is_refused(tmp_path):
    path = tarred(tmp_path / "work.tgz", ("a.py", GOOD))
    raw = path.read_bytes()
    path.write_bytes(raw + bytes(100_000))
    unpack(path, tmp_path / "padded")
    path.write_bytes(raw + b"more")
    assert "damaged" in refusal(path)["got"]


@pytest.mark.parametrize("name", ["work.rar", "work.7z", "work.tar.bz2", "work.tar.xz", "work.gz"])
def test_other_archives_are_refused_by_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"Rar!\x1a\7\0")
    assert is_archive(path)
    parts = refusal(path)
    assert parts["problem"] == f"{name} cannot be unpacked."
    assert parts["got"] == "an archive of another kind" and "as a .zip file" in parts["next_step"]


@pytest.mark.parametrize(
    "make, got",
    [
        (lambda path: path.symlink_to("/etc/passwd"), "a link to another file"),
        (lambda path: os.mkfifo(path), "something that is not a file"),
        (lambda path: path.symlink_to("/dev/zero"), "a link to another file"),
    ],
    ids=["link", "pipe", "endless"],
)
def test_an_archive_that_is_no_ordinary_file(tmp_path, make, got):
    make(tmp_path / "work.zip")
    assert refusal(tmp_path / "work.zip")["got"] == got


def test_a_disk_that_is_full_is_told_and_nothing_is_left(tmp_path, monkeypatch):
    path = zipped(tmp_path / "work.zip", ("a.py", GOOD), ("b.py", GOOD))
    real = os.open

    def full(name, *rest, **options):
        if str(name).endswith("b.py"):
            raise OSError(28, "No space left on device")
        return real(name, *rest, **options)

    monkeypatch.setattr("grader.submission.archive.os.open", full)
    parts = refusal(path)
    assert parts["got"] == "No space left on device" and "Make room" in parts["next_step"]


# ---------------------------------------------------------------- folders with links and pipes (attack A16)


@pytest.mark.parametrize("kind", ["link", "loop", "fifo", "folder", "device", "socket"])
def test_what_stands_in_the_place_of_a_file_is_named(tmp_path, monkeypatch, kind):
    path = tmp_path / f"{CHAPTER}.py"
    match kind:
        case "link":
            path.symlink_to("/etc/passwd")
        case "device":
            path.symlink_to("/dev/zero")
        case "loop":
            path.symlink_to(path.name)
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "socket":
            # The path of a socket may have no more than some hundred bytes.
            monkeypatch.chdir(tmp_path)
            with socket.socket(socket.AF_UNIX) as door:
                door.bind(path.name)
    (tmp_path / "ch1_concepts.py").write_bytes(b"def relu(numbers):\n    return 1\n")
    handed = find_submission(tmp_path, ["ch1_concepts", CHAPTER], {"ch1_concepts": ["relu"], CHAPTER: ["normalize"]})
    refused = handed[CHAPTER]
    assert refused.source is None and refused.verdict is Verdict.IMPORT_ERROR
    assert render(refused.refusal.problem, "en") == f"{CHAPTER}.py is not an ordinary file."
    link = kind in ("link", "device", "loop")
    assert render(refused.refusal.got, "en") == ("a link to another file" if link else "something that is not a file")
    assert handed["ch1_concepts"].source.bodies.keys() == {"relu"}


def test_a_file_behind_ten_thousand_others_is_found(tmp_path):
    for number in range(10_001):
        (tmp_path / f"a{number}").touch()
    (tmp_path / f"{CHAPTER}.py").write_bytes(GOOD)
    assert find_submission(tmp_path, [CHAPTER], {CHAPTER: ["normalize"]})[CHAPTER].source is not None


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_may_be_listed_and_not_entered(tmp_path):
    (tmp_path / f"{CHAPTER}.py").write_bytes(GOOD)
    tmp_path.chmod(0o400)
    try:
        handed = find_submission(tmp_path, [CHAPTER], {CHAPTER: ["normalize"]})[CHAPTER]
    finally:
        tmp_path.chmod(0o700)
    assert render(handed.refusal.problem, "en") == f"{CHAPTER}.py cannot be read."


def test_a_file_replaced_by_a_link_while_it_is_looked_at_is_not_followed(tmp_path, monkeypatch):
    path = tmp_path / f"{CHAPTER}.py"
    path.write_bytes(GOOD)
    real = os.open

    def late(name, *rest, **options):
        if Path(name) == path:
            path.unlink()
            path.symlink_to("/etc/passwd")
        return real(name, *rest, **options)

    monkeypatch.setattr("grader.submission.find.os.open", late)
    handed = find_submission(tmp_path, [CHAPTER], {CHAPTER: ["normalize"]})[CHAPTER]
    assert handed.source is None and "cannot be read" in render(handed.refusal.problem, "en")


def test_names_of_bytes_that_are_no_text_can_be_shown(tmp_path):
    name = os.fsdecode(CHAPTER.encode() + b"\xff.py")
    (tmp_path / name).write_bytes(GOOD)
    handed = find_submission(tmp_path / name, [CHAPTER], {CHAPTER: ["normalize"]})[CHAPTER]
    assert handed.source.name == f"{CHAPTER}<U+DCFF>.py" and handed.file.name == handed.source.name
    with pytest.raises(InputError) as refused:
        find_submission(tmp_path / os.fsdecode(b"\xff.py"), [CHAPTER], {CHAPTER: ["normalize"]})
    assert all(render(message, "en").isprintable() for _, message in four_parts(refused.value.feedback))
