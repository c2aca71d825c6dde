"""What the commands for a class need beside the rest, and the words where it is missing. Trusted side."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from grader.errors import InputError
from grader.messages import say, verbatim
from grader.results import Feedback

# Module -> the package that brings it, as `[class]` in pyproject.toml names it.
PACKAGES = {
    "sqlalchemy": "sqlalchemy",
    "alembic": "alembic",
    "distributed": "distributed",
    "cryptography": "cryptography",
    "yaml": "pyyaml",
    "bokeh": "bokeh",
    "pyarrow": "pyarrow",
}

# What grading a class needs, and grading it anew.
TO_GRADE = ("distributed", "bokeh", "cryptography", "sqlalchemy", "alembic", "yaml")


def require(*modules: str) -> None:
    """Make sure that these modules of the extra `class` are installed, before a command begins.

    Raises:
        InputError: some are not.
    """
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise not_installed(missing, modules)


def not_installed(missing: Sequence[str], needed: Sequence[str]) -> InputError:
    """Return the error of who has not installed `missing` of the modules `needed`."""
    return InputError(
        Feedback(
            problem=say("What a class is graded with is not installed."),
            expected=verbatim(", ".join(PACKAGES.get(module, module) for module in needed)),
            got=say("without {names}", names=", ".join(PACKAGES.get(module, module) for module in missing)),
            next_step=say('Run `pip install -e ".[class]"` in the project\'s folder, then the command again.'),
        )
    )
