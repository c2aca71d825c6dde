"""What a learner is told of a chapter on a course site, and each result as PrairieLearn has it. Trusted side."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Sequence

from grader.cohort.gradings import GradedWork, Mark
from grader.messages import render, say
from grader.report.prairielearn import render_prairielearn
from grader.report.terminal import print_tasks
from grader.report.words import format_points
from grader.results import RunResult

WIDTH = 100
# Longer ones nobody reads in a site's cell; the learner's own page has all.
MOST_CHARACTERS = 8_000
# Windows takes these for devices, whatever follows a dot.
DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
# The same marks give the same archive.
ARCHIVE_TIME = (2020, 1, 1, 0, 0, 0)


def comment_of(mark: Mark, work: GradedWork | None, language: str) -> str:
    """Return what a learner is told: the points, what was taken off and why, the teacher's word, and each task."""
    said = [say("{earned} of {points} points", earned=_points(mark.final), points=format_points(mark.points))]
    if mark.penalty and (mark.override is None or mark.override.points is None):
        said.append(say("Handed in late: {points} points are taken off.", points=format_points(mark.penalty)))
    if mark.override is not None and mark.override.points is not None:
        said.append(say("Your teacher has decided the points."))
    lines = [render(message, language) for message in said]
    if mark.override is not None and mark.override.comment:
        lines += ["", mark.override.comment]
    if work is not None and work.grading.result is not None:
        lines += ["", print_tasks(work.grading.result, language, WIDTH)]
    text = "\n".join(lines)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def _points(points: float | None) -> str:
    return "–" if points is None else format_points(points)


def render_prairielearn_archive(
    marks: Sequence[Mark], work_of: Callable[[int], GradedWork], language: str
) -> tuple[bytes, int]:
    """Return an archive with a result for each graded mark, LEARNER/CHAPTER.json, and how many there are.

    Only what the grader found is in it, neither lateness nor decisions by hand: the site has its own for both.
    """
    sink, count = io.BytesIO(), 0
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for mark in marks:
            grading = work_of(mark.grading_id).grading if mark.grading_id is not None else None
            if grading is None or grading.result is None or grading.surroundings is None:
                continue
            result = RunResult((grading.result,), grading.surroundings, grading.seconds)
            name = f"{safe_name(mark.learner.id)}/{safe_name(mark.chapter)}.json"
            archive.writestr(zipfile.ZipInfo(name, ARCHIVE_TIME), render_prairielearn(result, language))
            count += 1
    return sink.getvalue(), count


def safe_name(text: str) -> str:
    """Return a file name for any text: itself where it is one on any disk, else what is left of it and a digest.

    Two texts never have names that a disk takes for the same, though many disks know no capitals.
    """
    kept = re.sub(r"[^\w.-]", "_", text)[:60].strip(".") or "_"
    if DEVICE.fullmatch(kept.casefold()):
        kept = f"_{kept}"
    if kept == text == text.casefold():
        return text
    return f"{kept}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
