"""Whose submissions these are, by the roster, and in which order each learner handed theirs in. Trusted side."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from grader.cohort.collect.hands import Hand
from grader.cohort.collect.roster import Found, Roster
from grader.cohort.submitted import Learner
from grader.messages import Message, say
from grader.results import Feedback

LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class Matched(msgspec.Struct, frozen=True):
    """All submissions, each with its learner as the class knows them and its number.

    Attributes:
        hands: in the order of learners, and for each of them in the order of handing in.
        strangers: learners who are not in the roster.
        missing: learners of the roster of whom there is nothing, not even something that is refused.
    """

    hands: list[Hand]
    strangers: tuple[Learner, ...]
    missing: tuple[Learner, ...]
    notes: tuple[Message, ...]


def match(hands: Sequence[Hand], roster: Roster | None) -> Matched:
    """Find the learners of all submissions in the roster. Without one, they are as the site has them."""
    found = {} if roster is None else _find_all(hands, roster)
    notes = [one.note for one in found.values() if one.note is not None]
    learners: dict[str, Learner] = {}
    strangers: dict[str, Learner] = {}
    for hand in hands:
        seen = hand.learner
        if not seen.id:
            continue
        known = found[seen.id].learner if roster is not None else None
        if known is not None:
            other_ids = known.other_ids | seen.other_ids
            learners[seen.id] = msgspec.structs.replace(known, other_ids=other_ids)
        else:
            learners[seen.id] = _stranger(seen, roster)
            if roster is not None:
                strangers[seen.id] = learners[seen.id]
    named = [msgspec.structs.replace(h, learner=learners[h.learner.id]) if h.learner.id else h for h in hands]
    there = {learner.id for learner in learners.values()}
    missing = () if roster is None else tuple(learner for learner in roster.learners if learner.id not in there)
    return Matched(_numbered(named), tuple(strangers.values()), missing, tuple(notes))


def _find_all(hands: Iterable[Hand], roster: Roster) -> dict[str, Found]:
    """Return the site's id -> whom it means. One of two with the same name is not taken for the one in the roster."""
    found: dict[str, Found] = {}
    names: dict[str, str] = {}
    for hand in hands:
        if hand.learner.id not in found:
            found[hand.learner.id] = roster.find(hand.learner, hand.is_school_id)
            names[hand.learner.id] = hand.learner.name
    meant: defaultdict[str, list[str]] = defaultdict(list)
    for site_id, one in found.items():
        if one.learner is not None:
            meant[one.learner.id].append(site_id)
    for learner_id, site_ids in meant.items():
        for site_id in site_ids if len(site_ids) > 1 else ():
            if found[site_id].by_name:
                note = say(
                    "{name} ({site_id}) has the name of {id} in the roster, but is not the only one, and was matched "
                    "to none.",
                    name=names[site_id],
                    site_id=site_id,
                    id=learner_id,
                )
                found[site_id] = Found(note=note)
    return found


def _stranger(seen: Learner, roster: Roster | None) -> Learner:
    """Return the learner under an id that nobody in the roster has."""
    if roster is None or roster.with_id(seen.id) is None:
        return seen
    kind = next(iter(seen.other_ids), "folder")
    return msgspec.structs.replace(seen, id=f"{kind}:{seen.id}")


def _numbered(hands: Iterable[Hand]) -> list[Hand]:
    """Return the submissions of each learner with numbers that grow in the order of handing in."""
    by_learner: defaultdict[str, list[Hand]] = defaultdict(list)
    for hand in hands:
        by_learner[hand.learner.id].append(hand)
    numbered: list[Hand] = []
    for learner_id in sorted(by_learner):
        attempt = 0
        theirs = sorted(by_learner[learner_id], key=lambda h: (h.handed_in_at or LONG_AGO, h.attempt or 0, h.origin))
        for hand in _without_order_refused(theirs) if learner_id else theirs:
            attempt = max(attempt + 1, hand.attempt or 1)
            numbered.append(msgspec.structs.replace(hand, attempt=attempt))
    return numbered


def _without_order_refused(hands: Sequence[Hand]) -> list[Hand]:
    """Refuse those of which nothing says which one is newer. Those of several assignments are no rivals."""
    checked: list[Hand] = []
    for hand in hands:
        rival = next((other for other in hands if other is not hand and _are_rivals(hand, other)), None)
        if rival is not None and hand.refusal is None:
            refusal = Feedback(
                problem=say("{origin} and {other} are of the same learner.", origin=hand.origin, other=rival.origin),
                expected=say("one of them, or a time or number that says which one is newer"),
                got=say("neither time nor number"),
                next_step=say("Leave the one there that counts."),
            )
            hand = msgspec.structs.replace(hand, refusal=refusal)
        checked.append(hand)
    return checked


def _are_rivals(one: Hand, other: Hand) -> bool:
    has_order = all(hand.handed_in_at or hand.attempt for hand in (one, other))
    return one.title == other.title and not has_order
