"""The scene follows the document: an item per node and wire, found by id."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsScene

from engine.graph.edits import Edit, Problem, SetBlock
from engine.graph.model import ROOT, Edge, Graph, Node, Position
from engine.protocol.frame import Analysis, LayerSample, NodeInfo
from workbench.canvas import face as faces
from workbench.canvas import layout, metrics, words
from workbench.canvas.edge_item import EdgeItem
from workbench.canvas.live import Live
from workbench.canvas.node_item import NodeItem
from workbench.canvas.routing import route
from workbench.document import Document

_EDGE_OBSTACLES = 150
"""With more nodes than this, wires don't look for cards in their way."""
_HALF_WORLD = 100_000.0


class CanvasScene(QGraphicsScene):
    """Items of one scope of a document.

    Attributes:
        nodes: Node id → item.
        edges: Wire → item.
        live: Newest measurement, as it looks.
        scope: Block that is shown, or the main graph.

    Signals:
        selection_told: Other nodes or wires are selected. Qt's own signal also comes
            while the scene is being torn down.
    """

    selection_told = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.scope = ROOT
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[Edge, EdgeItem] = {}
        self.live = Live()
        self._known: dict[str, Node] = {}
        self._auto: dict[str, Position] = {}
        self._infos: dict[str, NodeInfo] = {}
        self._problems: dict[str, list[Problem]] = {}
        self._layers: tuple[str, ...] = ()
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setSceneRect(-_HALF_WORLD, -_HALF_WORLD, 2 * _HALF_WORLD, 2 * _HALF_WORLD)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.rebuild)
        document.unplaced = self.unplaced
        self.rebuild()

    @property
    def graph(self) -> Graph:
        """The graph that is shown."""
        return self.document.project.scope(self.scope)

    def rebuild(self) -> None:
        """Show the document from scratch."""
        self.nodes, self.edges, self._known = {}, {}, {}
        self._auto, self._infos, self._problems = {}, {}, {}
        self._layers = ()
        self.live.clear()
        self.clear()
        self.sync()

    def sync(self) -> None:
        """Bring the items into line with the document; touches only what differs."""
        graph, chosen = self.graph, self.selected_nodes()
        for edge in [edge for edge in self.edges if not graph.has_edge(edge)]:
            self.removeItem(self.edges.pop(edge))
        for node_id in [i for i in self.nodes if i not in graph.nodes]:
            self.removeItem(self.nodes.pop(node_id))
            self._known.pop(node_id)
            self._auto.pop(node_id, None)
        dirty = self._sync_nodes(graph) | self._sync_places(graph)
        self._sync_edges(graph, dirty)
        self.live.trace(graph, self._layers)
        if any(node_id not in self.nodes for node_id in chosen):
            self.selection_told.emit()

    def _sync_nodes(self, graph: Graph) -> set[str]:
        dirty = set()
        for node in graph.nodes.values():
            if self._known.get(node.id) is node:
                continue
            self._show(node)
            dirty.add(node.id)
        return dirty

    def _show(self, node: Node) -> None:
        """Make or refresh the item of a node."""
        face = faces.build(
            self.document.project,
            node,
            self._infos.get(node.id),
            self._problems.get(node.id, ()),
        )
        self._known[node.id] = node
        item = self.nodes.get(node.id)
        if item is None:
            item = self.nodes[node.id] = NodeItem(node.id, face)
            self.addItem(item)
        else:
            item.set_face(face)

    def _sync_places(self, graph: Graph) -> set[str]:
        places = self._places(graph)
        moved = set()
        for node_id, (x, y) in places.items():
            item = self.nodes[node_id]
            if item.pos() != QPointF(x, y):
                item.setPos(x, y)
                moved.add(node_id)
        return moved

    def _places(self, graph: Graph) -> dict[str, Position]:
        """Return where every node stands; decides it for those without a place."""
        stored = self.document.project.layout.get(self.scope, {})
        places = {i: stored[i] for i in graph.nodes if i in stored}
        lost = [i for i in graph.nodes if i not in stored]
        if lost and not places and not self._auto:
            self._auto = layout.arrange(graph, self.sizes())
        places |= {i: self._auto[i] for i in lost if i in self._auto}
        for node_id in lost:
            if node_id not in places:
                height = self.nodes[node_id].face.height
                spot = layout.beside(graph, node_id, places, height)
                places[node_id] = self._auto[node_id] = spot
        return places

    def unplaced(self, scope: str) -> dict[str, Position]:
        """Return where nodes are shown that have no stored position."""
        if scope != self.scope:
            return {}
        stored = self.document.project.layout.get(scope, {})
        return {i: p for i, p in self._auto.items() if i not in stored}

    def sizes(self) -> dict[str, tuple[float, float]]:
        """Return width and height of every card."""
        return {i: (n.face.width, n.face.height) for i, n in self.nodes.items()}

    def _sync_edges(self, graph: Graph, dirty: set[str]) -> None:
        fresh = [edge for edge in graph.edges if edge not in self.edges]
        for edge in fresh:
            item = self.edges[edge] = EdgeItem(edge)
            self.addItem(item)
        stale = dirty | {edge.source.node for edge in fresh}
        self.reroute(stale | {edge.target.node for edge in fresh})

    def reroute(self, node_ids: Iterable[str]) -> None:
        """Draw the wires of these nodes anew."""
        touched = set(node_ids)
        if not touched:
            return
        few = len(self.nodes) <= _EDGE_OBSTACLES
        cards = {i: item.card() for i, item in self.nodes.items()} if few else {}
        for edge, item in self.edges.items():
            if edge.source.node in touched or edge.target.node in touched:
                self._route(edge, item, cards)

    def _route(self, edge: Edge, item: EdgeItem, cards: dict[str, QRectF]) -> None:
        source, target = self.nodes[edge.source.node], self.nodes[edge.target.node]
        ends = {edge.source.node, edge.target.node}
        others = [card for node_id, card in cards.items() if node_id not in ends]
        start = source.port_place(edge.source.port, is_output=True)
        end = target.port_place(edge.target.port, is_output=False)
        outputs = source.face.outputs
        lane = outputs.index(edge.source.port) if edge.source.port in outputs else 0
        item.is_broken = (
            edge.source.port not in outputs
            or edge.target.port not in target.face.inputs
        )
        item.category = source.face.category
        item.label = self._label(edge)
        item.set_path(route(start, end, source.card(), others, lane))

    def _label(self, edge: Edge) -> str:
        info = self._infos.get(edge.source.node)
        sizes = info.outputs.get(edge.source.port) if info else None
        return words.shape(sizes, batch=True) if sizes is not None else ""

    def _on_changed(self, edits: Sequence[Edit]) -> None:
        if self.scope != ROOT and self.scope not in self.document.project.blocks:
            self.show_scope(ROOT)
            return
        if any(isinstance(edit, SetBlock) for edit in edits):
            self._known.clear()
            self._known.update(dict.fromkeys(self.nodes))  # type: ignore[arg-type]
        self.sync()

    def show_scope(self, scope: str) -> None:
        """Show the inside of a block, or the main graph."""
        self.scope = scope
        self.rebuild()

    def set_analysis(self, analysis: Analysis) -> None:
        """Show shapes, counts and problems."""
        self._infos = analysis.nodes
        self._problems = {}
        for problem in analysis.problems:
            root = problem.node.partition(".")[0]
            self._problems.setdefault(root, []).append(problem)
        for node in self.graph.nodes.values():
            self._show(node)
        self.reroute(self.nodes)
        self.update()

    def problems_of(self, node_id: str) -> Sequence[Problem]:
        """Return what is wrong with a node."""
        return self._problems.get(node_id, ())

    def info_of(self, node_id: str) -> NodeInfo | None:
        """Return what the engine knows of a node."""
        return self._infos.get(node_id)

    def set_live(self, sample: LayerSample | None, layers: Sequence[str]) -> None:
        """Take over a measurement, or forget all with None; paints nothing."""
        if sample is None:
            self.live.clear()
            return
        if tuple(layers) != self._layers:
            self._layers = tuple(layers)
            self.live.clear()
            self.live.trace(self.graph, self._layers)
        self.live.update(sample, self._layers)

    def bounds(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """Return the rectangle around these nodes (None: all) and their wires."""
        wanted = self.nodes if node_ids is None else node_ids
        room = QRectF()
        for node_id in wanted:
            if node_id in self.nodes:
                room = room.united(self.nodes[node_id].card())
        if node_ids is None:
            for item in self.edges.values():
                room = room.united(item.path.boundingRect())
        return room

    def selected_nodes(self) -> list[str]:
        """Return the ids of the selected nodes, in the order of the document."""
        return [i for i, item in self.nodes.items() if item.isSelected()]

    def selected_edges(self) -> list[Edge]:
        """Return the selected wires."""
        return [edge for edge, item in self.edges.items() if item.isSelected()]

    def select(self, node_ids: Iterable[str], edges: Iterable[Edge] = ()) -> None:
        """Select exactly these."""
        nodes, wires = set(node_ids), set(edges)
        for node_id, item in self.nodes.items():
            item.setSelected(node_id in nodes)
        for edge, wire in self.edges.items():
            wire.setSelected(edge in wires)
        self.selection_told.emit()

    def node_at(self, place: QPointF) -> NodeItem | None:
        """Return the topmost card at a place."""
        for item in reversed(self.nodes.values()):
            if item.card().contains(place):
                return item
        return None

    def edge_at(self, place: QPointF, reach: float = 6.0) -> EdgeItem | None:
        """Return the wire at a place, within `reach` scene pixels."""
        near = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
        for item in self.edges.values():
            around = item.path.boundingRect().adjusted(-8, -8, 8, 8)
            if around.contains(place) and item.shape().intersects(near):
                return item
        return None

    def port_at(
        self, place: QPointF, reach: float = metrics.PORT_REACH
    ) -> tuple[str, str, bool] | None:
        """Return (node id, port, is output) of the nearest port within `reach`."""
        best, found = reach, None
        for item in self.nodes.values():
            if not item.card().adjusted(-reach, -reach, reach, reach).contains(place):
                continue
            for name, is_output, spot in item.face.ports():
                gap = item.pos() + spot - place
                distance = (gap.x() ** 2 + gap.y() ** 2) ** 0.5
                if distance < best:
                    best, found = distance, (item.node_id, name, is_output)
        return found
