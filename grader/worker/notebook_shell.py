"""Runs a notebook's cells as Jupyter does, magics included, without a kernel around them. Untrusted side."""

from __future__ import annotations

import sys
from typing import Any

from grader.worker.session import cell_name


class NotebookShell:
    """An IPython shell whose cells go by their number."""

    def __init__(self) -> None:
        self._shell = _quiet_shell()
        self._number = 0
        self._shell.compile.get_code_name = lambda *arguments: cell_name(self._number)
        # There are no checks in here: they would need what a learner must not see.
        checks: Any = sys.modules["grader"]
        checks.check = lambda *functions, **options: None
        self._shell.register_magic_function(lambda line: None, "line", "grade")

    def run(self, number: int, source: str) -> None:
        """Run one cell.

        Raises:
            BaseException: whatever the cell ended with.
        """
        self._number = number
        done = self._shell.run_cell(source, store_history=True)
        error = done.error_before_exec or done.error_in_exec
        if error is not None:
            raise error


def _quiet_shell() -> Any:
    """Return a shell that leaves it to the grader to tell what went wrong."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "NoColor"
    shell: Any = InteractiveShell.instance(config=settings)
    for name in ("showtraceback", "showsyntaxerror", "enable_gui"):
        setattr(shell, name, lambda *arguments, **options: None)
    return shell
