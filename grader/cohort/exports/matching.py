"""Which learner a row of a site's file is about. Trusted side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from grader.cohort.gradings import Mark, Status
from grader.cohort.submitted import Learner, whose


class Filled(msgspec.Struct, frozen=True):
    """A site's file with the marks in it.

    Attributes:
        filled: how many cells were filled.
        strangers: rows of people who are not in the gradebook.
        absent: learners with a mark who are not in the file.
        kept: rows that were left as they are, each with the reason.
        scaled: (most there is here, most there is on the site) where these differ.
    """

    content: bytes
    filled: int
    strangers: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    scaled: tuple[float, float] | None = None


class Directory:
    """Finds learners by what sites call them. What two learners share finds neither."""

    def __init__(self, learners: Iterable[Learner]) -> None:
        self._known: dict[tuple[str, str], set[str]] = {}
        for learner in learners:
            names = {"id": learner.id, "email": learner.email, "name": learner.name, **learner.other_ids}
            for kind, name in names.items():
                if name and (key := _key(kind, name)):
                    self._known.setdefault((kind, key), set()).add(learner.id)

    def find(self, *named: tuple[str, str]) -> str | None:
        """Return the id of the learner by the first of these pairs of kind and name that one learner alone has."""
        for kind, name in named:
            found = self._known.get((kind, _key(kind, name)), set()) if name.strip() else set()
            if len(found) == 1:
                return next(iter(found))
        return None


def _key(kind: str, name: str) -> str:
    """Return a name in a form in which two spellings of it are the same."""
    text = unicodedata.normalize("NFKC", name).casefold().strip().removeprefix("'")
    if kind == "name":
        # "Li, Anna" and "Anna Li".
        return " ".join(sorted(re.split(r"[\s,，]+", text.strip(" ,，"))))
    return text


def shown_learner(learner: Learner) -> str:
    return whose(learner.id, learner.name)


def without_place(marks: Iterable[Mark], placed: set[str]) -> tuple[str, ...]:
    """Return the learners whose mark has no row."""
    return tuple(
        shown_learner(mark.learner)
        for mark in marks
        if mark.learner.id not in placed and (mark.final is not None or mark.status is not Status.MISSING)
    )
