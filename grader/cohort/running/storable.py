"""A result such that JSON holds it and gives back the same: no NaN, no half characters. Trusted side."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from grader.messages import Message
from grader.results import Curve, ModelPicture

Kept = TypeVar("Kept", bound=msgspec.Struct)


def storable(struct: Kept, folder: str = "") -> Kept:
    """Return `struct` with what JSON cannot hold replaced by what reads the same.

    A number that is none (NaN, infinity) becomes its word in a sentence, and ends a learning curve, of which nothing
    could be drawn from there on. Half a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD.

    Args:
        folder: the temporary one in which the work lay; files in it are named without it.
    """
    return _Cleaner(folder).struct(struct)


class _Cleaner:
    def __init__(self, folder: str) -> None:
        self._prefix = f"{folder}/" if folder else ""

    def struct(self, value: Kept) -> Kept:
        fields = {name: self._clean(getattr(value, name)) for name in value.__struct_fields__}
        match value:
            case Message():
                fields["values"] = {name: _as_word(filling) for name, filling in fields["values"].items()}
            case Curve():
                curves = {name: _until_the_first_that_is_none(numbers) for name, numbers in fields["values"].items()}
                fields["values"] = {name: numbers for name, numbers in curves.items() if numbers}
            case ModelPicture() if fields["accuracy"] is not None and not math.isfinite(fields["accuracy"]):
                fields["accuracy"] = None
            case _:
                pass
        return type(value)(**fields)

    def _clean(self, value: Any) -> Any:
        match value:
            case msgspec.Struct():
                return self.struct(value)
            case str():
                text = value.replace(self._prefix, "") if self._prefix else value
                return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            case Mapping():
                return {self._clean(name): self._clean(value[name]) for name in value}
            case tuple() | list():
                return tuple(map(self._clean, value))
            case bool() | int() | bytes() | None:
                return value
            # NumPy's numbers, too, reach a result where a measure was not converted.
            case numbers.Integral():
                return int(value)
            case numbers.Real():
                return float(value)
            case _:
                return value


def _as_word(filling: Any) -> Any:
    return str(filling) if isinstance(filling, float) and not math.isfinite(filling) else filling


def _until_the_first_that_is_none(values: tuple[float, ...]) -> tuple[float, ...]:
    end = next((place for place, value in enumerate(values) if not math.isfinite(value)), len(values))
    return values[:end]
