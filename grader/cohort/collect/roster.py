"""The roster: who is in the class, and whom a site means by its own ids, e-mails and names. Trusted side."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from grader.cohort.collect.roster_columns import INSTEAD_OF_ID, SITE_IDS, meanings, participant_of
from grader.cohort.collect.roster_text import DELIMITERS, Row, read_roster_text, refuse, rows_of
from grader.cohort.submitted import Learner
from grader.errors import InputError
from grader.messages import Message, say
from grader.results import Feedback
from grader.submission.archive_names import printable

MAX_SHOWN_COLUMNS = 12
# More words in a name than anybody has; only so many orders of them are tried.
MAX_WORDS = 8
NOT_WRITTEN = re.compile(r"[\W_]+")


class Found(msgspec.Struct, frozen=True):
    """Whom a site means. `learner`: None for a stranger. `by_name`: by nothing better. `note`: what was in doubt."""

    learner: Learner | None = None
    by_name: bool = False
    note: Message | None = None


class Roster:
    """The learners of a class, in the order of the file."""

    def __init__(self, learners: Iterable[Learner]) -> None:
        self.learners = tuple(learners)
        self._ids: dict[str, Learner] = {folded(learner.id): learner for learner in self.learners}
        self._site_ids: dict[tuple[str, str], Learner] = {
            (kind, folded(site_id)): learner for learner in self.learners for kind, site_id in learner.other_ids.items()
        }
        self._logins: defaultdict[str, set[str]] = defaultdict(set)
        self._emails: defaultdict[str, set[str]] = defaultdict(set)
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._orders: defaultdict[str, set[str]] = defaultdict(set)
        for learner in self.learners:
            for any_id in (*learner.other_ids.values(), *filter(None, [learner.email])):
                self._logins[folded(any_id)].add(learner.id)
            if learner.email:
                self._emails[folded(learner.email)].add(learner.id)
            for place, order in enumerate(orders_of(learner.name)):
                self._orders[order].add(learner.id)
                if place == 0:
                    self._names[order].add(learner.id)

    def __len__(self) -> int:
        return len(self.learners)

    def with_id(self, learner_id: str) -> Learner | None:
        """Return the learner whom the class knows by this id."""
        return self._ids.get(folded(learner_id))

    def find(self, seen: Learner, is_school_id: bool = False) -> Found:
        """Return whom a site means.

        Args:
            seen: the learner as the site has them.
            is_school_id: whether `seen.id` may be the school's, and not only a number of the site.
        """
        for kind, site_id in seen.other_ids.items():
            learner = self._site_ids.get((kind, folded(site_id)))
            if learner is not None:
                return Found(learner)
        if is_school_id and (learner := self.with_id(seen.id)) is not None:
            return Found(learner)
        by_email = self._emails.get(folded(seen.email), set()) if seen.email else set()
        by_login = self._logins.get(folded(seen.id), set()) if is_school_id else set()
        for matching in (by_email, by_login):
            if len(matching) == 1:
                return Found(self._ids[folded(next(iter(matching)))])
        return self._find_by_name(seen.name)

    def _find_by_name(self, name: str) -> Found:
        straight, *_ = (*orders_of(name), "")
        for matching in (self._names.get(straight, set()), self._orders.get(straight, set())):
            if len(matching) == 1:
                return Found(self._ids[folded(next(iter(matching)))], by_name=True)
            if matching:
                ids = ", ".join(sorted(matching)[:5])
                return Found(
                    note=say("{name} may be any of {ids} of the roster, and was matched to none.", name=name, ids=ids)
                )
        return Found()


def folded(text: str) -> str:
    """Return what is the same for two ways to write an id, a login or an e-mail."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).strip()


def orders_of(name: str) -> tuple[str, ...]:
    """Return a name without spaces and marks, first as it stands, then with the first words moved to its end.

    So `Li, Ming`, `Ming Li` and Canvas's `liming` meet.
    """
    words = [word for part in name.split() if (word := NOT_WRITTEN.sub("", folded(part)))][:MAX_WORDS]
    return tuple("".join(words[start:] + words[:start]) for start in range(len(words)))


def read_roster(path: Path) -> Roster:
    """Read a CSV file with a header: one of your own, or one that Canvas, Moodle, Gradescope or GitHub hand out.

    Raises:
        InputError: it cannot be read, has no column with ids, or an id twice.
    """
    text = read_roster_text(path)
    header, delimiter = _header(text, path)
    columns = meanings(header.cells)
    rows = [row for row in rows_of(text, delimiter, path) if row.line != header.line]
    identifiers = [_cell(row, columns, "identifier") for row in rows]
    # Moodle's worksheet, if they all look like it.
    of_moodle = "moodle" not in columns and all(participant_of(identifier) for identifier in identifiers)
    taken: list[tuple[Row, Learner]] = []
    for row, identifier in zip(rows, identifiers, strict=True):
        participant = participant_of(identifier) if of_moodle and identifier else None
        if not _is_no_learner(row, columns):
            taken.append((row, _learner(row, columns, participant, path)))
    if not taken:
        refuse(path, say("at least one learner"), say("a header and nothing below it"), say("Check the file."))
    _check_once(taken, path)
    return Roster(learner for _, learner in taken)


def _header(text: str, path: Path) -> tuple[Row, str]:
    """Return the header, and what separates columns: that by which most of them have a name that is known."""
    best: tuple[int, int, Row, str] | None = None
    for place, delimiter in enumerate(DELIMITERS):
        first = next(rows_of(text, delimiter, path), None)
        if first is not None and (best is None or len(meanings(first.cells)) > best[0]):
            best = (len(meanings(first.cells)), -place, first, delimiter)
    if best is None:
        refuse(path, say("a header and a row for each learner"), say("an empty file"), say("Check the file."))
    _, _, header, delimiter = best
    if not set(meanings(header.cells)) & {"id", *INSTEAD_OF_ID}:
        refuse(
            path,
            say("a column with an id or e-mail in the first row: {names}", names="id, student_id, SIS User ID, email"),
            say("the columns {names}", names=", ".join(header.cells[:MAX_SHOWN_COLUMNS])),
            say("Name the columns in the first row, for instance: {example}", example="id,name,email,section"),
        )
    return header, delimiter


def _cell(row: Row, columns: Mapping[str, int], meaning: str) -> str:
    place = columns.get(meaning)
    text = row.cells[place] if place is not None and place < len(row.cells) else ""
    return unicodedata.normalize("NFC", text)


def _is_no_learner(row: Row, columns: Mapping[str, int]) -> bool:
    """Return whether a row of Canvas's gradebook holds the points there are, or its test student."""
    name = _cell(row, columns, "name")
    of_canvas = "canvas" in columns
    return of_canvas and (name in ("Points Possible", "Student, Test") or name.startswith("Points Possible"))


def _learner(row: Row, columns: Mapping[str, int], participant: str | None, path: Path) -> Learner:
    cells = {meaning: _cell(row, columns, meaning) for meaning in columns}
    if participant is not None:
        cells["moodle"], cells["identifier"] = participant, ""
    elif moodle := participant_of(cells.get("moodle", "")):
        cells["moodle"] = moodle
    name = cells.get("name") or " ".join(filter(None, [cells.get("first", ""), cells.get("last", "")]))
    other_ids = {kind: cells[kind] for kind in SITE_IDS if cells.get(kind)}
    learner_id = cells.get("id") or next((cells[kind] for kind in INSTEAD_OF_ID if cells.get(kind)), "")
    if not learner_id:
        refuse(
            path,
            say("an id or an e-mail for each learner"),
            say("none in line {line}", line=row.line),
            say("Fill it in, or take the row out."),
        )
    return Learner(
        learner_id,
        # A roster of GitHub Classroom has the name as identifier, and nothing under `name`.
        name or cells.get("identifier", ""),
        cells.get("email", ""),
        cells.get("section", ""),
        other_ids,
    )


def _check_once(taken: Sequence[tuple[Row, Learner]], path: Path) -> None:
    """Refuse a roster that has an id twice, the class's own or a site's."""
    lines: dict[tuple[str, str], int] = {}
    for row, learner in taken:
        for kind, one_id in (("", learner.id), *learner.other_ids.items()):
            earlier = lines.setdefault((kind, folded(one_id)), row.line)
            if earlier != row.line:
                raise InputError(
                    Feedback(
                        problem=say("The roster {name} has an id twice.", name=printable(path.name)),
                        expected=say("each learner once"),
                        got=say("{id} in line {first} and in line {second}", id=one_id, first=earlier, second=row.line),
                        next_step=say("Take one of the two rows out, or correct its id."),
                    )
                )
