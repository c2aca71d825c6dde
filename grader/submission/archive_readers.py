"""What a .zip or .tar says it holds, and the bytes of its files. Trusted side: nothing it says is believed unread.

The libraries that know the formats are given files that hand out only so much at once, so that no header makes them
allocate more than that.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import msgspec

from grader.messages import Message, say

CHUNK_BYTES = 2**16
# A zip's directory has 46 bytes and the name for each member, and up to some 60 bytes of times and owners.
DIRECTORY_BYTES = 400
# A tar's extended headers hold a long name and some attributes. tarfile reads them in quadratic time and memory: where
# one record claims to end inside the next one, it keeps the rest of the header for each (all of Python 3.11).
HEADER_BYTES = 2**14
MAX_ATTRIBUTES = 100
# It looks for a number anew at each digit (CVE-2024-6232).
LONG_NUMBER = re.compile(rb"\d{200}")
GZIP = 31
# Others need far more memory to unpack, and hardly any program makes them without being asked to.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
UTF8_FLAG, ENCRYPTED_FLAGS = 0x800, 0x1 | 0x40 | 0x2000
# What the two libraries raise over bytes that are no archive, found by feeding them such bytes.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)


class TooMuchAsked(Exception):
    """A header asks for more bytes at once than any honest one does."""


class Damaged(Exception):
    """It is no archive of this kind, or not a whole one."""


class Member(msgspec.Struct, frozen=True):
    """One entry. `fault`: why it is not taken. `start`: where its bytes begin, or its place in the zip's directory."""

    name: str
    is_folder: bool
    size: int
    start: int
    fault: Message | None = None


class Reader(Protocol):
    """An archive that is open."""

    def members(self) -> Iterator[Member]: ...
    def chunks(self, member: Member) -> Iterator[bytes]: ...


class BoundedReads(io.RawIOBase):
    """A file for reading that hands out at most `limit` bytes at once."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file, self._limit = file, limit

    def read(self, size: int | None = -1) -> bytes:
        # Without a size, all that is left is asked for.
        wanted = self._limit + 1 if size is None or size < 0 else size
        if size is not None and size > self._limit:
            raise TooMuchAsked
        data = self._file.read(wanted)
        if len(data) > self._limit:
            raise TooMuchAsked
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


class HeaderReads(BoundedReads):
    """A tar for reading headers, of `HEADER_BYTES` together until `renew` is called. `last`: what was read last."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, HEADER_BYTES)
        self.last = b""

    def renew(self) -> None:
        self._limit = HEADER_BYTES

    def read(self, size: int | None = -1) -> bytes:
        try:
            self.last = super().read(size)
        except TooMuchAsked:
            raise Damaged from None
        self._limit -= len(self.last)
        if LONG_NUMBER.search(self.last):
            raise Damaged
        return self.last


class ZipReader:
    """A .zip."""

    def __init__(self, file: BinaryIO, max_members: int) -> None:
        self._zip = zipfile.ZipFile(BoundedReads(file, max(CHUNK_BYTES * 2, max_members * DIRECTORY_BYTES)))
        self._infos = self._zip.infolist()

    def members(self) -> Iterator[Member]:
        for place, info in enumerate(self._infos):
            name = _zip_name(info)
            # Some programs mark a folder only by its kind.
            is_folder = name.endswith("/") or (stat.S_ISDIR(info.external_attr >> 16) and not info.file_size)
            yield Member(name, is_folder, info.file_size, place, _zip_fault(info))

    def chunks(self, member: Member) -> Iterator[bytes]:
        with self._zip.open(self._infos[member.start]) as file:
            while data := file.read(CHUNK_BYTES):
                yield data


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return the name as it was meant: many programs write UTF-8, or what their system used before, without a mark."""
    if info.flag_bits & UTF8_FLAG:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _zip_fault(info: zipfile.ZipInfo) -> Message | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if stat.S_ISLNK(kind):
        return say("a link to another file")
    if kind and not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
        return say("something that is not a file")
    if info.flag_bits & ENCRYPTED_FLAGS:
        return say("a file that is locked with a password")
    if info.compress_type not in METHODS:
        return say("a file that is packed in an unusual way (method {number})", number=info.compress_type)
    return None


class TarReader:
    """A .tar that is not compressed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, io.SEEK_END)
        file.seek(0)

    def members(self) -> Iterator[Member]:
        headers = HeaderReads(self._file)
        with tarfile.open(fileobj=headers, mode="r:") as tar:
            while (info := tar.next()) is not None:
                # The library remembers them all, with everything their headers say.
                tar.members.clear()  # type: ignore[attr-defined]
                if len(tar.pax_headers) > MAX_ATTRIBUTES or len(info.pax_headers) > MAX_ATTRIBUTES:
                    raise Damaged
                if info.size < 0 or info.offset_data + info.size > self._size:
                    raise Damaged
                headers.renew()
                yield Member(info.name, info.isdir(), info.size, info.offset_data, _tar_fault(info))
        # At a header that makes no sense, too, the library only stops.
        if headers.last != bytes(tarfile.BLOCKSIZE):
            raise Damaged

    def chunks(self, member: Member) -> Iterator[bytes]:
        self._file.seek(member.start)
        left = member.size
        while data := self._file.read(min(CHUNK_BYTES, left)):
            left -= len(data)
            yield data


def _tar_fault(info: tarfile.TarInfo) -> Message | None:
    if info.issym():
        return say("a link to another file")
    if info.islnk():
        return say("a second name of another file")
    ordinary = info.type in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE) and not info.issparse()
    return None if ordinary else say("something that is not a file")


def gunzip(packed: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """Yield what a .gz holds, and no more than `max_bytes` of it.

    Raises:
        TooMuchAsked: it holds more.
        Damaged: it ends early, or more follows after its end.
    """
    unpacker = zlib.decompressobj(GZIP)
    total = 0
    while not unpacker.eof:
        data = unpacker.unconsumed_tail or packed.read(CHUNK_BYTES)
        unpacked = unpacker.decompress(data, CHUNK_BYTES)
        if not data and not unpacked:
            raise Damaged
        total += len(unpacked)
        if total > max_bytes:
            raise TooMuchAsked
        yield unpacked
    rest = unpacker.unused_data
    while rest:
        if rest.strip(b"\0"):
            raise Damaged
        rest = packed.read(CHUNK_BYTES)
