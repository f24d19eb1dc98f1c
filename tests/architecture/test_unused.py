"""Every public name of engine and workbench is used by the product, not by tests alone.

Names are compared, not what they stand for: a name that anything uses counts as used.
What Qt, torch or Python call by its name is left out by asking these for theirs.
"""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
import torch
from PySide6 import QtCore, QtGui, QtWidgets

from tests.helpers.sources import ROOT
from tests.helpers.sources import tree as parsed

PACKAGES = ("engine", "workbench", "presets")
ALLOWED = {
    **dict.fromkeys(
        ("ensure_display", "missing_display", "met"),
        "a tool in tests asks: the set-up of `python -m tests`, `tests.presets`",
    ),
    "ok": "a colour that style sheets, banners and states call by its name",
    "is_visible": "whether a panel is seen, which tests ask and Qt has no word for",
    **dict.fromkeys(
        ("is_known", "quantiles"), "the door for judging; nothing shows these yet"
    ),
}
"""Name → why nobody in the product uses it."""


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in (*PACKAGES, "assets"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, parsed(path)


@cache
def called_by_others() -> frozenset[str]:
    """Return the names that a library's classes have: whoever has one overrides it."""
    found: set[str] = set()
    for module in (QtCore, QtGui, QtWidgets):
        for each in (getattr(module, name) for name in dir(module)):
            found.update(dir(each) if isinstance(each, type) else ())
    for kind in (
        *(torch.nn.Module, torch.autograd.Function, torch.fx.Interpreter),
        *(ast.NodeVisitor, json.JSONEncoder, Formatter, dict, Exception, Path),
    ):
        found.update(dir(kind))
    return frozenset(found)


def public(name: str) -> bool:
    return not name.startswith("_")


def bound(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module or class gives a meaning."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))
    elif isinstance(statement, ast.AnnAssign) and isinstance(
        statement.target, ast.Name
    ):
        yield statement.target.id


def defined(tree: ast.Module) -> Iterator[str]:
    """Yield the public names of a module and of its classes."""
    for statement in tree.body:
        yield from filter(public, bound(statement))
        if isinstance(statement, ast.ClassDef):
            for inner in statement.body:
                yield from filter(public, bound(inner))


def used(tree: ast.AST, inside: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the names that code uses, those of a definition in itself left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            name = node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            name = node.attr
        else:
            name = ""
        if name and name not in inside:
            yield name
        is_definition = isinstance(node, ast.FunctionDef | ast.ClassDef)
        yield from used(node, (*inside, node.name) if is_definition else inside)


@pytest.fixture(scope="module")
def unused() -> dict[str, str]:
    """Return names that nobody uses, each with its file."""
    trees = list(sources())
    names = {name for _, tree in trees for name in used(tree)}
    return {
        name: str(path.relative_to(ROOT))
        for path, tree in trees
        if path.relative_to(ROOT).parts[0] in PACKAGES
        for name in defined(tree)
        if name not in names and name not in called_by_others()
    }


def test_every_public_name_is_used_outside_of_tests(unused):
    assert {name: path for name, path in unused.items() if name not in ALLOWED} == {}


def test_what_is_allowed_is_still_there():
    names = {name for _, tree in sources() for name in defined(tree)}
    assert set(ALLOWED) <= names


def test_the_check_sees_what_nobody_uses():
    tree = ast.parse(
        "A = 1\nB = A\n"
        "class C:\n    x: int = 0\n    def y(self): return self.y()\n"
        "    def z(self): return self.x\n"
        "def d(): return d() + B\n"
        "C().z()\n"
    )
    assert sorted(set(defined(tree)) - set(used(tree))) == ["d", "y"]
