"""Paths of nodes inside blocks, as phases name them: `decoder.head`.

A path leads from the main graph through instances of blocks to a node. Inside a
repeated block it means the node in every repeat (`layers.norm`), or with a number in
one of them (`layers.2.norm`; `layers.2` is all of that repeat): the same notation as
in the names of weights. A path covers what it leads to and all that is inside.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from engine.graph import ports
from engine.graph.edits import SetTraining
from engine.graph.limits import MOST_DEEP, MOST_NODES
from engine.graph.model import ROOT, Node, Project
from engine.graph.settings import Phase

Change = Callable[[tuple[str, ...]], Sequence[tuple[str, ...]]]
"""Steps from a scope on → the same nodes' steps after an edit."""


def root(path: str) -> str:
    """Return the node of the main graph that a path leads to or through."""
    return path.partition(".")[0]


def place_of(path: str) -> str:
    """Return a path without the numbers of repeats: a place on the canvas."""
    return ".".join(step for step in path.split(".") if not step.isdecimal())


def find(project: Project, name: str) -> Node | None:
    """Return the node that a path leads to; None when it leads nowhere."""
    found: Node | None = None
    repeats = 1
    scope: str | None = ROOT
    for step in name.split("."):
        if step.isdecimal():
            if not (repeats > 1 and int(step) < repeats and str(int(step)) == step):
                return None
            repeats = 1
            continue
        found = project.scope(scope).nodes.get(step) if scope is not None else None
        if found is None:
            return None
        scope, repeats = _inside(project, found), times(found)
    return found


def _inside(project: Project, node: Node) -> str | None:
    """Return the scope behind a node, None where there is none."""
    block = str(node.params.get("of", ""))
    return block if node.type == ports.BLOCK and block in project.blocks else None


def times(node: Node) -> int:
    """Return how often an instance repeats its block; 1 for other nodes."""
    if node.type != ports.BLOCK:
        return 1
    repeat = ports.params(node)["repeat"]
    return repeat if isinstance(repeat, int) else 1


def walk(project: Project, scope: str = ROOT, prefix: str = "") -> Iterator[str]:
    """Yield the paths of all nodes, those inside right after their block.

    Blocks that contain themselves are left out, and what is beyond the most nodes:
    `validate` reports both.
    """
    yield from islice(_walk(project, scope, prefix, ()), MOST_NODES)


def _walk(
    project: Project, scope: str, prefix: str, around: tuple[str, ...]
) -> Iterator[str]:
    for node in project.scope(scope).nodes.values():
        yield prefix + node.id
        inner = _inside(project, node)
        if inner and inner not in around and len(around) < MOST_DEEP:
            yield from _walk(project, inner, f"{prefix}{node.id}.", (*around, inner))


def unfolded(project: Project) -> tuple[int, int]:
    """Return how many paths there are, and how deep blocks stand in blocks.

    Counting ends a little beyond `MOST_NODES` and `MOST_DEEP`.
    """
    inside: dict[str, list[str]] = {}
    stack: list[tuple[str, tuple[str, ...]]] = [(ROOT, ())]
    count = deep = 0
    while stack and count <= MOST_NODES and deep <= MOST_DEEP:
        scope, around = stack.pop()
        if scope not in inside:
            nodes = project.scope(scope).nodes.values()
            found = (_inside(project, n) for n in nodes if n.type == ports.BLOCK)
            inside[scope] = [name for name in found if name]
        count += len(project.scope(scope).nodes)
        deep = max(deep, len(around))
        inner = (name for name in inside[scope] if name not in around)
        stack.extend((name, (*around, name)) for name in inner)
    return count, deep


class Cover:
    """Many names at once: which of them lead to a flat node or around it.

    Args:
        names: As in a phase.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._tree: dict[str, Any] = {}
        for index, name in enumerate(names):
            branch = self._tree
            for step in name.split("."):
                branch = branch.setdefault(step, {})
            branch.setdefault("", []).append(index)

    def of(self, path: str) -> list[int]:
        """Return the positions of the names that lead to a flat node or around it.

        Args:
            path: Of the flat node, with the numbers of all repeats.
        """
        found: list[int] = []
        branches = [self._tree]
        for step in path.split("."):
            below = [branch[step] for branch in branches if step in branch]
            found += [index for branch in below for index in branch.get("", ())]
            branches = below + (branches if step.isdecimal() else [])
        return sorted(set(found))


def renamed_in_phases(
    project: Project, scope: str, change: Change
) -> list[SetTraining]:
    """Return the edits that let phases follow their nodes when these get other paths.

    Args:
        project: Before the edit.
        scope: Where the edit takes place.
        change: What becomes of the steps from there on.
    """
    old = project.training
    phases = tuple(_renamed(project, phase, scope, change) for phase in old.phases)
    return [] if phases == old.phases else [SetTraining(replace(old, phases=phases))]


def _renamed(project: Project, phase: Phase, scope: str, change: Change) -> Phase:
    def moved(names: tuple[str, ...]) -> tuple[str, ...]:
        new = [path for name in names for path in _moved(project, name, scope, change)]
        return tuple(dict.fromkeys(new))

    return replace(phase, update=moved(phase.update), minimise=moved(phase.minimise))


def _moved(project: Project, name: str, scope: str, change: Change) -> list[str]:
    """Return the new paths of what a path led to."""
    steps = name.split(".")
    here: str | None = ROOT
    for index, step in enumerate(steps):
        if step.isdecimal():
            continue
        if here == scope:
            before = steps[:index]
            return [
                ".".join((*before, *after)) for after in change(tuple(steps[index:]))
            ]
        node = project.scope(here).nodes.get(step) if here is not None else None
        here = _inside(project, node) if node is not None else None
    return [name]
