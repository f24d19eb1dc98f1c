"""Everything that stays the same between two ticks, kept as one picture.

While a network trains the canvas is painted 30 times a second, yet only the small
histograms differ; the rest is one copy of pixels.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from workbench.canvas import metrics, node_paint
from workbench.canvas.edge_item import EdgeItem
from workbench.canvas.node_item import NodeItem
from workbench.canvas.node_paint import Screen
from workbench.theme.tokens import current

if TYPE_CHECKING:
    from workbench.canvas.scene import CanvasScene
    from workbench.canvas.view import CanvasView

OVERVIEW_NODES = 300
"""From so many visible nodes on, a small picture shows plain blocks."""
_MIN_DOTS_PX = 14.0


class Still:
    """The picture of background, wires and cards of a view."""

    def __init__(self) -> None:
        self._key: tuple | None = None
        self._picture = QPixmap()

    def paint(self, painter: QPainter, view: "CanvasView") -> None:
        """Draw the picture, made anew when anything in it differs."""
        scene = view.canvas
        looks, heat = scene.live.looks, scene.live.wire_heat
        mapping, size = view.viewportTransform(), view.viewport().size()
        ratio = view.devicePixelRatioF()
        key = (
            (mapping.m11(), mapping.dx(), mapping.dy(), size, ratio, current().name),
            tuple(n.state(looks.get(i)) for i, n in scene.nodes.items()),
            tuple(
                wire.state(heat.get(edge.source.node, 0.0))
                for edge, wire in scene.edges.items()
            ),
        )
        if key != self._key:
            self._key = key
            self._picture = _draw(view, size, ratio)
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._picture)


def _draw(view: "CanvasView", size: QSize, ratio: float) -> QPixmap:
    drawn = QPixmap(size * ratio)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(QColor(current().canvas))
    mapping = view.viewportTransform()
    inverse, _ = mapping.inverted()
    room = inverse.mapRect(QRectF(0, 0, size.width(), size.height()))
    screen = Screen(mapping.m11(), ratio)
    with QPainter(drawn) as painter:
        _dots(painter, mapping.map(QPointF(0, 0)), screen.zoom, size)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(mapping)
        _wires(painter, view.canvas, screen.zoom, room)
        _cards(painter, view.canvas, screen, room)
    return drawn


def _dots(painter: QPainter, origin: QPointF, zoom: float, size: QSize) -> None:
    """Draw dots that move and scale with the scene."""
    pitch = metrics.DOT_PITCH * zoom
    while pitch < _MIN_DOTS_PX:
        pitch *= 2
    left, top = origin.x() % pitch - pitch, origin.y() % pitch - pitch
    columns = [left + i * pitch for i in range(int(size.width() / pitch) + 3)]
    rows = [top + i * pitch for i in range(int(size.height() / pitch) + 3)]
    painter.setPen(QPen(QColor(current().grid), 2.0))
    painter.drawPoints([QPointF(x, y) for y in rows for x in columns])


def _wires(painter: QPainter, scene: "CanvasScene", zoom: float, room: QRectF) -> None:
    """Draw the wires in view, the marked ones over the others."""
    heat = scene.live.wire_heat
    wires = [
        wire
        for wire in scene.edges.values()
        if wire.isVisible() and wire.boundingRect().intersects(room)
    ]
    wires.sort(key=lambda wire: (wire.isSelected(), wire.is_hovered))
    for wire in wires:
        wire.draw(painter, zoom, heat.get(wire.edge.source.node, 0.0))
    _labels(painter, wires, zoom)


def _labels(painter: QPainter, wires: list[EdgeItem], zoom: float) -> None:
    """Write each output's shape once, at the wire that comes last in `wires`."""
    places = {
        wire.edge.source: (wire, place)
        for wire in wires
        if (place := wire.label_place(zoom)) is not None
    }
    for wire, place in places.values():
        wire.draw_label(painter, place)


def _cards(
    painter: QPainter, scene: "CanvasScene", screen: Screen, room: QRectF
) -> None:
    """Draw the cards in view, the selected ones over the others."""
    rim = metrics.MARGIN
    around = room.adjusted(-rim, -rim, rim, rim)
    nodes = [node for node in scene.nodes.values() if node.card().intersects(around)]
    if len(nodes) >= OVERVIEW_NODES and screen.zoom < node_paint.TITLE_ZOOM:
        _blocks(painter, nodes)
        nodes = [node for node in nodes if node.isSelected() or node.face.severity]
    nodes.sort(key=NodeItem.isSelected)
    for node in nodes:
        node.draw(painter, screen, scene.live.looks.get(node.node_id))


def _blocks(painter: QPainter, nodes: list[NodeItem]) -> None:
    """Draw many small cards at once: plain rectangles by colour."""
    tokens = current()
    by_category: dict[str, list[QRectF]] = {}
    for node in nodes:
        by_category.setdefault(node.face.category, []).append(node.card())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(QPen(QColor(tokens.canvas), 0))
    for category, cards in by_category.items():
        painter.setBrush(QColor(tokens.category(category)))
        painter.drawRects(cards)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def sparks(painter: QPainter, view: "CanvasView") -> None:
    """Draw the mini-histograms; what differs from tick to tick."""
    scene, zoom = view.canvas, view.camera.zoom
    if zoom < node_paint.DETAIL_ZOOM or not scene.live.looks:
        return
    room = view.mapToScene(view.viewport().rect()).boundingRect()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for node_id, look in scene.live.looks.items():
        node = scene.nodes.get(node_id)
        if node is not None and node.card().intersects(room):
            node.draw_live(painter, look)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
