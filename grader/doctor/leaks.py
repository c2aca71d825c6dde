"""Searches reports for what they must not show: canaries in texts, and hidden numbers however they are written.
Trusted side."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator

from grader.doctor.stage import CANARY

# The pixels of the hidden inputs, in this order and in no other input: tests/hostile/course/checks has them, too.
HIDDEN_PIXELS = (211, 37, 199, 61)
SCALE = 255
TOLERANCE = 1e-3
NUMBER = re.compile(r"\d+\.?\d*(?:e-?\d+)?")


def leaks_in(text: str) -> Iterator[str]:
    """Yield what of the hidden things can be read in `text`."""
    if any(word in text for word in _spellings(CANARY.encode())):
        yield CANARY
    if any(word in text for word in _spellings(bytes(HIDDEN_PIXELS))):
        yield "hidden pixels as bytes"
    numbers = [float(word) for word in NUMBER.findall(text)]
    if any(_holds(numbers, sequence) for sequence in _hidden_sequences()):
        yield "hidden numbers"


def _spellings(raw: bytes) -> Iterator[str]:
    """Yield how bytes may stand in a text: as they are, in hexadecimal digits, and in base64 from any position."""
    if raw.isascii():
        yield raw.decode()
        yield raw.decode()[::-1]
    yield raw.hex()
    yield "".join(f"\\x{byte:02x}" for byte in raw)
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + raw).decode().rstrip("=")
        # The first and the last letter hold bits of what stands beside.
        yield encoded[-(-shift * 8 // 6) : -1]


def _hidden_sequences() -> Iterator[tuple[float, ...]]:
    """Yield the hidden numbers as they go in, and as they are expected to come out."""
    yield tuple(map(float, HIDDEN_PIXELS))
    yield tuple(pixel / SCALE for pixel in HIDDEN_PIXELS)


def _holds(numbers: list[float], sequence: Iterable[float]) -> bool:
    wanted = tuple(sequence)
    first, length = wanted[0], len(wanted)
    starts = (place for place, number in enumerate(numbers) if abs(number - first) < TOLERANCE)
    return any(
        len(found := numbers[place : place + length]) == length
        and all(abs(a - b) < TOLERANCE for a, b in zip(found, wanted, strict=True))
        for place in starts
    )
