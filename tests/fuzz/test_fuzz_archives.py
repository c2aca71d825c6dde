"""Whatever bytes an archive has: it becomes plain files in its own folder, or is refused and leaves nothing."""

import gzip
import io
import os
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import InputError, four_parts
from grader.messages import LANGUAGES, render
from grader.submission.archive import ONE_LEARNER, Spent, unpack
from grader.submission.archive_refusals import Allowance

THOROUGH = os.environ.get("FIRST_DIGITS_FUZZ") == "thorough"
SEEDS = st.integers(0, 2**64 - 1)
# What the reading of an archive takes, whatever is in it. Bodies go to the disk in pieces.
MEMORY_MIB = 64
SMALL = Allowance(archive_bytes=2**20, members=50, file_bytes=2**18, total_bytes=2**19, ratio=100)
FILES = {
    "work/ch2_first_model.py": b"def f():\n    return 1\n" * 50,
    "work/a/b.txt": b"x" * 700,
    "c": b"",
    "d": b"\0" * 512,
}
SUFFIXES = [".zip", ".tar", ".tar.gz"]


def inputs(quick: int, thorough: int) -> settings:
    return settings(settings.get_profile("fuzz"), max_examples=thorough if THOROUGH else quick)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w", kind: int = tarfile.PAX_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, format=kind) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


LONG = {"f" * 150 + "/" + "g" * 150: b"1", "数字/é": b"2"}
SEEDED = {
    ".zip": [
        zipped(FILES),
        zipped(FILES, zipfile.ZIP_STORED),
        zipped(LONG),
        zipped({}),
        zipped({"w.zip": zipped(FILES)}),
    ],
    ".tar": [
        *(tarred(files, kind=kind) for files in (FILES, LONG) for kind in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT)),
        tarred({}),
    ],
    ".tar.gz": [tarred(FILES, "w:gz"), tarred(LONG, "w:gz")],
}
EXTREMES = [b"\0" * 4, b"\xff" * 4, b"\xff\xff\xff\x7f", b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12]
SCRAPS = [
    *EXTREMES,
    b"PK\1\2",
    b"PK\3\4",
    b"PK\5\6",
    b"PK\6\6",
    b"PK\6\7",
    b"../",
    b"/",
    b"\0",
    b"L",
    b"x",
    b"g",
    b"S",
    b"2",
]


def mutated(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(data) + 1)
        end = min(len(data), place + chance.choice([1, 1, 2, 4, 12, 512]))
        match chance.randrange(6):
            case 0 if data:
                data[place % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                data[place:end] = chance.randbytes(end - place)
            case 2:
                del data[place:end]
            case 3:
                scrap = chance.choice(SCRAPS)
                data[place : place + len(scrap)] = scrap
            case 4:
                data[place:place] = data[place:end] * chance.choice([1, 3])
            case _:
                del data[place:]
    return bytes(data)


def checksums_put_right(raw: bytes) -> bytes:
    """Return a tar whose headers are believed again after a mutation."""
    data = bytearray(raw)
    for start in range(0, len(data) - 511, 512):
        header = data[start : start + 512]
        if header[257:262] == b"ustar":
            header[148:156] = b" " * 8
            data[start + 148 : start + 156] = b"%06o\0 " % sum(header)
    return bytes(data)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("archives")


def unpack_or_refuse(place: Path, suffix: str, raw: bytes, allowance: Allowance = SMALL) -> dict[str, bytes] | None:
    """Return the files; None where the archive is refused."""
    path, folder = place / f"work{suffix}", place / "unpacked"
    path.write_bytes(raw)
    spent = Spent()
    try:
        unpack(path, folder, allowance, spent)
    except InputError as error:
        assert not folder.exists()
        assert [part for part, _ in four_parts(error.feedback)] == ["problem", "expected", "got", "next_step"]
        for _, message in four_parts(error.feedback):
            for language in LANGUAGES:
                words = render(message, language)
                assert len(words) < 500 and "\x1b" not in words and "\u202e" not in words
                words.encode()
        files = None
    else:
        files = _plain_files(folder)
        assert sum(map(len, files.values())) == spent.total_bytes <= allowance.total_bytes
        assert len(files) <= spent.members <= allowance.members
    finally:
        _remove(folder)
    assert sorted(entry.name for entry in place.iterdir()) == [path.name]
    path.unlink()
    return files


def _plain_files(folder: Path) -> dict[str, bytes]:
    files = {}
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            status = (Path(parent) / name).lstat()
            assert stat.S_ISDIR(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_mode & 0o777 == 0o600)
            assert status.st_mode & 0o077 == 0 or stat.S_ISDIR(status.st_mode)
        for name in names:
            path = Path(parent) / name
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def _remove(folder: Path) -> None:
    for parent, folders, names in os.walk(folder, topdown=False):
        for name in names:
            (Path(parent) / name).unlink()
        for name in folders:
            (Path(parent) / name).rmdir()
    if folder.exists():
        folder.rmdir()


# ---------------------------------------------------------------- whole ones


@pytest.mark.parametrize("files", [FILES, LONG, {}], ids=["files", "long names", "empty"])
def test_whole_archives_are_unpacked_as_they_are(place, files):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert unpack_or_refuse(place, ".zip", zipped(files, method)) == files
    for kind in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        assert unpack_or_refuse(place, ".tar", tarred(files, kind=kind)) == files
        assert unpack_or_refuse(place, ".tgz", tarred(files, "w:gz", kind)) == files


# ---------------------------------------------------------------- any bytes


@pytest.mark.memory(MEMORY_MIB)
@inputs(60, 5_000)
@given(st.binary(max_size=2000), st.sampled_from(SUFFIXES))
def test_random_bytes(tried, place, raw, suffix):
    tried("archives: random bytes")
    assert not unpack_or_refuse(place, suffix, raw)


@pytest.mark.memory(MEMORY_MIB)
@inputs(200, 10_000)
@given(SEEDS, st.sampled_from(SUFFIXES))
def test_mutated_archives(tried, place, seed, suffix):
    tried(f"archives: mutated {suffix}")
    chance = random.Random(seed)
    raw = mutated(chance.choice(SEEDED[suffix]), chance)
    unpack_or_refuse(place, suffix, checksums_put_right(raw) if chance.random() < 0.7 else raw)


@pytest.mark.memory(MEMORY_MIB)
@inputs(60, 5_000)
@given(SEEDS)
def test_mutated_tars_in_a_whole_gzip(tried, place, seed):
    tried("archives: mutated tars in a whole .gz")
    chance = random.Random(seed)
    raw = checksums_put_right(mutated(chance.choice(SEEDED[".tar"]), chance))
    unpack_or_refuse(place, ".tar.gz", gzip.compress(raw, 1))


ODD = [
    "a",
    "A",
    "b",
    "..",
    ".",
    "c:",
    "é",
    "é",
    "ß",
    "ss",
    "a\\b",
    "a\x00b",
    "\u202ea",
    "a.",
    "�",
    "con",
    "a\u200d",
    "K",
    "k",
    "İ",
    "ﬁ",
    "~",
    "-rf",
    "数",
    "\x7f",
]
PARTS = st.sampled_from(
    [
        *("a", "A", "b", "..", ".", "", "c:", "é", "e\u0301", "ß", "ss", "a\\b", "a\0b", "\u202ea", "a.", "a ", "con"),
        *("\ud800", "\n", "\u2028", "a\u200d", "\u212a", "k", "İ", "ﬁ", "~", "-rf", "数", "\x7f", "x" * 255, "x" * 256),
    ]
)
NAMES = st.lists(PARTS, min_size=1, max_size=4).map("/".join) | st.text(max_size=30)


@pytest.mark.memory(MEMORY_MIB)
@pytest.mark.filterwarnings("ignore:Duplicate name")
@inputs(150, 10_000)
@given(st.lists(st.tuples(NAMES, st.binary(max_size=20)), max_size=6), st.sampled_from([".zip", ".tar"]))
def test_names_of_every_kind(tried, place, members, suffix):
    """Every member is written under its own name in the folder, or nothing is."""
    tried(f"archives: names in a {suffix}")
    stream = io.BytesIO()
    if suffix == ".zip":
        with zipfile.ZipFile(stream, "w") as archive:
            for name, data in members:
                # As ZipInfo would not write it: a name with a zero byte is cut off by it.
                info = zipfile.ZipInfo("x")
                info.filename = name.encode("utf-8", "replace").decode()
                archive.writestr(info, data)
    else:
        stream.write(tarred_in_order(members))
    files = unpack_or_refuse(place, suffix, stream.getvalue())
    if files is not None:
        assert len(files) == sum(not name.endswith("/") for name, _ in members)
        assert all(".." not in name.split("/") and "\u202e" not in name for name in files)
        assert len({name.casefold() for name in files}) == len(files)


def tarred_in_order(members) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in members:
            member = tarfile.TarInfo(name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
            if name.endswith("/"):
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


# ---------------------------------------------------------------- headers made to take memory or time


def pax(records: bytes, kind: bytes = b"x") -> bytes:
    member = tarfile.TarInfo("pax")
    member.type, member.size = kind, len(records)
    return member.tobuf(tarfile.USTAR_FORMAT) + records + bytes(-len(records) % 512)


def plain(name: str = "a", size: int = 0) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf(tarfile.GNU_FORMAT)


END = bytes(1024)
HOSTILE_HEADERS = {
    "digits": lambda: pax(b"1" * 2**20) + plain() + END,
    "digits, short": lambda: (pax(b"1" * 8000) + plain()) * 1900 + END,
    "records in records": lambda: pax(b"2 " * 2**19 + b"=") + plain() + END,
    "records in records, short": lambda: b"".join(pax(b"2 " * 3500 + b"=") + plain(str(i)) for i in range(1900)) + END,
    "global records": lambda: (
        b"".join(pax(b"9 k%03d=\n" % (i % 1000), b"g") + plain(str(i)) for i in range(1900)) + END
    ),
    "a chain of headers": lambda: pax(b"") * 5000 + plain() + END,
    "a chain of long names": lambda: plain().replace(b"0", b"L", 1) * 5000 + END,
    "a negative size": lambda: plain(size=-512) + END,
    "a negative size in a record": lambda: pax(b"16 size=-512000\n") + plain() + END,
    "a huge size": lambda: plain(size=2**62) + END,
    "a sparse map": lambda: pax(b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n") + plain(size=512) + b"9" * 512 + END,
    "a sparse map without an end": lambda: (
        pax(b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n") + plain(size=512) + b"99999999\n" * 2000 + END
    ),
    "members without number": lambda: plain() * 5_000 + END,
}


@pytest.mark.memory(MEMORY_MIB)
@pytest.mark.parametrize("name", HOSTILE_HEADERS)
def test_tars_whose_headers_ask_for_much(tried, place, name):
    tried("archives: hostile tar headers")
    assert unpack_or_refuse(place, ".tar", HOSTILE_HEADERS[name](), ONE_LEARNER) is None


def end_of_zip(entries: int, size: int, offset: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, size, offset, 0)


def many_empty_members(count: int) -> bytes:
    """Return a zip as zipfile would write it in half a minute: all members share one local header."""
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 5, 0) + b"00000"
    entries = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0) + b"%05d" % number
        for number in range(count)
    )
    return local + entries + end_of_zip(min(count, 65535), len(entries), len(local))


HOSTILE_ZIPS = {
    "a directory of 60 MiB": lambda: bytes(60 * 2**20) + end_of_zip(1, 60 * 2**20, 0),
    "100,000 members": lambda: many_empty_members(100_000),
    "one member more than allowed": lambda: many_empty_members(ONE_LEARNER.members + 1),
    "a directory before the file": lambda: end_of_zip(1, 2**32 - 1, 0),
    "a directory far away": lambda: end_of_zip(1, 46, 2**32 - 2),
    "a comment of ends": lambda: zipped(FILES) + end_of_zip(0, 0, 0) * 3000,
}


@pytest.mark.memory(MEMORY_MIB * 2)
@pytest.mark.parametrize("name", HOSTILE_ZIPS)
def test_zips_whose_directory_asks_for_much(tried, place, name):
    tried("archives: hostile zip directories")
    assert not unpack_or_refuse(place, ".zip", HOSTILE_ZIPS[name](), ONE_LEARNER)
