"""The words under which a run's layers and metrics are shown, frozen at its start."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.errors import UnknownLayerError
from engine.graph.model import ROOT, Node, Project
from engine.layers import registry
from workbench.session.tasks import TaskMatrix, matrices_of

_DEEPEST = 16
"""Blocks inside blocks; a block inside itself is an error that others report."""


@dataclass(frozen=True)
class Names:
    """Words by node path.

    Args:
        nodes: Node path → its name in the document, or its id.
        metrics: Node id → title of a metric, in the order of the document.
        losses: Node id → title of a loss.
        matrices: What each TaskMatrix node shows.
    """

    nodes: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    losses: Mapping[str, str] = field(default_factory=dict)
    matrices: tuple[TaskMatrix, ...] = ()

    def layer(self, path: str) -> str:
        """Return the words for a node path; the path itself when unknown."""
        return self.nodes.get(path, path)


def names_of(project: Project) -> Names:
    """Collect the words of a project."""
    kinds: dict[str, dict[str, str]] = {"metric": {}, "loss": {}}
    for node in project.graph.nodes.values():
        category, title = _catalogue(node)
        if category in kinds:
            kinds[category][node.id] = node.name or title
    words = dict(_paths(project, ROOT, "", ""))
    return Names(words, kinds["metric"], kinds["loss"], matrices_of(project))


def _catalogue(node: Node) -> tuple[str, str]:
    try:
        spec = registry.get(node.type)
    except UnknownLayerError:
        return "", node.id
    return spec.category, spec.title


def _paths(
    project: Project, scope: str, path: str, words: str
) -> Iterator[tuple[str, str]]:
    """Yield path and words of every node, those inside blocks included."""
    for node in project.scope(scope).nodes.values():
        here, name = f"{path}{node.id}", f"{words}{node.name or node.id}"
        yield here, name
        block = str(node.params.get("of", ""))
        deep = path.count(".") >= _DEEPEST
        if node.type == "block" and block in project.blocks and not deep:
            yield from _paths(project, block, f"{here}.", f"{name} · ")
