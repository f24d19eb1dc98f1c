"""The gesture that makes a wire, or puts an end of one elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from engine.graph.model import Edge, Endpoint, Graph
from engine.i18n import tr
from workbench.canvas.cards import paint
from workbench.canvas.geometry import sizes
from workbench.canvas.geometry.routing import curve
from workbench.canvas.gestures.gesture import Gesture
from workbench.document import actions, wires
from workbench.theme.tokens import current

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

FAINT = 0.35


@dataclass(frozen=True)
class Goal:
    """A port where the wire may end."""

    end: Endpoint
    place: QPointF


class ConnectDrag(Gesture):
    """Pulls a wire from a port; fitting ports light up, other nodes fade.

    Args:
        view: Where it happens.
        place: Scene point of the press.
        fixed: The port that the wire keeps.
        forward: `fixed` is an output.
        old: The wire whose other end is being moved, if any.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        view: "CanvasView",
        place: QPointF,
        fixed: Endpoint,
        *,
        forward: bool,
        old: Edge | None = None,
    ) -> None:
        super().__init__(view, place)
        self.fixed, self.forward, self.old = fixed, forward, old
        self.goals: list[Goal] = []
        self.near: Goal | None = None

    @property
    def scope(self) -> str:
        """Where the wire is."""
        return self.scene.scope

    def port_place(self, end: Endpoint, *, is_output: bool) -> QPointF:
        """Return where a port stands."""
        return self.scene.nodes[end.node].port_place(end.port, is_output=is_output)

    def node_at(self, place: QPointF) -> str:
        """Return the id of the node at a place, or an empty string."""
        item = self.scene.node_at(place)
        return item.node_id if item else ""

    def port_at(self, place: QPointF, reach: float) -> tuple[str, str, bool] | None:
        """Return (node id, port, is output) at a place."""
        return self.scene.port_at(place, reach)

    def start(self) -> None:
        """Find the ports that fit and fade everything else."""
        self.goals = self._find_goals()
        self.fade()

    def fade(self) -> None:
        """Let what does not fit step back."""
        welcome = {goal.end.node for goal in self.goals} | {self.fixed.node}
        for node_id, item in self.scene.nodes.items():
            item.setOpacity(1.0 if node_id in welcome else FAINT)
        if self.old is not None:
            self.scene.edges[self.old].setVisible(False)

    def _find_goals(self) -> list[Goal]:
        """Return the ports that take the wire."""
        project, forward = self.scene.document.project, self.forward
        ends = wires.candidates(project, self.fixed, self.scope, forward=forward)
        return [Goal(end, self.port_place(end, is_output=not forward)) for end in ends]

    def edge_to(self, end: Endpoint) -> Edge:
        """Return the wire between the kept port and another."""
        return Edge(self.fixed, end) if self.forward else Edge(end, self.fixed)

    def follow(self, event: QMouseEvent) -> None:
        """Snap to the nearest port that fits."""
        self.near = self._nearest()
        self.view.viewport().update()

    def _nearest(self) -> Goal | None:
        reach = sizes.SNAP_REACH / self.view.camera.zoom
        near = [
            (gap, index)
            for index, goal in enumerate(self.goals)
            if (gap := _distance(goal.place, self.place)) <= reach
        ]
        return self.goals[min(near)[1]] if near else self._below()

    def _below(self) -> Goal | None:
        """Return the first free fitting port of the card under the pointer."""
        node_id = self.node_at(self.place)
        if not node_id:
            return None
        fitting = [goal for goal in self.goals if goal.end.node == node_id]
        into = self._graph.edges_into(node_id)
        taken = {edge.target.port for edge in into} if self.forward else set()
        free = [goal for goal in fitting if goal.end.port not in taken]
        return next(iter(free or fitting), None)

    def finish(self) -> None:
        """Make the wire, say why not, or offer nodes that fit on empty ground."""
        self._restore()
        if not self.has_moved:
            self.click()
            return
        end = self.near.end if self.near else self._pointed_at()
        if end is not None:
            self._connect(end)
        elif self.node_at(self.place):
            self.view.say(tr("No port of this node takes this wire."))
        elif self.old is not None:
            self.view.attempt(actions.disconnect, [self.old], self.scope)
        else:
            self.offer()

    def offer(self) -> None:
        """Offer what fits, to stand where the wire was dropped."""
        self.view.quick_add(self.place, self.fixed)

    def click(self) -> None:
        """Select what was pressed when the pointer did not move."""
        if self.old is not None:
            self.scene.select([], [self.old])
        else:
            self.scene.select([self.fixed.node])

    def _pointed_at(self) -> Endpoint | None:
        """Return a port under the pointer that does not fit; connecting says why."""
        reach = sizes.PORT_REACH / self.view.camera.zoom
        found = self.port_at(self.place, reach)
        if found is None or found[2] == self.forward:
            return None
        return Endpoint(found[0], found[1])

    def _connect(self, end: Endpoint) -> None:
        edge = self.edge_to(end)
        if self.old is None:
            if not self._graph.has_edge(edge):
                self.view.attempt(actions.connect, edge, self.scope)
        else:
            self.view.attempt(actions.replug, self.old, edge, self.scope)

    @property
    def _graph(self) -> Graph:
        return self.scene.document.project.scope(self.scope)

    def cancel(self) -> None:
        """Leave all wires as they are."""
        self._restore()

    def _restore(self) -> None:
        for item in self.scene.nodes.values():
            item.setOpacity(1.0)
        if self.old in self.scene.edges:
            self.scene.edges[self.old].setVisible(True)
        self.view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Draw the wire that follows the pointer and the ports that fit."""
        start = self.port_place(self.fixed, is_output=self.forward)
        if self.near is None:
            paint_loose(painter, start, self.place, forward=self.forward)
        else:
            _paint_wire(painter, start, self.near.place, forward=self.forward)
        for goal in self.goals:
            self._paint_goal(painter, goal)

    def _paint_goal(self, painter: QPainter, goal: Goal) -> None:
        tokens = current()
        colour = QColor(tokens.accent)
        if goal is self.near:
            halo = QColor(colour)
            halo.setAlpha(70)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(halo)
            painter.drawEllipse(goal.place, 11.0, 11.0)
        fill = colour if goal is self.near else QColor(tokens.canvas)
        paint.ring(painter, goal.place, colour, fill)


def paint_loose(
    painter: QPainter, start: QPointF, end: QPointF, *, forward: bool
) -> None:
    """Draw a wire whose other end is not connected yet."""
    _paint_wire(painter, start, end, forward=forward, dashes=[4.0, 3.0])


def _paint_wire(
    painter: QPainter,
    start: QPointF,
    end: QPointF,
    *,
    forward: bool,
    dashes: Sequence[float] = (),
) -> None:
    pen = QPen(QColor(current().accent), 2.2)
    if dashes:
        pen.setDashPattern(dashes)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(curve(start, end) if forward else curve(end, start))


def _distance(one: QPointF, other: QPointF) -> float:
    gap = one - other
    return (gap.x() ** 2 + gap.y() ** 2) ** 0.5
