"""Reports that are written again after each check, so that a run that is killed has one, too. Trusted side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader.plugin.run import Report

# Those that a course site reads after it has ended the grader for taking too long.
KINDS = ("gradescope", "classroom")


class PartialReports:
    """Writes the reports of a run that is still going on. `write`: how; `reports`: all that were asked for."""

    def __init__(self, reports: tuple[Report, ...], write: Callable[[str, Path], None]) -> None:
        self._reports = [report for report in reports if report.kind in KINDS]
        self._write = write

    def __bool__(self) -> bool:
        return bool(self._reports)

    def pytest_runtest_logfinish(self) -> None:
        for report in self._reports:
            try:
                self._write(report.kind, report.path)
            except OSError:
                # The last one is written all the same, and tells why it could not be.
                continue
