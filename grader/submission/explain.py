"""Errors of a learner's code -> words for a beginner. Trusted side."""

from __future__ import annotations

import re

from grader.errors import CheckFailed
from grader.messages import Message, say, verbatim
from grader.results import Feedback, Place, Verdict
from grader.sandbox import wire
from grader.sandbox.exchange import WorkerEnded
from grader.sandbox.worker import Limits
from grader.submission.source import Source

MEMORY_ERRORS = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError")
NETWORK_ERRORS = ("URLError", "gaierror", "ConnectionRefusedError", "ConnectionError", "HTTPError")
# Keras wraps what went wrong in a bare Exception; a socket's own error is an OSError like many another.
# The last: where Keras keeps what it is about to download, if it may write nowhere else.
NETWORK_WORDS = ("URL fetch failure", "Network is unreachable", "name resolution", "/tmp/.keras")
MAX_REASON = 400


def explain_ending(ended: WorkerEnded, function: str, limits: Limits) -> CheckFailed:
    """Return what a learner is told when the process ended during a call of `function`."""
    output = ended.output
    match ended.ending:
        case "timeout":
            feedback = Feedback(
                problem=say("{function} did not finish in time.", function=function),
                expected=say("an answer within {seconds} seconds", seconds=round(limits.seconds)),
                got=say("no answer; the program was stopped"),
                next_step=say("Look for a loop that never ends, or for far more work than was asked for."),
                output=output,
            )
            return CheckFailed(feedback, Verdict.TIMEOUT)
        case "memory":
            return CheckFailed(_memory_feedback(function, limits, output), Verdict.MEMORY)
        case "output":
            feedback = Feedback(
                problem=say("{function} printed so much that it was stopped.", function=function),
                expected=say("at most {limit} MiB of output", limit=limits.output_bytes // 2**20),
                got=say("more than that"),
                next_step=say("Take the `print` out of the loop, or print a summary."),
                output=output,
            )
            return CheckFailed(feedback, Verdict.CRASH)
        case "garbage":
            got = say("bytes of another kind on the grader's own channel")
        case _:
            got = _how_it_ended(ended.exit_code)
    feedback = Feedback(
        problem=say("The program ended in the middle of {function}.", function=function),
        expected=say("a function that returns its result"),
        got=got,
        next_step=say("Look for `exit`, `quit` or `os._exit`, and for code that works on files or processes."),
        output=output,
    )
    return CheckFailed(feedback, Verdict.CRASH)


def _how_it_ended(exit_code: int | None) -> Message:
    if exit_code is None:
        return say("no result: the process is gone")
    if exit_code < 0:
        return say("no result: the process was ended by signal {number}", number=-exit_code)
    return say("no result: the process ended itself with status {number}", number=exit_code)


def _memory_feedback(function: str, limits: Limits, output: str, places: tuple[Place, ...] = ()) -> Feedback:
    return Feedback(
        problem=say("{function} asked for more memory than there is for it.", function=function),
        expected=say("at most {limit} MiB", limit=limits.memory_mib),
        got=say("a request for more"),
        next_step=say("Look for an array with one size too many, or a list that grows for ever."),
        places=places,
        output=output,
    )


def explain_error(
    raised: wire.Raised, function: str, source: Source, limits: Limits, output: str, failed_imports: dict[str, str]
) -> CheckFailed:
    """Return what a learner is told when `function` raised."""
    places = tuple(Place(frame.file, frame.line, frame.function, frame.text) for frame in raised.frames)[-3:]
    if raised.type_name in MEMORY_ERRORS:
        return CheckFailed(_memory_feedback(function, limits, output, places), Verdict.MEMORY)
    if raised.type_name in ("SystemExit", "KeyboardInterrupt"):
        feedback = Feedback(
            problem=say("{function} ended the program instead of returning.", function=function),
            expected=say("a function that returns its result"),
            got=say("a call of `exit`, `quit` or `sys.exit`"),
            next_step=say("Take it out; `return` ends a function."),
            places=places,
            output=output,
        )
        return CheckFailed(feedback, Verdict.CRASH)
    problem, expected, next_step = _explain(raised, function, source, failed_imports, bool(places))
    got = verbatim(f"{raised.type_name}: {_shorten(raised.text)}" if raised.text else raised.type_name)
    feedback = Feedback(problem, expected, got, next_step, places=places, output=output)
    return CheckFailed(feedback)


def _explain(
    raised: wire.Raised, function: str, source: Source, failed_imports: dict[str, str], in_own_code: bool
) -> tuple[Message, Message | None, Message]:
    """Return problem, expectation and next step for an exception."""
    name = raised.name or ""
    stopped = say("{function} stopped with an error.", function=function)
    if raised.type_name in ("NameError", "UnboundLocalError"):
        return _explain_name(name, function, source, failed_imports)
    if raised.type_name == "EOFError":
        return (
            say("{function} waits for someone to type something.", function=function),
            say("a function that gets all it needs through its parameters"),
            say("Take out `input()`: nobody sits at the keyboard while the grader runs."),
        )
    if raised.type_name == "RecursionError":
        return (
            say("{function} calls itself without end.", function=function),
            None,
            say("Give the function a case in which it returns without calling itself, or use a loop."),
        )
    if raised.type_name == "TypeError" and not in_own_code and "argument" in raised.text:
        parameters = ", ".join(source.parameters.get(function, ()))
        return (
            say("{function} cannot be called with the arguments the chapter describes.", function=function),
            None,
            say(
                "Compare the first line with the chapter's; yours reads `def {line}:`", line=f"{function}({parameters})"
            ),
        )
    if raised.type_name == "NotImplementedError":
        return stopped, None, say("A function that {function} uses is still to be written.", function=function)
    if raised.type_name in NETWORK_ERRORS or any(words in raised.text for words in NETWORK_WORDS):
        return (
            say("{function} tried to use the network.", function=function),
            say("a function that works with the arguments it is given"),
            say("There is no network while the grader runs: use the images passed to the function."),
        )
    if raised.type_name in ("ModuleNotFoundError", "ImportError"):
        return stopped, None, say("Use only the libraries of the course; check the spelling of the import.")
    return stopped, None, say("Read the line below the error and try it with small values in a notebook cell.")


def _explain_name(
    name: str, function: str, source: Source, failed_imports: dict[str, str]
) -> tuple[Message, Message | None, Message]:
    if name in failed_imports:
        return (
            say("{function} uses `{name}`, but the import of `{name}` failed.", function=function, name=name),
            None,
            say("First repair the import: {reason}", reason=failed_imports[name]),
        )
    if name in source.left_out:
        place = source.left_out[name]
        return (
            say("{function} borrows `{name}` from outside itself.", function=function, name=name),
            say("a function that uses its parameters only"),
            say(
                "`{name}` lives in another cell ({file}, line {line}); take it as a parameter or compute it inside.",
                name=name,
                file=place.file,
                line=place.line,
            ),
        )
    return (
        say("{function} uses the name `{name}`, which does not exist there.", function=function, name=name),
        None,
        say("Check its spelling, and that it is a parameter, or assigned or imported before this line."),
    )


def _shorten(text: str) -> str:
    """Keep the first sentences: Keras's messages run over many lines."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    short = re.sub(r"\s+", " ", " ".join(lines[:3]))
    return short if len(short) <= MAX_REASON else short[:MAX_REASON] + " ..."
