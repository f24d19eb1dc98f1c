"""The ports of the open block, drawn at the inner ports that they lead to."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from engine.graph.model import Endpoint
from workbench.canvas.cards import fonts
from workbench.canvas.geometry import sizes
from workbench.canvas.scene.shown import Shown
from workbench.theme.tokens import current, mix

_GAP, _HEIGHT, _AIR, _LANE = 26.0, 20.0, 10.0, 26.0


@dataclass(frozen=True)
class BlockPort:
    """One port of the block at one inner port."""

    name: str
    x: float
    y: float
    is_output: bool
    lane: int = 0

    @property
    def rect(self) -> QRectF:
        """Where its name stands."""
        width = QFontMetricsF(fonts.small()).horizontalAdvance(self.name)
        width += 2 * _AIR
        left = self.x + _GAP if self.is_output else self.x - _GAP - width
        top = self.y - _HEIGHT / 2 - self.lane * _LANE
        return QRectF(left, top, width, _HEIGHT)


def found(scene: Shown) -> tuple[BlockPort, ...]:
    """Return the stubs of the open block; none in the main graph."""
    if not scene.path:
        return ()
    return tuple(_stubs(scene))


def _stubs(scene: Shown) -> Iterator[BlockPort]:
    block = scene.document.project.blocks[scene.scope]
    wired = {edge.source for edge in scene.edges}
    for name, ends in block.inputs.items():
        for end in ends:
            if end.node in scene.nodes:
                yield _at(scene, name, end, is_output=False, lane=0)
    for name, end in block.outputs.items():
        if end.node in scene.nodes:
            yield _at(scene, name, end, is_output=True, lane=int(end in wired))


def _at(
    scene: Shown, name: str, end: Endpoint, *, is_output: bool, lane: int
) -> BlockPort:
    place = scene.nodes[end.node].port_place(end.port, is_output=is_output)
    return BlockPort(name, place.x(), place.y(), is_output, lane)


def draw(painter: QPainter, stubs: tuple[BlockPort, ...]) -> None:
    """Draw a short wire to a small label for each stub."""
    tokens = current()
    colour = QColor(mix(tokens.io, tokens.canvas, 0.2))
    painter.setFont(fonts.small())
    for stub in stubs:
        rect, port = stub.rect, QPointF(stub.x, stub.y)
        side = rect.left() if stub.is_output else rect.right()
        painter.setPen(QPen(colour, 1.6))
        painter.drawLine(port, QPointF(side, rect.center().y()))
        painter.setBrush(QColor(tokens.bg2))
        painter.setPen(QPen(colour, 1.2))
        radius = _HEIGHT / 2
        painter.drawRoundedRect(rect, radius, radius)
        painter.setPen(QColor(tokens.fg2))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, stub.name)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def bounds(scene: Shown) -> QRectF:
    """Return the rectangle around all stubs."""
    rect = QRectF()
    for stub in found(scene):
        rect = rect.united(stub.rect)
    return rect.adjusted(-sizes.STRIP, 0, sizes.STRIP, 0) if not rect.isNull() else rect
