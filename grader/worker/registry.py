"""Objects that stay in the worker, known outside by a number. Untrusted side."""

from __future__ import annotations


class Registry:
    """Holds objects by handle; the same object keeps the same handle."""

    def __init__(self) -> None:
        self._objects: list[object] = []

    def handle(self, thing: object) -> int:
        """Return the handle of `thing`, held from now on."""
        for number, held in enumerate(self._objects):
            if held is thing:
                return number
        self._objects.append(thing)
        return len(self._objects) - 1

    def object(self, handle: int) -> object:
        """Return the object behind `handle`."""
        return self._objects[handle]
