"""The processes that grade a class: Dask's workers, here or elsewhere, each sent one job at a time. Trusted side."""

from __future__ import annotations

import contextlib
import pkgutil
import queue
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from grader.messages import say
from grader.results import Feedback

if TYPE_CHECKING:
    from distributed import Client, Future

LOOK_S = 0.5
ANSWER_S = 10.0
# A scheduler that says nothing for so long is taken for gone.
SCHEDULER_SILENT_S = 20.0
FETCH_S = 60.0
RESTART_S = 120.0
CLOSE_S = 10.0
ERRANDS = 8
PackedCall = Callable[..., bytes]


class Done(msgspec.Struct, frozen=True):
    """What became of something that was sent. `reply`: what came back; None where it was lost, and `why`.

    `blameless`: it was never begun, or ended by no fault of its own. `worker_ended`: the process was lost with it.
    """

    ticket: str
    reply: bytes | None = None
    why: str = ""
    blameless: bool = False
    worker_ended: bool = False


class Crew(Protocol):
    """Who does the work. Nothing here waits for a worker."""

    dashboard: str

    def workers(self) -> dict[str, float]:
        """Return the address of each worker that takes work, with the seconds since it was last heard of."""
        ...

    def send(self, worker: str, function: PackedCall, *arguments: bytes) -> str:
        """Have `worker` call `function`; return the ticket by which its end will be told."""
        ...

    def done(self, seconds: float) -> list[Done]:
        """Return what has ended, after waiting at most `seconds` for the first."""
        ...

    def forget(self, ticket: str) -> None:
        """Take back what was sent, as far as that can be done. Its end is told no more."""
        ...

    def dismiss(self, worker: str) -> None:
        """End a worker with all it does; where somebody looks after it, it comes back new."""
        ...

    def trouble(self) -> Feedback | None:
        """Return why nothing can be sent any more."""
        ...


class DaskCrew:
    """The workers of a Dask scheduler.

    Each thing sent is bound to one worker, so that it is known whose loss it is; what is lost is not repeated by Dask.
    """

    def __init__(self, client: Client, address: str) -> None:
        self._client, self._address = client, address
        self.dashboard = client.dashboard_link or ""
        # What is on its way, by ticket; None until the worker has shown that it has the function.
        self._open: dict[str, Future[bytes] | None] = {}
        self._proven: set[str] = set()
        self._ended: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self._errands = ThreadPoolExecutor(ERRANDS, "errand")
        self._heard: dict[str, tuple[float, float]] = {}
        self._nannies: dict[str, str] = {}
        self._answered = time.monotonic()
        self._leaving = threading.Event()
        self._lookout = threading.Thread(target=self._look_out, name="lookout", daemon=True)
        self._lookout.start()

    def workers(self) -> dict[str, float]:
        now = time.monotonic()
        return {address: now - since for address, (_, since) in self._heard.copy().items()}

    def send(self, worker: str, function: PackedCall, *arguments: bytes) -> str:
        # The part before the first dash is what Dask's dashboard groups by.
        ticket = f"{function.__name__.split('_')[0]}-{uuid.uuid4().hex}"
        self._open[ticket] = None
        if worker in self._proven:
            self._submit(ticket, worker, function, *arguments)
        else:
            self._prove(ticket, worker, function, *arguments)
        return ticket

    def done(self, seconds: float) -> list[Done]:
        found: list[Done] = []
        with contextlib.suppress(queue.Empty):
            found.append(self._ended.get(timeout=seconds))
            while True:
                found.append(self._ended.get_nowait())
        expected = [end for end in found if end.ticket in self._open]
        for end in expected:
            del self._open[end.ticket]
        return expected

    def forget(self, ticket: str) -> None:
        future = self._open.pop(ticket, None)
        if future is not None:
            self._run_errand(lambda: future.cancel(force=True))  # type: ignore[no-untyped-call]

    def dismiss(self, worker: str) -> None:
        self._heard.pop(worker, None)
        if self._nannies.get(worker):
            self._run_errand(lambda: self._client.restart_workers([worker], timeout=RESTART_S, raise_for_error=False))
        else:
            self._run_errand(lambda: self._client.retire_workers([worker], close_workers=True))

    def trouble(self) -> Feedback | None:
        silent_s = time.monotonic() - self._answered
        if self._client.status not in ("closing", "closed") and silent_s < SCHEDULER_SILENT_S:
            return None
        return Feedback(
            problem=say("The scheduler at {address} does not answer any more.", address=self._address),
            expected=say("a scheduler that goes on until the class is graded"),
            got=say("silence for {seconds} seconds", seconds=round(silent_s)),
            next_step=say("What has been graded is kept. When the scheduler is there again, run the same command."),
        )

    def close(self) -> None:
        """Leave the scheduler. Nothing waits for what still runs."""
        self._leaving.set()
        with contextlib.suppress(Exception):
            if futures := [future for future in self._open.values() if future is not None]:
                self._client.cancel(futures, force=True)  # type: ignore[no-untyped-call]
        self._errands.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(Exception):
            self._client.close(timeout=CLOSE_S)  # type: ignore[no-untyped-call]
        self._lookout.join(CLOSE_S)

    # ------------------------------------------------------------

    def _submit(self, ticket: str, worker: str, function: PackedCall, *arguments: bytes) -> None:
        future = self._bind(ticket, worker, function, *arguments)
        self._open[ticket] = future
        future.add_done_callback(self._on_end)  # type: ignore[no-untyped-call]

    def _bind(self, key: str, worker: str, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        return self._client.submit(
            function, *arguments, key=key, workers=[worker], allow_other_workers=False, pure=False, retries=0
        )

    def _prove(self, ticket: str, worker: str, function: PackedCall, *arguments: bytes) -> None:
        """Have the worker look for the function by its name first: one that cannot unpack it would end."""
        name = f"{function.__module__}:{function.__name__}"
        look = self._bind(f"look-{uuid.uuid4().hex}", worker, pkgutil.resolve_name, name)

        def on_end(future: Future[Any]) -> None:
            told = _told_by(future)
            if told.reply is None:
                self._ended.put(msgspec.structs.replace(told, ticket=ticket))
            elif ticket in self._open:
                self._proven.add(worker)
                self._submit(ticket, worker, function, *arguments)

        look.add_done_callback(lambda future: self._run_errand(lambda: on_end(future)))  # type: ignore[no-untyped-call]

    def _on_end(self, future: Future[bytes]) -> None:
        """Hear that something has ended. What it gave is fetched elsewhere: here all others wait."""
        self._run_errand(lambda: self._ended.put(_told_by(future)))

    def _run_errand(self, errand: Callable[[], object]) -> None:
        def run() -> None:
            # What a worker or a scheduler that is gone makes of it is seen by the lookout.
            with contextlib.suppress(Exception):
                errand()

        with contextlib.suppress(RuntimeError):
            self._errands.submit(run)

    def _look_out(self) -> None:
        """Ask the scheduler again and again who is there."""
        while not self._leaving.wait(LOOK_S):
            try:
                scheduler: Any = self._client.scheduler
                told = self._client.sync(scheduler.identity, callback_timeout=ANSWER_S)  # type: ignore[no-untyped-call]
            except Exception:
                continue
            self._take_in(told["workers"])
            self._answered = time.monotonic()

    def _take_in(self, told: dict[str, dict[str, Any]]) -> None:
        now, heard = time.monotonic(), {}
        for address, about in told.items():
            if about.get("status", "running") != "running":
                continue
            last_seen = float(about["last_seen"])
            before = self._heard.get(address)
            # By our own clock: the scheduler's may be another.
            heard[address] = before if before is not None and before[0] == last_seen else (last_seen, now)
            self._nannies[address] = about.get("nanny") or ""
        self._heard = heard


def _told_by(future: Future[bytes]) -> Done:
    ticket = str(future.key)
    if future.status == "finished":
        try:
            return Done(ticket, future.result(timeout=FETCH_S))
        except Exception as error:
            return Done(ticket, None, f"its result was lost: {type(error).__name__}")
    if future.status == "cancelled":
        return Done(ticket, None, "it was cancelled", blameless=True)
    raised: BaseException = future.exception(timeout=FETCH_S)  # type: ignore[no-untyped-call]
    if type(raised).__name__ == "KilledWorker":
        return Done(ticket, None, "the worker process ended", worker_ended=True)
    return Done(ticket, None, f"{type(raised).__name__}: {raised}")
