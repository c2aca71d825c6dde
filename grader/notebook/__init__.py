"""Checks in a notebook: `grader.check(normalize)`, in the learner's own kernel. No limits hold there."""

from grader.notebook.check import check

__all__ = ["check"]
