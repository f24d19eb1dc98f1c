"""Hard caps on size; most of the code is far below them."""

import ast

import pytest

from tests.helpers.sources import name_of, python_files, tree

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
MAX_PARAMETERS = 6

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(module):
    return [node for node in ast.walk(module) if isinstance(node, _FUNCTIONS)]


def lines_of(function):
    """Count from `def` to the last line, without the docstring."""
    total = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return total
    return total - (first.end_lineno - first.lineno + 1)


def parameters_of(function):
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [a.arg for a in named if a.arg not in ("self", "cls")]


def listed(found):
    """Return one line per offence; pytest would cut a long comparison short."""
    return "".join(f"\n{place}: {what}" for place, what in found.items())


def test_files_are_at_most_400_lines():
    long = {
        name_of(path): count
        for path in python_files()
        if (count := len(path.read_text("utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert not long, listed(long)


def test_functions_are_at_most_40_lines():
    long = {
        f"{name_of(path, function.lineno)} {function.name}": lines_of(function)
        for path in python_files()
        for function in functions(tree(path))
        if lines_of(function) > MAX_FUNCTION_LINES
    }
    assert not long, listed(long)


def test_functions_take_at_most_6_parameters():
    wide = {
        f"{name_of(path, function.lineno)} {function.name}": parameters_of(function)
        for path in python_files("engine", "workbench", "presets")
        for function in functions(tree(path))
        if len(parameters_of(function)) > MAX_PARAMETERS
    }
    assert not wide, listed(wide)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f():\n    return 1\n", 2),
        ('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n', 2),
        ("@d\ndef f(a,\n      b):\n    return 1\n", 3),
    ],
)
def test_lines_are_counted_without_docstring_and_decorators(source, lines):
    assert lines_of(functions(ast.parse(source))[0]) == lines
