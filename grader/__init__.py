"""First Digits: a first course in deep learning that grades itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.notebook import check

__all__ = ["check"]


def __getattr__(name: str) -> Any:
    """Have `grader.check` for notebooks, without the cost for all others."""
    if name == "check":
        from grader.notebook import check

        return check
    raise AttributeError(f"module 'grader' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Teach a notebook `%grade normalize`."""
    from grader.notebook.magic import add_magic

    add_magic(shell)


_ipython: Any = sys.modules.get("IPython")
if _ipython is not None and _ipython.get_ipython() is not None:
    load_ipython_extension(_ipython.get_ipython())
