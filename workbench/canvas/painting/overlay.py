"""What is drawn over the scene, and words in screen pixels."""

from typing import Protocol

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from engine.i18n import tr
from workbench.canvas.cards import fonts
from workbench.canvas.cards.words import LIVE_ZOOM
from workbench.canvas.geometry import sizes
from workbench.canvas.painting.phase_marks import PhaseMarks
from workbench.canvas.painting.step_animation import StepAnimation
from workbench.canvas.painting.walked import Walked
from workbench.canvas.scene.selection import Selection
from workbench.canvas.stage import Stage
from workbench.theme.text import power_of_ten
from workbench.theme.tokens import Tokens, current, mix

TOAST_MS = 5000
_SIGN_PX = 20.0
_LEGEND_PX = 28.0
"""Height of the legend of a walk; notices stand over it."""
_CENTRE = Qt.AlignmentFlag.AlignCenter


class Painted(Protocol):
    """A gesture, as far as it is drawn."""

    def paint(self, painter: QPainter) -> None:
        """Draw over the scene, in scene coordinates."""


class Overlay:
    """What lies over the scene: gestures, words on how to start, notices that fade.

    Args:
        stage: The canvas.
        parent: Qt's owner of a timer.

    Attributes:
        animation: Of a training step.
        marks: Rings of a training phase.
        walked: A step that is walked.
        shows_focus: A frame says that keys go to the canvas.
    """

    def __init__(self, stage: Stage, parent: QObject) -> None:
        self._stage, self.animation = stage, StepAnimation(stage, parent)
        self.notice = ""
        self.marks, self.walked = PhaseMarks(), Walked()
        self.shows_focus = False
        self._timer = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.forget)

    def say(self, text: str) -> None:
        """Show a notice at the lower edge for some seconds."""
        self.notice = text
        self._timer.start(TOAST_MS)
        self._stage.viewport().update()

    def forget(self) -> None:
        """Take the notice away."""
        self._timer.stop()
        self.notice = ""
        self._stage.viewport().update()

    def paint(self, painter: QPainter, held: Painted | None) -> None:
        """Draw what moves over the scene, then words in screen pixels.

        Args:
            painter: In scene coordinates.
            held: The gesture under way.
        """
        stage = self._stage
        painter.save()
        self.walked.paint(painter, stage.scene, stage.camera.zoom)
        self.marks.paint(painter, stage.scene, stage.camera.zoom)
        _outline(painter, stage.scene.chosen.inside())
        self.animation.paint(painter)
        if held is not None:
            held.paint(painter)
        painter.restore()
        painter.save()
        painter.resetTransform()
        self._paint_words(painter, current())
        painter.restore()

    def _paint_words(self, painter: QPainter, tokens: Tokens) -> None:
        if not self._stage.scene.nodes:
            self._paint_empty(painter, tokens)
        has_looks = bool(self._stage.scene.live.looks)
        if self.walked.trail is not None:
            self.walked.paint_legend(painter, self._stage.viewport().height())
        elif has_looks and self._stage.camera.zoom >= LIVE_ZOOM:
            _paint_legend(painter, tokens, self._stage.viewport().height())
        taken = 0.0 if self.walked.trail is None else _LEGEND_PX
        for words in filter(None, (self.notice, self.animation.words)):
            taken += self._paint_chip(painter, tokens, words, taken)
        if self.shows_focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRect(self._stage.viewport().rect().adjusted(1, 1, -1, -1))

    def _paint_empty(self, painter: QPainter, tokens: Tokens) -> None:
        screen = QRectF(self._stage.viewport().rect())
        middle = screen.center().y()
        painter.setFont(fonts.title(17))
        painter.setPen(QColor(tokens.fg2))
        rect = QRectF(screen.left(), middle - 40, screen.width(), 28)
        painter.drawText(rect, _CENTRE, tr("Drop a layer here"))
        painter.setFont(fonts.small(13))
        painter.setPen(QColor(tokens.fg2))
        words = tr(
            "or press Tab to search, open a preset, or drop a file of your own data"
        )
        rect = QRectF(screen.left(), middle - 8, screen.width(), 24)
        painter.drawText(rect, _CENTRE, words)

    def _paint_chip(
        self, painter: QPainter, tokens: Tokens, text: str, below: float
    ) -> float:
        """Draw a sentence at the lower edge, above others; return the room it took."""
        screen = self._stage.viewport().rect()
        font = fonts.small(12)
        lines = QFontMetricsF(font)
        widest = max(120.0, screen.width() - 80.0)
        flags = int(_CENTRE.value | Qt.TextFlag.TextWordWrap.value)
        size = lines.boundingRect(QRectF(0, 0, widest, 200), flags, text)
        width, height = size.width() + 36, size.height() + 16
        top = screen.height() - below - height - 16
        rect = QRectF((screen.width() - width) / 2, top, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.bg3))
        painter.drawRoundedRect(rect, 7, 7)
        painter.setFont(font)
        painter.setPen(QColor(tokens.fg))
        painter.drawText(rect, flags, text)
        return height + 8


def _paint_legend(painter: QPainter, tokens: Tokens, height: int) -> None:
    """Say at the lower left what the small histograms on cards show."""
    words = tr("on cards:")
    low, high = (power_of_ten(int(n)) for n in (sizes.SPARK_LOW, sizes.SPARK_HIGH))
    axis = f"|∂L/∂w|, {low} … {high}"
    painter.setFont(fonts.small(12))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = painter.fontMetrics()
    left, base = 16.0, height - 18.0
    sign = left + metrics.horizontalAdvance(words) + 8
    end = sign + _SIGN_PX + 8 + metrics.horizontalAdvance(axis)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.canvas))
    painter.drawRect(QRectF(left - 6, base - 14, end - left + 12, 20))
    painter.setPen(QColor(tokens.fg2))
    painter.drawText(QPointF(left, base), words)
    painter.drawText(QPointF(sign + _SIGN_PX + 8, base), axis)
    painter.setPen(QPen(QColor(tokens.backward), 1.2))
    painter.setBrush(QColor(mix(tokens.canvas, tokens.backward, 0.4)))
    places = ((0.0, 0.0), (0.3, -0.15), (0.5, -0.6), (0.7, -0.15), (1.0, 0.0))
    painter.drawPolygon(
        [QPointF(sign + x * _SIGN_PX, base + y * _SIGN_PX) for x, y in places]
    )


def _outline(painter: QPainter, chosen: Selection | None) -> None:
    """Outline what is selected inside an open block; cards outside do it themselves."""
    if chosen is None:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(current().accent), 2.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for node_id in chosen.ids:
        rect, radius = chosen.area.rect_of(node_id), sizes.RADIUS
        painter.drawRoundedRect(rect, radius, radius)
