"""The gesture that makes a wire, or puts an end of one elsewhere."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter

from engine.graph.model import Edge, Endpoint
from engine.i18n import tr
from workbench.canvas.cards import paint
from workbench.canvas.geometry import sizes
from workbench.canvas.gestures.gesture import Gesture
from workbench.canvas.painting import pulled_wire
from workbench.canvas.scene import areas
from workbench.canvas.scene.areas import Area
from workbench.canvas.stage import Stage
from workbench.document import actions, wires
from workbench.theme.tokens import current

FAINT = 0.35


@dataclass(frozen=True)
class Goal:
    """A port where the wire may end."""

    end: Endpoint
    place: QPointF


@dataclass(frozen=True)
class Pull:
    """What a wire is pulled from.

    Args:
        area: The graph that it is in.
        fixed: The port that the wire keeps.
        forward: `fixed` is an output.
        old: The wire whose other end is being moved, if any.
        pressed: Node that a mere click selects; none: the wire.
    """

    area: Area
    fixed: Endpoint
    forward: bool
    old: Edge | None = None
    pressed: str = ""


class ConnectDrag(Gesture):
    """Pulls a wire from a port; fitting ports light up, other nodes fade.

    Args:
        stage: Where it happens.
        place: Scene point of the press.
        pull: What is pulled.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: Stage, place: QPointF, pull: Pull) -> None:
        super().__init__(stage, place)
        self.area, self.old = pull.area, pull.old
        self.fixed, self.forward = pull.fixed, pull.forward
        self._pressed = pull.pressed
        self.goals: list[Goal] = []
        self.near: Goal | None = None

    def start(self) -> None:
        """Find the ports that fit and fade everything else."""
        self.goals = self._find_goals()
        self.fade()

    def fade(self) -> None:
        """Let what does not fit step back: cards, or all but the open block."""
        welcome = {goal.end.node for goal in self.goals} | {self.fixed.node}
        if self.area.path:
            welcome = {self.area.path[0]}
        for node_id, item in self.scene.nodes.items():
            item.setOpacity(1.0 if node_id in welcome else FAINT)
        self._show_old(on=False)

    def _show_old(self, *, on: bool) -> None:
        """Hide the wire that is being moved, or show it again."""
        if self.old is not None and not self.area.path and self.old in self.scene.edges:
            self.scene.edges[self.old].setVisible(on)

    def _find_goals(self) -> list[Goal]:
        """Return the ports that take the wire."""
        project, forward, area = self.stage.document.project, self.forward, self.area
        ends = wires.candidates(project, self.fixed, area.scope, forward=forward)
        return [Goal(end, area.port_place(end, is_output=not forward)) for end in ends]

    def edge_to(self, end: Endpoint) -> Edge:
        """Return the wire between the kept port and another."""
        return Edge(self.fixed, end) if self.forward else Edge(end, self.fixed)

    def follow(self, event: QMouseEvent) -> None:
        """Snap to the nearest port that fits."""
        self.near = self._nearest()
        self.stage.viewport().update()

    def _nearest(self) -> Goal | None:
        reach = sizes.SNAP_REACH / self.stage.camera.zoom
        near = [
            (gap, index)
            for index, goal in enumerate(self.goals)
            if (gap := _distance(goal.place, self.place)) <= reach
        ]
        return self.goals[min(near)[1]] if near else self._below()

    def _below(self) -> Goal | None:
        """Return the first free fitting port of the card under the pointer."""
        node_id = self.area.node_at(self.place)
        if not node_id:
            return None
        fitting = [goal for goal in self.goals if goal.end.node == node_id]
        into = self.area.graph.edges_into(node_id)
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
        elif self.area.node_at(self.place):
            self.stage.say(tr("No port of this node takes this wire."))
        elif self.old is not None:
            self.stage.attempt(actions.disconnect, [self.old], self.area.scope)
        elif areas.at(self.scene, self.place).path == self.area.path:
            self.stage.quick_add(self.place, self.fixed, self.area)
        else:
            self.stage.say(tr("Drop it on a port inside the block."))

    def click(self) -> None:
        """Select what was pressed when the pointer did not move."""
        if self.old is not None and not self.area.path:
            self.scene.select([], [self.old])
        else:
            self.stage.select([self._pressed], self.area.path)

    def _pointed_at(self) -> Endpoint | None:
        """Return a port under the pointer that does not fit; connecting says why."""
        reach = sizes.PORT_REACH / self.stage.camera.zoom
        found = self.area.port_at(self.place, reach)
        if found is None or found[2] == self.forward:
            return None
        return Endpoint(found[0], found[1])

    def _connect(self, end: Endpoint) -> None:
        edge = self.edge_to(end)
        if self.old is None:
            if not self.area.graph.has_edge(edge):
                self.stage.attempt(actions.connect, edge, self.area.scope)
        else:
            self.stage.attempt(actions.replug, self.old, edge, self.area.scope)

    def cancel(self) -> None:
        """Leave all wires as they are."""
        self._restore()

    def _restore(self) -> None:
        for item in self.scene.nodes.values():
            item.setOpacity(1.0)
        self._show_old(on=True)
        self.stage.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Draw the wire that follows the pointer and the ports that fit."""
        start = self.area.port_place(self.fixed, is_output=self.forward)
        if self.near is None:
            pulled_wire.draw_loose(painter, start, self.place, forward=self.forward)
        else:
            pulled_wire.draw(painter, start, self.near.place, forward=self.forward)
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


def _distance(one: QPointF, other: QPointF) -> float:
    gap = one - other
    return math.hypot(gap.x(), gap.y())
