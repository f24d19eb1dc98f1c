"""Everything that stays the same between two ticks, kept as one picture.

While a network trains the canvas is painted 30 times a second, yet only the small
histograms differ; the rest is one copy of pixels.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform

from workbench.canvas import (
    metrics,
    node_paint,
    note_layer,
    overview,
    revision,
    stubs,
)
from workbench.canvas.edge_item import HEATS, EdgeItem
from workbench.canvas.node_item import NodeItem
from workbench.canvas.node_paint import Screen
from workbench.theme.tokens import current

if TYPE_CHECKING:
    from workbench.canvas.scene import CanvasScene
    from workbench.canvas.view import CanvasView

RIM_PX = 160
"""So far the pictures reach beyond the view while a person pans."""
_MIN_DOTS_PX = 18.0


class _Layer:
    """One transparent or filled picture that is drawn anew when its key differs."""

    def __init__(self) -> None:
        self._key: tuple | None = None
        self.picture = QPixmap()

    def is_due(self, key: tuple) -> bool:
        """Return whether the picture is not the one for `key`, and take the key."""
        due = key != self._key
        self._key = key
        return due


class Still:
    """The picture of background, wires and cards of a view.

    Dots, then wires over them, then cards over both, are kept as three pictures: a
    change of heat redraws the wires or puts the cards there again, never the text.
    While a person pans the pictures reach beyond the view, so that most moves are
    nothing but a copy.
    """

    def __init__(self) -> None:
        self._dots, self._wires, self._cards = _Layer(), _Layer(), _Layer()
        self._overview = overview.Overview()
        self._content: tuple | None = None
        self._corner = QPointF()
        self._rim = 0

    def paint(self, painter: QPainter, view: "CanvasView") -> None:
        """Draw the picture, made anew where anything in it differs."""
        painter.resetTransform()
        scene, window = view.canvas, _Window(view)
        wires = _wire_state(scene, is_far=overview.is_due(scene, window.screen.zoom))
        content = (window.key(), wires, _card_state(scene))
        way = window.corner - self._corner
        if content != self._content or not self._reaches(way):
            panned = content == self._content and self._content is not None
            self._rim = RIM_PX if panned else 0
            window = _Window(view, self._rim)
            self._refresh(scene, window, wires)
            self._content, self._corner = content, window.corner
            way = QPointF()
        painter.drawPixmap(way - QPointF(self._rim, self._rim), self._cards.picture)

    def _reaches(self, way: QPointF) -> bool:
        """Return whether the picture covers the view after a pan."""
        whole = way.x() == round(way.x()) and way.y() == round(way.y())
        return whole and max(abs(way.x()), abs(way.y())) <= self._rim

    def _refresh(
        self, scene: "CanvasScene", window: "_Window", wire_state: tuple
    ) -> None:
        camera = (window.key(), window.corner.toTuple(), self._rim)
        if self._dots.is_due(camera):
            self._dots.picture = window.ground()
            with QPainter(self._dots.picture) as painter:
                _draw_dots(painter, window)
        if self._wires.is_due((camera, wire_state)):
            self._wires.picture = QPixmap(self._dots.picture)
            with window.painter(self._wires.picture) as painter:
                note_layer.draw(painter, scene.notes, window.screen.zoom)
                self._draw_wires(painter, scene, window)
        self._cards.picture = QPixmap(self._wires.picture)
        with window.painter(self._cards.picture) as painter:
            self._draw_cards(painter, scene, window)

    def _draw_wires(
        self, painter: QPainter, scene: "CanvasScene", window: "_Window"
    ) -> None:
        if overview.is_due(scene, window.screen.zoom):
            self._overview.draw_wires(painter, scene)
        else:
            _draw_wires(painter, scene, window)

    def _draw_cards(
        self, painter: QPainter, scene: "CanvasScene", window: "_Window"
    ) -> None:
        if overview.is_due(scene, window.screen.zoom):
            self._overview.draw_cards(painter, scene, window.screen.zoom)
        else:
            _draw_cards(painter, scene, window)


def _wire_state(scene: "CanvasScene", *, is_far: bool) -> tuple:
    """Return what the picture of all wires depends on; from far away not on heat."""
    heats = () if is_far else scene.live.wire_heat.items()
    steps = tuple((node_id, round(heat * HEATS)) for node_id, heat in heats)
    notes = (scene.notes.shown(), scene.notes.chosen)
    return (revision.items.value, len(scene.edges), scene.path, steps, notes,
            stubs.found(scene))  # fmt: skip


def _card_state(scene: "CanvasScene") -> tuple:
    """Return what the picture of all cards depends on, apart from items."""
    looks = scene.live.looks.items()
    return (len(scene.nodes), tuple((i, look.glow) for i, look in looks))


class _Window:
    """What part of the scene a view shows, in numbers."""

    def __init__(self, view: "CanvasView", rim: int = 0) -> None:
        self.mapping = view.viewportTransform()
        self.corner = QPointF(self.mapping.dx(), self.mapping.dy())
        self.mapping *= QTransform.fromTranslate(rim, rim)
        self.size = view.viewport().size() + QSize(2 * rim, 2 * rim)
        self._seen = view.viewport().size().toTuple()
        self.screen = Screen(self.mapping.m11(), view.devicePixelRatioF())
        inverse, _ = self.mapping.inverted()
        screen = QRectF(0, 0, self.size.width(), self.size.height())
        self.room = inverse.mapRect(screen)

    def key(self) -> tuple:
        """Return what the picture of the empty canvas depends on, but its place."""
        return (self.screen, self._seen, current().name)

    def ground(self) -> QPixmap:
        """Return a picture in the colour of the canvas."""
        drawn = QPixmap(self.size * self.screen.ratio)
        drawn.setDevicePixelRatio(self.screen.ratio)
        drawn.fill(QColor(current().canvas))
        return drawn

    def painter(self, picture: QPixmap) -> QPainter:
        """Return a painter in scene coordinates; use it in a `with`."""
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(self.mapping)
        return painter


MOST_MOVES = 2
"""How many widths a label goes to either side, to cover no other."""


def _draw_dots(painter: QPainter, window: _Window) -> None:
    """Draw dots that move and scale with the scene."""
    pitch = metrics.DOT_PITCH * window.screen.zoom
    origin, size = window.mapping.map(QPointF(0, 0)), window.size
    while pitch < _MIN_DOTS_PX:
        pitch *= 2
    left, top = origin.x() % pitch - pitch, origin.y() % pitch - pitch
    columns = [left + i * pitch for i in range(int(size.width() / pitch) + 3)]
    rows = [top + i * pitch for i in range(int(size.height() / pitch) + 3)]
    painter.setPen(QPen(QColor(current().grid), 2.0))
    painter.drawPoints([QPointF(x, y) for y in rows for x in columns])


def _draw_wires(painter: QPainter, scene: "CanvasScene", window: _Window) -> None:
    """Draw the wires in view, the marked ones over the others."""
    wires = [
        wire
        for wire in scene.edges.values()
        if wire.isVisible() and wire.boundingRect().intersects(window.room)
    ]
    wires.sort(key=lambda wire: (wire.isSelected(), wire.is_hovered))
    for wire in wires:
        wire.draw(painter, window.screen.zoom, scene.live.heat_of(wire.edge))
    stubs.draw(painter, stubs.found(scene))
    _labels(painter, wires, window.screen.zoom)


def _labels(painter: QPainter, wires: list[EdgeItem], zoom: float) -> None:
    """Write each output's shape once, at the wire that comes last in `wires`."""
    places = {
        wire.edge.source: (wire, place)
        for wire in wires
        if (place := wire.label_place(zoom)) is not None
    }
    taken: list[QRectF] = []
    for wire, place in places.values():
        room = beside(wire.label_room(place), taken)
        taken.append(room)
        wire.draw_label(painter, room)


def beside(room: QRectF, taken: list[QRectF]) -> QRectF:
    """Return the nearest room along a flat wire that covers no other label.

    Args:
        room: Where the label would stand alone.
        taken: Rooms of other labels; when too many are close, it stays.
    """
    close = [other for other in taken if abs(other.y() - room.y()) < room.height()]
    for turn in range(1, 2 * MOST_MOVES + 2):
        way = (turn // 2) * (room.width() + 4) * (1 if turn % 2 else -1)
        moved = room.translated(way, 0)
        if not any(moved.intersects(other) for other in close):
            return moved
    return room


def _draw_cards(painter: QPainter, scene: "CanvasScene", window: _Window) -> None:
    """Draw the cards in view, the selected ones over the others."""
    screen = window.screen
    rim = metrics.MARGIN
    around = window.room.adjusted(-rim, -rim, rim, rim)
    nodes = [node for node in scene.nodes.values() if node.card().intersects(around)]
    nodes.sort(key=NodeItem.isSelected)
    for node in nodes:
        node.draw(painter, screen, scene.live.looks.get(node.node_id))


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
