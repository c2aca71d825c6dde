"""Which names inside an archive are safe to write to any disk, and which of them clash. Trusted side."""

from __future__ import annotations

import re
import unicodedata

from grader.messages import Message, say

# Linux, macOS and Windows all take names of 255 bytes, and no longer ones.
MAX_NAME_BYTES = 255
# macOS takes paths of 1,024 bytes; what is left is for the folder that the archive is unpacked into.
MAX_PATH_BYTES = 800
# Course sites nest four folders at most. Deeper trees are made to exhaust whoever walks through them.
MAX_FOLDERS = 20
MAX_SHOWN = 80
DRIVE = re.compile(r"[A-Za-z]:")
# Letters that turn the direction of writing: with them `exe.txt` can be shown for `txt.exe`.
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, halves of characters, and the ends of lines and paragraphs.
UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})

Parts = tuple[str, ...]


def printable(text: str) -> str:
    """Return a text as it can be shown anywhere: what cannot be seen or turns what follows is spelled out."""
    return "".join(c if _is_plain(c) else f"<U+{ord(c):04X}>" for c in text)


def _is_plain(character: str) -> bool:
    """Return whether a character can be seen, spaces of all widths included."""
    return (character.isprintable() or unicodedata.category(character) == "Zs") and character not in TURNING


def shown(name: str) -> str:
    """Return a name as `printable` does, and no more than its beginning."""
    text = printable(name[: MAX_SHOWN + 1])
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def fault_of(name: str) -> Message | None:
    """Return what is wrong with a name, as what was got; None where it stays inside whatever folder it is put into."""
    unseen = next((c for c in name if unicodedata.category(c) in UNSEEN or c in TURNING), None)
    if unseen is not None:
        return say("a name with the character U+{code}, which cannot be seen", code=f"{ord(unseen):04X}")
    if "\\" in name:
        return say("a name with a backslash, which some computers take for a folder's mark")
    if name.startswith("/"):
        return say("a name that begins at the top of the disk")
    parts = name.split("/")
    if any(DRIVE.match(part) for part in parts):
        return say("a name with a drive's letter")
    if ".." in parts:
        return say("a name with `..`, which leads out of the folder")
    return _fault_of_length(parts)


def _fault_of_length(parts: list[str]) -> Message | None:
    longest = max(len(part.encode()) for part in parts)
    total = len("/".join(parts).encode())
    if longest > MAX_NAME_BYTES or total > MAX_PATH_BYTES:
        return say("a name of {count} bytes", count=total)
    if len(parts) > MAX_FOLDERS:
        return say("a file {count} folders deep", count=len(parts) - 1)
    return None


def parts_of(name: str) -> Parts:
    """Return the folders and the name that `name` is made of, without those that mean "here"."""
    return tuple(part for part in name.split("/") if part not in ("", "."))


class Clashes:
    """Remembers every name, and finds those that are the same file on some disk.

    Disks of Windows and macOS do not tell upper from lower case; those of macOS do not tell `é` from `e` with an accent
    after it; Windows drops dots and spaces from a name's end.
    """

    def __init__(self) -> None:
        self._seen: dict[Parts, Parts] = {}
        self._files: set[Parts] = set()
        self._folders: set[Parts] = set()

    def add(self, parts: Parts, is_folder: bool) -> Message | None:
        """Take in one more name; return how it clashes with an earlier one, None where it does not."""
        for depth in range(1, len(parts) + 1):
            above = parts[:depth]
            earlier = self._seen.setdefault(tuple(map(_folded, above)), above)
            if earlier != above:
                return say("a name that some computers take for the same as {other}", other=shown("/".join(earlier)))
        if parts in self._files:
            return say("a name that is there for a file and for a folder") if is_folder else say("the same name twice")
        ancestors = {parts[:depth] for depth in range(1, len(parts) + is_folder)}
        if ancestors & self._files or (not is_folder and parts in self._folders):
            return say("a name that is there for a file and for a folder")
        self._folders |= ancestors
        if not is_folder:
            self._files.add(parts)
        return None


def _folded(part: str) -> str:
    """Return what is the same for names that some disk takes for one. Letters without width do not count, either."""
    visible = "".join(c for c in part if unicodedata.category(c) != "Cf")
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", visible).casefold())
    return folded.rstrip(" .") or part
