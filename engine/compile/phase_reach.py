"""What each training phase reaches: its losses, what they need, what it moves."""

from collections.abc import Sequence

from engine.compile.flatten import FlatNode
from engine.graph import paths
from engine.graph.model import Project
from engine.graph.settings import Phase
from engine.graph.walks import walk
from engine.layers import registry

Names = tuple[str, ...]


class Reach:
    """Answers for one document.

    Args:
        project: Only read.
        nodes: Its flat nodes in topological order.
    """

    def __init__(self, project: Project, nodes: Sequence[FlatNode]) -> None:
        self.nodes = nodes
        self.by_path = {node.path: node for node in nodes}
        self.category = {node.path: registry.get(node.type).category for node in nodes}
        self._losses: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._moved: dict[tuple[Names, Names, bool], list[FlatNode]] = {}
        self._rank = {name: index for index, name in enumerate(project.graph.nodes)}
        self._frozen = {node.home for node in nodes if not node.trainable}

    def ends(self, category: str) -> tuple[str, ...]:
        """Return the paths of all nodes of a category, in the document's order."""
        found = [p for p, kind in self.category.items() if kind == category]
        return tuple(sorted(found, key=lambda path: self._rank[path.split(".")[0]]))

    def losses(self, phase: Phase) -> tuple[str, ...]:
        """Return the paths of what a phase minimises, in its order."""
        if phase.minimise not in self._losses:
            # A name may cover several losses (all inside a block, all repeats): they
            # come in the order of the names, and nothing named means every loss.
            known, cover = self.ends("loss"), paths.Cover(phase.minimise)
            found = [(number, p) for p in known for number in cover.of(p)[:1]]
            found.sort(key=lambda pair: pair[0])
            self._losses[phase.minimise] = tuple(p for _, p in found) or known
        return self._losses[phase.minimise]

    def needed(self, ends: Sequence[str], *, moving: bool = False) -> set[str]:
        """Return the paths of nodes and of all that they depend on.

        Args:
            ends: Paths to begin at.
            moving: Only what gets a gradient from there.
        """
        return set(walk(ends, self._moving_sources if moving else self._sources))

    def _sources(self, path: str) -> list[str]:
        paths_above = (source.path for _, source in self.by_path[path].inputs)
        return [above for above in paths_above if above in self.by_path]

    def _moving_sources(self, path: str) -> list[str]:
        """Return where a gradient goes on to; none goes through a StopGradient."""
        node = self.by_path[path]
        stops = node.type == "stop_gradient" and node.params["enabled"]
        return [] if stops else self._sources(path)

    def moved(self, phase: Phase, *, moving: bool = False) -> list[FlatNode]:
        """Return the nodes whose weights a phase updates, if they have any.

        A node is frozen when any of those that share its weights is; shared weights
        move when any of them is named.

        Args:
            phase: Of the project.
            moving: Only those that get a gradient.
        """
        key = (phase.minimise, phase.update, moving)
        if key not in self._moved:
            needed = self.needed(self.losses(phase), moving=moving)
            # Weights count by their home: one shared module moves in all its places,
            # also where the path that the phase names doesn't lead.
            homes = self._homes(phase.update) - self._frozen
            found = [n for n in self.nodes if n.home in homes and n.path in needed]
            self._moved[key] = found
        return self._moved[key]

    def is_frozen(self, node: FlatNode) -> bool:
        """Return whether no phase may move the weights of a node."""
        return node.home in self._frozen

    def _homes(self, names: Sequence[str]) -> set[str]:
        """Return where the weights are that some paths cover; all for no path."""
        cover = paths.Cover(names)
        return {node.home for node in self.nodes if not names or cover.of(node.path)}
