"""Draws `feedback.svg`, the README's picture: what the grader says to half-finished work.

python docs/draw_feedback.py
"""

import io
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from grader.plugin.grade import grade
from grader.report.terminal import print_run

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = "ch2_first_model.py"
COLUMNS = 84
# The stub of each function, and what a learner wrote in its place.
WRITTEN = {
    "normalize": 'return images.reshape(len(images), 784).astype("float32")',
    "build_model": """return keras.Sequential(
        [
            keras.Input(shape=(784,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )""",
    "compile_model": """model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model""",
}
# Rich's own template fetches a font from elsewhere; this one needs nothing.
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#16181d" width="100%" height="100%" rx="10"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def half_finished(folder: Path) -> Path:
    """Write the exercise with some functions filled in."""
    text = (ROOT / "exercises" / CHAPTER).read_text(encoding="utf-8")
    for function, answer in WRITTEN.items():
        text = text.replace(f'# YOUR CODE HERE\n    raise NotImplementedError("{function}")', answer)
    path = folder / CHAPTER
    path.write_text(text, encoding="utf-8")
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = grade(half_finished(Path(folder)), "--lang", "en").result
    assert result is not None
    screen = print_run(result, "en", COLUMNS, colour=True).replace(folder, "exercises")
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ pytest grader", "bold"))
    console.print(Text.from_ansi(screen), end="")
    (ROOT / "docs" / "feedback.svg").write_text(
        console.export_svg(code_format=SVG, unique_id="feedback"), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
