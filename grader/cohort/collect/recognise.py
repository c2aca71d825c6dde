"""Which site a class's folder comes from, by the names in it. Trusted side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from grader.cohort.collect import canvas, github, gradescope, moodle, nbgrader, plain
from grader.cohort.collect.hands import Entry, Layout, Place, open_place, plain_text
from grader.cohort.collect.names import chapter_of
from grader.cohort.collect.reading import EXERCISES
from grader.cohort.collect.roster import Roster
from grader.cohort.submitted import Learner
from grader.errors import InputError
from grader.messages import Message, say, verbatim
from grader.results import Feedback

SITES: tuple[Layout, ...] = (moodle.LAYOUT, canvas.LAYOUT, gradescope.LAYOUT, nbgrader.LAYOUT, github.LAYOUT)
LAYOUTS = {layout.name: layout for layout in (*SITES, plain.LAYOUT)}
# Folders around all, which programs that pack and unpack leave.
MAX_AROUND = 5
MAX_SHOWN = 6


def check_layout(name: str | None) -> None:
    """Check that there is such a layout.

    Raises:
        InputError: there is none.
    """
    if name is not None and name not in LAYOUTS:
        raise InputError(
            Feedback(
                problem=say("There is no layout {name}.", name=plain_text(name)),
                expected=say("one of: {names}", names=", ".join(LAYOUTS)),
                got=say("`--layout {name}`", name=plain_text(name)),
                next_step=say("Leave it out: the layout is recognised by the names of the files."),
            )
        )


def recognise(
    path: Path, named: str, chapters: Sequence[str], roster: Roster | None = None, wanted: str | None = None
) -> tuple[Layout, Place]:
    """Return the layout of a class's folder, and the folder in it where the submissions begin.

    Args:
        named: the folder as the teacher knows it.
        wanted: the layout it must be.

    Raises:
        InputError: it is none, or may be several.
    """
    places = _nested(path, named)
    layouts = SITES if wanted is None else [LAYOUTS[wanted]]
    for place in places:
        fitting = [layout for layout in layouts if layout is not plain.LAYOUT and layout.fits(place)]
        if len(fitting) > 1:
            _ambiguous(place, fitting)
        if fitting:
            return fitting[0], place
    if wanted in (None, plain.LAYOUT.name):
        begins = _plain_place(places, chapters, roster)
        if begins is not None and plain.LAYOUT.fits(begins):
            return plain.LAYOUT, begins
    _unknown(places[-1], wanted)


def _nested(path: Path, named: str) -> list[Place]:
    """Return the folder, and those in it as long as each holds one folder and nothing else that was handed in."""
    places = [open_place(path, named)]
    for _ in range(MAX_AROUND):
        entries = places[-1].hand_ins
        if len(entries) != 1 or not entries[0].is_folder:
            break
        places.append(open_place(entries[0].path, places[-1].origin(entries[0].name)))
    return places


def _plain_place(places: Sequence[Place], chapters: Sequence[str], roster: Roster | None) -> Place | None:
    """Return the folder with the learners' folders in it; None where there is none around the only learner's."""
    for number, place in enumerate(places):
        if roster is not None and len(place.hand_ins) == 1 and _is_known(place.hand_ins[0], roster):
            return place
        folders = [entry for entry in place.entries if entry.is_folder]
        has_chapter = any(chapter_of(entry.name, chapters) for entry in place.entries if not entry.is_folder)
        # A chapter's file beside the learners' folders is the teacher's.
        is_learners_own = any(entry.name.lower() == EXERCISES for entry in folders) or (
            has_chapter and (number > 0 or not folders)
        )
        if is_learners_own:
            return places[number - 1] if number else None
    last = places[-1]
    if len(last.hand_ins) == 1 and last.hand_ins[0].is_folder:
        # Deeper than anybody packs.
        return places[0]
    units = [e for e in last.entries if e.is_folder or e.is_archive or plain.split_id(e.name, chapters)]
    return last if len(units) > 1 or len(places) == 1 else places[-2]


def _is_known(entry: Entry, roster: Roster) -> bool:
    name = plain_text(entry.name)
    return entry.is_folder and roster.find(Learner(name, name), is_school_id=True).learner is not None


def _ambiguous(place: Place, fitting: Sequence[Layout]) -> NoReturn:
    names = ", ".join(layout.name for layout in fitting)
    raise InputError(
        Feedback(
            problem=say("What is in {path} may come from more than one site.", path=place.named),
            expected=say("the layout of one site"),
            got=say("names as of {names}", names=names),
            next_step=say("Say which one it is: `--layout {name}`", name=fitting[0].name),
        )
    )


def _unknown(place: Place, wanted: str | None) -> NoReturn:
    names = [plain_text(entry.name) for entry in place.entries]
    shown = ", ".join(names[:MAX_SHOWN]) + (", ..." if len(names) > MAX_SHOWN else "")
    expected: Message = say(
        "what Moodle, Canvas, Gradescope, nbgrader or GitHub Classroom hand out, or one folder a learner"
    )
    if wanted is not None:
        expected = say("the layout of {name}", name=wanted)
    raise InputError(
        Feedback(
            problem=say("{path} does not look like what a class handed in.", path=place.named),
            expected=expected,
            got=verbatim(shown) if names else say("an empty folder"),
            next_step=say("Name the folder or archive as it was downloaded, or make one folder for each learner."),
        )
    )
