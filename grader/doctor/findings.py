"""What the doctor finds: one line each, with what to do about it. Trusted side."""

from __future__ import annotations

import enum

import msgspec

from grader.messages import Message


class State(enum.Enum):
    """How a finding is to be taken. Only `BAD` changes the exit status."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at. `advice`: what to do, where there is something to do."""

    state: State
    about: Message
    words: Message
    advice: Message | None = None
