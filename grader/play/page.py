"""The page to draw on, in one piece: no other file, no network. Trusted side."""

from __future__ import annotations

import functools
from pathlib import Path

import jinja2
import msgspec

from grader.messages import LANGUAGES, Message, render, say
from grader.play.prepare import PICTURE_SIDE, SIDE
from grader.report import html
from grader.report.words import PART_WORDS, make_visible

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}

# Everything the page says of its own accord; the template and the script hold no prose.
LABELS: dict[str, Message] = {
    "course": say("First Digits"),
    "title": say("Draw a digit"),
    "invite": say("Draw a digit from 0 to 9 here"),
    "canvas": say("Sheet to draw a digit on"),
    "key_help": say(
        "With mouse, finger or pen. By keyboard: arrow keys move the pen, with Shift further, and Space sets it down "
        "or lifts it. Ctrl+Z takes back the last stroke, Escape clears the sheet."
    ),
    "undo": say("Undo"),
    "empty": say("Clear"),
    "answer": say("The answer"),
    "waiting": say("Nothing is drawn yet."),
    "no_answer": say("No answer"),
    "sees": say("Your model sees a {digit}."),
    "sees_course": say("The course's model sees a {digit}."),
    "sure": say("{share} sure"),
    "probabilities": say("Probability of each digit"),
    "picture": say("What the network saw"),
    "own": say("Your `prepare_photo` made it of the drawing."),
    "built_in": say("It was cut out, fitted to 20 x 20 and centred by mass, as MNIST was."),
    "pen_down": say("The pen is down."),
    "pen_up": say("The pen is up."),
    "undone": say("The last stroke is gone."),
    "cleared": say("The sheet is empty."),
    "lost": say("Nobody answers any more: `grader play` has been ended. Start it again and open the new address."),
    "failed": say("There is no answer to this drawing. Clear the sheet and try again."),
    "languages": say("Language"),
    "local": say("This page and your model run on this computer only."),
    "place": say("Where"),
    **PART_WORDS,
}


class About(msgspec.Struct, frozen=True):
    """What the page says of the model. `reference`: it is the course's own; `accuracy`: on `asked` hidden digits."""

    title: Message
    reference: bool
    accuracy: float
    asked: int
    sandbox: str

    @property
    def whose(self) -> Message:
        if self.reference:
            return say("This is the course's own model, not yours: {title}.", title=self.title)
        return say("Your own model: {title}.", title=self.title)

    @property
    def success(self) -> Message:
        share = f"{self.accuracy:.1%}"
        return say("It reads {share} of {count} digits right that it has never seen.", share=share, count=self.asked)


def render_page(about: About, language: str, address: str, nonce: str) -> str:
    """Return the page in `language`.

    Args:
        about: The model.
        language: One of `LANGUAGES`.
        address: Where drawings are sent to.
        nonce: What the policy in the response's header lets styles and script be known by.
    """
    label = {name: say_in(message, language) for name, message in LABELS.items()}
    if about.reference:
        label["sees"] = label["sees_course"]
    return (
        _environment()
        .get_template("play.html.j2")
        .render(
            language=language,
            others=[(other, LANGUAGE_NAMES[other]) for other in LANGUAGES if other != language],
            label=label,
            address=address,
            nonce=nonce,
            side=SIDE,
            picture_side=PICTURE_SIDE,
            reference=about.reference,
            whose=say_in(about.whose, language),
            success=say_in(about.success, language),
            picture_size=say_in(say("{side} x {side} pixels, white on black.", side=PICTURE_SIDE), language),
            sandbox=say_in(say("Sandbox: {level}", level=about.sandbox), language),
        )
    )


def say_in(message: Message, language: str) -> str:
    """Return the sentence in `language`, with nothing in it that could not be seen."""
    return make_visible(render(message, language))


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATE_FOLDER, html.TEMPLATE_FOLDER]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
