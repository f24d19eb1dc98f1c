"""What is selected on a scene: one value, whether outside or inside an open block."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from engine.graph.model import Edge, Graph
from workbench.canvas.scene import areas
from workbench.canvas.scene.areas import Area, ShownGraph
from workbench.canvas.scene.items import chunks
from workbench.canvas.scene.shown import Shown


@dataclass(frozen=True)
class Selection:
    """Selected nodes, all of them in one area.

    Args:
        area: The shown graph, or the inside of an open block.
        ids: Of the nodes.
    """

    area: Area
    ids: list[str]

    @property
    def path(self) -> tuple[str, ...]:
        """Instances from the shown graph to the open block; empty for that graph."""
        return self.area.path

    @property
    def scope(self) -> str:
        """The block that they are in, or the main graph."""
        return self.area.scope

    @property
    def graph(self) -> Graph:
        """The graph that they are in."""
        return self.area.graph


class Chosen:
    """Remembers what is selected on a scene.

    Cards and wires of the shown graph know it themselves, thousands at once; of an open
    block, whose inside is a picture on one card, the ids are kept here.

    Args:
        scene: Whose.
    """

    def __init__(self, scene: Shown) -> None:
        self._scene = scene
        self._path: tuple[str, ...] = ()
        self._ids: list[str] = []

    def now(self) -> Selection:
        """Return the selection."""
        return self.inside() or Selection(ShownGraph(self._scene), self.nodes())

    def inside(self) -> Selection | None:
        """Return what is selected inside an open block; None when nothing is."""
        area = areas.find(self._scene, self._path) if self._ids else None
        return Selection(area, list(self._ids)) if area else None

    def nodes(self) -> list[str]:
        """Return the selected nodes of the shown graph, in the document's order."""
        return chunks.in_order(
            self._scene.nodes, self._scene.cards.chosen, attrgetter("node_id")
        )

    def edges(self) -> list[Edge]:
        """Return the selected wires, in the document's order."""
        return chunks.in_order(
            self._scene.edges, self._scene.wires.chosen, attrgetter("edge")
        )

    def take(
        self, node_ids: Iterable[str], edges: Iterable[Edge], path: Iterable[str]
    ) -> None:
        """Let exactly these be selected."""
        scene = self._scene
        self._path, ids = tuple(path), list(dict.fromkeys(node_ids))
        self._ids = ids if self._path else []
        nodes, wires = scene.nodes, scene.edges
        outer = {} if self._path else {nodes[i]: None for i in ids if i in nodes}
        scene.cards.choose_only(outer)
        scene.wires.choose_only({wires[e]: None for e in edges if e in wires})

    def prune(self) -> bool:
        """Forget what isn't there any more inside a block; True when something was."""
        area = areas.find(self._scene, self._path) if self._ids else None
        there = area.graph.nodes if area else {}
        kept = [node_id for node_id in self._ids if node_id in there]
        lost, self._ids = len(kept) < len(self._ids), kept
        return lost
