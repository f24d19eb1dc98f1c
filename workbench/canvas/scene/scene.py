"""The scene follows the document: an item per node and wire, found by id."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsScene

from engine.graph.edits import Edit
from engine.graph.files import collector
from engine.graph.model import ROOT, Edge, Graph, Node, Position
from engine.graph.problems import Problem
from engine.graph.titles import titles
from engine.protocol.messages import Analysis, LayerSample, NodeInfo
from workbench.canvas.cards import faces
from workbench.canvas.geometry.pushing import Pushing
from workbench.canvas.geometry.sizes import PORT_REACH
from workbench.canvas.live import looks
from workbench.canvas.live.looks import Live
from workbench.canvas.scene import block_ports, findings, leaving, staging
from workbench.canvas.scene.findings import Findings, Readings
from workbench.canvas.scene.items import card_item, hits
from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.revision import Revision
from workbench.canvas.scene.items.wire_item import WireItem
from workbench.canvas.scene.leaving import Leaving
from workbench.canvas.scene.notes import NoteLayer
from workbench.canvas.scene.placing import Placing
from workbench.canvas.scene.selection import Chosen, Selection
from workbench.canvas.scene.slices import Slices
from workbench.canvas.scene.staging import LARGE, StagedScene, adopt, is_large
from workbench.canvas.scene.wiring import Wiring
from workbench.document import Document, outer_ports

_HALF_WORLD = 100_000.0


class CanvasScene(QGraphicsScene):
    """Items of one scope of a document.

    Attributes:
        nodes: Node id → item.
        edges: Wire → item.
        cards: The cards in groups.
        wires: The wires in groups.
        live: Newest measurement, as it looks.
        wiring: Lays the wires.
        notes: Comments and frames.
        chosen: Remembers what is selected.
        path: Instances that were entered, from the main graph on.
        opened: Paths of blocks shown with their inside: no matter of the document.
        staged: Items of a large project that is about to be opened.

    Signals:
        selection_told: Other nodes or wires are selected. Qt's own signal also comes
            while the scene is being torn down.
        shifted: Cards are being dragged.
        path_changed: Another scope is shown, or its block has another name.
    """

    selection_told = Signal()
    path_changed = Signal()
    shifted = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.path: tuple[str, ...] = ()
        self.nodes: dict[str, CardItem] = {}
        self.edges: dict[Edge, WireItem] = {}
        self.live = Live()
        self.revision = Revision()
        self.cards, self.wires = staging.groups(self.revision)
        self.chosen = Chosen(self)
        self.wiring = Wiring(self, Slices(self))
        self.opened: set[str] = set()
        self._known: dict[str, Node] = {}
        self._called: Mapping[str, str] = {}
        self._placing = Placing(self)
        self._found = Findings()
        self._shown_scope = ROOT
        self.staged: StagedScene | None = None
        self.leaving = Leaving(self)
        self._adding, self._renewing = Slices(self), Slices(self)
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setSceneRect(-_HALF_WORLD, -_HALF_WORLD, 2 * _HALF_WORLD, 2 * _HALF_WORLD)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        document.places_wanted.connect(self._on_places_wanted)
        self.rebuild()
        self.notes = NoteLayer(self)
        self.path_changed.connect(self.notes.refresh)

    @property
    def graph(self) -> Graph:
        """The graph that is shown."""
        return self.document.project.scope(self.scope)

    @property
    def scope(self) -> str:
        """Block that is shown, or the main graph."""
        return self.crumbs()[-1]

    @property
    def prefix(self) -> str:
        """What stands before the id of a node in its path."""
        return "".join(f"{step}." for step in self.path)

    @property
    def pushing(self) -> Pushing:
        """How open cards push the others."""
        return self._placing.pushing

    def toggle_open(self, path: Sequence[str]) -> None:
        """Show a block below the shown graph with its inside, or as a card again."""
        self.opened ^= {self.prefix + ".".join(path)}
        self._known.pop(path[0], None)
        self.sync()

    def crumbs(self, path: Sequence[str] | None = None) -> list[str]:
        """Return the scopes along a path (None: what is shown), as far as it leads."""
        steps = self.path if path is None else path
        return outer_ports.scopes(self.document.project, steps)

    def rebuild(self) -> None:
        """Show the document from scratch."""
        self._drop_items()
        self._found.forget_analysis()
        self.live.forget()
        staged, self.staged = adopt(self.staged, self.document), None
        if staged is None:
            with collector.resting():
                self.sync()
                self.wiring.finish()
            return
        self.nodes, self.edges = staged.nodes, staged.edges
        self.cards, self.wires = staged.cards, staged.wires
        self.cards.revision = self.wires.revision = self.revision
        self._placing = Placing(self, staged.auto)
        self._known = dict(staged.project.graph.nodes)
        self._called = titles(staged.project.graph)
        self._adding.start(self._added(staged.members()))

    def _drop_items(self) -> None:
        """Show nothing; many items go one after the other, beside what comes."""
        self._adding.stop()
        self._renewing.stop()
        many = len(self.nodes) + len(self.edges) > LARGE
        if many:
            self.leaving.take(*self.edges.values(), *self.nodes.values())
        else:
            leaving.forget((*self.nodes.values(), *self.edges.values()))
            self.leaving.finish()
            self.clear()
        self.nodes, self.edges, self._known = {}, {}, {}
        self.cards, self.wires = staging.groups(self.revision)
        self.revision.bump()
        self.chosen = Chosen(self)
        self._placing = Placing(self)
        self.wiring.forget()

    def _added(self, items: Sequence[CardItem | WireItem]) -> Iterator[None]:
        for item in items:
            if self.holds(item) and item.scene() is None:
                self.addItem(item)
            yield

    def gathered(self) -> Iterator[None]:
        """Work out in slices what pictures need of all items."""
        for group in (self.cards, self.wires):
            for _ in group.gathered():
                yield

    def holds(self, item: CardItem | WireItem) -> bool:
        """Return whether an item is one of the scene's."""
        if isinstance(item, CardItem):
            return self.nodes.get(item.node_id) is item
        return self.edges.get(item.edge) is item

    def sync(self) -> None:
        """Bring the items into line with the document; touches only what differs."""
        graph, chosen = self.graph, self.chosen.nodes()
        gone, fresh = graph.differing(self.edges)
        for edge in (*gone, *fresh):  # faces tell what is wired
            self._known.pop(edge.source.node, None)
            self._known.pop(edge.target.node, None)
        for edge in gone:
            self.wires.discard(self.edges[edge])
        lost = self.nodes.keys() - graph.nodes.keys()
        for node_id in lost:
            self.cards.discard(self.nodes[node_id])
            self._known.pop(node_id, None)
        self.leaving.take(*map(self.edges.pop, gone), *map(self.nodes.pop, lost))
        changed = self._sync_nodes(graph)  # also the targets of new and of lost wires
        self._sync_edges(fresh, changed | self._placing.sync(graph))
        if self._renewing.is_running:
            self._renewing.start(self._shown_anew(graph))
        if self.chosen.prune() or any(node_id not in self.nodes for node_id in chosen):
            self.selection_told.emit()

    def _sync_nodes(self, graph: Graph) -> set[str]:
        known, called = self._known, titles(graph)
        dirty = {i: n for i, n in graph.nodes.items() if known.get(i) is not n}
        if called is not self._called:
            misnamed = card_item.misnamed(self.nodes, self._called, called)
            others = list(islice(misnamed, LARGE + 1))
            self._called = called
            dirty |= {i: graph.node(i) for i in others if len(others) <= LARGE}
            if len(others) > LARGE:
                self._renewing.start(self._shown_anew(graph))
        for node in dirty.values():
            self._show(node)
        return set(dirty)

    def _show(self, node: Node) -> None:
        """Make or refresh the item of a node."""
        known = self._found.known(self.prefix + node.id, self.scope, self.opened)
        problems = self._found.problems_of(node.id)
        face = faces.build(self.document.project, node, known, problems)
        self._known[node.id] = node
        item = self.nodes.get(node.id)
        if item is None:
            item = self.nodes[node.id] = CardItem(node.id, face)
            self.cards.add(item)
            self.addItem(item)
        else:
            item.set_face(face)

    def _on_places_wanted(self, scope: str, places: dict[str, Position]) -> None:
        """Say where nodes without a stored place are shown, unless another has."""
        places |= self._placing.unplaced(scope) | places

    def _sync_edges(self, fresh: Sequence[Edge], dirty: set[str]) -> None:
        for edge in fresh:
            item = self.edges[edge] = WireItem(edge)
            self.wires.add(item)
            self.addItem(item)
        stale = dirty | {edge.source.node for edge in fresh}
        self.reroute(stale | {edge.target.node for edge in fresh})

    def reroute(self, node_ids: Iterable[str]) -> None:
        """Draw the wires of these nodes anew."""
        self.wiring.lay(node_ids)

    def shift(self, node_ids: Iterable[str], delta: QPointF) -> None:
        """Let nodes and their wires move by the same way, quickly."""
        moved = list(node_ids)
        for node_id in moved:
            item = self.nodes[node_id]
            item.setPos(item.pos() + delta)
        self.wiring.shift(moved, delta)
        self.shifted.emit()

    def _on_replaced(self) -> None:
        self.path = ()
        self.opened.clear()
        self.rebuild()
        self.path_changed.emit()

    def _on_changed(self, edits: Sequence[Edit]) -> None:
        if len(self.crumbs()) <= len(self.path):
            self.show_path(self.path[: len(self.crumbs()) - 1])
            return
        scope = self.scope
        if scope != self._shown_scope:
            self._shown_scope = scope
            self.path_changed.emit()
        if any(getattr(edit, "scope", None) != scope for edit in edits):
            self._forget_blocks()
        self.sync()
        self.notes.follow(edits)

    def _forget_blocks(self) -> None:
        """Let faces of blocks be made anew: their inside may have changed."""
        for node_id, node in self._known.items():
            if outer_ports.of(node):
                self._known[node_id] = replace(node)

    def show_path(self, path: Sequence[str]) -> None:
        """Show the inside of the last instance on a path; empty: the main graph."""
        self.path = tuple(path)[: len(self.crumbs(path)) - 1]
        self._shown_scope = self.scope
        analysis = self._found.analysis
        self.rebuild()
        if analysis is not None:
            self.set_analysis(analysis)
        self.path_changed.emit()
        self.selection_told.emit()

    def set_analysis(self, analysis: Analysis) -> None:
        """Show shapes, counts and problems."""
        self._found.analysis = analysis
        self._show_problems()

    def set_findings(self, findings: Sequence[Problem]) -> None:
        """Show what a diagnosis found, as problems of the nodes."""
        if findings or self._found.diagnosed:
            self._found.diagnosed = tuple(findings)
            self._show_problems()

    def _show_problems(self) -> None:
        if is_large(self.graph):
            self._renewing.start(self._shown_anew(self.graph))
            return
        self._found.sort(self.prefix)
        for node in self.graph.nodes.values():
            self._show(node)
        self.reroute(self.nodes)
        self.update()

    def _shown_anew(self, graph: Graph) -> Iterator[None]:
        """Bring cards and wires into line with what is known, in slices."""
        yield from self._found.sorting(self.prefix)
        for node in list(graph.nodes.values()):
            if graph.nodes.get(node.id) is node:
                self._show(node)
            yield
        for edge, item in list(self.edges.items()):
            if self.edges.get(edge) is item:
                self.wiring.lay_alone(item)
            yield
        self.update()

    def problems_of(self, node_id: str) -> Sequence[Problem]:
        """Return what is wrong with a node."""
        return self._found.problems_of(node_id)

    def info_of(self, node_id: str) -> NodeInfo | None:
        """Return what the engine knows of a node."""
        return self.info_at(self.prefix + node_id)

    def info_at(self, path: str) -> NodeInfo | None:
        """Return what the engine knows of the node at a path."""
        return self._found.infos.get(path)

    def set_live(self, sample: LayerSample | None, layers: Sequence[str]) -> None:
        """Take over a measurement, or forget all with None; paints nothing."""
        self.live.take(sample, looks.within(layers, self.prefix))

    def show_values(self, found: Readings) -> None:
        """Show what losses and metrics have come to."""
        known = self.live.values
        self.live.values = findings.values(found, self.graph, self.prefix)
        if self.live.values != known:
            self.update()

    def bounds(self, node_ids: Iterable[str] | None = None) -> QRectF:
        """Return the rectangle around these nodes (None: all) and their wires."""
        if node_ids is None:
            rect = self.cards.rect().united(self.wires.rect())
            return rect.united(block_ports.bounds(self)).united(self.notes.bounds())
        rect = QRectF()
        for node_id in node_ids:
            if node_id in self.nodes:
                rect = rect.united(self.nodes[node_id].card())
        return rect

    @property
    def selection(self) -> Selection:
        """What is selected now, outside or inside an open block."""
        return self.chosen.now()

    def selected_nodes(self) -> list[str]:
        """Return the selected nodes of the shown graph, in the document's order."""
        return self.chosen.nodes()

    def selected_edges(self) -> list[Edge]:
        """Return the selected wires, in the document's order."""
        return self.chosen.edges()

    def clearSelection(self) -> None:
        """Select nothing."""
        self.select([])

    def select(
        self,
        node_ids: Iterable[str],
        edges: Iterable[Edge] = (),
        path: Iterable[str] = (),
    ) -> None:
        """Select exactly these; with a path, nodes inside the open block there."""
        self.chosen.take(node_ids, edges, path)
        self.wiring.ask_for([item.node_id for item in self.cards.chosen])
        self.selection_told.emit()

    def node_at(self, place: QPointF) -> CardItem | None:
        """Return the topmost card at a place."""
        found = self.cards.around(place, 1.0)
        return next((n for n in reversed(found) if n.card().contains(place)), None)

    def edge_at(self, place: QPointF, reach: float = 6.0) -> WireItem | None:
        """Return the wire at a place, within `reach` scene pixels."""
        return hits.edge(self.wires.around(place, reach), place, reach)

    def port_at(
        self, place: QPointF, reach: float = PORT_REACH
    ) -> tuple[str, str, bool] | None:
        """Return (node id, port, is output) of the nearest port within `reach`."""
        return hits.port(self.cards.around(place, reach), place, reach)
