"""The archive that a site hands out for a whole class: unpacked without what one learner spoilt. Trusted side."""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.errors import InputError
from grader.messages import Message, say
from grader.results import Feedback
from grader.submission.archive import unpack
from grader.submission.archive_names import printable, shown
from grader.submission.archive_readers import DAMAGE, Damaged, TarReader, TooMuchAsked, gunzip
from grader.submission.archive_refusals import MIB, Allowance, DamagedArchive, Refusals

# 5,000 learners who each hand in 50 files and 20 MiB.
LARGE_CLASS = Allowance(
    archive_bytes=100_000 * MIB, members=250_000, file_bytes=2_000 * MIB, total_bytes=100_000 * MIB, ratio=100
)
# Enough to tell how far an archive can be read.
MAX_COUNTED_BYTES = 4_000 * MIB
LOCAL_HEADER = b"PK\x03\x04"
LOCAL_FIELDS = struct.Struct("<4s5HLLLHH")
# Its size stands behind the file, or in a further field.
SIZE_BEHIND, SIZE_ELSEWHERE = 0x8, 0xFFFFFFFF


class LeftOut(msgspec.Struct, frozen=True):
    """A member that was not unpacked, and why."""

    name: str
    feedback: Feedback


def unpack_class(path: Path, folder: Path) -> list[LeftOut]:
    """Unpack a class's archive into `folder`. What cannot be taken costs the others nothing, and is returned.

    Raises:
        InputError: it is no whole archive, or holds too much. Where it ends early, the message says what is readable.
    """
    left_out: list[LeftOut] = []
    refusals = Refusals(path, LARGE_CLASS)

    def leave_out(name: str, why: Message) -> None:
        try:
            refusals.member(name, why)
        except InputError as refused:
            left_out.append(LeftOut(name, refused.feedback))

    try:
        unpack(path, folder, LARGE_CLASS, leave_out=leave_out)
    except DamagedArchive as damaged:
        raise InputError(_ends_early(path, damaged.feedback)) from damaged
    return left_out


def _ends_early(path: Path, feedback: Feedback) -> Feedback:
    count, last = 0, ""
    for name in readable_names(path):
        count, last = count + 1, name
    got = feedback.got or say("bytes that are damaged, end early or are of another kind")
    if count:
        got = say("{damage}; {count} files can be read, the last is {name}", damage=got, count=count, name=shown(last))
    next_step = say("Download it again. A folder with what is readable will do meanwhile: all else can be added later.")
    return Feedback(feedback.problem, feedback.expected, got, next_step)


def readable_names(path: Path) -> Iterator[str]:
    """Yield the names of the files that are whole in an archive that is not."""
    try:
        with path.open("rb") as file:
            if path.name.lower().endswith(".zip"):
                yield from _names_in_zip(file.fileno())
                return
            if not path.name.lower().endswith(".tar"):
                with tempfile.TemporaryFile() as plain:
                    try:
                        for data in gunzip(file, MAX_COUNTED_BYTES):
                            plain.write(data)
                    except (Damaged, TooMuchAsked, *DAMAGE):
                        pass
                    plain.seek(0)
                    yield from (member.name for member in TarReader(plain).members() if not member.is_folder)
            else:
                yield from (member.name for member in TarReader(file).members() if not member.is_folder)
    except (Damaged, TooMuchAsked, *DAMAGE):
        return


def _names_in_zip(descriptor: int) -> Iterator[str]:
    """Yield names by the headers before each file, since the list of them all stands at the end."""
    if os.fstat(descriptor).st_size < LOCAL_FIELDS.size:
        return
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
        place = data.find(LOCAL_HEADER)
        for _ in range(LARGE_CLASS.members):
            if place < 0 or place + LOCAL_FIELDS.size > len(data):
                return
            _, _, flags, _, _, _, _, packed, _, name_bytes, more_bytes = LOCAL_FIELDS.unpack_from(data, place)
            name_at = place + LOCAL_FIELDS.size
            begin = name_at + name_bytes + more_bytes
            if flags & SIZE_BEHIND or packed == SIZE_ELSEWHERE:
                after = data.find(LOCAL_HEADER, begin)
                is_whole = after >= 0
            else:
                is_whole = begin + packed <= len(data)
                after = data.find(LOCAL_HEADER, begin + packed) if is_whole else -1
            name = data[name_at : name_at + name_bytes].decode("utf-8", "replace")
            if is_whole and not name.endswith("/"):
                yield printable(name)
            place = after
