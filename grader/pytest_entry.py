"""Lets `pytest grader` find the installed grader from any folder. Loaded in every run of pytest, so kept small."""

from pathlib import Path

import pytest

WORD = "grader"  # as in grader.plugin.options, which is not imported here: it would slow down every run of pytest


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Take the word `grader` for this package where no file or folder of that name is in sight."""
    paths = early_config.known_args_namespace.file_or_dir
    if WORD in paths and not (early_config.invocation_params.dir / WORD).exists():
        paths[paths.index(WORD)] = str(Path(__file__).parent)
