"""How many inputs each target gets, and the count of those it really got.

`pytest tests/fuzz` takes about a minute. `FIRST_DIGITS_FUZZ=thorough pytest tests/fuzz` takes hours, with other inputs
each time. Either ends with a table of the counts.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("FIRST_DIGITS_FUZZ") == "thorough"
COUNTED = "inputs tried"

settings.register_profile(
    "first-digits-fuzz",
    deadline=None,
    derandomize=not THOROUGH,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Iterator[Callable[[str], None]]:
    """Return a function to call with the target's name, once for each input."""
    counts: Counter[str] = Counter()

    def count(target: str) -> None:
        counts[target] += 1

    yield count
    request.node.user_properties.append((COUNTED, dict(counts)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    totals: Counter[str] = Counter()
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        # Properties come with the reports, from the processes of pytest-xdist, too.
        if getattr(report, "when", None) == "teardown":
            for name, value in report.user_properties:
                totals.update(value if name == COUNTED else {})
    if totals:
        terminalreporter.section("inputs tried")
        for target, count in sorted(totals.items()):
            terminalreporter.write_line(f"{count:>10,}  {target}")
