"""What the pages of a class say of their own accord; templates and script hold no prose. Trusted side."""

from __future__ import annotations

import datetime

from grader.cohort.gradings import Status
from grader.messages import Message, say

STATUS_WORDS: dict[Status, Message] = {
    Status.GRADED: say("graded"),
    Status.WAITING: say("not graded yet"),
    Status.MISSING: say("nothing handed in"),
    Status.REFUSED: say("could not be read"),
    Status.GRADER_ERROR: say("the grader failed"),
}
STATUS_SYMBOLS: dict[Status, str] = {
    Status.GRADED: "✓",
    Status.WAITING: "…",
    Status.MISSING: "–",
    Status.REFUSED: "?",
    Status.GRADER_ERROR: "!",
}
# The tones of the report's badges.
STATUS_STYLES: dict[Status, str] = {
    Status.GRADED: "pass",
    Status.WAITING: "blocked",
    Status.MISSING: "todo",
    Status.REFUSED: "import_error",
    Status.GRADER_ERROR: "grader_error",
}
# What a teacher has to look at comes first.
URGENCY = (Status.GRADER_ERROR, Status.REFUSED, Status.WAITING, Status.MISSING, Status.GRADED)

LABELS: dict[str, Message] = {
    "class": say("The class"),
    "private": say("For teachers: these pages have names and marks in them. Hand out a learner's own page only."),
    "parts": say("On this page"),
    "learners": say("Learners"),
    "handed_in": say("Handed in"),
    "missing": say("Nothing handed in"),
    "refused": say("Could not be read"),
    "waiting": say("Not graded yet"),
    "grader_failed": say("The grader failed"),
    "late": say("Late"),
    "overrides": say("Decided by hand"),
    "chapters": say("Chapters"),
    "graded": say("Graded"),
    "mean": say("Mean"),
    "median": say("Median"),
    "points": say("Points"),
    "final_points": say("Final points"),
    "count_axis": say("learners"),
    "mistakes": say("Known mistakes, by how many make them"),
    "no_mistakes": say("Nobody makes a known mistake."),
    "checks": say("Checks, by how many fail them"),
    "no_checks": say("Everybody passes every check."),
    "open": say("Not begun"),
    "accuracy": say("Accuracy of the models"),
    "floor": say("asked for"),
    "band": say("the reference's own, over several trainings"),
    "grading_time": say("Time to grade a submission"),
    "similar": say("Near-identical work"),
    "similar_question": say("These two are much alike: did they work together?"),
    "similar_note": say(
        "Only what is rare in the class counts, and nothing that the course itself gives or knows. Two learners may "
        "have sat together, or read the same book: ask them."
    ),
    "no_similar": say("No two submissions are much alike in what is unusual."),
    "side_by_side": say("Side by side"),
    "same_texts": say("Words that hardly anybody else has"),
    "same_line": say("same"),
    "search": say("Search learners"),
    "search_hint": say("name, id, group or status"),
    "name": say("Name"),
    "status": say("Status"),
    "what_counts": say("What counts"),
    "earned": say("Earned"),
    "penalty": say("Off for lateness"),
    "final": say("Final"),
    "chapter": say("Chapter"),
    "comment": say("Your teacher's comment"),
    "who": say("Who"),
    "when": say("When"),
    "why": say("Why"),
    "comment_short": say("Comment"),
    "back": say("Back to the class"),
    "nobody": say("Nobody is in the class yet."),
}


def duration_words(seconds: float) -> Message:
    """Return a length of time in its two largest units."""
    minutes = max(1, round(seconds / 60))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return say("{days} d {hours} h", days=days, hours=hours) if hours else say("{days} d", days=days)
    if hours:
        return (
            say("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else say("{hours} h", hours=hours)
        )
    return say("{minutes} min", minutes=minutes)


def moment_words(moment: datetime.datetime) -> str:
    """Return a moment as everybody can read it."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
