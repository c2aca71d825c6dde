"""The plugin as pytest sees it: all hooks and fixtures, registered under one name. Trusted side."""

from grader.plugin.collection import (
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_runtest_setup,
)
from grader.plugin.fixtures import digits, faces, floor, oracle, picture, reference, submission
from grader.plugin.options import pytest_configure, pytest_unconfigure
from grader.plugin.remembered import pytest_runtest_protocol, pytest_runtest_teardown
from grader.plugin.reporting import (
    pytest_report_teststatus,
    pytest_sessionfinish,
    pytest_sessionstart,
    pytest_terminal_summary,
)
from grader.plugin.verdicts import pytest_runtest_makereport

__all__ = [
    "digits",
    "faces",
    "floor",
    "oracle",
    "picture",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_report_teststatus",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_sessionfinish",
    "pytest_sessionstart",
    "pytest_terminal_summary",
    "pytest_unconfigure",
    "reference",
    "submission",
]
