"""How many inputs each target gets, the count of those it really got, and the memory and CPU time they may take.

`pytest tests/fuzz` takes about a minute. `FIRST_DIGITS_FUZZ=thorough pytest tests/fuzz` takes an hour or more, with
other inputs each time. Either ends with a table of the counts.
"""

import os
import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("FIRST_DIGITS_FUZZ") == "thorough"
COUNTED = "inputs tried"
MIB = 2**20
# Far beyond what any test takes: what reaches it hangs.
CPU_S = 7200 if THOROUGH else 300

settings.register_profile(
    "fuzz", deadline=None, derandomize=not THOROUGH, database=None, suppress_health_check=list(HealthCheck)
)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "memory(mib): what a test may take beyond what its process has already")


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Iterator[Callable[[str], None]]:
    """Return a function to call with the target's name, once for each input."""
    counts: Counter[str] = Counter()

    def count(target: str) -> None:
        counts[target] += 1

    yield count
    request.node.user_properties.append((COUNTED, dict(counts)))


@pytest.fixture(autouse=True)
def _bounds(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give a test the memory its mark states and no more: beyond it there is a MemoryError. End one that hangs."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    mark = request.node.get_closest_marker("memory")
    used = resource.getrusage(resource.RUSAGE_SELF)
    memory, cpu = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
    before = signal.signal(signal.SIGXCPU, _hangs)
    if mark:
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + mark.args[0] * MIB, memory[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (round(used.ru_utime + used.ru_stime) + CPU_S, cpu[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, memory)
        resource.setrlimit(resource.RLIMIT_CPU, cpu)
        signal.signal(signal.SIGXCPU, before)


def _hangs(number: int, frame: object) -> None:
    pytest.fail(f"not done after {CPU_S} CPU seconds")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    totals: Counter[str] = Counter()
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        # Properties come with the reports, from the processes of pytest-xdist, too.
        if getattr(report, "when", None) == "teardown":
            for name, value in report.user_properties:
                totals.update(value if name == COUNTED else {})
    if totals:
        terminalreporter.section(COUNTED)
        for target, count in sorted(totals.items()):
            terminalreporter.write_line(f"{count:>10,}  {target}")
