"""The table of what each level of the sandbox holds back, written into SECURITY.md from the corpus. Trusted side."""

from __future__ import annotations

from grader.doctor.corpus import ARCHIVES, Case, Corpus, number_of
from grader.sandbox.confine import Level

BEGIN, END = "<!-- BEGIN TABLE: grader doctor --write-table -->", "<!-- END TABLE -->"
HELD = "held back"


def shut_in_levels() -> tuple[Level, ...]:
    """Return the levels at which a submission runs outside of the grader, strongest first."""
    return tuple(level for level in Level if level is not Level.NONE)


def render_table(corpus: Corpus) -> str:
    """Return the table in Markdown: a row for each case, a column for each level, and the sums below."""
    levels = shut_in_levels()
    header = ["", "the submission", *(level.value for level in levels)]
    numbered = [(number_of(case.attack), _row(case, levels)) for case in corpus.cases]
    archives = [ARCHIVES.attack, f"{ARCHIVES.title}: `{ARCHIVES.tests}`", *(HELD for _ in levels)]
    # Sorting keeps the cases of one number in their order.
    numbered = sorted([*numbered, (number_of(ARCHIVES.attack), archives)], key=lambda pair: pair[0])
    rows = [header, ["---"] * len(header), *(row for _, row in numbered), _sums(corpus, levels)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(case: Case, levels: tuple[Level, ...]) -> list[str]:
    return [case.attack, case.title, *(case.gets_through.get(level.value, HELD) for level in levels)]


def _sums(corpus: Corpus, levels: tuple[Level, ...]) -> list[str]:
    count = len(corpus.cases)
    held = [sum(level.value not in case.gets_through for case in corpus.cases) for level in levels]
    return ["", f"**{HELD}, of {count}**", *(f"**{number}**" for number in held)]


def put_table(text: str, table: str) -> str:
    """Return `text` with `table` between the marks.

    Raises:
        ValueError: it has no marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"there are no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"
