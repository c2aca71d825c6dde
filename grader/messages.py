"""Sentences a learner reads, kept apart from the language they are read in. Trusted side, ground floor."""

from __future__ import annotations

import functools
import gettext
import locale
import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

LANGUAGES = ("en", "zh")
CHINESE_CHARACTER = re.compile("[\u4e00-\u9fff]")
CATALOGUE = "first_digits"
LOCALE_FOLDER = Path(__file__).parent / "locale"


class Message(msgspec.Struct, frozen=True, tag="message"):
    """One sentence: an English template, which is also its key in the catalogue, and the values that fill it."""

    text: str
    values: dict[str, str | int | float | Message] = {}


def say(text: str, /, **values: str | int | float | Message) -> Message:
    """Build a message. `text` must be a literal, so that the catalogue can be extracted from the source."""
    return Message(text, values)


def verbatim(text: str) -> Message:
    """Wrap text that has no translation, such as what Python said about an error."""
    return Message("{text}", {"text": text})


_further_folders: list[Path] = []


def also_translate_by(folder: Path) -> None:
    """Look sentences up in the catalogues of this folder, too: those of a teacher's own course."""
    if folder != LOCALE_FOLDER and folder not in _further_folders:
        _further_folders.append(folder)
        catalogue.cache_clear()


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations for `language`; English is the source and needs none."""
    if language == "en":
        return gettext.NullTranslations()
    found = gettext.translation(CATALOGUE, LOCALE_FOLDER, languages=[language], fallback=True)
    for folder in _further_folders:
        found.add_fallback(gettext.translation(CATALOGUE, folder, languages=[language], fallback=True))
    return found


def render(message: Message, language: str) -> str:
    """Return the sentence in `language`, with its values filled in."""
    template = catalogue(language).gettext(message.text) if message.text else ""
    values = {name: _render_value(value, language) for name, value in message.values.items()}
    return template.format_map(values) if values else template


def _render_value(value: str | int | float | Message, language: str) -> str | int | float:
    return render(value, language) if isinstance(value, Message) else value


def language_of(text: str) -> str:
    """Return the language a text is written in, by its script."""
    return "zh" if CHINESE_CHARACTER.search(text) else "en"


def choose_language(wanted: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Return the language to speak: the one asked for, else the environment's, else English."""
    if wanted:
        return wanted
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG"):
        value = environment.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    system, _ = locale.getlocale()
    return "zh" if system and system.lower().startswith(("zh", "chinese")) else "en"
