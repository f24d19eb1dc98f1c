"""Arranging nodes without holding up the window: in slices, then gliding there."""

from collections.abc import Iterator
from functools import reduce
from time import perf_counter

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QRectF, QTimer

from engine.graph.model import Graph, Position
from engine.i18n import tr
from workbench.canvas.cards import card_inside
from workbench.canvas.geometry import layout
from workbench.canvas.scene import areas
from workbench.canvas.scene.areas import Area
from workbench.canvas.stage import Stage
from workbench.document import actions

GLIDE_MS, GLIDE_NODES = 220.0, 300
"""With more nodes than this, cards go to their places without gliding."""
_SLICE_S, _FRAME_MS, _BATCH, _MEASURED = 0.008, 15, 24, 512


class Arranging(QObject):
    """Works out new places, then moves the cards; Esc gives up.

    A small graph has its new places at once, and its cards glide there. A large one
    is worked on between two events, and the document changes at the end.

    Args:
        stage: The canvas.
        parent: Qt's owner.
    """

    def __init__(self, stage: Stage, parent: QObject) -> None:
        super().__init__(parent)
        self._stage = stage
        self._work: Iterator[None] | None = None
        self._glide: _Glide | None = None
        self._step = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timeout)
        stage.document.changed.connect(self._on_changed)
        stage.document.replaced.connect(self.stop)
        stage.scene.path_changed.connect(self.stop)

    @property
    def is_running(self) -> bool:
        """Whether cards are still to be moved."""
        return self._timer.isActive()

    def start(self) -> None:
        """Arrange the selected nodes, or all around them when fewer than two are."""
        self.finish()
        chosen = self._stage.selection
        is_all = len(chosen.ids) < 2
        ids = list(chosen.graph.nodes) if is_all else chosen.ids
        if not ids:
            return
        self._work = self._steps(chosen.area, ids, is_all=is_all)
        if len(ids) <= GLIDE_NODES:
            self._drain()
        else:
            self._timer.start(0)

    def finish(self) -> None:
        """Bring everything to its end now."""
        self._drain()
        self._end_glide()

    def _drain(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            for _ in work:
                pass

    def cancel(self) -> bool:
        """Leave the nodes where they were; False when nothing is under way."""
        if not self.is_running:
            return False
        stack = self._stage.document.undo_stack
        gliding = self._glide is not None and stack.index() == self._step
        self.stop()
        if gliding:
            stack.undo()
        self._stage.scene.sync()
        self._stage.viewport().update()
        return True

    def stop(self) -> None:
        """Move nothing any more."""
        self._work = None
        self._end_glide()
        self._timer.stop()

    def _steps(self, area: Area, ids: list[str], *, is_all: bool) -> Iterator[None]:
        """Find the places, bring many cards there, tell the document."""
        places = yield from self._places(area, ids, is_all=is_all)
        stage, is_inside = self._stage, bool(area.path)
        before = {} if is_inside else {i: stage.scene.nodes[i].pos() for i in places}
        if len(before) > GLIDE_NODES:
            yield from self._settle(places)
        self._work = None
        stage.attempt(actions.move, places, area.scope, tr("Arrange nodes"))
        self._timer.stop()
        self._step = stage.document.undo_stack.index()
        # The inside of an open block is a picture on its card: nothing there glides.
        if 0 < len(before) <= GLIDE_NODES and stage.may_move:
            self._glide = _Glide(stage, before)
        if is_all and not is_inside:
            stage.fit()
        if self._glide is not None:
            self._glide.show(0.0)
            self._timer.start(_FRAME_MS)

    def _places(self, area: Area, ids: list[str], *, is_all: bool) -> layout.Steps:
        """Find places as stored; parts, and insides, keep their top left corner."""
        graph = area.graph if is_all else _part(area.graph, ids)
        rects, closed = {}, {}
        for number, node_id in enumerate(ids):
            rects[node_id] = area.rect_of(node_id)
            closed[node_id] = area.face(node_id).closed_size
            if number % _MEASURED == 0:
                yield
        places = yield from layout.steps(graph, closed, self._aspect(area))
        if is_all and not area.path:
            return places
        corner = reduce(QRectF.united, rects.values()).topLeft()
        left, top = areas.on_grid(area, corner)
        return {i: (x + left, y + top) for i, (x, y) in places.items()}

    def _aspect(self, area: Area) -> float:
        """Return width over height of what the nodes are to fill."""
        if area.path:
            return card_inside.ASPECT
        screen = self._stage.viewport().rect()
        return max(0.5, screen.width() / max(1, screen.height()))

    def _settle(self, places: dict[str, Position]) -> Iterator[None]:
        """Bring cards to their places and wires after them, a few at a time."""
        scene = self._stage.scene
        for number, (node_id, (x, y)) in enumerate(places.items()):
            scene.nodes[node_id].setPos(QPointF(x, y))
            if number % _BATCH == 0:
                yield
        for number, (edge, item) in enumerate(list(scene.edges.items())):
            if scene.edges.get(edge) is item:
                scene.wiring.lay_alone(item)
            if number % _BATCH == 0:
                yield
        yield from scene.gathered()

    def _on_timeout(self) -> None:
        if self._glide is not None:
            if not self._glide.advance():
                self._end_glide()
            return
        end = perf_counter() + _SLICE_S
        while self._work is not None and perf_counter() < end:
            next(self._work, None)
        if self._work is None and self._glide is None:
            self._timer.stop()
        self._stage.viewport().update()

    def _end_glide(self) -> None:
        glide, self._glide = self._glide, None
        if glide is not None:
            self._timer.stop()
            glide.show(1.0)

    def _on_changed(self, _edits: object) -> None:
        """Another edit came: what was worked out may be wrong."""
        if self._work is not None or self._glide is not None:
            self._work = self._glide = None
            self._timer.stop()
            self._stage.scene.sync()


class _Glide:
    """Cards on the way from old to new places."""

    def __init__(self, stage: Stage, before: dict[str, QPointF]) -> None:
        self._stage = stage
        nodes = stage.scene.nodes
        self._ways = {i: (p, nodes[i].pos()) for i, p in before.items() if i in nodes}
        self._curve = QEasingCurve(QEasingCurve.Type.OutCubic)
        self._start = perf_counter()

    def advance(self) -> bool:
        """Move on; False at the end."""
        share = 1000 * (perf_counter() - self._start) / GLIDE_MS
        if share < 1.0:
            self.show(share)
        return share < 1.0

    def show(self, share: float) -> None:
        """Put the cards at a share of their way."""
        eased = self._curve.valueForProgress(share)
        nodes = self._stage.scene.nodes
        moved = [i for i in self._ways if i in nodes]
        for node_id in moved:
            old, new = self._ways[node_id]
            nodes[node_id].setPos(old + (new - old) * eased)
        self._stage.scene.reroute(moved)
        self._stage.viewport().update()


def _part(graph: Graph, ids: list[str]) -> Graph:
    """Return the graph of some nodes and the wires between them."""
    part, chosen = Graph(), set(ids)
    for node in graph.nodes.values():
        if node.id in chosen:
            part.add_node(node)
    for edge in graph.edges:
        if edge.source.node in chosen and edge.target.node in chosen:
            part.connect(edge)
    return part
