"""Text that may be Chinese, broken into lines as a reader of either language expects it. Trusted side."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells
from rich.console import Console, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.text import Text

MIN_WIDTH, MAX_WIDTH = 40, 100

HAN = "\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff60"
OPENING, CLOSING = "（《【「“", "，。、；：？！）》】」”…"
# What stays on one line: a Han character, a word, or code in backticks, with the punctuation that clings to it.
UNBROKEN = re.compile(
    rf"[{OPENING}]*(?:(?:`[^`\n]{{1,{MIN_WIDTH // 2}}}`|[^\s{HAN}{OPENING}{CLOSING}])+|[{HAN}])?[{CLOSING}]*\s*"
)


class Prose(Text):
    """Text that may be Chinese. Rich 15.0 breaks lines at spaces only, which would leave a "。" alone on a line."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        if no_wrap or not re.search(f"[{HAN}]", self.plain):
            return super().wrap(console, width, justify=justify, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap)
        lines = Lines()
        for line in self.split(allow_blank=True):
            line.expand_tabs(tab_size)
            pieces = line.divide(_line_starts(line.plain, width))
            for piece in pieces:
                piece.rstrip()
            lines.extend(pieces)
        return lines


def _line_starts(text: str, width: int) -> list[int]:
    """Return the places at which `text` has to be broken so that no line has more than `width` columns."""
    starts, column = [], 0
    for match in UNBROKEN.finditer(text):
        if column and column + cell_len(match[0].rstrip()) > width:
            starts.append(match.start())
            column = 0
        place = match.start()
        *full, rest = chop_cells(match[0].rstrip(), width) or [""]
        for part in full:
            place += len(part)
            starts.append(place)
        column = (0 if full else column) + cell_len(rest) + len(match[0]) - len(match[0].rstrip())
    return starts
