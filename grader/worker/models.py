"""Keras models and histories: described, taken apart and put together again. Untrusted side."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from grader.sandbox import wire

# So many images at a time go through a model here: what the layers give for them takes tens of MB at most.
IMAGES_AT_ONCE = 256


def describe_model(model: Any, handle: int) -> wire.ModelValue:
    """Return what can be said of `model` without running it."""
    built = bool(model.built)
    return wire.ModelValue(
        handle=handle,
        class_name=type(model).__name__,
        layers=tuple(_describe_layer(layer) for layer in _flat_layers(model)),
        built=built,
        input_shape=_shape(getattr(model, "input_shape", None)) if built else None,
        output_shape=_shape(getattr(model, "output_shape", None)) if built else None,
        parameters=int(model.count_params()) if built else None,
        compiled=_describe_compiled(model) if model.compiled else None,
    )


def _flat_layers(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _flat_layers(layer)
        else:
            yield layer


def _describe_layer(layer: Any) -> wire.Layer:
    activation = getattr(layer, "activation", None)
    units = getattr(layer, "units", getattr(layer, "filters", None))
    rate, momentum = getattr(layer, "rate", None), getattr(layer, "momentum", None)
    return wire.Layer(
        class_name=type(layer).__name__,
        name=str(layer.name)[:200],
        units=int(units) if isinstance(units, int) else None,
        activation=_snake_case(activation) if activation is not None else None,
        rate=float(rate) if isinstance(rate, int | float) else None,
        output_shape=_shape(_or_none(lambda: layer.output.shape)),
        parameters=int(layer.count_params()) if layer.built else 0,
        window=_sizes(getattr(layer, "kernel_size", getattr(layer, "pool_size", None))),
        strides=_sizes(getattr(layer, "strides", None)),
        momentum=float(momentum) if isinstance(momentum, int | float) else None,
    )


def _sizes(sizes: Any) -> tuple[int, ...] | None:
    """Return kernel size, pool size or strides, which a layer of one's own may have of any kind."""
    if isinstance(sizes, tuple | list) and sizes and all(type(size) is int for size in sizes):
        return tuple(sizes[: wire.MAX_DIMENSIONS])
    return None


def _or_none(read: Any) -> Any:
    """Return what `read` gives; Keras raises for properties a layer does not have yet."""
    try:
        return read()
    except (AttributeError, ValueError, RuntimeError):
        return None


def _shape(shape: Any) -> tuple[int | None, ...] | None:
    if not isinstance(shape, tuple | list) or not all(size is None or isinstance(size, int) for size in shape):
        return None
    return tuple(shape)


def _describe_compiled(model: Any) -> wire.Compiled:
    optimizer = model.optimizer
    loss = model.loss
    return wire.Compiled(
        optimizer=_snake_case(optimizer),
        learning_rate=_or_none(lambda: float(optimizer.learning_rate)),
        loss=_snake_case(loss) if loss is not None else None,
        from_logits=_from_logits(loss),
        metrics=tuple(_snake_case(metric) for metric in _user_metrics(model)),
        steps=int(optimizer.iterations),
    )


def _user_metrics(model: Any) -> list[Any]:
    metrics = getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None) or []
    return list(metrics.values()) if isinstance(metrics, dict) else list(np.ravel(np.asarray(metrics, dtype=object)))


def _from_logits(loss: Any) -> bool:
    config = _or_none(loss.get_config) if isinstance(loss, keras.losses.Loss) else None
    return bool(config and (config.get("from_logits") or (config.get("fn_kwargs") or {}).get("from_logits")))


def _snake_case(thing: Any) -> str:
    """Return Keras's snake_case name of a string, function, class or instance: `Adam()` -> `adam`."""
    if isinstance(thing, str):
        name = thing
    elif isinstance(thing, type) or callable(getattr(thing, "__name__", None)) or hasattr(thing, "__name__"):
        name = thing.__name__
    else:
        name = type(thing).__name__
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name[:200]).lower()


def describe_history(history: Any, handle: int) -> wire.HistoryValue:
    """Return the numbers of a History."""
    values = {str(key): tuple(float(number) for number in numbers) for key, numbers in history.history.items()}
    return wire.HistoryValue(handle, values, tuple(int(epoch) for epoch in history.epoch))


def make_history(value: wire.HistoryInput) -> Any:
    """Return a History as `fit` would have returned it."""
    history = keras.callbacks.History()
    history.history = {key: list(numbers) for key, numbers in value.values.items()}
    history.epoch = list(value.epochs)
    history.set_params({"verbose": 0, "epochs": len(value.epochs), "steps": None})
    return history


def take_snapshot(model: Any, packer: wire.Packer) -> wire.Snapshot:
    """Return all that `make_model` needs to build `model` anew."""
    config = json.dumps(keras.saving.serialize_keras_object(model))
    compiled = json.dumps(model.get_compile_config()) if model.compiled else None
    return wire.Snapshot(config, compiled, tuple(packer.array(np.asarray(weight)) for weight in model.get_weights()))


def make_model(snapshot: wire.Snapshot, weights: list[Any]) -> Any:
    """Return a new model of the snapshot's structure, compiled if it was, with a fresh optimizer."""
    config = json.loads(snapshot.config)
    # The compile configuration comes in a field of its own, so that an uncompiled model stays uncompiled.
    config.pop("compile_config", None)
    model = keras.saving.deserialize_keras_object(config)
    if weights:
        model.set_weights(weights)
    if snapshot.compiled:
        model.compile_from_config(json.loads(snapshot.compiled))
    return model


def outputs_of(model: Any, images: Any, training: bool) -> Any:
    """Return what `model` gives for `images`, in one pass as during training or as for a prediction.

    A model of Keras's own kinds is called directly: `predict` first traces a pipeline for the images, which takes it
    ten times as long as a few hundred of them. One that may predict in a way of its own is asked to.
    """
    if training:
        return model(images, training=True)
    own_ways = "predict" in vars(model) or not type(model).__module__.startswith("keras.")
    if own_ways or not isinstance(images, np.ndarray) or len(images) == 0:
        return model.predict(images, verbose=0)
    parts = [
        model(images[first : first + IMAGES_AT_ONCE], training=False) for first in range(0, len(images), IMAGES_AT_ONCE)
    ]
    if not all(map(keras.ops.is_tensor, parts)):
        return model.predict(images, verbose=0)
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])
