"""How works and gradings are written down in the gradebook, and read again. Trusted side.

Results hold what learners printed and computed: NaN and lone surrogates, for which msgspec's JSON has no spelling and
Python's own has one. So Python's writes them, and reads those that msgspec cannot.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any, TypeVar

import msgspec

from grader.cohort.gradings import Grading

LEVEL = 6
Struct = TypeVar("Struct", bound=msgspec.Struct)


def key_of(*parts: str) -> str:
    """Return a digest of texts, by which a row is found again."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def pack_files(files: dict[str, bytes]) -> bytes:
    """Return the files of a submission as one compressed piece."""
    named = [(name.encode("utf-8", "surrogatepass"), files[name]) for name in sorted(files)]
    return zlib.compress(msgspec.msgpack.encode(named), LEVEL)


def unpack_files(packed: bytes) -> dict[str, bytes]:
    """Return what `pack_files` was given."""
    named = msgspec.msgpack.decode(zlib.decompress(packed), type=list[tuple[bytes, bytes]])
    return {name.decode("utf-8", "surrogatepass"): content for name, content in named}


def pack_grading(grading: Grading) -> bytes:
    """Return a grading as compressed JSON."""
    text = write_text(grading)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = json.dumps(msgspec.to_builtins(grading), separators=(",", ":")).encode()
    return zlib.compress(data, LEVEL)


def unpack_grading(packed: bytes) -> Grading:
    """Return what `pack_grading` was given."""
    data = zlib.decompress(packed)
    try:
        return msgspec.json.decode(data, type=Grading)
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(data), Grading)


def write_text(value: Any) -> str:
    """Return a struct or a dictionary as JSON that people can read. Lone surrogates stand in it as they are."""
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False, separators=(",", ":"))


def read_text(text: str, kind: type[Struct]) -> Struct:
    """Return the struct that `write_text` was given."""
    return msgspec.convert(json.loads(text), kind)
