"""What is known of the nodes of a scene: the last check's shapes, and all problems."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.graph.model import Graph
from engine.graph.problems import Problem
from engine.i18n import tr
from engine.protocol.messages import Analysis, NodeInfo
from workbench.canvas.cards import labels
from workbench.canvas.cards.card import Known
from workbench.session.curves.readings import Reading

Readings = Mapping[str, Reading]
"""Path → what a loss or a metric has come to."""

_SLICE = 500
"""Problems that are sorted at once."""


class Findings:
    """Results of the check and of the diagnosis, sorted by node.

    Attributes:
        analysis: Of the last check, or None.
        diagnosed: What the diagnosis of a training has found.
    """

    def __init__(self) -> None:
        self.analysis: Analysis | None = None
        self.diagnosed: tuple[Problem, ...] = ()
        self._problems: dict[str, list[Problem]] = {}

    @property
    def infos(self) -> Mapping[str, NodeInfo]:
        """Path → what the check has found out."""
        return self.analysis.nodes if self.analysis else {}

    def known(self, path: str, scope: str, opened: Collection[str]) -> Known:
        """Return what the face of the node at a path needs to know."""
        return Known(self.infos, path, scope, opened)

    def forget_analysis(self) -> None:
        """Know nothing of a project that has changed as a whole."""
        self.analysis, self._problems = None, {}

    def sort(self, prefix: str) -> None:
        """Give each problem to the node below `prefix` that it is at or inside."""
        for _ in self.sorting(prefix):
            pass

    def sorting(self, prefix: str) -> Iterator[None]:
        """Do so in slices; what is known before stays until all are sorted."""
        checked = self.analysis.problems if self.analysis else ()
        found: dict[str, list[Problem]] = {}
        for number, problem in enumerate((*checked, *self.diagnosed), start=1):
            if problem.node.startswith(prefix):
                root = problem.node[len(prefix) :].partition(".")[0]
                found.setdefault(root, []).append(problem)
            if number % _SLICE == 0:
                yield
        self._problems = found

    def problems_of(self, node_id: str) -> Sequence[Problem]:
        """Return what is wrong with a node."""
        return self._problems.get(node_id, ())


def values(found: Readings, graph: Graph, prefix: str) -> dict[str, tuple[str, str]]:
    """Return for nodes of a graph what they have come to, and of what, in words.

    Args:
        found: Path → newest value.
        graph: That is shown.
        prefix: What stands before the ids of its nodes in paths.
    """
    said = {}
    for path, reading in found.items():
        node_id = path[len(prefix) :]
        if path.startswith(prefix) and node_id in graph.nodes:
            number = labels.value(reading.value, graph.node(node_id).type)
            part = tr("validation") if reading.is_validation else tr("training")
            said[node_id] = (number, part)
    return said
