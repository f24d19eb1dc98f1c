"""What is drawn over and under the scene in screen pixels."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from engine.i18n import tr
from workbench.canvas.cards import fonts
from workbench.canvas.painting.phase_marks import PhaseMarks
from workbench.theme.tokens import Tokens, current

if TYPE_CHECKING:
    from workbench.canvas.view import CanvasView

TOAST_MS = 5000
_CENTRE = Qt.AlignmentFlag.AlignCenter


class Overlay:
    """What lies over the scene: gestures, words on how to start, notices that fade."""

    def __init__(self, view: "CanvasView") -> None:
        self._view = view
        self.notice = ""
        self.marks = PhaseMarks()
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
        """Draw what moves over the scene, then words in screen pixels."""
        tokens, view = current(), self._view
        painter.save()
        self.marks.paint(painter, view.scene, view.camera.zoom)
        view.inside.paint(painter)
        view.step_animation.paint(painter)
        if view.gesture is not None:
            view.gesture.paint(painter)
        painter.restore()
        painter.save()
        painter.resetTransform()
        self._paint_words(painter, tokens)
        painter.restore()

    def _paint_words(self, painter: QPainter, tokens: Tokens) -> None:
        if not self._view.scene.nodes:
            self._paint_empty(painter, tokens)
        room = 0.0
        for words in filter(None, (self.notice, self._view.step_animation.words)):
            room += self._paint_chip(painter, tokens, words, room)
        if self._view.shows_focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRect(self._view.viewport().rect().adjusted(1, 1, -1, -1))

    def _paint_empty(self, painter: QPainter, tokens: Tokens) -> None:
        screen = QRectF(self._view.viewport().rect())
        middle = screen.center().y()
        painter.setFont(fonts.title(17))
        painter.setPen(QColor(tokens.fg2))
        room = QRectF(screen.left(), middle - 40, screen.width(), 28)
        painter.drawText(room, _CENTRE, tr("Drop a layer here"))
        painter.setFont(fonts.small(13))
        painter.setPen(QColor(tokens.fg2))
        words = tr("or press Tab to search, or open a preset")
        room = QRectF(screen.left(), middle - 8, screen.width(), 24)
        painter.drawText(room, _CENTRE, words)

    def _paint_chip(
        self, painter: QPainter, tokens: Tokens, text: str, below: float
    ) -> float:
        """Draw a sentence at the lower edge, above others; return the room it took."""
        screen = self._view.viewport().rect()
        font = fonts.small(12)
        lines = QFontMetricsF(font)
        widest = max(120.0, screen.width() - 80.0)
        flags = int(_CENTRE.value | Qt.TextFlag.TextWordWrap.value)
        size = lines.boundingRect(QRectF(0, 0, widest, 200), flags, text)
        width, height = size.width() + 36, size.height() + 16
        top = screen.height() - below - height - 16
        room = QRectF((screen.width() - width) / 2, top, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.bg3))
        painter.drawRoundedRect(room, 7, 7)
        painter.setFont(font)
        painter.setPen(QColor(tokens.fg))
        painter.drawText(room, flags, text)
        return height + 8
