"""Reads what a class handed in, as Moodle, Canvas, Gradescope, nbgrader and GitHub hand it out. Trusted side."""

from grader.cohort.collect.collection import Collected, Collection, collect
from grader.cohort.collect.recognise import LAYOUTS
from grader.cohort.collect.roster import Roster, read_roster

__all__ = ["LAYOUTS", "Collected", "Collection", "Roster", "collect", "read_roster"]
