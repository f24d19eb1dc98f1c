"""What computes with tensors says their shapes in its docstring."""

import ast
from collections.abc import Iterator

import pytest

from tests.helpers.sources import ROOT

ROOMS = ("compile", "training", "measure")


def is_tensor(annotation: ast.expr | None) -> bool:
    """Return whether a tensor itself is meant: no mapping by names, no weights."""
    if isinstance(annotation, ast.BinOp):
        return is_tensor(annotation.left) or is_tensor(annotation.right)
    if (
        isinstance(annotation, ast.Subscript)
        and ast.unparse(annotation.value) == "tuple"
    ):
        inner = annotation.slice
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        return any(map(is_tensor, parts))
    return isinstance(annotation, ast.Name) and annotation.id == "Tensor"


def takes_tensors(function: ast.FunctionDef) -> bool:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg]
    annotations = [each.annotation for each in every if each is not None]
    return any(map(is_tensor, (*annotations, function.returns)))


def silent(tree: ast.Module) -> Iterator[str]:
    """Yield what takes or gives tensors, is public or a forward, and says no shape."""
    for holder in (tree, *(n for n in ast.walk(tree) if isinstance(n, ast.ClassDef))):
        outer = "" if isinstance(holder, ast.Module) else holder.name
        for function in holder.body:
            if not isinstance(function, ast.FunctionDef) or not takes_tensors(function):
                continue
            is_public = not outer.startswith("_") and not function.name.startswith("_")
            says = "Shape:\n" in (ast.get_docstring(function) or "")
            if (is_public or function.name == "forward") and not says:
                yield f"{outer}.{function.name}".lstrip(".")


@pytest.mark.parametrize("room", ROOMS)
def test_every_forward_and_public_tensor_function_says_its_shapes(room):
    found = {}
    for path in sorted((ROOT / "engine" / room).rglob("*.py")):
        if names := list(silent(ast.parse(path.read_text("utf-8")))):
            found[path.name] = names
    assert found == {}


def test_the_check_sees_who_is_silent():
    tree = ast.parse(
        "class _A:\n"
        "    def forward(self, x: Tensor) -> Tensor: ...\n"
        "    def other(self, x: Tensor): ...\n"
        "def b(*x: Tensor): ...\n"
        "def c(x: Mapping[str, Tensor]) -> int: ...\n"
        "def d() -> tuple[Tensor, ...]: '''D.\n\n    Shape:\n        N\n    '''\n"
        "def _e(x: Tensor): ...\n"
    )
    assert list(silent(tree)) == ["b", "_A.forward"]
