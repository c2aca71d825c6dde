"""Loads the grader when pytest is pointed at this folder."""

import pytest

from grader.plugin import hooks, options

__all__ = ["pytest_addoption", "pytest_configure"]

# They collect garbage at the end or import a library to say nothing, which takes longer than an untouched exercise.
NOT_NEEDED = ("unraisableexception", "threadexception", "hypothesispytest")


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add the grader's options, and do without plugins that are of no use to it."""
    options.pytest_addoption(parser)
    for name in NOT_NEEDED:
        if pluginmanager.has_plugin(name):
            pluginmanager.unregister(name=name)


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks for all folders: with `--course` the checks lie elsewhere, where this file does not count."""
    config.pluginmanager.register(hooks, "first-digits")
