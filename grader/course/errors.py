"""What a teacher can be told about a master or an exercises folder that cannot be used. Trusted side."""

from __future__ import annotations

from pathlib import Path


class CourseError(Exception):
    """Something the teacher can repair, in four parts: the problem, expected, got, and the next step."""

    def __init__(self, problem: str, *, expected: str, got: str, next_step: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.expected = expected
        self.got = got
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.problem}\n  expected:  {self.expected}\n  got:       {self.got}\n  next step: {self.next_step}"


class MasterError(CourseError):
    """A master script that cannot be released. `path` and `line` (counted from 1) name the place."""

    def __init__(self, path: Path, line: int, problem: str, *, expected: str, got: str, next_step: str) -> None:
        super().__init__(f"{path}:{line}: {problem}", expected=expected, got=got, next_step=next_step)
        self.path = path
        self.line = line
