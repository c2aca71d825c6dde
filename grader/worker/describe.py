"""Python objects -> wire values: plain data as it is, models, histories and figures as descriptions. Untrusted side."""

from __future__ import annotations

import reprlib
import sys
from typing import Any

import numpy as np

from grader.sandbox import wire
from grader.worker import figures
from grader.worker.registry import Registry

MAX_ITEMS = 100_000
ITEM_BYTES = 25
MAX_TEXT = 20_000


def describe(thing: object, registry: Registry, packer: wire.Packer, depth: int = 0) -> wire.Value:
    """Return the wire value of `thing`; its arrays go to `packer`."""
    if thing is None or type(thing) in (bool, float):
        return wire.Plain(thing)  # type: ignore[arg-type]
    if type(thing) is int and -(2**63) <= thing < 2**63:
        return wire.Plain(thing)
    if type(thing) is str:
        return wire.Plain(thing[:MAX_TEXT].encode("utf-8", "replace").decode())
    if isinstance(thing, np.ndarray | np.generic):
        # There is no array of texts on the wire: it goes over as the list it holds.
        if np.asarray(thing).dtype.kind == "U" and _is_small(texts := np.asarray(thing).tolist()):
            return describe(texts, registry, packer, depth)
        return _describe_array(thing, packer)
    if depth < wire.MAX_DEPTH and type(thing) in (list, tuple, dict) and (depth or _is_small(thing)):
        return _describe_container(thing, registry, packer, depth + 1)
    return _describe_library_object(thing, registry, packer)


def _describe_array(array: np.ndarray[Any, Any] | np.generic, packer: wire.Packer) -> wire.Value:
    plain = np.asarray(array)
    if plain.dtype.newbyteorder("=").name not in wire.DTYPES or plain.ndim > wire.MAX_DIMENSIONS:
        return wire.Opaque(_short(f"array of dtype {plain.dtype}"), short_repr(array))
    if plain.nbytes > wire.MAX_ARRAY_BYTES:
        return wire.Opaque(f"array of {plain.nbytes} bytes", "")
    return packer.array(plain, "array" if isinstance(array, np.ndarray) else "scalar")


def _is_small(thing: object) -> bool:
    """Return whether `thing`, with all that is in it, fits into a message."""
    weight, rest = 0, [thing]
    while rest:
        item: Any = rest.pop()
        kind = type(item)
        size = len(item) if kind in (list, tuple, dict) else len(item) // ITEM_BYTES if kind is str else 0
        weight += 1 + size
        if weight > MAX_ITEMS:
            return False
        if kind in (list, tuple, dict):
            rest.extend(item.values() if kind is dict else item)
    return True


def _describe_container(thing: Any, registry: Registry, packer: wire.Packer, depth: int) -> wire.Value:
    if type(thing) is dict:
        if not all(type(key) is str for key in thing):
            return opaque(thing)
        return wire.Mapping(tuple(thing), tuple(describe(item, registry, packer, depth) for item in thing.values()))
    kind = "list" if type(thing) is list else "tuple"
    return wire.Items(kind, tuple(describe(item, registry, packer, depth) for item in thing))  # type: ignore[arg-type]


def _describe_library_object(thing: object, registry: Registry, packer: wire.Packer) -> wire.Value:
    # A library that nobody imported cannot have made the object.
    if "keras" in sys.modules:
        import keras

        from grader.worker import models

        if isinstance(thing, keras.Model):
            return models.describe_model(thing, registry.handle(thing))
        if isinstance(thing, keras.callbacks.History):
            return models.describe_history(thing, registry.handle(thing))
        if keras.ops.is_tensor(thing) or isinstance(thing, keras.Variable):
            value = _describe_array(np.asarray(keras.ops.convert_to_numpy(thing)), packer)
            return (
                wire.Array(value.dtype, value.shape, value.buffer, "tensor") if isinstance(value, wire.Array) else value
            )
    if "matplotlib.figure" in sys.modules:
        from matplotlib.figure import Figure

        if isinstance(thing, Figure):
            return figures.describe_figure(thing, registry.handle(thing))
    return opaque(thing)


def opaque(thing: object) -> wire.Opaque:
    """Return the type's name and a short repr of anything."""
    kind = type(thing)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return wire.Opaque(_short(str(name)), short_repr(thing))


def short_repr(thing: object) -> str:
    """Return a repr of at most 200 characters, whatever the object's own `__repr__` does."""
    try:
        return _short(reprlib.repr(thing))
    except Exception as error:
        return _short(f"<a {type(thing).__name__} whose repr raises {type(error).__name__}>")


def _short(text: str) -> str:
    return text[: wire.MAX_NAME].encode("utf-8", "replace").decode()
