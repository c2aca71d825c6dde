"""Answers requests: loads the learner's definitions, calls them, describes what comes back. Untrusted side."""

from __future__ import annotations
import __future__

import functools
import io
import linecache
import mmap
import random
import sys
import traceback
import types
import zlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.sandbox import wire
from grader.worker.describe import describe
from grader.worker.registry import Registry

if TYPE_CHECKING:
    from grader.worker.notebook_shell import NotebookShell
    from grader.worker.observe import Recorder
    from grader.worker.ready_models import ReadyModels


class Session:
    """One learner's module and the objects it made.

    `names`: those of a module that is at work here already, such as a notebook's; without, one is loaded. `tell`: takes
    how far a training has come.
    """

    def __init__(
        self, names: Mapping[str, Any] | None = None, tell: Callable[[wire.Progress], None] | None = None
    ) -> None:
        self._registry = Registry()
        self._module: types.ModuleType | None = None
        self._names, self._tell = names, tell
        self._lines: dict[str, list[str]] = {}
        self._flags = 0
        self._drawing_ready = False
        self._segments: dict[int, int] = {}
        self._figures_before: frozenset[int] = frozenset()

    def attach(self, segment: int, descriptor: int) -> None:
        """Take the bytes of shared arrays, for calls that come later."""
        self._segments[segment] = descriptor

    def answer(self, request: wire.Request, buffers: list[wire.Buffer]) -> tuple[wire.Reply, list[wire.Buffer]]:
        """Return the reply to `request` and the bytes of its arrays."""
        packer = wire.Packer()
        try:
            reply: wire.Reply = self._answer(request, buffers, packer)
        except BaseException as error:  # sys.exit() and KeyboardInterrupt by the learner's code are answers too
            packer = wire.Packer()
            reply = self.describe_error(error)
        return reply, packer.buffers

    def _answer(self, request: wire.Request, buffers: list[wire.Buffer], packer: wire.Packer) -> wire.Reply:
        if "_ready_models" in self.__dict__:
            self._ready_models.begin_request()
        match request:
            case wire.Segment():
                self._load(request)
                return wire.Loaded()
            case wire.NotebookCell():
                self._lines.setdefault(cell_name(request.number), [])
                self._shell.run(request.number, request.source)
                return wire.Loaded()
            case wire.Call():
                try:
                    return self._call(request, buffers, packer)
                finally:
                    self._tidy_up()
            case wire.Predict():
                from grader.worker.models import outputs_of

                model, images = self._object(request.model, buffers), self._object(request.images, buffers)
                return wire.Returned(describe(outputs_of(model, images, request.training), self._registry, packer))
            case wire.Fetch():
                from grader.worker.models import take_snapshot

                snapshot = take_snapshot(self._registry.object(request.handle), packer)
                return wire.Returned(wire.Plain(None), snapshots=(snapshot,))
        raise wire.WireError(f"no answer to a {type(request).__name__}")

    # ------------------------------------------------------------ loading

    def _load(self, segment: wire.Segment) -> None:
        if self._module is None:
            self._module = types.ModuleType(segment.module)
            # dataclasses, pickle and inspect look a class's module up by name.
            sys.modules[segment.module] = self._module
        self._remember_lines(segment)
        padded = "\n" * (segment.first_line - 1) + segment.source
        code = compile(padded, segment.file, "exec", flags=self._flags, dont_inherit=True)
        self._flags |= code.co_flags & __future__.annotations.compiler_flag
        exec(code, self._module.__dict__)
        if "matplotlib" in sys.modules and not self._drawing_ready:
            from grader.worker.figures import prepare_drawing

            prepare_drawing()
            self._drawing_ready = True

    def _remember_lines(self, segment: wire.Segment) -> None:
        """Let tracebacks show the learner's lines, though the file is not in the worker's sight."""
        known = self._lines.setdefault(segment.file, [])
        lines = io.StringIO(segment.source).readlines()
        end = segment.first_line - 1 + len(lines)
        known.extend(["\n"] * (end - len(known)))
        known[segment.first_line - 1 : end] = lines
        linecache.cache[segment.file] = (sum(map(len, known)), None, known, segment.file)

    # ------------------------------------------------------------ calling

    def _call(self, call: wire.Call, buffers: list[wire.Buffer], packer: wire.Packer) -> wire.Reply:
        if self._tell is not None and "keras" in sys.modules:
            from grader.worker.training import follow_trainings

            follow_trainings(self._tell)
        function = self._function(call.function)
        self._figures_before = _open_figures()
        arguments = [self._object(value, buffers) for value in call.arguments]
        set_seeds(call.seed)
        before = [_fingerprint(argument) for argument in arguments]
        recorders = [_watch(argument) if _is_model(argument) else None for argument in arguments]
        value = function(*arguments)
        changed = tuple(i for i, argument in enumerate(arguments) if _fingerprint(argument) != before[i])
        held = wire.Held(self._registry.handle(value)) if call.keep and _is_data(value) else None
        return wire.Returned(
            value=held or describe(value, self._registry, packer),
            arguments=tuple(
                describe(argument, self._registry, packer) if _is_model(argument) else None for argument in arguments
            ),
            changed=changed,
            observations=tuple(recorder.result() if recorder else None for recorder in recorders),
            snapshots=self._take_snapshots([*arguments, value], packer) if call.snapshots else (),
        )

    def _function(self, name: str) -> Any:
        if self._names is None:
            return getattr(self._module, name)
        module = self._names.get("__name__")
        for thing in list(self._names.values()):
            if isinstance(thing, types.FunctionType) and thing.__module__ == module:
                # Python knows its lines already; in a traceback they are the learner's own.
                self._lines.setdefault(thing.__code__.co_filename, [])
        return self._names[name]

    def _take_snapshots(self, things: list[Any], packer: wire.Packer) -> tuple[wire.Snapshot | None, ...]:
        if not any(map(_is_model, things)):
            return ()
        from grader.worker.models import take_snapshot

        return tuple(take_snapshot(thing, packer) if _is_model(thing) else None for thing in things)

    @functools.cached_property
    def _shell(self) -> NotebookShell:
        from grader.worker.notebook_shell import NotebookShell

        return NotebookShell()

    @functools.cached_property
    def _ready_models(self) -> ReadyModels:
        from grader.worker.ready_models import ReadyModels

        return ReadyModels()

    def _tidy_up(self) -> None:
        if "_ready_models" in self.__dict__:
            self._ready_models.forget_changed()
        if "matplotlib" in sys.modules:
            from grader.worker.figures import close_figures

            close_figures(self._figures_before)

    def _object(self, value: wire.Value, buffers: list[wire.Buffer]) -> Any:
        match value:
            case wire.Plain():
                return value.value
            case wire.Array():
                array = wire.unpack_array(value, buffers)
                return array[()] if value.origin == "scalar" else array
            case wire.SharedArray():
                # Mapped anew for each call: what an earlier one changed in its view is not seen again.
                view = mmap.mmap(self._segments[value.segment], 0, access=mmap.ACCESS_COPY)
                return np.frombuffer(view, np.dtype(value.dtype)).reshape(value.shape)
            case wire.Items():
                items = [self._object(item, buffers) for item in value.items]
                return items if value.kind == "list" else tuple(items)
            case wire.Mapping():
                return {key: self._object(item, buffers) for key, item in zip(value.keys, value.items, strict=True)}
            case wire.Held():
                return self._registry.object(value.handle)
            case wire.Snapshot():
                return self._ready_models.get(value, [self._object(weight, buffers) for weight in value.weights])
            case wire.HistoryInput():
                from grader.worker.models import make_history

                return make_history(value)
            case wire.TextFile():
                return io.StringIO(value.text, newline="")
        raise wire.WireError(f"a {type(value).__name__} is no argument")

    # ------------------------------------------------------------ errors

    def describe_error(self, error: BaseException) -> wire.Raised:
        """Return what can be said of an exception, with the learner's own lines in its traceback."""
        name = getattr(error, "name", None)
        try:
            text = str(error)
        except Exception:
            text = ""
        if isinstance(error, SyntaxError):
            text = error.msg
        return wire.Raised(
            type_name=_encodable(type(error).__name__[: wire.MAX_NAME]),
            text=_encodable(text[: wire.MAX_MESSAGE]),
            frames=self._own_frames(error),
            name=_encodable(name[: wire.MAX_NAME]) if isinstance(name, str) else None,
        )

    def _own_frames(self, error: BaseException) -> tuple[wire.Frame, ...]:
        own = [
            wire.Frame(
                frame.filename, frame.lineno or 0, frame.name[: wire.MAX_NAME], (frame.line or "")[: wire.MAX_LINE]
            )
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename in self._lines
        ]
        return tuple(own[-wire.MAX_FRAMES :])


def cell_name(number: int) -> str:
    """Return the name under which Python knows the lines of a notebook's cell."""
    return f"cell {number}"


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def set_seeds(seed: int) -> None:
    """Seed every generator a learner's code is likely to draw from, those of Keras where it was imported."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    if "keras" in sys.modules:
        import keras

        # Names count from the start and global settings are the usual ones, so that equal calls give equal models.
        keras.utils.clear_session(free_memory=False)
        keras.utils.set_random_seed(seed)


def _open_figures() -> frozenset[int]:
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    return frozenset(pyplot.get_fignums()) if pyplot is not None else frozenset()


def _fingerprint(thing: object) -> int | None:
    if isinstance(thing, np.ndarray):
        return zlib.crc32(wire.raw_bytes(thing))
    return None


def _is_model(thing: object) -> bool:
    keras: Any = sys.modules.get("keras")
    return keras is not None and isinstance(thing, keras.Model)


def _watch(model: Any) -> Recorder:
    from grader.worker.observe import watch

    return watch(model)


def _is_data(value: object) -> bool:
    keras: Any = sys.modules.get("keras")
    return isinstance(value, np.ndarray) or (keras is not None and keras.ops.is_tensor(value))
