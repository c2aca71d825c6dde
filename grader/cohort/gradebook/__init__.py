"""The gradebook of a class, on SQLite or PostgreSQL. Trusted side."""

from grader.cohort.gradebook.failures import GradebookError, NewerGradebook
from grader.cohort.gradebook.gradebook import Gradebook, open_gradebook
from grader.cohort.gradebook.reading import SubmissionLine

__all__ = ["Gradebook", "GradebookError", "NewerGradebook", "SubmissionLine", "open_gradebook"]
