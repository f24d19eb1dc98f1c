"""Rings around what a training phase minimises and updates."""

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from workbench.canvas.scene.shown import Shown
from workbench.theme.tokens import RADIUS_NODE, current

_PEN_PX, _GAP_PX = 2.0, 4.0


def _plain(path: str) -> str:
    """Return a path without the numbers of repeats: a place on the canvas."""
    return ".".join(step for step in path.split(".") if not step.isdecimal())


class PhaseMarks:
    """A ring in the phase's colour: dashed around losses, solid around what it moves.

    A block has a ring when something inside it has one.
    """

    def __init__(self) -> None:
        self._index = -1
        self._losses: tuple[str, ...] = ()
        self._updates: tuple[str, ...] = ()

    def show(self, index: int, losses: Iterable[str], updates: Iterable[str]) -> None:
        """Mark a phase; −1 marks none."""
        self._index = index
        self._losses = tuple(map(_plain, losses))
        self._updates = tuple(map(_plain, updates))

    def marked(self, scene: Shown) -> dict[str, bool]:
        """Return node → whether it is updated (else minimised), for what is shown."""
        if self._index < 0:
            return {}
        losses = dict.fromkeys(_here(scene, self._losses), False)
        return losses | dict.fromkeys(_here(scene, self._updates), True)

    def paint(self, painter: QPainter, scene: Shown, zoom: float) -> None:
        """Draw the rings, in scene coordinates."""
        marked = self.marked(scene)
        if not marked:
            return
        series = current().series
        colour = QColor(series[self._index % len(series)])
        gap = _GAP_PX / max(zoom, 0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for node_id, is_updated in marked.items():
            pen = QPen(colour, _PEN_PX)
            pen.setCosmetic(True)
            if not is_updated:
                pen.setDashPattern([4, 3])
            painter.setPen(pen)
            box: QRectF = scene.nodes[node_id].card().adjusted(-gap, -gap, gap, gap)
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
