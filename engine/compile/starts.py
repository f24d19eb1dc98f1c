"""Files that weights are to start from and that are not there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.graph import ports
from engine.graph.edits import Edit, Fix, Problem, ReplaceNode, SetWeights
from engine.graph.model import ROOT, Node, Project
from engine.graph.ports import BLOCK
from engine.graph.weights import Start
from engine.i18n import tr


def start_problems(project: Project, folder: str) -> Iterator[Problem]:
    """Yield the files of weights that don't exist.

    Args:
        project: Only read.
        folder: Of the document's file, that relative paths count from; empty means
            the current one.
    """
    if project.weights and not _is_there(project.weights, folder):
        yield _missing("", project.weights, SetWeights(""))
    for path, scope, node in _nodes(project, ROOT, "", ()):
        if node.weights and not _is_there(node.weights, folder):
            anew = ReplaceNode(replace(node, weights=""), scope)
            yield _missing(path, node.weights, anew, ports.title(node))


def _nodes(
    project: Project, scope: str, prefix: str, around: tuple[str, ...]
) -> Iterator[tuple[str, str, Node]]:
    """Yield path, scope and value of every node, those in blocks too."""
    for node in project.scope(scope).nodes.values():
        yield prefix + node.id, scope, node
        inner = str(node.params.get("of", ""))
        if node.type == BLOCK and inner in project.blocks and inner not in around:
            below = f"{prefix}{node.id}."
            yield from _nodes(project, inner, below, (*around, inner))


def _is_there(words: str, folder: str) -> bool:
    try:
        return (Path(folder) / Path(Start.parse(words).path).expanduser()).exists()
    except (OSError, ValueError):
        return False


def _missing(place: str, words: str, anew: Edit, title: str = "") -> Problem:
    label = tr("Let the weights start anew")
    if title:
        label = tr("Let “{title}” start anew", title=title)
    return Problem(
        place,
        tr("The file with the first weights is not there"),
        expected=tr("a file or a run at this place"),
        got=Start.parse(words).path,
        fixes=(Fix(label, (anew,)),),
    )
