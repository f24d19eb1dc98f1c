"""The words under which a run's layers and metrics are shown, frozen at its start."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.errors import UnknownLayerError
from engine.graph import titles
from engine.graph.model import Node, Project
from engine.layers import registry
from workbench.session.tasks import TaskMatrix, matrices_of


@dataclass(frozen=True)
class Names:
    """Words by node path, as the canvas had them.

    Args:
        project: As it was when the run began; only read.
        metrics: Node id → title of a metric, in the order of the document.
        losses: Node id → title of a loss.
        kinds: Node id → type of a metric.
        matrices: What each TaskMatrix node shows.
        keeps_best: The run ends with its best weights, not with its last ones.
    """

    project: Project = field(default_factory=Project)
    metrics: Mapping[str, str] = field(default_factory=dict)
    losses: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    matrices: tuple[TaskMatrix, ...] = ()
    keeps_best: bool = False

    def layer(self, path: str) -> str:
        """Return the words for a node path; what is unknown keeps its path."""
        return titles.path_title(self.project, path)


def names_of(project: Project) -> Names:
    """Collect the words of a project; it may change afterwards."""
    metrics = dict(_titles(project, "metric"))
    return Names(
        project.copy(),
        metrics,
        dict(_titles(project, "loss")),
        {node_id: project.graph.node(node_id).type for node_id in metrics},
        matrices_of(project),
        bool(project.training.value("keep_best")),
    )


def _titles(project: Project, category: str) -> Iterator[tuple[str, str]]:
    for node in project.graph.nodes.values():
        if _category(node) == category:
            yield node.id, titles.title(project.graph, node)


def _category(node: Node) -> str:
    try:
        return registry.get(node.type).category
    except UnknownLayerError:
        return ""
