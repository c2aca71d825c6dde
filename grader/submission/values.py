"""What checks hold in their hands: plain data, and descriptions of objects that stay in a worker. Trusted side."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from grader.sandbox import wire
from grader.sandbox.sharing import freeze


class Owner(Protocol):
    """The submission a model lives in."""

    def fetch(self, handle: int) -> Taken: ...
    def predict(self, model: Model, images: npt.NDArray[Any], training: bool = False) -> npt.NDArray[Any]: ...


class Taken(msgspec.Struct, frozen=True):
    """A model taken out of its worker: Keras's own JSON, and the weights as arrays."""

    config: str
    compiled: str | None
    weights: tuple[npt.NDArray[Any], ...]

    @property
    def digest(self) -> str:
        return digest(self.config, self.compiled or "", *self.weights)


class Model:
    """A Keras model, described. The model itself stays in the worker of its `owner`.

    `is_held`: the worker has it as it is; else it goes over whole wherever it is used.
    """

    def __init__(
        self, description: wire.ModelValue, owner: Owner, taken: Taken | None = None, is_held: bool = True
    ) -> None:
        self.description = description
        self.owner = owner
        self.is_held = is_held
        self._taken = taken

    def take(self) -> Taken:
        """Return its configuration and weights. They are fetched once, when first asked for."""
        if self._taken is None:
            self._taken = self.owner.fetch(self.description.handle)
        return self._taken

    def predict(self, images: npt.NDArray[Any], training: bool = False) -> npt.NDArray[Any]:
        """Return the model's outputs: (n, outputs) float32. Nothing but arrays of numbers ever comes back.

        `training`: one pass as during training, with dropout at work; the model learns nothing from it.
        """
        return self.owner.predict(self, images, training)

    def with_weights(self, *weights: npt.NDArray[Any]) -> Model:
        """Return a model of the same structure with these weights. The worker's own one stays as it is."""
        taken = msgspec.structs.replace(self.take(), weights=weights)
        return Model(self.description, self.owner, taken, is_held=False)


class History(msgspec.Struct, frozen=True):
    """What `fit` returned: `values` has one number an epoch for each key."""

    values: dict[str, tuple[float, ...]]
    epochs: tuple[int, ...]


class Kept:
    """A large array that stays in the worker. `key` identifies its content; `make` computes it again."""

    def __init__(self, key: str, handle: int | None, make: Callable[[], int] | None = None) -> None:
        self.key, self.handle, self.make = key, handle, make


TextFile = wire.TextFile
Figure = wire.FigureValue
Opaque = wire.Opaque


def decode(value: wire.Value, buffers: Sequence[wire.Buffer], owner: Owner, depth: int = 0) -> Any:
    """Return the Python object a wire value stands for.

    Raises:
        WireError: it stands for none.
    """
    if depth > wire.MAX_DEPTH:
        raise wire.WireError("a value that is nested too deeply")
    match value:
        case wire.Plain():
            return value.value
        case wire.Array():
            array = freeze(wire.unpack_array(value, buffers))
            return array[()] if value.origin == "scalar" and array.ndim == 0 else array
        case wire.Items():
            items = [decode(item, buffers, owner, depth + 1) for item in value.items]
            return items if value.kind == "list" else tuple(items)
        case wire.Mapping():
            if len(value.keys) != len(value.items):
                raise wire.WireError(f"{len(value.keys)} keys for {len(value.items)} items")
            items = [decode(item, buffers, owner, depth + 1) for item in value.items]
            return dict(zip(value.keys, items, strict=True))
        case wire.ModelValue():
            return Model(value, owner)
        case wire.HistoryValue():
            return History(value.values, value.epochs)
        case wire.FigureValue() | wire.Opaque():
            return value
    raise wire.WireError(f"a {type(value).__name__} as a result")


def decode_snapshot(snapshot: wire.Snapshot, buffers: Sequence[wire.Buffer]) -> Taken:
    """Return a model's configuration and weights.

    Raises:
        WireError: the weights are no arrays that came with it.
    """
    if any(isinstance(weight, wire.SharedArray) for weight in snapshot.weights):
        raise wire.WireError("weights that were not sent")
    sent = (weight for weight in snapshot.weights if isinstance(weight, wire.Array))
    weights = tuple(freeze(wire.unpack_array(weight, buffers)) for weight in sent)
    return Taken(snapshot.config, snapshot.compiled, weights)


def encode(thing: Any, packer: wire.Packer, owner: Owner | None) -> wire.Value:
    """Return the wire value of a call's argument. A model of another owner goes over whole."""
    match thing:
        case None | bool() | int() | float() | str():
            return wire.Plain(thing)
        case np.generic():
            return packer.array(np.asarray(thing), "scalar")
        case np.ndarray():
            return _array(thing, packer)
        case list() | tuple():
            kind = "list" if isinstance(thing, list) else "tuple"
            return wire.Items(kind, tuple(encode(item, packer, owner) for item in thing))  # type: ignore[arg-type]
        case Model():
            if thing.owner is owner and thing.is_held:
                return wire.Held(thing.description.handle)
            taken = thing.take()
            return wire.Snapshot(
                taken.config, taken.compiled, tuple(_array(weight, packer) for weight in taken.weights)
            )
        case History():
            return wire.HistoryInput(thing.values, thing.epochs)
        case TextFile():
            return thing
        case Kept():
            assert thing.handle is not None
            return wire.Held(thing.handle)
    raise TypeError(
        f"a check passed a {type(thing).__name__} to a function; pass arrays, numbers, models, histories or files"
    )


class CallPacker(wire.Packer):
    """Packs a call's arguments. `share` hands large arrays over beforehand, once for all calls that use them."""

    def __init__(self, share: Callable[[npt.NDArray[Any]], wire.SharedArray | None]) -> None:
        super().__init__()
        self.share = share


def _array(array: npt.NDArray[Any], packer: wire.Packer) -> wire.Array | wire.SharedArray:
    shared = packer.share(array) if isinstance(packer, CallPacker) else None
    return shared or packer.array(array)


def digest(*parts: Any) -> str:
    """Return a digest over strings, arrays, models and what is made of them, by content."""
    total = hashlib.blake2b(digest_size=20)
    for part in parts:
        match part:
            case np.ndarray():
                total.update(f"array {part.dtype} {part.shape}".encode())
                total.update(wire.raw_bytes(part))
            case Model():
                total.update(f"model {part.take().digest}".encode())
            case Kept():
                total.update(f"kept {part.key}".encode())
            case list() | tuple():
                total.update(f"items {digest(*part)}".encode())
            case _:
                total.update(f"{type(part).__name__} {part!r}".encode("utf-8", "surrogatepass"))
        total.update(b"\0")
    return total.hexdigest()
