"""GitHub Classroom: one clone a learner, in folders `assignment-username`. Trusted side."""

from __future__ import annotations

import os
from collections.abc import Sequence

from grader.cohort.collect.commits import open_commits
from grader.cohort.collect.hands import Entry, Found, Hand, Layout, Piece, Place, in_order, plain_text
from grader.cohort.collect.roster import Roster, folded
from grader.cohort.submitted import Learner
from grader.messages import say

# The folder into which `gh classroom clone student-repos` puts the clones of an assignment.
AROUND = "-submissions"


def fits(place: Place) -> bool:
    """Return whether there are clones."""
    return any(_is_clone(entry) for entry in place.entries)


def find(place: Place, chapters: Sequence[str], roster: Roster | None) -> Found:
    """Return a submission for each clone, handed in when its newest commit was made."""
    clones = [entry for entry in place.entries if _is_clone(entry)]
    found = Found(beside=[entry.name for entry in place.entries if not _is_clone(entry)])
    assignment = _assignment([entry.name for entry in clones], place.path.name, roster)
    with open_commits() as commits:
        if not commits.is_there:
            found.notes.append(say("Without `git` on this machine, nothing tells when work was handed in."))
        for entry in clones:
            login = plain_text(entry.name.removeprefix(assignment))
            found.hands.append(
                Hand(
                    Learner(login, other_ids={"github": login}),
                    place.origin(entry.name),
                    (Piece("", entry.path),),
                    is_school_id=True,
                    handed_in_at=commits.time_of(entry.path),
                )
            )
    found.hands = in_order(found.hands)
    return found


def _is_clone(entry: Entry) -> bool:
    return entry.is_folder and os.path.lexists(entry.path / ".git")


def _assignment(names: Sequence[str], around: str, roster: Roster | None) -> str:
    """Return what stands before the learners' names in the folders' names, with the hyphen after it.

    Names of people and of assignments both have hyphens. The folder around the clones says it, or else the names in the
    roster, or else what all have in common.
    """
    named = f"{around.removesuffix(AROUND)}-"
    if around.endswith(AROUND) and all(name.startswith(named) for name in names):
        return named
    logins = [learner.other_ids.get("github", "") for learner in roster.learners] if roster is not None else []
    before = [
        name[: len(name) - len(login)]
        for name in names
        for login in logins
        if login and folded(name).endswith(f"-{folded(login)}")
    ]
    if before:
        return max(sorted(set(before)), key=before.count)
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    same = next((place for place, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return first[: first.rfind("-", 0, same) + 1]


LAYOUT = Layout("github", fits, find)
