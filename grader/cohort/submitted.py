"""What a class handed in, whatever site it came from. Trusted side; nothing of a learner's is executed."""

from __future__ import annotations

import datetime
import hashlib

import msgspec

from grader.results import Feedback


class Learner(msgspec.Struct, frozen=True):
    """A learner of the class. `id`: the one the class is known by here; `other_ids`: what sites call the learner.

    `other_ids` has the name of the kind (moodle, canvas, sis_user, sis_login, gradescope, github ...) as its key.
    """

    id: str
    name: str = ""
    email: str = ""
    section: str = ""
    other_ids: dict[str, str] = {}


class Submitted(msgspec.Struct, frozen=True):
    """One submission of one learner.

    Attributes:
        attempt: counted from 1, in the order in which they were handed in.
        files: name as in `exercises` -> content; only the files of chapters.
        origin: where it lay, as the teacher knows it.
        handed_in_at: aware, in UTC; None where nothing tells.
        said_late: whether the site called it late; None where it says nothing.
    """

    learner: Learner
    attempt: int
    files: dict[str, bytes]
    origin: str
    handed_in_at: datetime.datetime | None = None
    said_late: bool | None = None

    @property
    def digest(self) -> str:
        """What was handed in, by content."""
        return digest_of_files(self.files)


class Refusal(msgspec.Struct, frozen=True):
    """Something that could not be taken in, and why. `learner`: whose it is, where that can be told."""

    origin: str
    feedback: Feedback
    learner: Learner | None = None


def whose(learner_id: str, name: str) -> str:
    """Return how a learner is named: by name and id, where they are not the same."""
    return f"{name} ({learner_id})" if name and name != learner_id else learner_id


def digest_of_files(files: dict[str, bytes]) -> str:
    """Return a digest of names and contents, in which the order has no part."""
    whole = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogatepass"), files[name]):
            whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
