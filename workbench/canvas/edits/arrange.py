"""Arranging nodes without holding up the window: in slices, then gliding there."""

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QTimer

from engine.graph.model import Graph, Position
from engine.i18n import tr
from workbench.canvas.geometry import layout, sizes
from workbench.document import actions

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

GLIDE_MS, GLIDE_NODES = 220.0, 300
"""With more nodes than this, cards go to their places without gliding."""
_SLICE_S, _FRAME_MS, _BATCH = 0.008, 15, 24


class Arranging(QObject):
    """Works out new places, then moves the cards; Esc gives up.

    A small graph has its new places at once, and its cards glide there. A large one
    is worked on between two events, and the document changes at the end.

    Args:
        view: The canvas.
    """

    def __init__(self, view: "CanvasView") -> None:
        super().__init__(view)
        self._view = view
        self._work: Iterator[None] | None = None
        self._glide: _Glide | None = None
        self._step = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timeout)
        view.document.changed.connect(self._on_changed)
        view.document.replaced.connect(self.stop)
        view.scene.path_changed.connect(self.stop)

    @property
    def is_running(self) -> bool:
        """Whether cards are still to be moved."""
        return self._timer.isActive()

    def start(self) -> None:
        """Arrange the selected nodes, or all when fewer than two are selected."""
        self.finish()
        chosen = self._view.selected_ids()
        ids = chosen if len(chosen) > 1 else list(self._view.scene.nodes)
        if not ids:
            return
        self._work = self._steps(ids, is_all=len(chosen) < 2)
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
        stack = self._view.document.undo_stack
        gliding = self._glide is not None and stack.index() == self._step
        self.stop()
        if gliding:
            stack.undo()
        self._view.scene.sync()
        self._view.viewport().update()
        return True

    def stop(self) -> None:
        """Move nothing any more."""
        self._work = None
        self._end_glide()
        self._timer.stop()

    def _steps(self, ids: list[str], *, is_all: bool) -> Iterator[None]:
        """Find the places, bring many cards there, tell the document."""
        places = yield from self._places(ids, is_all=is_all)
        before = {i: self._view.scene.nodes[i].pos() for i in places}
        if len(places) > GLIDE_NODES:
            yield from self._settle(places)
        self._work = None
        scope, words = self._view.scene.scope, tr("Arrange nodes")
        self._view.attempt(actions.move, places, scope, words)
        self._timer.stop()
        self._step = self._view.document.undo_stack.index()
        glides = len(places) <= GLIDE_NODES and self._view.may_move
        if glides:
            self._glide = _Glide(self._view, before)
        if is_all:
            self._view.fit()
        if self._glide is not None:
            self._glide.show(0.0)
            self._timer.start(_FRAME_MS)

    def _places(self, ids: list[str], *, is_all: bool) -> Iterator[None]:
        view, scene = self._view, self._view.scene
        screen = view.viewport().rect()
        aspect = max(0.5, screen.width() / max(1, screen.height()))
        graph = scene.graph if is_all else _part(scene.graph, ids)
        places = yield from layout.steps(graph, scene.sizes(), aspect)
        if is_all:
            return places
        room = scene.bounds(ids)
        left, top = sizes.snap(room.left()), sizes.snap(room.top())
        return {i: (x + left, y + top) for i, (x, y) in places.items()}

    def _settle(self, places: dict[str, Position]) -> Iterator[None]:
        """Bring cards to their places and wires after them, a few at a time."""
        scene = self._view.scene
        for number, (node_id, (x, y)) in enumerate(places.items()):
            scene.nodes[node_id].setPos(x, y)
            if number % _BATCH == 0:
                yield
        for number, edge in enumerate(list(scene.edges)):
            scene.reroute_edge(edge)
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
        self._view.viewport().update()

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
            self._view.scene.sync()


class _Glide:
    """Cards on the way from old to new places."""

    def __init__(self, view: "CanvasView", before: dict[str, QPointF]) -> None:
        self._view = view
        nodes = view.scene.nodes
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
        nodes = self._view.scene.nodes
        moved = [i for i in self._ways if i in nodes]
        for node_id in moved:
            old, new = self._ways[node_id]
            nodes[node_id].setPos(old + (new - old) * eased)
        self._view.scene.reroute(moved)
        self._view.viewport().update()


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
