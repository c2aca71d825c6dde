"""Unpacks what was handed in as one .zip or .tar into a folder of plain files, or refuses it. Trusted side.

Everything that an archive says of itself is looked through before anything is written. What it does not say, such as
how much it really holds, is counted while it is read; a refusal then leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from grader.messages import Message, say
from grader.submission.archive_names import Clashes, Parts, fault_of, parts_of
from grader.submission.archive_readers import Damaged, Member, Reader, TarReader, TooMuchAsked, ZipReader, gunzip
from grader.submission.archive_refusals import MIB, ONE_LEARNER, Allowance, Refusals

ZIP, TAR, TAR_GZ = (".zip",), (".tar",), (".tar.gz", ".tgz")
# Known to be archives, and refused with that word instead of as files that belong to no chapter.
REFUSED = (".rar", ".7z", ".gz", ".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".zst", ".tzst", ".lzma", ".z", ".ace", ".cab")
# A header and the padding that a tar has around each file.
TAR_OVERHEAD_BYTES = 1536
# Below this even a bomb does no harm, and small files of one repeated line are packed a thousandfold.
RATIO_FREE_BYTES = 16 * MIB
READ_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class Spent:
    """What was unpacked so far. Archives inside an archive are counted together by one of these."""

    def __init__(self) -> None:
        self.members = self.total_bytes = 0


def is_archive(path: Path) -> bool:
    """Return whether `path` has an archive's name, of a kind that is taken or of one that is refused."""
    return path.name.lower().endswith(ZIP + TAR + TAR_GZ + REFUSED)


@contextlib.contextmanager
def unpacked(path: Path, allowance: Allowance = ONE_LEARNER) -> Iterator[Path]:
    """Unpack the archive `path` into a private folder, and remove that at the end.

    Raises:
        InputError: it is refused.
    """
    with tempfile.TemporaryDirectory(prefix="first-digits-", ignore_cleanup_errors=True) as private:
        folder = Path(private) / "unpacked"
        unpack(path, folder, allowance)
        yield folder


def unpack(
    path: Path,
    folder: Path,
    allowance: Allowance = ONE_LEARNER,
    spent: Spent | None = None,
    leave_out: Callable[[str, Message], None] | None = None,
) -> None:
    """Unpack the archive `path` into `folder`, which is made for it and must not be there.

    Args:
        spent: what archives around this one have used up of `allowance`; what this one uses is added to it.
        leave_out: is told of each member that is not taken, and why; the others are unpacked. Without it, one such
            member refuses them all. What is too large, or too much, always does.

    Raises:
        InputError: it is refused, damaged, or cannot be read or written. `folder` is not there then.
    """
    _Unpacking(path, folder, allowance, spent or Spent(), leave_out).run()


class _Unpacking:
    """One archive on its way."""

    def __init__(
        self,
        path: Path,
        folder: Path,
        allowance: Allowance,
        spent: Spent,
        leave_out: Callable[[str, Message], None] | None,
    ) -> None:
        self._path, self._folder, self._allowance, self._spent = path, folder, allowance, spent
        self._refusals = Refusals(path, allowance)
        self._leave_out = leave_out or self._refusals.member
        self._archive_bytes = 0

    def run(self) -> None:
        with contextlib.ExitStack() as stack:
            reader = self._open(stack)
            taken = self._look_through(reader)
            with self._writing():
                self._folder.mkdir(mode=0o700)
            try:
                for member, parts in taken:
                    self._write(reader, member, parts)
            except BaseException:
                shutil.rmtree(self._folder, ignore_errors=True)
                raise

    # ------------------------------------------------------------ opening

    def _open(self, stack: contextlib.ExitStack) -> Reader:
        name = self._path.name.lower()
        if not name.endswith(ZIP + TAR + TAR_GZ):
            self._refusals.kind()
        file = stack.enter_context(self._open_plainly())
        self._archive_bytes = os.fstat(file.fileno()).st_size
        if self._archive_bytes > self._allowance.archive_bytes:
            self._refusals.too_large(self._allowance.archive_bytes)
        with self._refusals.damage_named():
            if name.endswith(ZIP):
                return ZipReader(file, self._allowance.members)
            return TarReader(self._gunzipped(file, stack) if name.endswith(TAR_GZ) else file)

    def _open_plainly(self) -> BinaryIO:
        """Open the archive if it is an ordinary file: no link is followed, and no pipe is waited for."""
        try:
            kind = self._path.lstat().st_mode
            if stat.S_ISREG(kind):
                return os.fdopen(os.open(self._path, READ_FLAGS), "rb")
        except OSError as error:
            self._refusals.unreadable(error.strerror or str(error))
        self._refusals.no_file(stat.S_ISLNK(kind))

    def _gunzipped(self, packed: BinaryIO, stack: contextlib.ExitStack) -> BinaryIO:
        """Return the tar inside a .gz as a file without a name, so that one can go back and forth in it."""
        in_all = self._allowance.total_bytes + self._allowance.members * TAR_OVERHEAD_BYTES
        dense = self._dense_bytes
        with self._writing():
            plain = tempfile.TemporaryFile()  # noqa: SIM115
            stack.push(plain)
        try:
            for data in gunzip(packed, min(in_all, dense)):
                with self._writing():
                    plain.write(data)
        except TooMuchAsked:
            if dense < in_all:
                self._refusals.too_dense()
            self._refusals.too_large(self._allowance.total_bytes)
        return plain

    @property
    def _dense_bytes(self) -> int:
        return max(RATIO_FREE_BYTES, self._allowance.ratio * self._archive_bytes)

    # ------------------------------------------------------------ before anything is written

    def _look_through(self, reader: Reader) -> list[tuple[Member, Parts]]:
        """Return the members to write, all of them checked."""
        clashes = Clashes()
        taken: list[tuple[Member, Parts]] = []
        announced = 0
        with self._refusals.damage_named():
            for member in reader.members():
                self._spent.members += 1
                if self._spent.members > self._allowance.members:
                    self._refusals.too_many()
                parts = parts_of(member.name)
                fault = fault_of(member.name) or member.fault
                if not parts and not member.is_folder:
                    fault = say("a file without a name")
                fault = fault or clashes.add(parts, member.is_folder)
                if fault is not None:
                    self._leave_out(member.name, fault)
                    continue
                if not member.is_folder:
                    announced += member.size
                    self._check_size(member, announced)
                taken.append((member, parts))
        return taken

    def _check_size(self, member: Member, announced: int) -> None:
        """Check what is announced. What is more than announced is found when it is read."""
        if member.size > self._allowance.file_bytes:
            self._refusals.too_large(self._allowance.file_bytes, member.name)
        if announced > self._dense_bytes:
            self._refusals.too_dense(member.name)
        if self._spent.total_bytes + announced > self._allowance.total_bytes:
            self._refusals.too_large(self._allowance.total_bytes, member.name)

    # ------------------------------------------------------------ writing

    def _write(self, reader: Reader, member: Member, parts: Parts) -> None:
        target = self._folder.joinpath(*parts)
        above = target if member.is_folder else target.parent
        with self._writing():
            above.mkdir(mode=0o700, parents=True, exist_ok=True)
        if member.is_folder:
            return
        with self._writing():
            file = os.fdopen(os.open(target, WRITE_FLAGS, 0o600), "wb")
        with self._writing(), file:
            self._copy(reader, member, file)

    def _copy(self, reader: Reader, member: Member, file: BinaryIO) -> None:
        """Copy one file, counting what there really is."""
        have = 0
        with self._refusals.damage_named(member.name):
            for data in reader.chunks(member):
                have += len(data)
                self._spent.total_bytes += len(data)
                if have > member.size:
                    raise Damaged
                with self._writing():
                    file.write(data)
            if have != member.size:
                raise Damaged

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._refusals.not_written(self._folder.parent, error)
