"""Rings around what a training phase minimises and updates."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from engine.graph.paths import place_of
from workbench.canvas.scene.shown import Shown
from workbench.theme.tokens import RADIUS_NODE, current

_PEN_PX, _GAP_PX = 2.0, 4.0


class PhaseMarks:
    """A ring in the phase's colour: dashed around losses, solid around what it moves.

    A block has a ring when something inside it has one.

    Attributes:
        pointed: Path of a node that somebody points at elsewhere, such as in a chart.
        changes: Path of a node → token of the colour of what is different there.
    """

    def __init__(self) -> None:
        self._index = -1
        self._losses: tuple[str, ...] = ()
        self._updates: tuple[str, ...] = ()
        self.pointed = ""
        self.changes: Mapping[str, str] = {}

    def show(self, index: int, losses: Iterable[str], updates: Iterable[str]) -> None:
        """Mark a phase; −1 marks none."""
        self._index = index
        self._losses = tuple(map(place_of, losses))
        self._updates = tuple(map(place_of, updates))

    def marked(self, scene: Shown) -> dict[str, bool]:
        """Return node → whether it is updated (else minimised), for what is shown."""
        if self._index < 0:
            return {}
        losses = dict.fromkeys(_here(scene, self._losses), False)
        return losses | dict.fromkeys(_here(scene, self._updates), True)

    def paint(self, painter: QPainter, scene: Shown, zoom: float) -> None:
        """Draw the rings, in scene coordinates."""
        self._paint_changes(painter, scene, zoom)
        marked = self.marked(scene)
        pointed = _here(scene, [place_of(self.pointed)]) if self.pointed else []
        if not marked and not pointed:
            return
        series = current().series
        colour = QColor(series[self._index % len(series)])
        gap = _GAP_PX / max(zoom, 0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rings = [*marked.items(), *((node_id, True) for node_id in pointed)]
        for place, (node_id, is_updated) in enumerate(rings):
            tint = colour if place < len(marked) else QColor(current().accent)
            pen = QPen(tint, _PEN_PX)
            pen.setCosmetic(True)
            if not is_updated:
                pen.setDashPattern([4, 3])
            painter.setPen(pen)
            box: QRectF = scene.nodes[node_id].card().adjusted(-gap, -gap, gap, gap)
            painter.drawRoundedRect(box, RADIUS_NODE + gap, RADIUS_NODE + gap)

    def _paint_changes(self, painter: QPainter, scene: Shown, zoom: float) -> None:
        for path, token in self.changes.items():
            pen = QPen(QColor(current().colour(token)), _PEN_PX)
            pen.setCosmetic(True)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen)
            gap = _GAP_PX / max(zoom, 0.5)
            for node_id in _here(scene, [path]):
                box = scene.nodes[node_id].card().adjusted(-gap, -gap, gap, gap)
                painter.drawRoundedRect(box, RADIUS_NODE + gap, RADIUS_NODE + gap)


def _here(scene: Shown, places: Iterable[str]) -> list[str]:
    """Return the shown nodes that are at, around or inside some places."""
    prefix, found = scene.prefix, []
    for place in places:
        if f"{place}.".startswith(prefix) and place != prefix[:-1]:
            found.append(place[len(prefix) :].partition(".")[0])
        elif prefix.startswith(f"{place}."):
            found.extend(scene.nodes)
    return [node_id for node_id in found if node_id in scene.nodes]
