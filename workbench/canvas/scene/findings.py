"""What is known of the nodes of a scene: the last check's shapes, and all problems."""

from collections.abc import Mapping, Sequence

from engine.graph.problems import Problem
from engine.protocol.messages import Analysis, NodeInfo
from workbench.canvas.cards import labels


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

    def forget_analysis(self) -> None:
        """Know nothing of a project that has changed as a whole."""
        self.analysis, self._problems = None, {}

    def sort(self, prefix: str) -> None:
        """Give each problem to the node below `prefix` that it is at or inside."""
        checked = self.analysis.problems if self.analysis else ()
        self._problems = labels.by_root((*checked, *self.diagnosed), prefix)

    def problems_of(self, node_id: str) -> Sequence[Problem]:
        """Return what is wrong with a node."""
        return self._problems.get(node_id, ())
