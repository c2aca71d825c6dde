"""The general operators of the library Cosmic Ray, as edits of a function's text. Trusted side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from grader.course.errors import CourseError
from grader.course.function_code import Edit, FunctionCode

# Of the more than 200 that the library has, those whose mutants a check could take for right: Cosmic Ray turns each
# sign into every other one, and `rows << 255` only raises an error, which every check notices.
BINARY = (
    *("Add_Sub", "Sub_Add", "Mul_Div", "Mul_Add", "Div_Mul", "Div_FloorDiv", "FloorDiv_Div", "FloorDiv_Mul"),
    *("Mod_FloorDiv", "Pow_Mul", "BitAnd_BitOr", "BitOr_BitAnd"),
)
COMPARISON = (
    *("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
    *("Is_IsNot", "IsNot_Is"),
)
UNARY = ("Delete_USub", "Delete_Not", "Delete_Invert")
# Numbers are not among them: NumberReplacer loses the line break before a number (8.7.0).
OTHERS = (
    *("ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd", "AddNot"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"),
)
NAMES = (
    *(f"ReplaceBinaryOperator_{name}" for name in BINARY),
    *(f"ReplaceComparisonOperator_{name}" for name in COMPARISON),
    *(f"ReplaceUnaryOperator_{name}" for name in UNARY),
    *OTHERS,
)
SIGNS = "<>=!"


def apply_cosmic_ray(code: FunctionCode) -> Iterator[Edit]:
    """Yield what each of these operators changes at each of its places.

    Raises:
        CourseError: the library is not installed.
    """
    try:
        from cosmic_ray.ast import ast_nodes, get_ast
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.operators.provider import OperatorProvider
    except ImportError as error:
        raise CourseError(
            "mutants need a library that is not installed",
            expected="the package cosmic-ray, which the authors' tools bring with them",
            got=str(error),
            next_step='pip install -e ".[dev]" -c constraints.txt',
        ) from error
    provider = OperatorProvider()
    nodes = list(ast_nodes(get_ast(code.text)))
    for operator in (provider[name]() for name in NAMES):
        for occurrence in range(sum(len(list(operator.mutation_positions(node))) for node in nodes)):
            edit = _difference(code.raw, mutate_code(code.text, operator, occurrence).encode())
            if edit is not None and code.may_change(edit.start, edit.end):
                yield edit


def _difference(before: bytes, after: bytes) -> Edit | None:
    """Return the shortest edit that makes `after` of `before`, on whole characters; None where they are equal."""
    if before == after:
        return None
    start = _shared(before, after)
    tail = min(len(before) - start, len(after) - start, _shared(before[::-1], after[::-1]))
    while start and (_inside_character(before, start) or chr(before[start - 1]) in SIGNS):
        start -= 1
    while tail and _inside_character(before, len(before) - tail):
        tail -= 1
    return Edit(start, len(before) - tail, after[start : len(after) - tail].decode())


def _shared(first: bytes, second: bytes) -> int:
    """Return how many bytes both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _inside_character(raw: bytes, place: int) -> bool:
    return place < len(raw) and raw[place] & 0xC0 == 0x80
