"""The loop that grades what waits in a gradebook: claim, send, watch, keep. Trusted side."""

from __future__ import annotations

import contextlib
import threading
import time

import msgspec

from grader.cohort.gradings import MOST_TRIES, Conditions, Grading, Job
from grader.cohort.running.crew import Crew, Done
from grader.cohort.running.grading import Ability, Reply, ability_packed, grade_packed
from grader.cohort.running.terms import USUAL, Book, Clocks, Tally, Tell, no_grader, other_checks
from grader.errors import InputError
from grader.messages import say
from grader.results import Feedback
from grader.submission.find import SUFFIXES

TICK_S = 0.2
# Between two questions to the gradebook while there is nothing to do but to wait for others.
IDLE_S = 1.0


class _Sent(msgspec.Struct):
    """Something that a worker is at. `job`: None for a greeting."""

    worker: str
    job: Job | None
    until: float


class ClassRun:
    """Grades all that waits. One thread; no worker is sent more than one thing at a time.

    Args:
        checks: chapter -> digest of all that judges it here; a worker that judges by other checks takes no part.
        limit: the most workers to use.
    """

    def __init__(
        self,
        book: Book,
        crew: Crew,
        conditions: Conditions,
        checks: dict[str, str],
        who: str,
        tell: Tell,
        clocks: Clocks = USUAL,
        limit: int | None = None,
    ) -> None:
        self._book, self._crew, self._who, self._tell = book, crew, who, tell
        self._conditions, self._checks = conditions, checks
        self._clocks, self._limit = clocks, limit
        self.tally = Tally()
        self._packed_conditions = msgspec.json.encode(conditions)
        self._ready: list[Job] = []
        self._sent: dict[str, _Sent] = {}
        self._fit: set[str] = set()
        # Workers that are not used any more, until they are gone.
        self._shunned: set[str] = set()
        self._refusals: dict[str, Feedback] = {}
        self._failed_on: dict[int, set[str]] = {}
        self._somebody_at = self._extended_at = time.monotonic()
        self._ask_at = 0.0

    def run(self, stop: threading.Event) -> Tally:
        """Grade until nothing waits, or until `stop` is set. What is not finished goes back.

        Raises:
            InputError: the scheduler is gone, no worker can grade, or the gradebook cannot be written.
        """
        try:
            while not stop.is_set() and self._goes_on():
                for end in self._crew.done(TICK_S):
                    self._take(end)
            self.tally.stopped = stop.is_set()
        finally:
            self._give_all_back()
        return self.tally

    def _goes_on(self) -> bool:
        """Send what there is to send; return False when nothing is left to do."""
        trouble = self._crew.trouble()
        if trouble is not None:
            raise InputError(trouble)
        self._look_at_workers()
        self._watch_clocks()
        self._extend_leases()
        if time.monotonic() >= self._ask_at and not self._claim() and not self._at_work():
            waiting = self._book.waiting()
            if waiting == 0:
                return False
            self._tell.waits_for_others(waiting)
        self._hand_out()
        return True

    # ------------------------------------------------------------ workers

    def _look_at_workers(self) -> None:
        heard = self._crew.workers()
        now = time.monotonic()
        for worker in {sent.worker for sent in self._sent.values()} - heard.keys():
            self._lose(worker, "the worker is gone")
        for worker, silent_s in heard.items():
            if silent_s > self._clocks.silent and worker not in self._shunned:
                self._lose(worker, f"nothing was heard of the worker for {silent_s:.0f} s", dismiss=True)
        self._fit &= heard.keys()
        self._shunned &= heard.keys()
        self._refusals = {worker: why for worker, why in self._refusals.items() if worker in heard}
        busy = {sent.worker for sent in self._sent.values()}
        known = self._fit | self._shunned | self._refusals.keys() | busy
        for worker in heard.keys() - known:
            self._greet(worker, now)
        patience_s = self._clocks.refused if self._refusals else self._clocks.no_worker
        if self._fit or self._sent:
            self._somebody_at = now
        elif now - self._somebody_at > patience_s:
            raise InputError(self._nobody())

    def _greet(self, worker: str, now: float) -> None:
        """Ask a new worker what it can do."""
        chapters = msgspec.json.encode(sorted(self._checks))
        ticket = self._crew.send(worker, ability_packed, self._packed_conditions, chapters)
        self._sent[ticket] = _Sent(worker, None, now + self._clocks.greeting)

    def _hear_greeting(self, worker: str, end: Done) -> None:
        if end.reply is None:
            self._refuse(worker, no_grader(worker, end.why))
            return
        able = msgspec.json.decode(end.reply, type=Ability)
        if able.trouble is not None:
            self._refuse(worker, able.trouble)
        elif able.checks != self._checks:
            self._refuse(worker, other_checks(able.host))
        else:
            self._fit.add(worker)

    def _refuse(self, worker: str, why: Feedback) -> None:
        self._fit.discard(worker)
        self._refusals[worker] = why
        self._tell.worker_refused(worker, why)

    def _nobody(self) -> Feedback:
        if self._refusals:
            return next(iter(self._refusals.values()))
        return Feedback(
            problem=say("There is no worker to grade with."),
            expected=say("at least one worker at the scheduler"),
            got=say("none for {seconds} seconds", seconds=round(self._clocks.no_worker)),
            next_step=say("Start workers (`dask worker ADDRESS`, or scale the cluster up) and run the same command."),
        )

    def _lose(self, worker: str, why: str, dismiss: bool = False) -> None:
        """Give a worker up, and take from it what it was at."""
        self._fit.discard(worker)
        self._shunned.add(worker)
        if dismiss:
            self._crew.dismiss(worker)
        self._tell.worker_left(worker, why)
        for ticket in [ticket for ticket, sent in self._sent.items() if sent.worker == worker]:
            self._crew.forget(ticket)
            sent = self._sent.pop(ticket)
            if sent.job is not None:
                self._fail(sent.job, sent.worker, why)

    def _watch_clocks(self) -> None:
        now = time.monotonic()
        for sent in [sent for sent in self._sent.values() if sent.until < now]:
            limit = self._clocks.greeting if sent.job is None else self._clocks.job
            self._lose(sent.worker, f"it took longer than {limit:.0f} s", dismiss=True)

    # ------------------------------------------------------------ jobs

    def _at_work(self) -> bool:
        return bool(self._ours())

    def _claim(self) -> bool:
        """Claim what the free workers need, and one further for each; return whether there was any or no need."""
        room = self._workers_to_use() * 2 - len(self._ours())
        if room <= 0:
            return True
        claimed = self._book.claim(self._who, room, self._clocks.lease, self._conditions)
        self._ready += claimed
        if not claimed:
            self._ask_at = time.monotonic() + IDLE_S
        return bool(claimed)

    def _workers_to_use(self) -> int:
        return min(len(self._fit), self._limit or len(self._fit))

    def _hand_out(self) -> None:
        busy = {sent.worker for sent in self._sent.values()}
        places = self._workers_to_use() - sum(sent.job is not None for sent in self._sent.values())
        for worker in sorted(self._fit - busy):
            job = self._next_for(worker) if places > 0 else None
            if job is None:
                continue
            places -= 1
            ticket = self._crew.send(worker, grade_packed, packed(job), self._packed_conditions)
            self._sent[ticket] = _Sent(worker, job, time.monotonic() + self._clocks.job)

    def _next_for(self, worker: str) -> Job | None:
        """Return the first job that has not failed on this worker, or on all there are."""
        for place, job in enumerate(self._ready):
            failed_on = self._failed_on.get(job.grading_id, set())
            if worker not in failed_on or self._fit <= failed_on:
                return self._ready.pop(place)
        return None

    def _take(self, end: Done) -> None:
        sent = self._sent.pop(end.ticket, None)
        if sent is None:
            return
        if sent.job is None:
            self._hear_greeting(sent.worker, end)
        elif end.reply is not None:
            self._take_reply(sent.job, sent.worker, msgspec.json.decode(end.reply, type=Reply))
        elif end.blameless:
            self._ready.insert(0, sent.job)
        else:
            self._fail(sent.job, sent.worker, end.why)
            if end.worker_ended:
                self._lose(sent.worker, end.why)

    def _take_reply(self, job: Job, worker: str, reply: Reply) -> None:
        if reply.grading is None:
            self._refuse(worker, reply.unfit or no_grader(worker, "no reason"))
            self._ready.insert(0, job)
        elif reply.grading.failure and job.tries + 1 < MOST_TRIES:
            self._fail(job, worker, reply.grading.failure)
        else:
            self._keep(job, reply.grading)

    def _fail(self, job: Job, worker: str, why: str) -> None:
        """Have a job done elsewhere; after the last try, keep that the grader failed. It is never 0 points."""
        if job.tries + 1 >= MOST_TRIES:
            self._keep(job, Grading(None, None, self._checks.get(job.chapter, ""), failure=why))
            return
        self._failed_on.setdefault(job.grading_id, set()).add(worker)
        self._book.give_back(self._who, job.grading_id, failed=True)
        self._ask_at = 0.0
        self._tell.tried(job, why)

    def _keep(self, job: Job, grading: Grading) -> None:
        if not self._at_work():
            self._ask_at = 0.0
        if not self._book.keep(self._who, job.grading_id, grading):
            self.tally.elsewhere += 1
            return
        if grading.failure:
            self.tally.failures += 1
        else:
            self.tally.graded += 1
            self.tally.shared += grading.shared
        self._tell.graded(job, grading)

    def _extend_leases(self) -> None:
        now = time.monotonic()
        if now - self._extended_at < self._clocks.lease / 3:
            return
        self._extended_at = now
        if ours := [job.grading_id for job in self._ours()]:
            self._book.extend(self._who, ours, self._clocks.lease)

    def _ours(self) -> list[Job]:
        return [*self._ready, *(sent.job for sent in self._sent.values() if sent.job is not None)]

    def _give_all_back(self) -> None:
        """Give back what is not finished. What cannot be given back is free again when its lease has run out."""
        for ticket in self._sent:
            self._crew.forget(ticket)
        for job in self._ours():
            with contextlib.suppress(InputError):
                self._book.give_back(self._who, job.grading_id, failed=False)
                self.tally.given_back += 1
        self._ready.clear()
        self._sent.clear()


def packed(job: Job) -> bytes:
    """Return a job as it travels: with the files of its chapter, and with nothing that says whose it is."""
    wanted = {f"{job.chapter}{suffix}" for suffix in SUFFIXES}
    files = {name: content for name, content in job.files.items() if name in wanted}
    return msgspec.json.encode(msgspec.structs.replace(job, files=files, learner_id=""))
