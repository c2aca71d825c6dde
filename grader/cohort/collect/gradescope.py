"""Gradescope's export of submissions: a folder each, and one file that says whose they are. Trusted side."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.cohort.collect.gradescope_metadata import NAME, About, Submitter, read_metadata
from grader.cohort.collect.hands import Entry, Found, Hand, Layout, Piece, Place, in_order, plain_text
from grader.cohort.collect.roster import Roster
from grader.cohort.collect.times import instant_of
from grader.cohort.submitted import Learner
from grader.errors import InputError
from grader.messages import say
from grader.results import Feedback

FOLDER = re.compile(r"submission_\d{1,15}")


def fits(place: Place) -> bool:
    """Return whether Gradescope has written these names."""
    return any(entry.name == NAME or FOLDER.fullmatch(entry.name) for entry in place.entries)


def find(place: Place, chapters: Sequence[str], roster: Roster | None) -> Found:
    """Return each submission once for each learner of its group.

    Raises:
        InputError: nothing says whose they are.
    """
    metadata = next((entry for entry in place.entries if entry.name == NAME), None)
    if metadata is None:
        raise InputError(
            Feedback(
                problem=say("{path} does not say whose the submissions are.", path=place.named),
                expected=say("{name} beside them, as Gradescope exports it", name=NAME),
                got=say("only the submissions"),
                next_step=say("Take the whole export, or put this file back."),
            )
        )
    abouts = read_metadata(metadata.path, place.origin(NAME))
    found = Found()
    for entry in place.entries:
        if entry.name in abouts:
            found.hands += _hands(entry, abouts[entry.name], place)
        elif entry.is_folder:
            found.hands.append(_nobodys(entry, place))
        elif entry.name != NAME:
            found.beside.append(entry.name)
    lost = sorted(set(abouts) - {entry.name for entry in place.entries})
    found.notes += [say("{name} is named in {path}, and is not there.", name=plain_text(n), path=NAME) for n in lost]
    found.hands = in_order(found.hands)
    return found


def _hands(entry: Entry, about: About, place: Place) -> list[Hand]:
    if not about.submitters:
        return [_nobodys(entry, place)]
    name, origin = "" if entry.is_folder else entry.name, place.origin(entry.name)
    learners = [_learner(submitter, entry) for submitter in about.submitters]
    return [
        Hand(
            learner,
            # Each learner of a group may have it refused.
            origin if len(learners) == 1 else f"{origin} ({learner.id})",
            (Piece(name, entry.path),),
            is_school_id=bool(submitter.sid),
            handed_in_at=instant_of(about.created_at),
            attempt=about.earlier + 1,
        )
        for submitter, learner in zip(about.submitters, learners, strict=True)
    ]


def _learner(submitter: Submitter, entry: Entry) -> Learner:
    name, email, sid = map(plain_text, (submitter.name, submitter.email, submitter.sid))
    known_by = sid or email or name or plain_text(entry.name)
    return Learner(known_by, name, email, other_ids={"gradescope": known_by})


def _nobodys(entry: Entry, place: Place) -> Hand:
    """Return a submission of which nobody says whose it is."""
    origin = place.origin(entry.name)
    refusal = Feedback(
        problem=say("Nothing says whose {origin} is.", origin=origin),
        expected=say("a learner for it in {name}", name=NAME),
        got=say("none"),
        next_step=say("Look it up on Gradescope, and enter its learner there."),
    )
    return Hand(Learner(""), origin, (Piece("", entry.path),), refusal=refusal)


LAYOUT = Layout("gradescope", fits, find)
