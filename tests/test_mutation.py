"""Mutants of a function: each operator by example, and what holds for all mutants of any function."""

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course import mutation_operators as operators
from grader.course.cosmic_ray_operators import apply_cosmic_ray
from grader.course.errors import CourseError
from grader.course.function_code import Edit, FunctionCode
from grader.course.mutation import OPERATORS, make_mutants, mutants_of_master, submission_with
from grader.course.statement_operators import drop_statements, move_statements

SOLUTIONS = Path(__file__).parents[1] / "solutions"
MASTERS = sorted(SOLUTIONS.glob("*.py"))
PATH = Path("solutions/some.py")


def function(body, parameters="x, y"):
    return f"def f({parameters}):\n" + "".join(f"    {line}\n" for line in body.split("\n"))


def bodies(operator, body, parameters="x, y"):
    """Return what the operator makes of a function's body."""
    code = FunctionCode(function(body, parameters), modules=frozenset({"np", "keras"}))
    made = [code.replace(edit) for edit in operator(code)]
    return ["\n".join(line[4:] for line in text.rstrip("\n").split("\n")[1:]) for text in made if text is not None]


def changes(body, parameters="x, y"):
    code = FunctionCode(function(body, parameters), modules=frozenset({"np", "keras"}))
    return [mutant.change for mutant in make_mutants(PATH, code)]


EXAMPLES = [
    (operators.change_numbers, "return x[0]", ["return x[1]", "return x[-1]"]),
    (operators.change_numbers, "return g(x, rate=0.2)", ["return g(x, rate=0.3)", "return g(x, rate=0.1)"]),
    (operators.change_numbers, "return x.sum(axis=1)", ["return x.sum(axis=2)", "return x.sum(axis=0)"]),
    (operators.change_numbers, "return 1e-07", ["return 1.5e-07", "return 5e-08"]),
    (operators.change_numbers, "return 0.0", ["return 1.0", "return -1.0"]),
    (operators.change_numbers, "return g(x, verbose=0, flag=True)", []),
    (operators.change_strings, 'return g("relu")', ['return g("sigmoid")', 'return g("tanh")']),
    (operators.change_strings, 'return g(padding="same")', ['return g(padding="valid")']),
    (
        operators.change_strings,
        'return g(metrics=["accuracy"])',
        ['return g(metrics=["mean_absolute_error"])', 'return g(metrics=["mean_squared_error"])'],
    ),
    (
        operators.change_strings,
        'return x["accuracy"]',
        ['return x["val_accuracy"]', 'return x["loss"]'],
    ),
    (operators.change_strings, 'x.set_ylabel("accuracy")', ['x.set_ylabel("")']),
    (operators.change_strings, 'x.plot(y, label="loss")', ['x.plot(y, label="")']),
    (operators.change_strings, 'return f"{x:.1f} of {y}"', ['return ""']),
    (operators.change_names, "return np.argmax(x)", ["return np.argmin(x)"]),
    (operators.change_names, "return max(x) + x.mean()", ["return min(x) + x.mean()", "return max(x) + x.sum()"]),
    (operators.drop_keywords, "return g(x, a=1, b=2)", ["return g(x, b=2)", "return g(x, a=1)"]),
    (operators.drop_keywords, "return g(a=1, verbose=0)", ["return g(verbose=0)"]),
    (operators.exchange_keyword_names, "return g(x, a=1, b=y)", ["return g(x, b=1, a=y)"]),
    (operators.drop_positional_arguments, "return g(x, y)", ["return g(y)", "return g(x)"]),
    (operators.drop_positional_arguments, "return g(x, a=y)", []),
    (operators.exchange_positional_arguments, "return g(x, y, 1)", ["return g(y, x, 1)", "return g(x, 1, y)"]),
    (operators.exchange_elements, "return x, y", ["return y, x"]),
    (operators.exchange_elements, "a, b = x\nreturn [a]", ["b, a = x\nreturn [a]"]),
    (operators.drop_elements, "return [x, y, 1]", ["return [y, 1]", "return [x, 1]", "return [x, y]"]),
    (operators.drop_elements, "a, b = x", []),
    (operators.exchange_operands, "return (x - 1) / (y + 2)", ["return (y + 2) / (x - 1)", "return (1 - x) / (y + 2)"]),
    (operators.exchange_operands, "return x @ y", ["return y @ x", "return x * y"]),
    (operators.exchange_operands, "return x + y", []),
    (operators.change_augmented_assignments, "x += y", ["x -= y", "x = y"]),
    (operators.change_augmented_assignments, "x //= y", ["x /= y", "x = y"]),
    (operators.turn_membership_round, "return x in y", ["return x not in y"]),
    (operators.turn_membership_round, "return x not in y", ["return x in y"]),
    (operators.drop_calls, 'return x.astype("float32") / 255', ["return x / 255"]),
    (operators.drop_calls, "return (x + y).sum() / 2", ["return (x + y) / 2"]),
    (operators.drop_calls, "return float(x), g(x, y)", ["return x, g(x, y)"]),
    (operators.drop_calls, "return np.exp(x) + np.dot(x, y)", ["return x + np.dot(x, y)"]),
    (operators.drop_calls, "x.sort()", []),
    (operators.exchange_calls, "return x.reshape(y).sum(1)", ["return x.sum(1).reshape(y)"]),
    (operators.exchange_calls, "return np.zeros(y).sum(1)", []),
    (operators.change_subscripts, "return x[:y]", ["return x", "return x[y:]", "return x[:y + 1]", "return x[:y - 1]"]),
    (operators.change_subscripts, "return x[1:3]", ["return x", "return x[1:]", "return x[:3]"]),
    (operators.change_subscripts, "return x[::2]", ["return x", "return x[:]"]),
    (operators.change_subscripts, "return x[:, y]", ["return x", "return x[:, y + 1]"]),
    (operators.change_subscripts, "x[y] = 0", ["x[y + 1] = 0"]),
    (
        operators.drop_filters,
        "return [a for a in x if a if y]",
        ["return [a for a in x if y]", "return [a for a in x if a]"],
    ),
    (drop_statements, "x.sort()\nreturn x", ["pass\nreturn x", "x.sort()\nx"]),
    (drop_statements, "a = x\nreturn a", ["a = x\na"]),
    (drop_statements, "x = x + 1\nreturn x", ["pass\nreturn x", "x = x + 1\nx"]),
    (
        drop_statements,
        "for a in y:\n    x.append(a)\nreturn x",
        ["pass\n\nreturn x", "for a in y:\n    x.append(a)\nx", "for a in y:\n    pass\nreturn x"],
    ),
    (move_statements, "x.fit(y)\nx.compile()", ["x.compile()\nx.fit(y)"]),
    (move_statements, "x = x / 255\nx = x - y\nreturn x", ["x = x - y\nx = x / 255\nreturn x"]),
    (move_statements, "x.plot(y)\nx.set_title('a')\nx.legend()", ["x.legend()\nx.plot(y)\nx.set_title('a')"]),
    (move_statements, "a = x.sum()\nb = x.mean()\nreturn a, b", []),
    (move_statements, "a = x\na.sort()", []),
    (apply_cosmic_ray, "return x / y", ["return x * y", "return x // y"]),
    (apply_cosmic_ray, "return x < y", ["return x <= y", "return x >= y"]),
    (apply_cosmic_ray, "return x is None", ["return x is not None"]),
    (apply_cosmic_ray, "return -x", ["return x"]),
    (apply_cosmic_ray, "return ~x", ["return x"]),
    (apply_cosmic_ray, "return g(x, reverse=True)", ["return g(x, reverse=False)"]),
    (apply_cosmic_ray, "return not x and y", ["return  x and y", "return not x or y"]),
    (apply_cosmic_ray, "return x if y else 0", ["return x if not y else 0"]),
    (apply_cosmic_ray, "for a in x:\n    break", ["for a in x:\n    continue", "for a in []:\n    break"]),
]


@pytest.mark.parametrize(("operator", "body", "expected"), EXAMPLES)
def test_operator_makes_these_mutants(operator, body, expected):
    assert bodies(operator, body) == expected


def test_every_operator_has_an_example():
    assert {operator for operator, _, expected in EXAMPLES if expected} == set(OPERATORS)


# ---------------------------------------------------------------- what is said of a mutant


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return g(x, batch_size=128)", "batch_size=128 -> batch_size=129"),
        ("return g(x, batch_size=128)", "batch_size=128 -> (dropped)"),
        ("return g(x, y)", "x, y -> y, x"),
        ("return range(1, x)", "range(1, x) -> range(x)"),
        ("x.sort()\nreturn x", "x.sort() -> (dropped)"),
        ("return x", "return x -> x"),
        ("if x:\n    y = 0", "if x: -> if not x:"),
        ("if x:\n    y = 0", "if x: -> (dropped)"),
        ("x.plot(y)\nx.legend()", "x.legend() -> (moved above `x.plot(y)`)"),
        ("return x<y", "x<y -> x <=y"),
    ],
)
def test_change_is_said_in_a_few_words(body, expected):
    assert expected in changes(body)


def test_equal_words_grow_until_they_differ():
    found = changes('x.plot(1, marker="o")\nx.plot(2, marker="o")')
    assert 'x.plot(1, marker="o") -> x.plot(1, marker="")' in found
    assert 'x.plot(2, marker="o") -> x.plot(2, marker="")' in found


def test_equal_statements_are_numbered():
    assert {"x.sort() -> (dropped) (1 of 2)", "x.sort() -> (dropped) (2 of 2)"} <= set(changes("x.sort()\nx.sort()"))


def test_mutant_names_file_and_line():
    code = FunctionCode(function("y = x\nreturn y + 1"))
    mutants = [str(mutant) for mutant in make_mutants(PATH, code, first_line=310)]
    assert "solutions/some.py:312: y + 1 -> y + 2" in mutants


# ---------------------------------------------------------------- where nothing is changed


def test_docstring_and_lines_outside_the_marks_stay():
    code = FunctionCode(function('"""Add 1."""\nx = x + 1\nreturn x + 2'), lines=[(4, 4)])
    assert {mutant.change for mutant in make_mutants(PATH, code)} == {
        "return x + 2 -> x + 2",
        "x + 2 -> x - 2",
        "x + 2 -> x + 3",
        "x + 2 -> x + 1",
    }


def test_pieces_of_a_text_with_placeholders_stay():
    assert changes('return f"{x + 1} of {len(y)}"', parameters="x, y") == [
        'return f"{x + 1} of {len(y)}" -> f"{x + 1} of {len(y)}"',
        'f"{x + 1} of {len(y)}" -> ""',
    ]


def test_same_mutant_of_two_operators_is_made_once():
    texts = [ast.dump(ast.parse(m.text)) for m in make_mutants(PATH, FunctionCode(function("return x.sum(axis=-1)")))]
    assert len(texts) == len(set(texts))


def test_lines_below_a_change_stay_where_they_were():
    body = "x.fit(\n    y,\n    epochs=(\n        5\n    ),\n)\nreturn (\n    x\n    + y\n)"
    code = FunctionCode(function(body))
    made = make_mutants(PATH, code)
    assert made
    for mutant in made:
        assert mutant.text.count("\n") == code.text.count("\n")
        returned = ast.parse(mutant.text).body[0].body[-1]
        assert returned.lineno == 8


def test_columns_behind_other_alphabets_are_right():
    assert 'g("数字", y) -> g("", y)' in changes('return g("数字", y)')
    assert 'g("é", x + 1) -> g("é", x - 1)' not in changes('return g("é", x + 1)')
    assert "x + 1 -> x - 1" in changes('return g("é", x + 1)')


def test_replacement_that_cannot_be_read_is_none():
    code = FunctionCode(function("return x"))
    assert code.replace(Edit(0, 3, "fed")) is None
    assert code.replace(Edit(0, 0, "\n")) is None


# ---------------------------------------------------------------- masters


@pytest.mark.parametrize("master", MASTERS, ids=[path.stem for path in MASTERS])
def test_mutants_of_a_master_can_be_read_and_are_all_different(master):
    for name, mutants in mutants_of_master(master).items():
        assert mutants, name
        original = ast.parse(master.read_text("utf-8"))
        dumps = {ast.dump(_function(original, name))}
        for mutant in mutants:
            tree = ast.parse(submission_with(mutant))
            dump = ast.dump(_function(tree, name))
            assert dump not in dumps, mutant
            dumps.add(dump)
            assert [statement.lineno for statement in tree.body] == [statement.lineno for statement in original.body]
            assert _function(original, name).lineno < mutant.line <= _function(original, name).end_lineno
        assert len({mutant.change for mutant in mutants}) == len(mutants)


def _function(tree, name):
    [found] = [node for node in tree.body if getattr(node, "name", None) == name]
    return found


def test_mutants_are_the_same_in_every_run():
    assert mutants_of_master(MASTERS[0]) == mutants_of_master(MASTERS[0])


def test_submission_has_one_function_changed():
    [mutant] = [m for m in mutants_of_master(SOLUTIONS / "ch2_first_model.py")["fit_model"] if "epochs=6" in m.change]
    before = (SOLUTIONS / "ch2_first_model.py").read_text("utf-8")
    assert submission_with(mutant) == before.replace("epochs=5, batch", "epochs=6, batch")
    assert before.split("\n")[mutant.line - 1].strip().startswith("return model.fit")


def test_function_defined_twice_names_its_line(tmp_path):
    body = "def f(x):\n    ### BEGIN SOLUTION\n    return x + 1\n    ### END SOLUTION\n"
    path = tmp_path / "ch9.py"
    path.write_text(f"# %%\n{body}\n\n# %%\n{body}")
    with pytest.raises(CourseError, match=r"ch9\.py:9: the function f is not defined exactly once"):
        mutants_of_master(path)


def test_missing_library_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cosmic_ray.mutating", None)
    with pytest.raises(CourseError, match=r'pip install -e "\.\[dev\]"'):
        changes("return x + 1")


# ---------------------------------------------------------------- any function

LEAVES = ("x", "y", "np", "model", "0", "1", "2.5", "True", '"relu"', '"数字"', "''", 'f"数{x!r}"')
EXPRESSIONS = (
    *("({} + {})", "({} - {})", "({} / {})", "({} @ {})", "({} < {})", "({} is {})", "({} and {})", "({} in {})"),
    *("({}).sum({}, axis={})", "model.fit({}, x={}, y={})", "{}[{}:{}]", "{}[{}, {}]", "({} if {} else -{})"),
    *("[{} for x in {} if {}]", "g(\n        {},\n        {},\n    )", "({}, {})", "[{}, {}]", "({}).a().b({})"),
)
STATEMENTS = (
    *("x = {}", "y += {}", "x, y = {}", "x[{}] = {}", "model.fit({})", "return {}", "model.set_title({})"),
    *("if {}:\n        x = {}\n        g()", "for x in {}:\n        y = {}\n        continue"),
)


@st.composite
def pieces(draw, templates, depth):
    """Return a template with something simpler in each of its places."""
    template = draw(st.sampled_from(templates))
    simpler = pieces(EXPRESSIONS, depth - 1) if depth else st.sampled_from(LEAVES)
    return template.format(*(draw(simpler) for _ in range(template.count("{}"))))


@settings(max_examples=40, deadline=None)
@given(st.lists(pieces(STATEMENTS, depth=1), min_size=1, max_size=4))
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_mutants_of_any_function_can_be_read_and_are_all_different(statements):
    text = "def f(x, y):\n" + "".join(f"    {statement}\n" for statement in statements)
    code = FunctionCode(text, modules=frozenset({"np"}))
    dumps = {ast.dump(code.tree)}
    for mutant in make_mutants(PATH, code):
        compile(mutant.text, "mutant", "exec")
        assert mutant.text.count("\n") == text.count("\n")
        dump = ast.dump(ast.parse(mutant.text))
        assert dump not in dumps
        dumps.add(dump)
        assert 1 <= mutant.line <= text.count("\n")
