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
from hypothesis import HealthCheck, settings, strategies

THOROUGH = os.environ.get("FIRST_DIGITS_FUZZ") == "thorough"
COUNTED = "inputs tried"
MIB = 2**20
# Far beyond what any test takes: what reaches it hangs.
CPU_S = 7200 if THOROUGH else 300

settings.register_profile(
    "fuzz", deadline=None, derandomize=not THOROUGH, database=None, suppress_health_check=list(HealthCheck)
)


def pytest_configure(config: pytest.Config) -> None:
    # Hypothesis makes its table of characters when it is first asked for text, and keeps it. Under a memory bound that
    # would not end: CPython 3.11 goes round in circles where it has no memory to handle a MemoryError.
    strategies.text().validate()
    config.addinivalue_line("markers", "memory(mib): what one input may take beyond what the process has already")


class _Bounds:
    """The memory that one input may take, beyond what the process has before it, and the CPU time of the whole test."""

    def __init__(self, mib: int | None) -> None:
        self._mib = mib
        self._before = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
        self._handler = signal.signal(signal.SIGXCPU, _hangs)
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu_s = round(used.ru_utime + used.ru_stime) + CPU_S
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, self._before[1][1]))
        self.renew()

    def renew(self) -> None:
        """Begin with another input. Hypothesis itself remembers something of each."""
        if self._mib is not None:
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            limit = pages * resource.getpagesize() + self._mib * MIB
            resource.setrlimit(resource.RLIMIT_AS, (limit, self._before[0][1]))

    def lift(self) -> None:
        resource.setrlimit(resource.RLIMIT_AS, self._before[0])
        resource.setrlimit(resource.RLIMIT_CPU, self._before[1])
        signal.signal(signal.SIGXCPU, self._handler)


BOUNDS: pytest.StashKey[_Bounds] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Have the bounds hold for the test alone: a failure is put into words without them."""
    mark = item.get_closest_marker("memory")
    item.stash[BOUNDS] = _Bounds(mark.args[0] if mark else None)
    try:
        return (yield)
    finally:
        item.stash[BOUNDS].lift()


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Iterator[Callable[[str], None]]:
    """Return a function to call with the target's name, once for each input."""
    counts: Counter[str] = Counter()

    def count(target: str) -> None:
        counts[target] += 1
        request.node.stash[BOUNDS].renew()

    yield count
    request.node.user_properties.append((COUNTED, dict(counts)))


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
