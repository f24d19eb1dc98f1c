"""The words under which a run's layers and metrics are shown, frozen at its start."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.errors import UnknownLayerError
from engine.graph.model import ROOT, Node, Project
from engine.layers import registry
from workbench.session.tasks import TaskMatrix, matrices_of

SEPARATOR = " · "
"""Between a block and what is in it."""
_DEEPEST = 16
"""Blocks inside blocks; a block inside itself is an error that others report."""


@dataclass(frozen=True)
class Names:
    """Words by node path.

    Args:
        nodes: Node path, without the numbers of repeats → its own words, as on its
            card; an id where several of a graph would be called alike.
        metrics: Node id → title of a metric, in the order of the document.
        losses: Node id → title of a loss.
        matrices: What each TaskMatrix node shows.
        keeps_best: The run ends with its best weights, not with its last ones.
    """

    nodes: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, str] = field(default_factory=dict)
    losses: Mapping[str, str] = field(default_factory=dict)
    matrices: tuple[TaskMatrix, ...] = ()
    keeps_best: bool = False

    def layer(self, path: str) -> str:
        """Return the words for a node path, outermost first, repeats from 1.

        What is unknown keeps its path.
        """
        place, words = "", []
        for step in path.split("."):
            inner = f"{place}.{step}" if place else step
            if inner in self.nodes:
                place = inner
                words.append(self.nodes[place])
            elif words and step.isdecimal():
                words[-1] += f" {int(step) + 1}"
            else:
                return path
        return SEPARATOR.join(words)


def names_of(project: Project) -> Names:
    """Collect the words of a project."""
    kinds: dict[str, dict[str, str]] = {"metric": {}, "loss": {}}
    for node in project.graph.nodes.values():
        category, title = _catalogue(node)
        if category in kinds:
            kinds[category][node.id] = node.name or title
    words = dict(_paths(project, ROOT, ""))
    return Names(
        words,
        kinds["metric"],
        kinds["loss"],
        matrices_of(project),
        bool(project.training.value("keep_best")),
    )


def _catalogue(node: Node) -> tuple[str, str]:
    try:
        spec = registry.get(node.type)
    except UnknownLayerError:
        return "", node.id
    return spec.category, spec.title


def _paths(project: Project, scope: str, path: str) -> Iterator[tuple[str, str]]:
    """Yield path and own words of every node, those inside blocks included."""
    nodes = project.scope(scope).nodes
    titles = {node.id: node.name or _catalogue(node)[1] for node in nodes.values()}
    alike = Counter(titles.values())
    for node in nodes.values():
        here, title = f"{path}{node.id}", titles[node.id]
        if alike[title] > 1:
            title = f"{title} ({node.id})" if node.name else node.id
        yield here, title
        block = str(node.params.get("of", ""))
        deep = path.count(".") >= _DEEPEST
        if node.type == "block" and block in project.blocks and not deep:
            yield from _paths(project, block, f"{here}.")
