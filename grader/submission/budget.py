"""How long the functions of one submission may take together. Trusted side."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import msgspec

from grader.errors import CheckFailed
from grader.messages import say
from grader.results import Feedback, Verdict
from grader.sandbox.worker import Limits

# Each call has a limit of its own. Many calls that all stay just below theirs would keep a class waiting for hours.
TOTAL_S = 1500.0


class Budget:
    """Seconds of wall clock that are used up call by call."""

    def __init__(self, seconds: float = TOTAL_S) -> None:
        self._seconds = self._left = seconds

    def within(self, limits: Limits, function: str) -> Limits:
        """Return `limits`, or the seconds that are left where they are fewer.

        Raises:
            CheckFailed: there are none left for `function`.
        """
        if self._left <= 0:
            raise CheckFailed(_used_up(function, self._seconds), Verdict.TIMEOUT)
        return msgspec.structs.replace(limits, seconds=min(limits.seconds, self._left))

    def renew(self) -> None:
        """Begin anew."""
        self._left = self._seconds

    @contextlib.contextmanager
    def spent(self) -> Iterator[None]:
        """Take what is done meanwhile out of it."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._left -= time.monotonic() - began


def _used_up(function: str, seconds: float) -> Feedback:
    return Feedback(
        problem=say("{function} was not called: your functions have used up their time.", function=function),
        expected=say("at most {minutes} minutes for all of them together", minutes=round(seconds / 60)),
        got=say("more than that, in the checks before this one"),
        next_step=say("Look at the functions before it: which one works far longer than it has to?"),
    )
