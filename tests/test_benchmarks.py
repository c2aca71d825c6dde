"""The benchmarks take long and run by hand; what they take from the grader is there all the same."""

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "tests" / "benchmarks").glob("*.py"))


def has(module, name):
    if module.startswith("grader.checks"):
        # Checks are imported by nobody but pytest.
        text = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        return re.search(rf"^(def )?{name}\b", text, re.MULTILINE) is not None
    return hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_benchmark_takes_from_the_grader_is_there(script):
    for statement in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("grader"):
            missing = [alias.name for alias in statement.names if not has(statement.module, alias.name)]
            assert not missing, f"{script.name}, line {statement.lineno}"
