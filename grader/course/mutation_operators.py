"""What can be changed in a function: operators that know NumPy, Keras and Matplotlib. Trusted side.

Each takes a function's code and yields edits. `cosmic_ray_operators` has the general ones, in the same form.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from grader.course.function_code import Edit, FunctionCode
from grader.course.statement_operators import DROPPED, drop_statements, is_setter, move_statements

Operator = Callable[[FunctionCode], Iterator[Edit]]

# Words that a learner may take for one another. Each is replaced by the next two of its row.
FAMILIES = (
    ("relu", "sigmoid", "tanh", "softmax", "linear"),
    ("adam", "sgd", "rmsprop", "adagrad"),
    ("sparse_categorical_crossentropy", "categorical_crossentropy", "mean_squared_error", "binary_crossentropy"),
    ("accuracy", "val_accuracy", "loss", "val_loss"),
    ("float32", "float64", "uint8", "int64", "int32"),
    ("same", "valid"),
    ("channels_last", "channels_first"),
    ("nearest", "bilinear", "constant"),
    ("gray", "gray_r"),
    ("Training", "PublicTest", "PrivateTest"),
)
# Where the keyword says which words belong there.
FAMILY_OF_KEYWORD = {"metrics": ("accuracy", "mean_absolute_error", "mean_squared_error")}
# Where any text is right, even one of those words.
FREE_TEXT_KEYWORDS = frozenset({"label", "title", "xlabel", "ylabel", "name"})
# Names of functions and methods that a learner may take for one another.
NAME_PAIRS = (
    ("max", "min"),
    ("maximum", "minimum"),
    ("sum", "mean"),
    ("argmax", "argmin"),
    ("argsort", "sort"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("floor", "ceil"),
    ("any", "all"),
    ("exp", "log"),
    ("sin", "cos"),
    ("hstack", "vstack"),
    ("std", "var"),
    ("repeat", "tile"),
    ("shuffle", "permutation"),
    ("set_xlabel", "set_ylabel"),
    ("set_xticks", "set_yticks"),
    ("set_xlim", "set_ylim"),
    ("MaxPooling2D", "AveragePooling2D"),
    ("Adam", "SGD"),
    ("fit", "evaluate"),
    ("append", "extend"),
)
OTHER_NAME = {a: b for pair in NAME_PAIRS for a, b in (pair, pair[::-1])}
# They only say what is printed meanwhile; no result is another.
SILENT_KEYWORDS = frozenset({"verbose"})
ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
OTHER_AUGMENTED = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "//=": "/=", "**=": "*=", "%=": "//="}


def change_numbers(code: FunctionCode) -> Iterator[Edit]:
    """Replace a number by its neighbours: one more and one less, or half as much again and half."""
    for node in code.nodes:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and not _is_silent(code, node):
            for value in _neighbours(node.value):  # type: ignore[arg-type]
                yield Edit(*code.span(node), value)


def _neighbours(value: int | float) -> tuple[str, str]:
    if isinstance(value, int):
        return str(value + 1), str(value - 1)
    first, second = (value * 1.5, value / 2) if value else (1.0, -1.0)
    return repr(float(f"{first:.12g}")), repr(float(f"{second:.12g}"))


def change_strings(code: FunctionCode) -> Iterator[Edit]:
    """Replace a word by others of its family, and any other text by an empty one."""
    for node in code.nodes:
        if isinstance(node, ast.JoinedStr):
            yield Edit(*code.span(node), '""')
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            for word in _family(code, node, node.value):
                yield Edit(*code.span(node), f'"{word}"')


def _family(code: FunctionCode, node: ast.AST, word: str) -> tuple[str, ...]:
    keyword = _keyword_around(code, node)
    if is_setter(code.parents[node]) or (keyword and keyword.arg in FREE_TEXT_KEYWORDS):
        return ("",)
    rows = (FAMILY_OF_KEYWORD[keyword.arg],) if keyword and keyword.arg in FAMILY_OF_KEYWORD else FAMILIES
    for row in rows:
        if word in row:
            place = row.index(word)
            return tuple(dict.fromkeys((row * 2)[place + 1 : place + min(3, len(row))]))
    return ("",)


def _keyword_around(code: FunctionCode, node: ast.AST) -> ast.keyword | None:
    while isinstance(code.parents.get(node), ast.expr | ast.keyword):
        node = code.parents[node]
        if isinstance(node, ast.keyword):
            return node
    return None


def _is_silent(code: FunctionCode, node: ast.AST) -> bool:
    keyword = _keyword_around(code, node)
    return keyword is not None and keyword.arg in SILENT_KEYWORDS


def drop_keywords(code: FunctionCode) -> Iterator[Edit]:
    """Leave out one keyword argument."""
    for call in _calls(code):
        arguments = _arguments(call)
        for place, argument in enumerate(arguments):
            if isinstance(argument, ast.keyword) and argument.arg not in SILENT_KEYWORDS:
                yield _without(code, arguments, place)


def exchange_keyword_names(code: FunctionCode) -> Iterator[Edit]:
    """Give two keyword arguments that stand side by side each other's name."""
    for call in _calls(code):
        named = [k for k in call.keywords if k.arg and k.arg not in SILENT_KEYWORDS]
        for first, second in pairwise(named):
            (start, value), (_, end) = code.span(first.value), code.span(second)
            begin, middle = code.span(first)[0], code.between(value, code.span(second)[0])
            text = f"{second.arg}={code.between(start, value)}{middle}{first.arg}={code.source(second.value)}"
            yield Edit(begin, end, text, shown=(begin, end))


def drop_positional_arguments(code: FunctionCode) -> Iterator[Edit]:
    """Leave out one of several arguments without a name."""
    for call in _calls(code):
        if len(call.args) > 1:
            for place in range(len(call.args)):
                yield _without(code, _arguments(call), place)


def exchange_positional_arguments(code: FunctionCode) -> Iterator[Edit]:
    """Exchange two arguments without a name that stand side by side."""
    for call in _calls(code):
        yield from _exchange_neighbours(code, call.args)


def exchange_elements(code: FunctionCode) -> Iterator[Edit]:
    """Exchange two neighbours in a list or tuple, also where several names are assigned at once."""
    for node in code.nodes:
        if isinstance(node, ast.List | ast.Tuple):
            yield from _exchange_neighbours(code, node.elts)


def drop_elements(code: FunctionCode) -> Iterator[Edit]:
    """Leave out one element of a list or tuple, such as a layer."""
    for node in code.nodes:
        if isinstance(node, ast.List | ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
            for place in range(len(node.elts)):
                yield _without(code, node.elts, place)


def exchange_operands(code: FunctionCode) -> Iterator[Edit]:
    """Exchange the two sides of an operator for which that matters, and multiply `@` by elements."""
    for node in code.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ORDERED):
            (start, end), left, right = code.span(node), code.span(node.left)[1], code.span(node.right)[0]
            inner = code.between(left, right)
            sign = inner.strip("() \n")
            yield Edit(start, end, f"{_in_parentheses(code, node.right)} {sign} {_in_parentheses(code, node.left)}")
            if isinstance(node.op, ast.MatMult):
                yield Edit(left, right, inner.replace("@", "*", 1), shown=(start, end))


def change_augmented_assignments(code: FunctionCode) -> Iterator[Edit]:
    """Turn `+=` into `-=` and into `=`, and so on."""
    for node in code.nodes:
        if isinstance(node, ast.AugAssign):
            start, end = code.span(node.target)[1], code.span(node.value)[0]
            found = re.search(r"[^\s=]+=", code.between(start, end))
            assert found is not None
            for sign in dict.fromkeys((OTHER_AUGMENTED.get(found[0], "="), "=")):
                yield Edit(start + found.start(), start + found.end(), sign, shown=code.span(node))


def turn_membership_round(code: FunctionCode) -> Iterator[Edit]:
    """Turn `in` into `not in`, and back."""
    for node in code.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            start, end = code.span(node.left)[1], code.span(node.comparators[0])[0]
            between = code.between(start, end)
            new, old = ("not in", r"\bin\b") if isinstance(node.ops[0], ast.In) else ("in", r"\bnot\s+in\b")
            yield Edit(start, end, re.sub(old, new, between, count=1))


def change_names(code: FunctionCode) -> Iterator[Edit]:
    """Replace the name of a function or method by the other of its pair."""
    for node in code.nodes:
        if isinstance(node, ast.Attribute) and node.attr in OTHER_NAME:
            end = code.span(node)[1]
            yield Edit(end - len(node.attr), end, OTHER_NAME[node.attr], shown=code.span(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OTHER_NAME:
            yield Edit(*code.span(node.func), OTHER_NAME[node.func.id], shown=code.span(node))


def drop_calls(code: FunctionCode) -> Iterator[Edit]:
    """Leave out a call and keep what it works on: `x.astype("float32")` and `float(x)` become `x`."""
    for call in _calls(code):
        if isinstance(code.parents[call], ast.Expr):
            # `drop_statements` does the same.
            continue
        if isinstance(call.func, ast.Attribute) and not code.is_module(call.func):
            yield Edit(*code.span(call), _in_parentheses(code, call.func.value))
        elif len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred):
            yield Edit(*code.span(call), _in_parentheses(code, call.args[0]))


def exchange_calls(code: FunctionCode) -> Iterator[Edit]:
    """Exchange two methods that follow each other: `x.first().second()` becomes `x.second().first()`."""
    for call in _calls(code):
        inner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and not code.is_module(inner.func):
            start, first, second = code.span(inner.func.value)[1], code.span(inner)[1], code.span(call)[1]
            links = code.between(first, second), code.between(start, first)
            # A parenthesis between them would end up on the wrong side.
            if all(link.lstrip().startswith(".") for link in links):
                yield Edit(start, second, "".join(links), shown=code.span(call))


def change_subscripts(code: FunctionCode) -> Iterator[Edit]:
    """Leave out an index or one end of a slice, take the other side of a slice, and move an index by one."""
    for node in code.nodes:
        if not isinstance(node, ast.Subscript):
            continue
        shown = code.span(node)
        if isinstance(node.ctx, ast.Load):
            yield Edit(*shown, _in_parentheses(code, node.value))
        for index in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            if isinstance(index, ast.Name):
                yield Edit(*code.span(index), f"{index.id} + 1", shown=shown)
            elif isinstance(index, ast.Slice):
                for text in _other_slices(code, index):
                    yield Edit(*code.span(index), text, shown=shown)


def _other_slices(code: FunctionCode, node: ast.Slice) -> Iterator[str]:
    lower, upper, step = (code.source(end) if end else "" for end in (node.lower, node.upper, node.step))
    tail = f":{step}" if step else ""
    if lower and upper:
        yield f"{lower}:{tail}"
        yield f":{upper}{tail}"
    elif lower or upper:
        yield f"{upper}:{lower}{tail}"
    if step:
        yield f"{lower}:{upper}"
    for shift in (" + 1", " - 1"):
        if lower and not isinstance(node.lower, ast.Constant):
            yield f"{lower}{shift}:{upper}{tail}"
        if upper and not isinstance(node.upper, ast.Constant):
            yield f"{lower}:{upper}{shift}{tail}"


def drop_filters(code: FunctionCode) -> Iterator[Edit]:
    """Leave out a condition of a comprehension."""
    for node in ast.walk(code.function):
        if isinstance(node, ast.comprehension):
            for start, condition in pairwise([node.iter, *node.ifs]):
                begin, end = code.span(start)[1], code.span(condition)[1]
                if code.may_change(begin, end):
                    yield Edit(begin, end, "", shown=(begin, end), outcome=DROPPED)


OWN_OPERATORS: tuple[Operator, ...] = (
    change_numbers,
    change_strings,
    change_names,
    drop_keywords,
    exchange_keyword_names,
    drop_positional_arguments,
    exchange_positional_arguments,
    exchange_elements,
    drop_elements,
    exchange_operands,
    change_augmented_assignments,
    turn_membership_round,
    drop_calls,
    exchange_calls,
    change_subscripts,
    drop_filters,
    drop_statements,
    move_statements,
)


def _calls(code: FunctionCode) -> Iterator[ast.Call]:
    for node in code.nodes:
        if isinstance(node, ast.Call):
            yield node


def _arguments(call: ast.Call) -> list[ast.expr | ast.keyword]:
    return sorted([*call.args, *call.keywords], key=lambda node: (node.lineno, node.col_offset))


def _without(code: FunctionCode, items: Sequence[ast.expr | ast.keyword], place: int) -> Edit:
    """Return the edit that takes away one of several items, and the comma after or before it."""
    start, end = shown = code.span(items[place])
    if place + 1 < len(items):
        end = code.span(items[place + 1])[0]
    elif place:
        start = code.span(items[place - 1])[1]
    if isinstance(items[place], ast.Constant):
        # A bare number says too little.
        return Edit(start, end, "")
    return Edit(start, end, "", shown=shown, outcome=DROPPED)


def _exchange_neighbours(code: FunctionCode, items: Sequence[ast.expr]) -> Iterator[Edit]:
    for first, second in pairwise(items):
        (start, middle), (after, end) = code.span(first), code.span(second)
        text = code.between(after, end) + code.between(middle, after) + code.between(start, middle)
        yield Edit(start, end, text, shown=(start, end))


def _in_parentheses(code: FunctionCode, node: ast.expr) -> str:
    text = code.source(node)
    simple = isinstance(node, ast.Name | ast.Constant | ast.Attribute | ast.Call | ast.Subscript | ast.List)
    return text if simple else f"({text})"
