"""Where the nodes of a scene stand: as the document says, or on free ground."""

from collections.abc import Mapping

from PySide6.QtCore import QPointF

from engine.graph.model import Graph, Node, Position
from workbench.canvas.cards.card import Face
from workbench.canvas.geometry import layout
from workbench.canvas.geometry.pushing import Opened, Pushing
from workbench.canvas.scene import open_block
from workbench.canvas.scene.shown import Shown
from workbench.canvas.scene.staging import LARGE, sizes_of


class Placing:
    """Places of the nodes that have none in the document.

    Args:
        scene: Its nodes are placed.
        auto: What was decided before.

    Attributes:
        pushing: How open cards push the others.
    """

    def __init__(
        self, scene: Shown, auto: Mapping[str, Position] | None = None
    ) -> None:
        self._scene = scene
        self._auto = dict(auto or {})
        self._shown: dict[str, Node] | None = None
        if auto:
            nodes = scene.graph.nodes  # Found anew each time it is asked for.
            self._shown = {i: nodes[i] for i in auto}
        self._gone: dict[str, Node] = {}
        self.pushing = Pushing()

    def sync(self, graph: Graph) -> set[str]:
        """Put every card where it belongs; return which stood elsewhere."""
        nodes = self._scene.nodes
        places = self._places(graph)
        opened = set[str]()
        if self._scene.opened:
            opened = {i for i in places if nodes[i].face.inner is not None}
        self.pushing = Pushing(_opened(nodes[i].face, places[i]) for i in opened)
        shown = places
        if opened:
            push = self.pushing.shown
            shown = {i: push(p, is_open=i in opened) for i, p in places.items()}
        moved = {i for i, place in shown.items() if nodes[i].place != place}
        for node_id in moved:
            nodes[node_id].setPos(QPointF(*shown[node_id]))
        return moved

    def _places(self, graph: Graph) -> dict[str, Position]:
        """Return where every node stands; decides it for those without a place."""
        scene = self._scene
        stored = scene.document.project.layout.get(scene.scope, {})
        places = {i: stored[i] for i in graph.nodes if i in stored}
        lost = dict(graph.nodes)
        if places:
            lost = {i: node for i, node in lost.items() if i not in places}
        self._remember(lost)
        # A whole graph is laid out once. Later nodes get a free place each, so that
        # nothing in view jumps; for very many at once that would take too long.
        if lost and not self._auto and (not places or len(lost) > LARGE):
            self._auto = layout.all_of(
                layout.missing(graph, sizes_of(scene.nodes), stored)
            )
        places |= {i: self._auto[i] for i in lost if i in self._auto}
        for node_id in lost:
            if node_id not in places:
                height = scene.nodes[node_id].face.closed_size[1]
                spot = layout.beside(graph, node_id, places, height)
                places[node_id] = self._auto[node_id] = spot
        return places

    def _remember(self, lost: dict[str, Node]) -> None:
        """Keep the places of nodes that go, for those alone that come back by undo."""
        before = lost if self._shown is None else self._shown
        self._shown = lost
        if before.keys() == lost.keys():
            return
        for node_id in before.keys() - lost.keys():
            self._gone[node_id] = before[node_id]
        for node_id in lost.keys() - before.keys():
            if self._gone.pop(node_id, None) is not lost[node_id]:
                self._auto.pop(node_id, None)

    def unplaced(self, scope: str) -> dict[str, Position]:
        """Return where nodes are shown that have no stored position."""
        if scope != self._scene.scope:
            return open_block.unplaced(self._scene, scope)
        stored = self._scene.document.project.layout.get(scope, {})
        nodes = self._scene.graph.nodes
        return {i: p for i, p in self._auto.items() if i in nodes and i not in stored}


def _opened(face: Face, place: Position) -> Opened:
    return Opened(place, face.closed_size, (face.width, face.height))
