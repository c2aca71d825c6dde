"""Work that is at hand in this process: the functions of a notebook as they are now, and where they stand."""

from __future__ import annotations

import contextlib
import inspect
import io
import sys
import textwrap
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from grader.sandbox import wire
from grader.sandbox.worker import Answer, Limits
from grader.submission.closure import digest_of
from grader.submission.engines import InProcessEngine
from grader.submission.source import Source, read_source

UNREADABLE = "{name} = lambda *arguments, **options: None\n"
PLAIN_VALUES = (int, float, complex, str, bytes, bool, type(None))


def notebook_name(names: Mapping[str, Any], chapter: str) -> str:
    """Return what to call the notebook: Visual Studio Code tells its name, else it is called after its chapter."""
    path = names.get("__vsc_ipynb_file__")
    return str(path).replace("\\", "/").rpartition("/")[2] if path else f"{chapter}.ipynb"


def shell_here() -> Any:
    """Return the IPython shell this process is the kernel of; None where it is none. IPython is not imported for it."""
    ipython: Any = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def own_functions(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the functions that were defined in the notebook itself, by the names they have there now."""
    module = names.get("__name__")
    return {
        name: thing
        for name, thing in list(names.items())
        if isinstance(thing, types.FunctionType) and thing.__module__ == module and not name.startswith("_")
    }


def live_source(names: Mapping[str, Any], chapter: str, wanted: Sequence[str]) -> Source:
    """Return the notebook's functions as they are now, read from the cells they were last run from.

    `wanted`: what the chapter asks for; such a name counts, too, where no function of the notebook stands behind it.
    """
    texts = {name: text_of(function) for name, function in own_functions(names).items()}
    for name in wanted:
        if callable(names.get(name)):
            texts.setdefault(name, None)
    parts = [text or UNREADABLE.format(name=name) for name, text in texts.items()]
    aliases = [
        f"{name} = {function.__name__}\n"
        for name, function in own_functions(names).items()
        if texts[name] and function.__name__ not in (name, "<lambda>")
    ]
    source = read_source(f"{chapter}.py", "\n".join([*parts, *aliases]).encode("utf-8", "replace"))
    return msgspec.structs.replace(source, name=notebook_name(names, chapter))


def text_of(function: Any) -> str | None:
    """Return the source of a function; None where nobody knows it."""
    with contextlib.suppress(OSError, TypeError, SyntaxError, IndentationError):
        return textwrap.dedent(inspect.getsource(function))
    return None


def fingerprint(names: Mapping[str, Any], functions: Sequence[str]) -> str | None:
    """Return a digest of `functions` and all that they mention; None where it cannot be told whether that changed."""
    parts, found, pending = [], set[str](), list(functions)
    own = own_functions(names)
    while pending:
        name = pending.pop()
        if name in found or name not in names:
            continue
        found.add(name)
        value = names[name]
        if name in own:
            text = text_of(value)
            if text is None:
                return None
            parts.append(f"{name} {text}")
            pending += _mentioned(value.__code__)
        elif isinstance(value, PLAIN_VALUES):
            parts.append(f"{name} {value!r}")
        elif isinstance(value, types.ModuleType):
            parts.append(f"{name} {value.__name__}")
        else:
            return None
    return digest_of(sorted(parts))


def _mentioned(code: types.CodeType) -> Iterator[str]:
    """Yield the names that are looked up outside of a function, by it or by functions inside of it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _mentioned(constant)


class LiveEngine(InProcessEngine):
    """Calls the notebook's functions where they are. What they print or show is kept out of the cell's output."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        super().__init__(names)

    def request(self, message: wire.Request, buffers: Sequence[wire.Buffer], limits: Limits) -> Answer:
        """Make the call.

        Raises:
            KeyboardInterrupt: the learner stopped it.
        """
        with _fonts(), _kept_quiet() as printed:
            answer = super().request(message, buffers, limits)
        reply = answer.reply
        if isinstance(reply, wire.Raised):
            if reply.type_name == KeyboardInterrupt.__name__:
                raise KeyboardInterrupt
            frames = tuple(msgspec.structs.replace(frame, file=name_of_cell(frame.file)) for frame in reply.frames)
            reply = msgspec.structs.replace(reply, frames=frames)
        return Answer(reply, answer.buffers, printed()[: limits.output_bytes], answer.seconds)


def name_of_cell(file: str) -> str:
    """Return how the notebook numbers the cell that Python knows by the name of a file."""
    shell = shell_here()
    with contextlib.suppress(AttributeError, TypeError, ValueError):
        kind, number = shell.compile.format_code_name(file)
        return f"{kind} {number}"
    return file


@contextlib.contextmanager
def _kept_quiet() -> Iterator[Any]:
    if "IPython" in sys.modules:
        from IPython.utils.capture import capture_output

        with capture_output() as captured:
            yield lambda: captured.stdout + captured.stderr
    else:
        stream = io.StringIO()
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            yield stream.getvalue


@contextlib.contextmanager
def _fonts() -> Iterator[None]:
    """Have labels fall back on a font with Chinese glyphs, as in the sandbox, and leave the notebook's settings."""
    if "matplotlib.pyplot" not in sys.modules:
        yield
        return
    import matplotlib

    from grader.worker.figures import font_settings

    with matplotlib.rc_context(font_settings()):
        yield
