"""Paths of a project that is saved in another folder: they lead where they led."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.graph import weights
from engine.graph.edits.changes import Edit, ReplaceNode, SetWeights
from engine.graph.model import ROOT, Node, Project
from engine.graph.weights import Start
from engine.places import at_home, is_there


def edits(project: Project, old: Path | None, new: Path) -> Iterator[Edit]:
    """Yield what lets paths of data and weights lead to the same files.

    A path below the new folder counts from there, another one is whole. One that leads
    to something in the new folder, too, stays: the files were copied along.

    Args:
        project: Only read.
        old: Folder that its paths count from; None for a project without a file.
        new: Folder that they are to count from.
    """
    if project.weights:
        words = _start(project.weights, old, new)
        if words != project.weights:
            yield SetWeights(words)
    for scope in (ROOT, *project.blocks):
        for node in project.scope(scope).nodes.values():
            moved = _moved(node, old, new)
            if moved != node:
                yield ReplaceNode(moved, scope)


def _moved(node: Node, old: Path | None, new: Path) -> Node:
    for name, path in weights.read_paths(node).items():
        node = node.with_param(name, _path(path, old, new))
    if node.weights:
        node = replace(node, weights=_start(node.weights, old, new))
    return node


def _start(words: str, old: Path | None, new: Path) -> str:
    start = Start.parse(words)
    return str(replace(start, path=_path(start.path, old, new)))


def _path(words: str, old: Path | None, new: Path) -> str:
    is_relative = not at_home(words).is_absolute()
    if is_relative and (old is None or is_there(new / words)):
        return words
    place = Path(weights.whole(words, str(old or "")))
    if place.is_relative_to(new):
        return place.relative_to(new).as_posix()
    return str(place) if is_relative else words
