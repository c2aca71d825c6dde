"""Writes right answers as different people would, and copies of them as somebody would who hides where they are from.

Both change the syntax and run nothing, so that a class can be drawn in a moment.
"""

from __future__ import annotations

import ast
import builtins
import copy
import random
from collections.abc import Callable

RESULTS = ("result", "res", "out", "output", "answer", "value", "final", "ret", "y")
HELD = ("tmp", "temp", "data", "x", "part", "first", "step1", "inner", "arr", "values")
COMMENTS = (
    "first we get the shape",
    "convert to float",
    "this is the important part",
    "see the lecture",
    "I think this is right",
    "make sure the type is right",
    "return the result",
    "the model needs this",
    "todo: check again",
    "now compute it",
    "hopefully fast enough",
    "同上一步一样",
    "这里要注意形状",
    "把结果返回",
)
SENTENCES = ("must not be empty", "nothing given", "wrong input", "please give an array", "no data")

Change = Callable[[ast.FunctionDef, random.Random], None]


def in_own_words(source: str, generator: random.Random, habits: tuple[Change, ...]) -> str:
    """Return the function with some of a person's habits in it; what it computes stays the same."""
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    for habit in habits:
        if generator.random() < 0.6:
            habit(function, generator)
    lines = ast.unparse(ast.fix_missing_locations(function)).split("\n")
    if generator.random() < 0.3:
        lines.insert(generator.randrange(1, len(lines) + 1), f"    # {generator.choice(COMMENTS)}")
    return "\n".join(lines)


def draw_habits(generator: random.Random) -> tuple[Change, ...]:
    """Return what one person does again and again."""
    return tuple(generator.sample(ALL_HABITS, generator.randint(1, 4)))


def _name_the_result(function: ast.FunctionDef, generator: random.Random) -> None:
    last = function.body[-1]
    if isinstance(last, ast.Return) and last.value is not None and not isinstance(last.value, ast.Name):
        name = generator.choice(RESULTS)
        function.body[-1:] = [
            ast.Assign([ast.Name(name, ast.Store())], last.value, lineno=0),
            ast.Return(ast.Name(name, ast.Load())),
        ]


def _hold_an_argument(function: ast.FunctionDef, generator: random.Random) -> None:
    for place, statement in enumerate(function.body):
        if not isinstance(statement, ast.Return | ast.Assign | ast.Expr):
            continue
        calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
        inside = {id(n) for node in ast.walk(statement) if isinstance(node, _SCOPES) for n in ast.walk(node)}
        for call in generator.sample(calls, len(calls)):
            for number, argument in enumerate(call.args):
                if id(argument) not in inside and isinstance(argument, ast.Call | ast.BinOp | ast.Subscript | ast.List):
                    name = generator.choice(HELD)
                    call.args[number] = ast.Name(name, ast.Load())
                    held = ast.Assign([ast.Name(name, ast.Store())], argument, lineno=0)
                    function.body.insert(place, held)
                    return


_SCOPES = (ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp, ast.Lambda)


def _look_at_input(function: ast.FunctionDef, generator: random.Random) -> None:
    names = [argument.arg for argument in function.args.args]
    if not names:
        return
    name, sentence = generator.choice(names), generator.choice(SENTENCES)
    forms = (
        f"assert {name} is not None",
        f"assert {name} is not None, '{sentence}'",
        f"if {name} is None:\n    raise ValueError('{sentence}')",
        f"if {name} is None:\n    return None",
        f"if not hasattr({name}, '__len__'):\n    raise TypeError('{sentence}')",
    )
    function.body[:0] = ast.parse(generator.choice(forms)).body


def _print_something(function: ast.FunctionDef, generator: random.Random) -> None:
    names = [argument.arg for argument in function.args.args]
    forms = [f"print('in {function.name}')", "print('ok')", "print()"]
    forms += [form.format(name=name) for name in names for form in ("print({name})", "print('got', {name})")]
    place = generator.randrange(len(function.body))
    function.body[place:place] = ast.parse(generator.choice(forms)).body


def _shuffle_keywords(function: ast.FunctionDef, generator: random.Random) -> None:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            generator.shuffle(node.keywords)


def _write_a_docstring(function: ast.FunctionDef, generator: random.Random) -> None:
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    function.body.insert(0, ast.Expr(ast.Constant(f"{generator.choice(COMMENTS)} ({function.name}).")))


def _loop_for_a_list(function: ast.FunctionDef, generator: random.Random) -> None:
    for place, statement in enumerate(function.body):
        lists = [node for node in ast.walk(statement) if isinstance(node, ast.ListComp)]
        if isinstance(statement, ast.Return | ast.Assign | ast.Expr) and lists and len(lists[0].generators) == 1:
            name, made = generator.choice(HELD), lists[0]
            add = ast.Expr(ast.Call(ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load()), [made.elt], []))
            body: list[ast.stmt] = [add]
            for condition in made.generators[0].ifs:
                body = [ast.If(condition, body, [])]
            loop = ast.For(made.generators[0].target, made.generators[0].iter, body, [], lineno=0)
            function.body[place] = _Replace(made, ast.Name(name, ast.Load())).visit(statement)
            empty = ast.Assign([ast.Name(name, ast.Store())], ast.List([], ast.Load()), lineno=0)
            function.body[place:place] = [empty, loop]
            return


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


# What people leave in, look at, or take for necessary. `{p}` is one of the function's parameters.
DETOURS = (
    "size = len({p}) if hasattr({p}, '__len__') else 1\nif size == 0:\n    return {p}",
    "kind = type({p}).__name__\nif kind not in ('ndarray', 'list'):\n    kind = 'other'",
    "started = time.time()\nwhile time.time() - started < 0:\n    started += 1",
    "shape = getattr({p}, 'shape', ())\nrows = shape[0] if len(shape) > 0 else 0",
    "for i in range(2):\n    if i == 1:\n        break",
    "seen = set()\nseen.add(str(type({p})))\nif len(seen) > 3:\n    raise RuntimeError(sorted(seen))",
    "try:\n    count = {p}.shape[0]\nexcept AttributeError:\n    count = 0",
    "limits = dict(low=0, high=255)\nlow, high = limits['low'], limits['high']\nif low > high:\n    low = high",
    "flag = not isinstance({p}, str)\nif not flag:\n    {p} = {p}.strip()",
    "name = '{p}'.upper().replace('_', ' ')\nname = name[:10] + name[10:]",
    "np.random.seed(0)\nnp.set_printoptions(precision=3)",
    "copy = {p}\nif copy is {p}:\n    copy = None",
    "total = 0\nfor letter in '{p}':\n    total = total + ord(letter)",
    "settings = {{'verbose': 0, 'seed': 1}}\nsettings.update(verbose=settings['verbose'] + 1)",
    "with np.errstate(all='ignore'):\n    check = np.array([1.0]) / 1",
    "message = 'a %s' % type({p})\nif message.startswith('b'):\n    raise TypeError(message)",
    "ok = callable({p}) or hasattr({p}, '__iter__') or {p} is not None\nif not ok:\n    return",
    "ends = (0, -1)\nstart, stop = ends\nif start == stop:\n    start -= 1",
    "def inner(value):\n    return value\n{p} = inner({p})",
    "same = lambda value: value\n{p} = same({p})",
    "gc.collect()\nkeras.backend.clear_session()",
    "digits = list(range(10))\ndigits.reverse()\ndigits = sorted(digits, key=lambda d: -d)[::-1]",
    "memory = sys.getsizeof({p}) // 1024\nif memory > 10 ** 9:\n    del memory",
    "if 'tf' in globals() and not tf.executing_eagerly():\n    tf.config.run_functions_eagerly(True)",
    "first = next(iter([{p}]), None)\nif first is None and not {p}:\n    first = {p}",
    "assert True\nglobal_seed = int(np.prod((1, 2, 3)))\ntf.random.set_seed(global_seed)",
)


def take_a_detour(function: ast.FunctionDef, generator: random.Random) -> None:
    """Put in what is not needed: here people differ most."""
    names = [argument.arg for argument in function.args.args] or ["keras"]
    for _ in range(generator.randint(1, 2)):
        detour = generator.choice(DETOURS).format(p=generator.choice(names))
        function.body[:0] = ast.parse(detour).body


ALL_HABITS: tuple[Change, ...] = (
    _name_the_result,
    _hold_an_argument,
    _look_at_input,
    _print_something,
    _shuffle_keywords,
    _write_a_docstring,
    _loop_for_a_list,
    take_a_detour,
)
# What changes nothing that a check could notice.
QUIET_HABITS = tuple(habit for habit in ALL_HABITS if habit not in (_look_at_input, take_a_detour))


def disguise(functions: dict[str, str], generator: random.Random, share: float = 1.0) -> dict[str, str]:
    """Return copies of a share of the functions: other names, other comments, no docstrings, in another order."""
    names = generator.sample(sorted(functions), max(1, round(share * len(functions))))
    return {name: _disguised(functions[name], generator) for name in names}


def _disguised(source: str, generator: random.Random) -> str:
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    function = copy.deepcopy(function)
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        function.body = function.body[1:]
    own = [node.arg for node in ast.walk(function) if isinstance(node, ast.arg)]
    own += [node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    keywords = {node.arg for node in ast.walk(function) if isinstance(node, ast.keyword)}
    fresh = {
        name: f"{generator.choice(HELD)}_{number}"
        for number, name in enumerate(dict.fromkeys(own))
        if name not in keywords and not hasattr(builtins, name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.arg) and node.arg in fresh:
            node.arg = fresh[node.arg]
        elif isinstance(node, ast.Name) and node.id in fresh:
            node.id = fresh[node.id]
    lines = ast.unparse(function).split("\n")
    lines.insert(1, f"    # {generator.choice(COMMENTS)}")
    return "\n".join(lines)
