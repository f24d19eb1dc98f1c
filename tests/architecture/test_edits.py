"""A document is changed by its own verbs alone: one place knows edits and their words.

A widget that makes edits by itself has soon another rule (it once stored a default
that `actions` drops) and other words for the same step.
"""

import ast

import pytest

from engine.graph import edits
from tests.helpers.sources import ROOT, python_files, tree

ACTIONS = "workbench.document.actions"
VERBS = "workbench/document/"
EDITS = {
    name for name, value in vars(edits).items()
    if isinstance(value, type) and hasattr(value, "apply") and name != "Edit"
}  # fmt: skip
WINDOW = [path for path in python_files("workbench") if VERBS not in path.as_posix()]


def offences(module):
    """Yield (line, what) for each edit that is made, or applied, by hand."""
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        last = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if last not in EDITS and last not in {"apply", "push"}:
            continue
        called = ast.unparse(node.func)
        owner, _, verb = called.rpartition(".")
        if verb in EDITS:
            yield node.lineno, called
        if verb == "apply" and owner.rpartition(".")[2].lstrip("_") == "document":
            yield node.lineno, called
        if verb == "push" and owner.endswith("undo_stack"):
            yield node.lineno, called


def test_the_window_makes_no_edits_by_hand():
    found = [(path, *each) for path in WINDOW for each in offences(tree(path))]
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        "edits.append(SetParam('conv', 'stride', 1))",
        "step = edits.Move(places, scope)",
        "self._document.apply(made, text)",
        "window.document.apply([], 'Rename')",
        "document.undo_stack.push(command)",
    ],
)
def test_an_edit_by_hand_is_found(line):
    assert list(offences(ast.parse(line)))


def uses(module):
    """Yield the verbs that a module takes from `workbench.document.actions`."""
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Attribute)
            and getattr(node.value, "id", "") == "actions"
        ):
            yield node.attr
        if isinstance(node, ast.ImportFrom) and node.module == ACTIONS:
            yield from (alias.name for alias in node.names)


def test_every_verb_is_one_that_the_product_uses():
    """A door that only tests use is not the one that people go through."""
    own = ROOT.joinpath(*ACTIONS.split(".")).with_suffix(".py")
    functions = [n for n in tree(own).body if isinstance(n, ast.FunctionDef)]
    public = {node.name for node in functions if node.name[0] != "_"}
    used = {name for path in python_files("workbench") for name in uses(tree(path))}
    assert len(public) > 10
    assert not public - used
