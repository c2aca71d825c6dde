"""Static pages of a class: one for the class, one for each learner, one of near-identical work. Trusted side."""

from grader.cohort.pages.building import build_pages
from grader.cohort.pages.record import ClassRecord

__all__ = ["ClassRecord", "build_pages"]
