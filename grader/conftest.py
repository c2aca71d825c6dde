"""Loads the grader when pytest is pointed at this folder."""

import pytest

from grader.plugin import hooks
from grader.plugin.options import pytest_addoption

__all__ = ["pytest_addoption", "pytest_configure"]


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks for all folders: with `--course` the checks lie elsewhere, where this file does not count."""
    config.pluginmanager.register(hooks, "first-digits")
