"""What a learner gets from a master: stubs, one language, a notebook that opens, and nothing of the solution."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import messages
from grader.course.exercise import NOT_INSTALLED
from grader.course.release import release

CHAPTER = Path(__file__).resolve().parent.parent / "solutions" / "ch2_first_model.py"
TASKS = ["normalize", "build_model", "compile_model", "fit_model", "evaluate_model", "predict_digit", "plot_history"]
HEADER = re.compile(r'# ---\n# jupyter:\n#   first_digits: \{digest: "[0-9a-f]{16}"\}\n# ---\n\n')
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def exercises(tmp_path_factory):
    """Chapter 2 in each language: paths of the script and of the notebook."""
    folder = tmp_path_factory.mktemp("exercises")
    return {
        language: tuple(one.path for one in release(CHAPTER, folder / language, language))
        for language in messages.LANGUAGES
    }


def test_notebook_is_valid_and_holds_the_same_as_the_script(exercises):
    script_path, notebook_path = exercises["en"]
    notebook = nbformat.read(notebook_path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    script = jupytext.read(script_path)
    assert script.metadata.first_digits.keys() == {"digest"}
    first, *rest = [(cell.cell_type, cell.source) for cell in notebook.cells]
    written = [cell for cell in rest if "grader" not in cell[1] or cell[0] != "code"]
    assert written == [(cell.cell_type, cell.source) for cell in script.cells]
    assert first[0] == "code" and '"google.colab" in sys.modules' in first[1] and "\n    %pip install" in first[1]


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_each_function_of_a_notebook_is_followed_by_its_check(exercises, language):
    cells = [
        cell.source for cell in nbformat.read(exercises[language][1], as_version=4).cells if cell.cell_type == "code"
    ]
    marks = [
        place for place, source in enumerate(cells) if re.search("raise NotImplementedError|YOUR CODE|代码", source)
    ]
    assert len(marks) == 7
    for place in marks:
        function = re.match(r"def (\w+)", cells[place])[1]
        assert cells[place + 1] == f"grader.check({function})"
    # The import comes before, and says what is wrong where the course is not installed.
    assert "import grader" in cells[1] and cells[-1] == "grader.check()"
    assert messages.render(NOT_INSTALLED, language) in cells[1]


def test_notebook_says_so_where_the_course_is_not_installed(exercises, capsys):
    cells = [cell.source for cell in nbformat.read(exercises["en"][1], as_version=4).cells if cell.cell_type == "code"]
    names = {"normalize": len}
    nowhere = cells[1].replace("import grader", "import grader_that_is_not_there")
    exec(f"{nowhere}\ngrader.check(normalize)\ngrader.check()", names)
    assert capsys.readouterr().out.count("Nothing is checked here") == 2


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_no_line_of_a_solution_reaches_the_exercises(exercises, language):
    script_path, notebook_path = exercises[language]
    text = CHAPTER.read_text(encoding="utf-8")
    secret = {
        line.strip()
        for block in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, re.DOTALL)
        for line in block.splitlines()
        if len(line.strip()) > 1  # a lone bracket gives nothing away
    }
    cells = nbformat.read(notebook_path, as_version=4).cells
    for released in (script_path.read_text(encoding="utf-8"), "\n".join(cell.source for cell in cells)):
        lines = {line.strip() for line in released.splitlines()}
        assert len(secret) > 20 and not secret & lines
        assert "SOLUTION" not in released


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_exercise_compiles_and_each_stub_says_which_function_is_missing(exercises, language):
    script_path, _ = exercises[language]
    tree = ast.parse(script_path.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name != "load_digits"]
    assert [function.name for function in functions] == TASKS
    namespace: dict = {}
    exec(compile(ast.Module(functions, []), "exercise", "exec"), namespace)
    for function in functions:
        with pytest.raises(NotImplementedError, match=f"^{function.name}$"):
            namespace[function.name](*[None] * len(function.args.args))


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_prose_is_in_one_language_only(exercises, language):
    script_path, notebook_path = exercises[language]
    prose = {lang: [] for lang in messages.LANGUAGES}
    for cell in jupytext.read(CHAPTER).cells:
        if cell.cell_type == "markdown" and "hints" not in cell.metadata.get("tags", ()):
            prose[cell.metadata["lang"]].append(cell.source)
    cells = nbformat.read(notebook_path, as_version=4).cells
    assert [cell.source for cell in cells if cell.cell_type == "markdown"] == prose[language]
    assert len(prose["en"]) == len(prose["zh"]) > 7
    assert all(CHINESE.search(text) for text in prose["zh"])
    assert "lang=" not in script_path.read_text(encoding="utf-8")
    assert not any("lang" in cell.metadata for cell in cells)


def test_docstrings_and_comments_are_translated_through_the_catalogue(tmp_path, monkeypatch):
    catalogue = Catalog(locale="zh")
    catalogue.add("YOUR CODE HERE", "在这里写你的代码")
    catalogue.add("Double it.\n\nArgs:\n    number: any", '翻倍。\n\n参数：\n    number：任意，如 "\\n"')
    (tmp_path / "zh" / "LC_MESSAGES").mkdir(parents=True)
    with (tmp_path / "zh" / "LC_MESSAGES" / f"{messages.CATALOGUE}.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(messages, "LOCALE_FOLDER", tmp_path)
    messages.catalogue.cache_clear()
    master = tmp_path / "ch9_try.py"
    master.write_text(
        '# %%\ndef double(number):\n    """Double it.\n\n    Args:\n        number: any\n    """\n'
        "    ### BEGIN SOLUTION\n    return 2 * number\n    ### END SOLUTION\n\n\n"
        'def other():\n    """Has no translation."""\n',
        encoding="utf-8",
    )
    try:
        script = release(master, tmp_path / "out", "zh")[0].path.read_text(encoding="utf-8")
    finally:
        messages.catalogue.cache_clear()
    double, other = ast.parse(script).body
    assert ast.get_docstring(double) == '翻倍。\n\n参数：\n    number：任意，如 "\\n"'
    assert ast.get_docstring(other) == "Has no translation."
    assert '    """\n    # 在这里写你的代码\n    raise NotImplementedError("double")\n' in script


LINE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=30).filter(
    lambda text: not re.match(r"\s*(%|In\[|!|\?|<codecell|[#\s]*(begin|end))", text, re.IGNORECASE)
)
STATEMENTS = st.lists(LINE.map(lambda text: f"    text = {text!r}"), min_size=1, max_size=3)
COMMENTS = st.lists(LINE.map(lambda text: f"    # note: {text}"), max_size=3)
PROSE = st.lists(LINE.map(lambda text: f"# - {text}"), min_size=1, max_size=4)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_text_outside_the_marks_survives_unchanged(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("law")
    written, expected = [], []
    for number in range(data.draw(st.integers(1, 3))):
        english, chinese = data.draw(PROSE), data.draw(PROSE)
        head = ["# %%", f"def task_{number}(a):", *data.draw(COMMENTS), *data.draw(STATEMENTS)]
        tail = [*data.draw(COMMENTS), "    return text", *[""] * data.draw(st.integers(0, 3))]
        solution = ["    ### BEGIN SOLUTION", *data.draw(STATEMENTS), "    ### END SOLUTION"]
        stub = ["    # YOUR CODE HERE", f'    raise NotImplementedError("task_{number}")']
        written += [
            '# %% [markdown] lang="en"',
            *english,
            '# %% [markdown] lang="zh"',
            *chinese,
            *head,
            *solution,
            *tail,
        ]
        expected += ["# %% [markdown]", *english, *head, *stub, *tail]
    master = folder / "ch9_law.py"
    master.write_text("\n".join(written) + "\n", encoding="utf-8")
    script, notebook = [one.path for one in release(master, folder / "exercises")]
    text = script.read_text(encoding="utf-8")
    assert HEADER.sub("", text) == "\n".join(expected).rstrip("\n") + "\n"
    compile(text, "exercise", "exec")
    nbformat.validate(nbformat.read(notebook, as_version=nbformat.NO_CONVERT))
