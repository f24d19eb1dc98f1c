"""What is drawn over and under the scene in screen pixels."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap

from engine.i18n import tr
from workbench.canvas import face as faces
from workbench.canvas import metrics
from workbench.theme.tokens import Tokens, current

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

TOAST_MS = 5000
_CENTRE = Qt.AlignmentFlag.AlignCenter


class Grid:
    """Dots that move and scale with the scene; the whole ground is one picture."""

    def __init__(self) -> None:
        self._key: tuple | None = None
        self._ground = QPixmap()

    def paint(self, painter: QPainter, view: "CanvasView") -> None:
        """Fill the background and draw the dots."""
        pitch = metrics.DOT_PITCH * view.camera.zoom
        while pitch < 14:
            pitch *= 2
        origin = view.viewportTransform().map(QPointF(0, 0))
        first = QPointF(origin.x() % pitch - pitch, origin.y() % pitch - pitch)
        size, ratio = view.viewport().size(), view.devicePixelRatioF()
        key = (pitch, first.x(), first.y(), size, ratio, current().name)
        if key != self._key:
            self._key = key
            self._ground = _ground(pitch, first, size, ratio)
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._ground)


def _ground(pitch: float, first: QPointF, size: QSize, ratio: float) -> QPixmap:
    """Return the background with its dots."""
    tokens = current()
    drawn = QPixmap(size * ratio)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(QColor(tokens.canvas))
    columns = [first.x() + i * pitch for i in range(int(size.width() / pitch) + 3)]
    rows = [first.y() + i * pitch for i in range(int(size.height() / pitch) + 3)]
    with QPainter(drawn) as painter:
        painter.setPen(QPen(QColor(tokens.grid), 2.0))
        painter.drawPoints([QPointF(x, y) for y in rows for x in columns])
    return drawn


class Overlay:
    """Words on the canvas: how to start, and notices that fade."""

    def __init__(self, view: "CanvasView") -> None:
        self._view = view
        self.notice = ""
        self._timer = QTimer(view)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.forget)

    def say(self, text: str) -> None:
        """Show a notice at the lower edge for some seconds."""
        self.notice = text
        self._timer.start(TOAST_MS)
        self._view.viewport().update()

    def forget(self) -> None:
        """Take the notice away."""
        self._timer.stop()
        self.notice = ""
        self._view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Draw in screen pixels."""
        tokens = current()
        painter.resetTransform()
        if not self._view.canvas.nodes:
            self._paint_empty(painter, tokens)
        if self.notice:
            self._paint_notice(painter, tokens)
        if self._view.shows_focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRect(self._view.viewport().rect().adjusted(1, 1, -1, -1))

    def _paint_empty(self, painter: QPainter, tokens: Tokens) -> None:
        screen = QRectF(self._view.viewport().rect())
        middle = screen.center().y()
        painter.setFont(faces.title_font(17))
        painter.setPen(QColor(tokens.fg2))
        room = QRectF(screen.left(), middle - 40, screen.width(), 28)
        painter.drawText(room, _CENTRE, tr("Drop a layer here"))
        painter.setFont(faces.small_font(13))
        painter.setPen(QColor(tokens.fg2))
        words = tr("or press Tab to search, or open a preset")
        room = QRectF(screen.left(), middle - 8, screen.width(), 24)
        painter.drawText(room, _CENTRE, words)

    def _paint_notice(self, painter: QPainter, tokens: Tokens) -> None:
        screen = self._view.viewport().rect()
        font = faces.small_font(12)
        lines = QFontMetricsF(font)
        widest = max(120.0, screen.width() - 80.0)
        flags = int(_CENTRE.value | Qt.TextFlag.TextWordWrap.value)
        size = lines.boundingRect(QRectF(0, 0, widest, 200), flags, self.notice)
        width, height = size.width() + 36, size.height() + 16
        room = QRectF((screen.width() - width) / 2, screen.height() - height - 16,
                      width, height)  # fmt: skip
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.bg3))
        painter.drawRoundedRect(room, 7, 7)
        painter.setFont(font)
        painter.setPen(QColor(tokens.fg))
        painter.drawText(room, flags, self.notice)
