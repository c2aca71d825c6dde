"""`%grade normalize` in a notebook's cell."""

from __future__ import annotations

from typing import Any

from grader.notebook.check import Shown, check


def add_magic(shell: Any) -> None:
    """Make `%grade` known to an IPython shell: names of functions after it, or nothing for all so far."""

    def grade(line: str) -> Shown:
        return check(*line.replace(",", " ").split())

    shell.register_magic_function(grade, "line", "grade")
