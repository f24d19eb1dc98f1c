"""The whole graph, small, in a corner of the canvas; a drag there pans."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QTransform,
)
from PySide6.QtWidgets import QGraphicsView, QWidget

from engine.i18n import tr
from workbench.canvas.geometry.camera import Camera
from workbench.canvas.scene.scene import CanvasScene
from workbench.theme.tokens import current, mix

_IDLE_OPACITY = 0.7
"""Until the pointer is over it: a card may stand below."""
WIDTH_PX, HEIGHT_PX, _EDGE_PX, _AIR_PX = 190, 120, 14, 8.0


class MiniMap(QWidget):
    """An overview that follows the canvas.

    Args:
        view: The canvas.
        scene: What stands on it.
        camera: Of the view.
    """

    def __init__(self, view: QGraphicsView, scene: CanvasScene, camera: Camera) -> None:
        super().__init__(view)
        self._view, self._scene, self._camera = view, scene, camera
        self._key: tuple[object, ...] | None = None
        self._rect, self._scale = QRectF(), 1.0
        self._drawn: tuple[tuple[object, ...], QPixmap] = ((), QPixmap())
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setAccessibleName(tr("Overview of the network"))
        self.setFixedSize(WIDTH_PX, HEIGHT_PX)
        self.hide()
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)

    def toggle(self) -> None:
        """Show the overview, or hide it."""
        self.setVisible(not self.isVisible())
        self._place()
        self._follow()

    def _place(self) -> None:
        view = self._view
        self.move(
            view.width() - WIDTH_PX - _EDGE_PX, view.height() - HEIGHT_PX - _EDGE_PX
        )
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner; look at the graph again when the canvas is painted."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        elif event.type() == QEvent.Type.Paint and self.isVisible():
            self._follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        """Paint anew, only when something is elsewhere than before."""
        key = (self._content(), self._camera.seen())
        if key != self._key:
            self._key = key
            self.update()

    def _content(self) -> tuple[object, ...]:
        """Return what the picture of all cards and notes depends on."""
        scene = self._scene
        return (scene.cards.version, id(scene.cards), scene.path,
                scene.notes.shown(), current().name)  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw cards as plain blocks and the seen part as a frame."""
        tokens = current()
        self._measure()
        key = (self._content(), self._rect.getRect(), self.devicePixelRatioF())
        if self._drawn[0] != key:
            self._drawn = (key, self._picture())
        with QPainter(self) as painter:
            painter.setOpacity(1.0 if self.underMouse() else _IDLE_OPACITY)
            painter.drawPixmap(0, 0, self._drawn[1])
            seen = QColor(tokens.fg)
            seen.setAlpha(22)
            painter.setBrush(seen)
            painter.setPen(QPen(QColor(tokens.fg2), 1))
            painter.drawRect(self._shown(self._camera.seen()))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Be plain to see while the pointer is here."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Let the cards below be seen again."""
        super().leaveEvent(event)
        self.update()

    def _picture(self) -> QPixmap:
        """Return notes and cards, as they were gathered for the canvas last."""
        tokens, ratio = current(), self.devicePixelRatioF()
        drawn = QPixmap(self.size() * ratio)
        drawn.setDevicePixelRatio(ratio)
        with QPainter(drawn) as painter:
            painter.fillRect(self.rect(), QColor(tokens.bg1))
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            for note in self._scene.notes.shown():
                rect = QRectF(note.x, note.y, note.width, note.height)
                tint = mix(tokens.bg1, tokens.colour(note.colour), 0.25)
                painter.fillRect(self._shown(rect), QColor(tint))
            painter.setTransform(self._mapping())
            for chunk in self._scene.cards.known():
                for (layer, kind), rects in chunk.shapes.items():
                    is_marked = layer == "mark"
                    if not is_marked or kind == "accent":
                        colour = tokens.accent if is_marked else tokens.category(kind)
                        _draw(painter, QColor(colour), rects)
        return drawn

    def _mapping(self) -> QTransform:
        """Return the way from the scene to the widget."""
        middle = self._shown(QRectF(self._rect.center(), QSizeF())).topLeft()
        away = self._rect.center()
        moved = QTransform.fromTranslate(middle.x(), middle.y())
        scaled = moved.scale(self._scale, self._scale)
        return scaled.translate(-away.x(), -away.y())

    def _measure(self) -> None:
        """Fit the graph and the seen part into the widget."""
        self._rect = self._scene.bounds().united(self._camera.seen())
        inner = QRectF(self.rect()).adjusted(_AIR_PX, _AIR_PX, -_AIR_PX, -_AIR_PX)
        across = inner.width() / max(1.0, self._rect.width())
        down = inner.height() / max(1.0, self._rect.height())
        self._scale = min(across, down)

    def _shown(self, rect: QRectF) -> QRectF:
        middle, scale = self._rect.center(), self._scale
        corner = (rect.topLeft() - middle) * scale + QPointF(self.rect().center())
        width, height = max(2.0, rect.width() * scale), max(2.0, rect.height() * scale)
        return QRectF(corner.x(), corner.y(), width, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Bring the pressed place to the middle of the canvas."""
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Keep bringing the place under the pointer to the middle."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        event.accept()

    def _go(self, event: QMouseEvent) -> None:
        offset = event.position() - QPointF(self.rect().center())
        place = self._rect.center() + offset / self._scale
        self._camera.is_automatic = False
        self._camera.centre_on(place)
        self._view.viewport().update()
        event.accept()


def _draw(painter: QPainter, colour: QColor, rects: list[QRectF]) -> None:
    """Fill blocks that are two pixels wide at least, whatever the scale."""
    painter.setPen(QPen(colour, 0))
    painter.setBrush(colour)
    painter.drawRects(rects)
