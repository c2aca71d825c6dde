"""The command `grader play`. Trusted side."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from grader.data import Digits, load_digits
from grader.errors import InputError, four_parts
from grader.layout import Course, find_course
from grader.messages import LANGUAGES, Message, choose_language, language_of, render, say
from grader.play.choosing import (
    Ready,
    choose_model,
    choose_preparation,
    find_recipe,
    find_work,
    read_master,
    title_of,
    train_once,
)
from grader.play.page import About
from grader.play.player import Player, Trouble
from grader.play.preparation import draw_enlarged
from grader.play.recipes import STEPS, Recipe, Tell, Unready
from grader.play.server import Address, build_app, new_token
from grader.play.serving import USUAL_PORT, ended_by_signals, is_remote, open_browser, open_port, serve
from grader.report.words import PART_WORDS, make_visible
from grader.results import Feedback
from grader.sandbox.confine import can_fork
from grader.sandbox.process import Sandbox, SandboxError
from grader.submission.find import Handed
from grader.submission.submission import Submission

WIDTH = 100


def add_commands(app: typer.Typer) -> None:
    """Register the command."""
    app.command("play")(play_command)


def play_command(
    chapter: Annotated[
        str | None, typer.Option("--chapter", help="Whose model: ch2_first_model or ch4_cnn. Default: the best.")
    ] = None,
    submission: Annotated[
        Path | None, typer.Option("--submission", metavar="PATH", help="Your file or folder. Default: exercises.")
    ] = None,
    reference: Annotated[bool, typer.Option("--reference", help="Take the course's own model, not yours.")] = False,
    data: Annotated[str, typer.Option("--data", help="What it learns from: sample, full, or a data file.")] = "sample",
    lang: Annotated[str | None, typer.Option("--lang", help="The language to speak: en or zh.")] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where the page is; 0 for any.")] = USUAL_PORT,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Draw a digit in your browser and see what your own model answers."""
    if lang not in (None, *LANGUAGES):
        raise typer.BadParameter(f"'{lang}' is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    if reference and submission is not None:
        raise typer.BadParameter("it takes nothing of yours, so --submission has no use", param_hint="--reference")
    course = find_course(start=Path.cwd())
    printer = _Printer(choose_language(lang))
    sandbox = Sandbox() if can_fork() else None
    try:
        recipes = find_recipe(chapter)
        handed = {} if reference else find_work(submission or course.exercises)
        if lang is None and not reference:
            printer.speak_as(handed)
        if sandbox is None:
            raise InputError(_no_sandbox())
        with ended_by_signals(), contextlib.suppress(KeyboardInterrupt):
            maker = _Maker(course, load_digits(data), sandbox, printer)
            ready = maker.reference(recipes[0]) if reference else maker.own(handed, recipes)
            photos = None if reference else maker.preparation(handed)
            _play(maker.player(ready, photos), maker.about(ready, reference), printer, port, no_browser)
    except InputError as error:
        printer.parts(error.feedback)
        raise typer.Exit(1) from None
    except SandboxError as error:
        printer.line(say("The sandbox cannot be started: {reason}", reason=str(error).splitlines()[0]), "red")
        raise typer.Exit(3) from None
    finally:
        if sandbox is not None:
            sandbox.close(wait_s=0)


def _play(player: Player, about: About, printer: _Printer, port: int, no_browser: bool) -> None:
    """Show the page until the learner has had enough."""
    try:
        listener = open_port(port)
        address = Address(listener.getsockname()[1], new_token())
        if port not in (0, address.port):
            printer.line(say("Port {port} is taken, so another one is used.", port=port))
        printer.address(address.url)
        if is_remote():
            printer.line(
                say(
                    "The page needs a browser on the machine on which this runs. From another one: "
                    "`ssh -L {port}:127.0.0.1:{port} MACHINE`, and then open the address there.",
                    port=address.port,
                )
            )
        elif not no_browser and not open_browser(address.url):
            printer.line(say("No browser could be opened: open the address yourself."))
        printer.line(say("Ctrl+C ends it."))
        serve(build_app(player, about, address, printer.language), listener)
    finally:
        player.close()


class _Maker:
    """Makes what the page needs, and tells how far it is."""

    def __init__(self, course: Course, digits: Digits, sandbox: Sandbox, printer: _Printer) -> None:
        self._course, self._digits, self._sandbox, self._printer = course, digits, sandbox, printer

    def reference(self, recipe: Recipe) -> Ready:
        """Return the course's own model, or end the program where the course itself is at fault."""
        try:
            with self._printer.progress(STEPS) as tell:
                return train_once(read_master(self._course, recipe), recipe, self._digits, self._sandbox, tell)
        except Unready as unready:
            self._failure(unready)
            raise typer.Exit(3) from None

    def own(self, handed: dict[str, Handed], recipes: tuple[Recipe, ...]) -> Ready:
        """Return the learner's own model, or end the program with what is to be done first."""
        with self._printer.progress(STEPS) as tell:
            ready, failures = choose_model(handed, recipes, self._digits, self._sandbox, tell)
        for unready in failures:
            self._failure(unready)
        if ready is None:
            command = "grader play --reference"
            self._printer.line(
                say("To see the page before that, with the course's own model: {command}", command=command)
            )
            raise typer.Exit(1)
        return ready

    def preparation(self, handed: dict[str, Handed]) -> Submission | None:
        """Return the submission whose `prepare_photo` is used, if it can be."""
        photos, unready = choose_preparation(handed, self._digits, self._sandbox)
        if unready is not None:
            self._failure(unready)
            self._printer.line(say("Until then, the course prepares your drawings."))
        return photos

    def player(self, ready: Ready, photos: Submission | None) -> Player:
        """Return the model, with a first answer behind it: that one takes far longer than those that follow."""
        player = Player(ready.work, ready.recipe, ready.trained, self._sandbox, photos)
        with self._printer.progress(None) as tell:
            tell(say("getting ready to answer"))
            try:
                player.answer(draw_enlarged(self._digits.test.images[0], times=8))
            except Trouble as trouble:
                raise InputError(trouble.feedback) from trouble
        return player

    def about(self, ready: Ready, reference: bool) -> About:
        """Return what the page says of the model, and say it here, too."""
        title = title_of(self._course, ready.recipe.chapter)
        about = About(title, reference, ready.trained.accuracy, ready.trained.asked, self._sandbox.level.value)
        self._printer.line(about.whose, "bold")
        self._printer.line(about.success)
        return about

    def _failure(self, unready: Unready) -> None:
        title = title_of(self._course, unready.chapter)
        self._printer.line(say("{chapter}, `{function}`", chapter=title, function=unready.function), "bold")
        self._printer.parts(unready.feedback)


def _no_sandbox() -> Feedback:
    return Feedback(
        problem=say("On this system your code cannot be shut in, so the page cannot be offered."),
        expected=say("Linux or macOS"),
        got=say("a system without processes of that kind"),
        next_step=say("On Windows, run it in WSL (Windows Subsystem for Linux)."),
    )


class _Printer:
    def __init__(self, language: str) -> None:
        self.language = language
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)

    def speak_as(self, handed: dict[str, Handed]) -> None:
        """Take the language of the exercises where it is not English, which is what everybody gets first."""
        sources = [found.source for found in handed.values() if found.source]
        language = language_of(" ".join(text for source in sources for text in source.docstrings.values()))
        self.language = self.language if language == LANGUAGES[0] else language

    def line(self, words: Message, style: str = "") -> None:
        self._put(self._say(words), style, indent=0)

    def parts(self, feedback: Feedback) -> None:
        """Print what is wrong, in four parts, and the learner's own lines."""
        for part, words in four_parts(feedback):
            self._put(f"{self._say(PART_WORDS[part])}: {self._say(words)}", indent=2)
        for place in feedback.places:
            spot = self._say(say("{file}, line {line}", file=place.file, line=place.line))
            self._put(f"{spot}: {place.text.strip()}", "dim", indent=2)

    def address(self, url: str) -> None:
        """Print the address in a line of its own, which is never broken."""
        self._console.print(f"\n  {url}\n", style="bold", soft_wrap=True)

    @contextlib.contextmanager
    def progress(self, steps: int | None) -> Iterator[Tell]:
        """Show how far it is; give what is to be told of each step when it begins."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            bar = progress.add_task("", total=steps, visible=False)
            begun = itertools.count()

            def tell(words: Message) -> None:
                done = next(begun) % steps if steps else 0
                progress.update(bar, description=self._say(words), completed=done, visible=True)

            yield tell

    def _put(self, text: str, style: str = "", indent: int = 0) -> None:
        padded = Padding(Text(make_visible(text), style), (0, 0, 0, indent))
        self._console.print(padded, width=min(self._console.width, WIDTH))

    def _say(self, words: Message) -> str:
        return render(words, self.language)
