"""What the class's settings and exports say to the teacher, and how they say what went wrong. Trusted side."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import typer

from grader.cohort.commands.needs import not_installed
from grader.cohort.commands.screen import ClassScreen
from grader.errors import InputError
from grader.messages import LANGUAGES, Message, choose_language, render, say
from grader.report.words import make_visible

BAD_OPTIONS, INTERRUPTED = 4, 130


class Teacher:
    """Whom we speak to: in one language, and on the error stream, since a file may go to the standard output."""

    def __init__(self, language: str) -> None:
        self.language = language
        # A character that the terminal cannot show must not end the program.
        for stream in (sys.stdout, sys.stderr):
            if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
                reconfigure(errors="replace")

    def tell(self, words: Message) -> None:
        typer.echo(make_visible(render(words, self.language)), err=True)

    def name_all(self, words: Message, names: list[str], most: int = 20) -> None:
        """Say something of several, each in a line of its own, and how many more there are."""
        if not names:
            return
        self.tell(words)
        for name in names[:most]:
            typer.echo(f"  {make_visible(name)}".replace("\n", " "), err=True)
        if len(names) > most:
            typer.echo(f"  ... {len(names) - most}", err=True)


@contextlib.contextmanager
def speaking(language: str | None) -> Iterator[Teacher]:
    """Speak to the teacher, and turn what goes wrong into four parts and exit status 4."""
    with _explained(language) as spoken:
        yield Teacher(spoken)


@contextlib.contextmanager
def on_screen(language: str | None) -> Iterator[ClassScreen]:
    """Yield a screen for what takes long; what goes wrong is told in four parts, with exit status 4."""
    with _explained(language) as spoken:
        yield ClassScreen(spoken)


@contextlib.contextmanager
def _explained(language: str | None) -> Iterator[str]:
    """Yield the language to speak, and say in it what goes wrong."""
    if language not in (None, *LANGUAGES):
        raise typer.BadParameter(f"'{language}' is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    spoken = choose_language(language)
    try:
        try:
            yield spoken
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("grader"):
                raise
            raise not_installed([error.name], [error.name]) from error
    except InputError as error:
        ClassScreen(spoken, sys.stderr).four_parts(error.feedback)
        raise typer.Exit(BAD_OPTIONS) from None
    except KeyboardInterrupt:
        ClassScreen(spoken).line(say("Ended at once. Run the same command again: it goes on where it was."))
        raise typer.Exit(INTERRUPTED) from None
