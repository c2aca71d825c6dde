"""Models made from snapshots, used again while nothing has changed them: making and tracing one costs more than a
prediction. Untrusted side."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import numpy as np

from grader.sandbox import wire
from grader.worker.models import make_model

MAX_MODELS = 4


class ReadyModels:
    """Keeps the models of a few snapshots."""

    def __init__(self) -> None:
        self._models: dict[tuple[str, int], tuple[Any, str]] = {}
        self._given: Counter[str] = Counter()

    def begin_request(self) -> None:
        """From here on all models may be given away again."""
        self._given.clear()

    def get(self, snapshot: wire.Snapshot, weights: list[Any]) -> Any:
        """Return a model that is as the snapshot says: an unchanged one from before, or a new one.

        Two equal snapshots in one request give two models, so that training one leaves the other as it is.
        """
        content = _digest(snapshot.config, snapshot.compiled or "", weights)
        key = content, self._given[content]
        self._given[content] += 1
        if key not in self._models:
            model = make_model(snapshot, weights)
            while len(self._models) >= MAX_MODELS:
                del self._models[next(iter(self._models))]
            self._models[key] = model, _state(model)
        return self._models[key][0]

    def forget_changed(self) -> None:
        """Drop the models that a call trained, compiled or rebuilt."""
        self._models = {key: (model, state) for key, (model, state) in self._models.items() if _state(model) == state}


def _state(model: Any) -> str:
    """Return a digest of all that a call can change: layers, weights, and what it was compiled with."""
    optimizer = getattr(model, "optimizer", None)
    steps = int(optimizer.iterations) if optimizer is not None else -1
    return _digest(model.to_json(), f"{model.compiled} {id(optimizer)} {steps}", model.get_weights())


def _digest(config: str, compiled: str, weights: list[Any]) -> str:
    total = hashlib.blake2b(f"{config}\0{compiled}".encode())
    for weight in weights:
        total.update(wire.raw_bytes(np.asarray(weight)))
    return total.hexdigest()
