"""Tells an exercise that a learner has changed from one that is still as it was generated. Trusted side.

Each generated file carries a digest of its own content. A file whose content still has that digest holds nothing of a
learner's. The digest guards against losing work by mistake; it proves nothing against someone who means to deceive.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Set
from pathlib import Path
from typing import Any

from grader.course.master import header_length

STAMP = re.compile(r"\bdigest[\"']?: *[\"']?([0-9a-f]{16})\b")
NOTEBOOK_KEY = "first_digits"


def is_pristine(path: Path, released: Set[str]) -> bool:
    """Tell whether the file's content has the digest that it carries, or one of the `released` ones.

    Line ends, spaces at the end of a line, empty cells, outputs and the layout of the JSON do not count.

    Raises:
        OSError: The file cannot be read.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        carried, actual = _read_notebook(text) if path.suffix == ".ipynb" else _read_script(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False  # not what the course generates, so somebody's own
    return actual == carried or actual in released


def digest_of_script(text: str) -> str:
    """Return the digest of a script's lines, jupytext's header left out."""
    lines = text.split("\n")
    body = [line.rstrip() for line in lines[header_length(lines) :]]
    return _digest("\n".join(body).strip("\n"))


def digest_of_notebook(cells: Iterable[tuple[str, str]]) -> str:
    """Return the digest of a notebook's cells, each given as its kind and source."""
    return _digest(json.dumps([[kind, _trim(source)] for kind, source in cells if source.strip()]))


def stamp_script(text: str, digest: str) -> str:
    """Return the script with the digest in a header, where jupytext keeps a notebook's metadata."""
    return f'# ---\n# jupyter:\n#   {NOTEBOOK_KEY}: {{digest: "{digest}"}}\n# ---\n\n{text}'


def _read_script(text: str) -> tuple[str | None, str]:
    lines = text.split("\n")
    found = STAMP.search("\n".join(lines[: header_length(lines)]))
    return (found[1] if found else None), digest_of_script(text)


def _read_notebook(text: str) -> tuple[str | None, str]:
    notebook: dict[str, Any] = json.loads(text)
    cells = [(str(cell["cell_type"]), "".join(cell["source"])) for cell in notebook["cells"]]
    return notebook["metadata"].get(NOTEBOOK_KEY, {}).get("digest"), digest_of_notebook(cells)


def _trim(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.split("\n")).strip("\n")


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:16]
