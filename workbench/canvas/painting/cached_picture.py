"""Everything that stays the same between two ticks, kept as one picture.

While a network trains the canvas is painted 30 times a second, yet only the small
histograms differ; the rest is one copy of pixels.
"""

import itertools
from collections.abc import Iterable, Iterator
from functools import partial
from math import inf
from operator import attrgetter

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QGraphicsView

from workbench.canvas.cards import paint, words
from workbench.canvas.cards.paint import Screen
from workbench.canvas.geometry import sizes
from workbench.canvas.geometry.camera import Camera
from workbench.canvas.painting import overview
from workbench.canvas.painting.overview import Part
from workbench.canvas.scene import block_ports, notes
from workbench.canvas.scene.items.card_item import CardItem
from workbench.canvas.scene.items.wire_item import WireItem
from workbench.canvas.scene.scene import CanvasScene
from workbench.canvas.scene.shown import Shown
from workbench.canvas.scene.slices import SLICE_S, Slices
from workbench.canvas.scene.staging import is_large
from workbench.theme.tokens import current

RIM_PX = 160
"""So far the pictures reach beyond the view while a person pans."""
_AT_ONCE = 8
_MIN_DOTS_PX = 18.0


class _Layer:
    """One transparent or filled picture that is drawn anew when its key differs."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] | None = None
        self.picture = QPixmap()

    def fits(self, key: tuple[object, ...]) -> bool:
        """Return whether the picture is the one for `key`."""
        return key == self._key

    def take(self, key: tuple[object, ...], picture: QPixmap) -> None:
        """Keep a picture."""
        self._key, self.picture = key, picture


class CachedPicture:
    """The picture of background, wires and cards of a view.

    Dots, then wires over them, then cards over both, are kept as three pictures: a
    change of heat redraws the wires or puts the cards there again, never the text.
    While a person pans the pictures reach beyond the view, so that most moves are
    nothing but a copy. A large graph is drawn in slices; until all is there the
    picture before is shown, moved and scaled to where it belongs.

    Args:
        view: The canvas.
        scene: What stands on it.
    """

    def __init__(self, view: QGraphicsView, scene: CanvasScene) -> None:
        self._view, self._scene = view, scene
        self._dots, self._wires, self._cards = _Layer(), _Layer(), _Layer()
        self._work, self._is_painting = Slices(view), False
        self._content: tuple[object, ...] | None = None
        self._source: object = None
        self._drawn: object = None
        self._shown: _Window | None = None

    @property
    def is_drawing(self) -> bool:
        """Whether a new picture is on its way."""
        return self._work.is_running

    def rest(self) -> None:
        """Give up what is on its way; the next paint begins anew."""
        self._work.stop()

    def paint(self, painter: QPainter) -> None:
        """Draw the picture, made anew where anything in it differs."""
        painter.resetTransform()
        window = _Window(self._view, is_live=bool(self._scene.live.looks))
        self._follow(window)
        if self._drawn is not self._scene.cards:
            painter.drawPixmap(QPointF(), window.ground())
        elif self._shown is not None:
            self._put(painter, window, self._shown)

    def _put(self, painter: QPainter, window: "_Window", shown: "_Window") -> None:
        if shown.screen == window.screen:
            rim = QPointF(shown.rim, shown.rim)
            way = window.corner - shown.corner
            if not _covers(way, shown.rim) or shown.seen != window.seen:
                painter.fillRect(QRectF(QPointF(), window.size), current().canvas)
            painter.drawPixmap(way - rim, self._cards.picture)
            return
        painter.fillRect(QRectF(QPointF(), window.size), current().canvas)
        back, _ = shown.mapping.inverted()
        painter.setTransform(back * window.mapping)
        painter.drawPixmap(QPointF(), self._cards.picture)
        painter.resetTransform()

    def _follow(self, window: "_Window") -> None:
        """Draw anew what differs, or begin to."""
        scene = self._scene
        if self.is_drawing and self._source is scene.cards:
            return
        wires = _wire_state(scene)
        content = (window.key(), wires, _card_state(scene, window.screen.zoom))
        shown = self._shown if self._drawn is scene.cards else None
        way = window.corner - shown.corner if shown else QPointF()
        if content == self._content and shown and _covers(way, shown.rim):
            return
        panned = content == self._content and self._content is not None
        rim, is_live = RIM_PX if panned else 0, window.screen.is_live
        window = _Window(self._view, rim, is_live=is_live)
        self._source = scene.cards
        self._work.start(self._steps(window, wires, content), self._on_done)
        self._is_painting = True
        self._work.run(SLICE_S if is_large(scene.graph) else inf)
        self._is_painting = False

    def _on_done(self) -> None:
        if not self._is_painting:
            self._view.viewport().update()

    def _steps(
        self, window: "_Window", wires: tuple[object, ...], content: tuple[object, ...]
    ) -> Iterator[None]:
        """Draw the three pictures, in slices of about a millisecond."""
        scene = self._scene
        source = scene.cards
        yield from scene.gathered()
        camera = (window.key(), window.corner.toTuple(), window.rim)
        if not self._dots.fits(camera):
            self._dots.take(camera, window.dotted())
            yield
        if not self._wires.fits((camera, wires, id(source))):
            drawn = QPixmap(self._dots.picture)
            yield from window.draw(drawn, _wire_parts(scene, window))
            self._wires.take((camera, wires, id(source)), drawn)
        drawn = QPixmap(self._wires.picture)
        yield from window.draw(drawn, _card_parts(scene, window))
        self._cards.take(content, drawn)
        self._content, self._shown, self._drawn = content, window, source


def _covers(way: QPointF, rim: int) -> bool:
    """Return whether a picture covers the view after a pan."""
    whole = way.x() == round(way.x()) and way.y() == round(way.y())
    return whole and max(abs(way.x()), abs(way.y())) <= rim


def _wire_state(scene: CanvasScene) -> tuple[object, ...]:
    """Return what the picture of all wires depends on."""
    beside_wires = (scene.notes.shown(), scene.notes.chosen, block_ports.found(scene))
    return (scene.revision.value, len(scene.edges), scene.path, *beside_wires)


def _card_state(scene: CanvasScene, zoom: float) -> tuple[object, ...]:
    """Return what the picture of all cards depends on, apart from items."""
    looks = scene.live.looks.items() if overview.is_due(scene, zoom) else ()
    return (len(scene.nodes), tuple((i, look.glow) for i, look in looks))


class _Window:
    """What part of the scene a view shows, in numbers."""

    def __init__(
        self, view: QGraphicsView, rim: int = 0, *, is_live: bool = False
    ) -> None:
        self.mapping = view.viewportTransform()
        self.corner = QPointF(self.mapping.dx(), self.mapping.dy())
        self.mapping *= QTransform.fromTranslate(rim, rim)
        self.rim = rim
        self.size = view.viewport().size() + QSize(2 * rim, 2 * rim)
        self.seen = view.viewport().size().toTuple()
        zoom = self.mapping.m11()
        is_live = is_live and zoom >= words.LIVE_ZOOM
        self.screen = Screen(zoom, view.devicePixelRatioF(), is_live)
        inverse, _ = self.mapping.inverted()
        screen = QRectF(0, 0, self.size.width(), self.size.height())
        self.rect = inverse.mapRect(screen)

    def key(self) -> tuple[object, ...]:
        """Return what the picture of the empty canvas depends on, but its place."""
        return (self.screen, self.seen, current().name)

    def ground(self) -> QPixmap:
        """Return a picture in the colour of the canvas."""
        drawn = QPixmap(self.size * self.screen.ratio)
        drawn.setDevicePixelRatio(self.screen.ratio)
        drawn.fill(QColor(current().canvas))
        return drawn

    def dotted(self) -> QPixmap:
        """Return a picture of the empty canvas."""
        drawn = self.ground()
        with QPainter(drawn) as painter:
            _draw_dots(painter, self)
        return drawn

    def draw(self, picture: QPixmap, parts: Iterable[Part]) -> Iterator[None]:
        """Draw on a picture, a few parts at a time."""
        waiting = iter(parts)
        while some := list(itertools.islice(waiting, _AT_ONCE)):
            with self.painter(picture) as painter:
                for part in some:
                    part(painter)
            yield

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
    pitch = sizes.DOT_PITCH * window.screen.zoom
    origin, size = window.mapping.map(QPointF(0, 0)), window.size
    while pitch < _MIN_DOTS_PX:
        pitch *= 2
    left, top = origin.x() % pitch - pitch, origin.y() % pitch - pitch
    columns = [left + i * pitch for i in range(int(size.width() / pitch) + 3)]
    rows = [top + i * pitch for i in range(int(size.height() / pitch) + 3)]
    painter.setPen(QPen(QColor(current().grid), 2.0))
    painter.drawPoints([QPointF(x, y) for y in rows for x in columns])


def _wire_parts(scene: CanvasScene, window: _Window) -> Iterator[Part]:
    """Yield what draws notes and wires, the marked wires over the others."""
    zoom = window.screen.zoom
    yield lambda painter: notes.draw(painter, scene.notes, zoom)
    if overview.is_due(scene, zoom):
        yield from overview.wires(scene)
        return
    wires = [wire for wire in scene.wires.near(window.rect) if wire.isVisible()]
    wires.sort(key=lambda wire: (wire.is_chosen, wire.is_hovered))
    for wire in wires:
        yield partial(WireItem.draw, wire, zoom=zoom)
    yield lambda painter: block_ports.draw(painter, block_ports.found(scene))
    yield lambda painter: _labels(painter, wires, zoom)
    yield lambda painter: _tags(painter, wires, zoom)


def _card_parts(scene: CanvasScene, window: _Window) -> Iterator[Part]:
    """Yield what draws the cards in view, the selected ones over the others."""
    if overview.is_due(scene, window.screen.zoom):
        yield from overview.cards(scene, window.screen.zoom)
        return
    rim = sizes.MARGIN
    nodes = scene.cards.near(window.rect.adjusted(-rim, -rim, rim, rim))
    nodes.sort(key=attrgetter("is_chosen"))
    for node in nodes:
        yield partial(CardItem.draw, node, screen=window.screen)


def _labels(painter: QPainter, wires: list[WireItem], zoom: float) -> None:
    """Write each output's shape once, at the wire that comes last in `wires`."""
    places = {
        wire.edge.source: (wire, place)
        for wire in wires
        if (place := wire.label_place(zoom)) is not None
    }
    taken: list[QRectF] = []
    for wire, place in places.values():
        rect = beside(wire.label_rect(place, zoom), taken)
        taken.append(rect)
        wire.draw_label(painter, rect, zoom)


def _tags(painter: QPainter, wires: list[WireItem], zoom: float) -> None:
    """Draw the tags; those of one output stand on each other and look the same."""
    if zoom >= paint.TITLE_ZOOM:
        for wire in wires:
            wire.draw_tags(painter, zoom)


def beside(rect: QRectF, taken: list[QRectF]) -> QRectF:
    """Return the nearest rectangle along a flat wire that covers no other label.

    Args:
        rect: Where the label would stand alone.
        taken: Those of other labels; when too many are close, it stays.
    """
    close = [other for other in taken if abs(other.y() - rect.y()) < rect.height()]
    for turn in range(1, 2 * MOST_MOVES + 2):
        way = (turn // 2) * (rect.width() + 4) * (1 if turn % 2 else -1)
        moved = rect.translated(way, 0)
        if not any(moved.intersects(other) for other in close):
            return moved
    return rect


def sparks(painter: QPainter, scene: Shown, camera: Camera) -> None:
    """Draw mini-histograms and values; what differs from tick to tick."""
    if camera.zoom < words.LIVE_ZOOM:
        return
    rect = camera.seen()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for node_id, look in scene.live.looks.items():
        node = scene.nodes.get(node_id)
        if node is not None and node.face.count and node.card().intersects(rect):
            node.draw_live(painter, look)
    for node_id, value in scene.live.values.items():
        node = scene.nodes.get(node_id)
        if node is not None and node.card().intersects(rect):
            node.draw_value(painter, value, camera.zoom)
