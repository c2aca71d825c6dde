"""The words, symbols and spellings that all reports share. Trusted side; the text it is given may be a learner's."""

from __future__ import annotations

import unicodedata

from grader.messages import Message, say, verbatim
from grader.results import DRAWN, Surroundings, Verdict

VERDICT_WORDS: dict[Verdict, Message] = {
    Verdict.PASS: say("passed"),
    Verdict.FAIL: say("not right yet"),
    Verdict.TODO: say("to do"),
    Verdict.BLOCKED: say("waiting"),
    Verdict.TIMEOUT: say("took too long"),
    Verdict.MEMORY: say("out of memory"),
    Verdict.CRASH: say("ended early"),
    Verdict.IMPORT_ERROR: say("could not be read"),
    Verdict.GRADER_ERROR: say("the grader failed"),
}

# The parts of a feedback, in the order in which they are read.
PART_WORDS: dict[str, Message] = {
    "problem": say("Problem"),
    "expected": say("Expected"),
    "got": say("Got"),
    "next_step": say("Next step"),
}

# One column wide in a terminal and never drawn as an emoji, so that badges and tables stay aligned.
VERDICT_SYMBOLS: dict[Verdict, str] = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.TODO: "○",
    Verdict.BLOCKED: "…",
    Verdict.TIMEOUT: "◷",
    Verdict.MEMORY: "■",
    Verdict.CRASH: "↯",
    Verdict.IMPORT_ERROR: "?",
    Verdict.GRADER_ERROR: "!",
}

NOT_RUN_WORD = say("not run")
NOT_RUN_SYMBOL = "–"

# Cc: control, Cf: invisible formatting with the bidirectional overrides, Cs: lone surrogates, Zl and Zp: separators.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# A joiner is part of many emoji and of Indic and Persian words, and moves no text.
_HARMLESS = frozenset("\n\t\u200c\u200d")


def data_words(around: Surroundings) -> Message:
    """Return what the run was graded with."""
    faces = say("drawn faces") if around.faces == DRAWN else verbatim(around.faces)
    if not around.faces or not around.data:
        return verbatim(around.data) if around.data else faces
    return say("{digits} and {faces}", digits=around.data, faces=faces)


def format_points(points: float) -> str:
    """Return points as a person writes them: `2` and `1.5`, at most two decimals."""
    written = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def make_visible(text: str) -> str:
    r"""Write control, formatting and bidirectional characters as escapes such as `\x1b`; keep line ends and tabs.

    They would otherwise steer a terminal, hide text, or show it in another order than it is in.
    """
    return "".join(_spell(character) for character in text.replace("\r\n", "\n"))


def _spell(character: str) -> str:
    if character in _HARMLESS or unicodedata.category(character) not in _INVISIBLE_CATEGORIES:
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
