"""Where a class is graded: workers started on this machine, or those of a scheduler elsewhere. Trusted side."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import warnings
from collections.abc import Iterator

from grader.cohort.running import worker_start
from grader.cohort.running.crew import CLOSE_S, DaskCrew
from grader.cohort.running.worker_start import interrupts_held
from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback

CONNECT_S = 20.0
LOCAL_SETTINGS: dict[str, object] = {
    # A job whose worker has died is ours to send on, and to count.
    "distributed.scheduler.allowed-failures": 0,
    # The sandbox watches each learner's memory; a worker's own is small.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.worker.profile.enabled": False,
    "distributed.logging.distributed": "critical",
}
QUIET_LOGGERS = ("distributed", "tornado", "bokeh", "asyncio")


def processors() -> int:
    """Return how many processors this process may use, by its affinity and its cgroup."""
    from dask.system import CPU_COUNT

    return int(CPU_COUNT)


@contextlib.contextmanager
def local_crew(jobs: int) -> Iterator[DaskCrew]:
    """Yield a crew of `jobs` processes on this machine.

    Its scheduler listens on this machine only, and with keys of its own: other users cannot send it anything.
    """
    import dask
    from distributed import Client, LocalCluster
    from distributed.security import Security

    with contextlib.ExitStack() as stack:
        place = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="first-digits-class-", ignore_cleanup_errors=True)
        )
        stack.enter_context(dask.config.set({**LOCAL_SETTINGS, "temporary-directory": place}))
        stack.enter_context(_quiet())
        with interrupts_held():
            cluster = LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=jobs,
                threads_per_worker=1,
                processes=True,
                memory_limit=None,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                security=Security.temporary(),  # type: ignore[no-untyped-call]
                silence_logs=logging.CRITICAL,
                local_directory=place,
                preload=[worker_start.__name__],
            )
        stack.callback(cluster.close, timeout=CLOSE_S)
        client = Client(cluster, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
        crew = DaskCrew(client, cluster.scheduler_address)
        stack.callback(crew.close)
        yield crew


@contextlib.contextmanager
def distant_crew(address: str) -> Iterator[DaskCrew]:
    """Yield the crew of the scheduler at `address`. Keys for `tls://` are those of Dask's own configuration.

    Raises:
        InputError: it cannot be reached.
    """
    import dask
    from distributed import Client

    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set({"distributed.logging.distributed": "critical"}))
        stack.enter_context(_quiet())
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
        except Exception as error:
            raise _unreachable(address, verbatim(f"{type(error).__name__}: {error}"[:500])) from error
        crew = DaskCrew(client, address)
        stack.callback(crew.close)
        yield crew


def _unreachable(address: str, got: Message) -> InputError:
    return InputError(
        Feedback(
            problem=say("No scheduler answers at {address}.", address=address),
            expected=say("the address of a Dask scheduler, such as tcp://10.0.0.5:8786"),
            got=got,
            next_step=say(
                "Start one with `dask scheduler`, or take the address your cluster names. Without `--scheduler` this "
                "machine grades alone."
            ),
        )
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Dask says of workers that come and go off the screen: the grader says it in its own words."""
    import distributed  # noqa: F401  its own levels are set when it is imported

    known = [*QUIET_LOGGERS, *(name for name in logging.root.manager.loggerDict if name.startswith(QUIET_LOGGERS))]
    levels = {name: logging.getLogger(name).level for name in known}
    for name in known:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
