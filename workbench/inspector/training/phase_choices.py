"""What a phase can minimise and update: the losses and weights on the canvas."""

from collections.abc import Iterator

from engine.graph import paths
from engine.graph.model import Node, Project
from engine.graph.ports import BLOCK
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol.messages import Analysis
from workbench.document.phases import category_of
from workbench.inspector.node_picker import Choice
from workbench.theme.text import short

_WEIGHTLESS = {"act", "shape", "merge", "pool", "loss", "metric", "view"}
_MOST_REPEATS = 24


def losses(project: Project) -> list[Choice]:
    """Return the losses, in the order of the document."""
    return [
        Choice(path, path_title(project, path), category="loss", depth=path.count("."))
        for path in paths.walk(project)
        if category_of(project, path) == "loss"
    ]


def weighted(project: Project, analysis: Analysis | None) -> list[Choice]:
    """Return the nodes with weights, blocks before what is inside them.

    Args:
        project: Only read.
        analysis: Knows how many weights each has; without it the kind decides.
    """
    return list(_weighted(project, analysis))


def _weighted(project: Project, analysis: Analysis | None) -> Iterator[Choice]:
    for path in paths.walk(project):
        node = paths.find(project, path)
        if node is None or not has_weights(project, path, node, analysis):
            continue
        info = analysis.nodes.get(path) if analysis else None
        hint = tr("{n:weight|weights}", n=short(info.parameters)) if info else ""
        kind, depth = category_of(project, path), path.count(".")
        yield Choice(path, path_title(project, path), hint, kind, depth)
        repeats = paths.times(node)
        if 1 < repeats <= _MOST_REPEATS:
            for one in (f"{path}.{index}" for index in range(repeats)):
                yield Choice(one, path_title(project, one), "", kind, depth + 1)


def has_weights(
    project: Project, path: str, node: Node, analysis: Analysis | None
) -> bool:
    """Return whether there is something to update at a path, as far as is known."""
    info = analysis.nodes.get(path) if analysis else None
    if info is not None and info.known:
        return info.parameters > 0
    kind = category_of(project, path)
    return node.type == BLOCK or (kind not in _WEIGHTLESS and kind != "io")


def fitting(names: tuple[str, ...], choices: list[Choice]) -> tuple[str, ...]:
    """Return those of the selected paths that can be chosen, in the list's order."""
    chosen = set(names)
    return tuple(choice.path for choice in choices if choice.path in chosen)
