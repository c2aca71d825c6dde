"""A learner's work as checks see it: functions to call, whatever they run in. Trusted side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

import msgspec
import numpy as np
import numpy.typing as npt

from grader.errors import CheckFailed
from grader.messages import say, verbatim
from grader.results import Feedback, Place, Verdict
from grader.sandbox import wire
from grader.sandbox.confine import Level
from grader.sandbox.exchange import WorkerEnded
from grader.sandbox.worker import Answer, Limits
from grader.submission import explain
from grader.submission.budget import Budget
from grader.submission.closure import needed_pieces
from grader.submission.engines import Engine
from grader.submission.source import Piece, Source
from grader.submission.values import CallPacker, History, Kept, Model, Taken, decode, decode_snapshot, digest, encode

DEFAULT_LIMITS = Limits(seconds=30.0, memory_mib=4096)
LOAD_LIMITS = Limits(seconds=10.0, memory_mib=4096)
DEFAULT_SEED = 20_240_501
HEAVY = frozenset({"tensorflow", "keras", "matplotlib"})


R = TypeVar("R")


class Outcome(msgspec.Struct, frozen=True):
    """A call that returned. `arguments`: the models among the arguments as they are after it, else None.

    `changed`: positions of array arguments whose content the call changed. `observations`: what really ran in each
    model among the arguments, else None.
    """

    value: Any
    arguments: tuple[Model | None, ...]
    changed: tuple[int, ...]
    observations: tuple[wire.Observation | None, ...]
    output: str
    seconds: float

    @property
    def model(self) -> Model | None:
        """The first model among the arguments, as it is after the call."""
        return next((argument for argument in self.arguments if argument is not None), None)

    @property
    def observation(self) -> wire.Observation | None:
        """What really ran in the first model among the arguments."""
        return next((observation for observation in self.observations if observation is not None), None)

    def seen_by(self, position: int) -> Outcome:
        """Return the same outcome as if the argument at `position`, counted from 0, had been the only model."""
        return msgspec.structs.replace(
            self,
            arguments=(self.arguments[position],),
            observations=(self.observations[position],),
        )


def _is_plain(outcome: Outcome) -> bool:
    """Return whether the value is all here: what is in the worker might have changed meanwhile."""
    values = outcome.value if isinstance(outcome.value, list | tuple) else [outcome.value]
    return not any(isinstance(value, Model | wire.Opaque | list | tuple | dict) for value in values)


class Function:
    """One function of a submission. Calling it gives its value; `call` gives all that was seen."""

    def __init__(self, submission: Submission, name: str) -> None:
        self._submission, self.name = submission, name

    def __call__(self, *arguments: Any) -> Any:
        return self.call(*arguments).value

    def call(self, *arguments: Any) -> Outcome:
        """Call the function.

        Raises:
            CheckFailed: it raised, ended the program, or used more than its limits allow.
        """
        return self._submission.perform(self.name, arguments)

    def once(self, *arguments: Any) -> Outcome:
        """Call the function, or return the outcome of the same call made before: several checks share one training."""
        return self._submission.perform_once(self.name, arguments)

    def keep(self, *arguments: Any) -> Any:
        """Call the function and leave a large result where it is; what comes back can be passed on to other calls."""
        return self._submission.perform_and_keep(self.name, arguments)


class Submission:
    """A source and the engine that runs it. Any attribute is the function of that name."""

    def __init__(self, source: Source, engine: Engine, module: str, seed: int = DEFAULT_SEED) -> None:
        self.source = source
        self.engine = engine
        self.limits = DEFAULT_LIMITS
        self.budget = Budget()
        self.seed = seed
        self.trace: list[tuple[str, tuple[Any, ...], Outcome | CheckFailed]] = []
        self._too_slow: dict[str, CheckFailed] = {}
        self._done: dict[str, tuple[int, Outcome]] = {}
        self._chains: dict[tuple[Any, ...], tuple[int, tuple[Any, ...], tuple[Any, ...], Any]] = {}
        self._module = module
        self._loaded: tuple[int, frozenset[int]] = (-1, frozenset())
        # The pieces that any worker has executed since all began or began anew.
        self.executed: set[int] = set()
        self._needs: dict[str, tuple[int, ...]] = {}
        self._deadly: dict[int, Feedback] = {}
        self._unloaded: dict[str, CheckFailed] = {}
        self._failed_imports: dict[str, str] = {}

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self, name)

    # ------------------------------------------------------------ calls

    def perform(self, function: str, arguments: tuple[Any, ...]) -> Outcome:
        """Call `function` in the worker, or return what the same call gave before: each starts from the same seed.

        Calls with models of its own are made each time, and so are those that give models: others change them. One
        that took too long is not waited for again.
        """
        if any(self._holds(argument) for argument in arguments):
            return self._perform_anew(function, arguments)
        return self._perform_new(function, arguments, with_models=False)

    def _holds(self, argument: Any) -> bool:
        return isinstance(argument, Kept) or (isinstance(argument, Model) and argument.owner is self)

    def _perform_anew(self, function: str, arguments: tuple[Any, ...]) -> Outcome:
        try:
            outcome = self._outcome(self._call_unless_slow(function, arguments, keep=False))
        except CheckFailed as failed:
            self.trace.append((function, arguments, failed))
            raise
        self.trace.append((function, arguments, outcome))
        return outcome

    def perform_once(self, function: str, arguments: tuple[Any, ...]) -> Outcome:
        """Call `function`, or return what the same call gave before, the models of then included."""
        return self._perform_new(function, arguments, with_models=True)

    def _perform_new(self, function: str, arguments: tuple[Any, ...], with_models: bool) -> Outcome:
        self.require(function)
        key = digest(function, *arguments)
        generation, outcome = self._done.get(key, (None, None))
        lives = generation == self.engine.generation
        here = outcome is not None and _is_plain(outcome) and (lives or outcome.model is None)
        if outcome is None or not (here or (lives and with_models)):
            outcome = self._perform_anew(function, arguments)
            self._done[key] = self.engine.generation, outcome
        else:
            self.trace.append((function, arguments, outcome))
        return outcome

    def do_once(self, steps: Callable[..., R], *arguments: Any) -> R:
        """Return `steps(self, *arguments)`, or what it returned before: several checks share one chain of calls.

        It is done again where the worker that holds what came of it has ended.
        """
        key = (steps, self.seed, *map(id, arguments))
        generation, _, trace, result = self._chains.get(key, (-1, (), (), None))
        if generation == self.engine.generation:
            self.trace.extend(trace)
            return cast(R, result)
        before = len(self.trace)
        made = steps(self, *arguments)
        # The arguments are kept, so that their numbers stay theirs.
        self._chains[key] = self.engine.generation, arguments, tuple(self.trace[before:]), made
        return made

    def begin_anew(self) -> None:
        """Have what comes depend on nothing that was called so far: in another worker, and with no outcome known."""
        self.engine.end_worker()
        for known in (self._done, self._chains, self.executed):
            known.clear()

    def forget_calls(self) -> None:
        """Let go of all calls and what came of them, for who calls without end. What was slow may be tried again."""
        for known in (self.trace, self._done, self._chains, self._too_slow):
            known.clear()
        self.budget.renew()

    def perform_and_keep(self, function: str, arguments: tuple[Any, ...]) -> Any:
        self.engine.warm(self.source.modules)
        answer = self._call_unless_slow(function, arguments, keep=True)
        assert isinstance(answer.reply, wire.Returned)
        if isinstance(answer.reply.value, wire.Held):
            return Kept(digest(function, *arguments), answer.reply.value.handle)
        return self._outcome(answer).value

    def _call_unless_slow(self, function: str, arguments: tuple[Any, ...], keep: bool) -> Answer:
        if function in self._too_slow:
            raise self._too_slow[function]
        try:
            return self._call(function, arguments, keep)
        except CheckFailed as failed:
            if failed.verdict is Verdict.TIMEOUT:
                self._too_slow[function] = failed
            raise

    def _prepare(self, function: str, arguments: tuple[Any, ...]) -> None:
        """Have ready what the call needs, so that no import of Keras is counted against the learner."""
        if any(isinstance(argument, Model | History) for argument in arguments):
            self.engine.warm(frozenset({"keras"}))
        self.require(function)

    def _outcome(self, answer: Answer) -> Outcome:
        reply = answer.reply
        assert isinstance(reply, wire.Returned)
        arguments = tuple(decode(a, answer.buffers, self) if a is not None else None for a in reply.arguments)
        return Outcome(
            value=decode(reply.value, answer.buffers, self),
            arguments=arguments,
            changed=reply.changed,
            observations=reply.observations,
            output=answer.output,
            seconds=answer.seconds,
        )

    def _call(self, function: str, arguments: tuple[Any, ...], keep: bool, snapshots: bool = False) -> Answer:
        self._prepare(function, arguments)
        packer = self._packer()
        try:
            values = tuple(encode(argument, packer, self) for argument in arguments)
        except WorkerEnded as ended:
            raise explain.explain_ending(ended, function, self.limits) from None
        call = wire.Call(function, values, self.seed, keep, snapshots)
        answer = self._request(call, packer.buffers, function)
        if isinstance(answer.reply, wire.Raised):
            raise explain.explain_error(
                answer.reply, function, self.source, self.limits, answer.output, self._failed_imports
            )
        if not isinstance(answer.reply, wire.Returned) or not _tells_of_each_model(answer.reply, arguments):
            raise explain.explain_ending(WorkerEnded("garbage"), function, self.limits)
        return answer

    def _packer(self) -> CallPacker:
        return CallPacker(lambda array: self.engine.share(array, self.limits))

    def _request(self, message: wire.Request, buffers: list[wire.Buffer], function: str) -> Answer:
        # Who debugs here takes his time.
        watched = self.engine.level is not Level.NONE
        limits = self.budget.within(self.limits, function) if watched else self.limits
        try:
            with self.budget.spent():
                return self.engine.request(message, buffers, limits)
        except WorkerEnded as ended:
            raise explain.explain_ending(ended, function, limits) from None

    # ------------------------------------------------------------ models

    def fetch(self, handle: int) -> Taken:
        """Return configuration and weights of a model in the worker."""
        answer = self._request(wire.Fetch(handle), [], "get_weights")
        reply = answer.reply
        if isinstance(reply, wire.Raised):
            raise explain.explain_error(reply, "get_config", self.source, self.limits, answer.output, {})
        if not isinstance(reply, wire.Returned) or not reply.snapshots or reply.snapshots[0] is None:
            raise explain.explain_ending(WorkerEnded("garbage"), "get_weights", self.limits)
        return decode_snapshot(reply.snapshots[0], answer.buffers)

    def predict(self, model: Model, images: npt.NDArray[Any] | Kept, training: bool = False) -> npt.NDArray[Any]:
        """Return the outputs of `model`: (n, outputs). `training`: those of one pass as during training."""
        packer = self._packer()
        message = wire.Predict(encode(model, packer, self), encode(images, packer, self), training)
        answer = self._request(message, packer.buffers, "predict")
        if isinstance(answer.reply, wire.Raised):
            raise explain.explain_error(answer.reply, "predict", self.source, self.limits, answer.output, {})
        outputs = self._outcome(answer).value
        if not isinstance(outputs, np.ndarray):
            raise explain.explain_ending(WorkerEnded("garbage"), "predict", self.limits)
        return outputs

    # ------------------------------------------------------------ loading

    def require(self, function: str) -> None:
        """Load the source where it is not loaded, and make sure that it has `function`.

        Raises:
            CheckFailed: it has not, or the function could not be read or loaded.
        """
        if function in self.source.broken:
            raise CheckFailed(self.source.broken[function], Verdict.IMPORT_ERROR)
        if function not in self._needs:
            self._needs[function] = needed_pieces(self.source, function)
        self._load(self._needs[function])
        if function in self._unloaded:
            raise self._unloaded[function]
        if not any(function in piece.names for piece in self.source.pieces):
            raise CheckFailed(
                Feedback(
                    problem=say("{file} has no function `{function}`.", file=self.source.name, function=function),
                    expected=say("a definition that begins with `def {function}(`", function=function),
                    got=say("no such definition at the left margin"),
                    next_step=say("Check the spelling and the indentation of the `def` line."),
                ),
                Verdict.IMPORT_ERROR,
            )

    def _load(self, needed: tuple[int, ...]) -> None:
        """Have the pieces of these numbers in the worker, and the libraries they import.

        One that needs neither TensorFlow nor matplotlib does not wait for them. They come all at once: a worker that
        holds a model is never given up for want of another library.
        """
        modules = {module.split(".")[0] for number in needed for module in self.source.pieces[number].modules}
        if modules & HEAVY:
            self.engine.warm(self.source.modules)
        else:
            self.engine.warm(frozenset(modules))
        while missing := [number for number in needed if number not in self._loaded_here()]:
            generation, loaded = self.engine.generation, self._loaded_here()
            if all(self._load_piece(number, self.source.pieces[number]) for number in missing):
                self._loaded = generation, loaded.union(missing)

    def _loaded_here(self) -> frozenset[int]:
        generation, loaded = self._loaded
        return loaded if generation == self.engine.generation else frozenset()

    def load_all(self) -> None:
        """Load every piece of the source where it is not loaded: a model may be made of classes of its own."""
        self._load(tuple(range(len(self.source.pieces))))

    def _load_piece(self, number: int, piece: Piece) -> bool:
        """Execute one piece; return whether the worker is still there. A deadly piece is never tried twice."""
        if number in self._deadly:
            return True
        self.executed.add(number)
        segment = wire.Segment(self._module, piece.file, piece.first_line, piece.text)
        try:
            answer = self.engine.request(segment, [], LOAD_LIMITS)
        except WorkerEnded as ended:
            failed = explain.explain_ending(ended, piece.names[0] if piece.names else piece.file, LOAD_LIMITS)
            self._deadly[number] = failed.feedback
            self._mark_unloaded(piece.names, failed)
            return False
        if isinstance(answer.reply, wire.Raised):
            self._note_load_error(piece, answer.reply)
        return True

    def _note_load_error(self, piece: Piece, raised: wire.Raised) -> None:
        reason = f"{raised.type_name}: {raised.text}"[:300]
        if piece.modules and not set(piece.names) & set(self.source.bodies):
            self._failed_imports.update(dict.fromkeys(piece.names, reason))
            return
        places = tuple(Place(f.file, f.line, f.function, f.text) for f in raised.frames)
        self._mark_unloaded(
            piece.names,
            CheckFailed(
                Feedback(
                    problem=say("The definition of {function} cannot be loaded.", function=", ".join(piece.names)),
                    got=verbatim(reason),
                    next_step=say("Look at default values, decorators and base classes: they run before any call."),
                    places=places,
                ),
                Verdict.IMPORT_ERROR,
            ),
        )

    def _mark_unloaded(self, names: Iterable[str], failed: CheckFailed) -> None:
        feedback = msgspec.structs.replace(failed.feedback)
        self._unloaded.update(dict.fromkeys(names, CheckFailed(feedback, Verdict.IMPORT_ERROR)))

    def close(self) -> None:
        """End the worker and its sandbox."""
        self.engine.close()


def _tells_of_each_model(reply: wire.Returned, arguments: tuple[Any, ...]) -> bool:
    """Return whether a reply describes every model among the arguments, says what ran in it, and names no other."""
    if any(not 0 <= position < len(arguments) for position in reply.changed):
        return False
    models = [isinstance(argument, Model) for argument in arguments]
    told = (reply.arguments, reply.observations)
    return all([item is not None for item in items] == models for items in told)
