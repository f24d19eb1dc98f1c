"""A sheet to draw on, as large as fingers need, and as small as the network reads it.

Axes: C channels, H rows, W columns.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QImageReader,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from workbench import theme

SIDE_PX = 252
_PEN_SHARE = 0.085
_FULL = 255
Pixels = npt.NDArray[np.uint8]


class Sheet(QWidget):
    """Takes strokes and pictures; says what the network would read.

    Args:
        shape: C×H×W that the network reads.
        is_dark: Its pictures have a dark ground.

    Attributes:
        ink: Colour of the strokes; None is what stands out from the ground.
    """

    changed = Signal()

    def __init__(self, shape: tuple[int, int, int], *, is_dark: bool) -> None:
        super().__init__()
        self._shape, self.is_dark, self.centres = shape, is_dark, shape[0] == 1
        self._image = QImage()
        self.ink: QColor | None = None
        self._last: QPointF | None = None
        self.setFixedSize(SIDE_PX, round(SIDE_PX * shape[1] / shape[2]))
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Sheet to draw on"))
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.clear()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was drawn yet."""
        return self._is_empty

    def clear(self) -> None:
        """Take a new sheet."""
        self._image = QImage(self.size(), QImage.Format.Format_RGB32)
        self._image.fill(QColor(Qt.GlobalColor.black if self.is_dark else "#ffffff"))
        self._is_empty, self._is_drawn = True, True
        self.update()
        self.changed.emit()

    def open(self, path: str) -> bool:
        """Take a picture out of a file; return whether it is one."""
        reader = QImageReader(path)
        reader.setAutoTransform(True)
        image = reader.read()
        if image.isNull():
            return False
        whole = self._image
        with QPainter(whole) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(whole.rect()), image)
        self._is_empty = self._is_drawn = False
        self.update()
        self.changed.emit()
        return True

    def invert(self) -> None:
        """Swap light and dark."""
        self._image.invertPixels()
        self.is_dark = not self.is_dark
        self.update()
        self.changed.emit()

    def seen(self) -> QImage:
        """Return what the network reads, H×W."""
        _, rows, columns = self._shape
        image = self._image
        if self.centres and self._is_drawn and not self._is_empty:
            image = _centred(image, is_dark=self.is_dark)
        size = QSize(columns, rows)
        smooth = Qt.TransformationMode.SmoothTransformation
        return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)

    def values(self, high: float) -> list[float]:
        """Return the numbers C×H×W, from 0 to `high`, one after the other."""
        pixels = _pixels(self.seen())
        grey = self._shape[0] == 1
        planes = pixels.mean(2)[None] if grey else pixels.transpose(2, 0, 1)
        found: list[float] = (planes * (high / _FULL)).round(4).ravel().tolist()
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        self._last = event.position()
        self._stroke(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with it."""
        if self._last is not None:
            self._stroke(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End it."""
        self._last = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete clears the sheet."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.clear()
        else:
            super().keyPressEvent(event)

    def _stroke(self, end: QPointF) -> None:
        assert self._last is not None
        plain = QColor("#ffffff" if self.is_dark else Qt.GlobalColor.black)
        ink = plain if self.ink is None else self.ink
        pen = QPen(ink, SIDE_PX * _PEN_SHARE, Qt.PenStyle.SolidLine)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        with QPainter(self._image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(pen)
            painter.drawLine(self._last, end + QPointF(0.01, 0))
        self._last, self._is_empty = end, False
        self.update()
        self.changed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sheet, and a hint on an empty one."""
        now = theme.current()
        with QPainter(self) as painter:
            painter.drawImage(0, 0, self._image)
            painter.setPen(QPen(QColor(now.accent if self.hasFocus() else now.edge), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            if self._is_empty:
                painter.setPen(QColor("#9aa3b2" if self.is_dark else "#586274"))
                centre = Qt.AlignmentFlag.AlignCenter
                painter.drawText(self.rect(), centre, tr("Draw here"))


def _pixels(image: QImage) -> Pixels:
    """Return colours H×W×3, red first."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(plain.constBits(), np.uint8)
    lines = raw.reshape(plain.height(), plain.bytesPerLine())
    width = plain.width()
    return lines[:, : 3 * width].reshape(plain.height(), width, 3).copy()


def _centred(image: QImage, *, is_dark: bool) -> QImage:
    """Return a drawing as MNIST has them: 20 of 28 high, its mass in the middle.

    Source: Y. LeCun et al., "Gradient-based learning applied to document recognition",
        1998
    """
    light = _pixels(image).mean(2)
    ink: Any = light if is_dark else _FULL - light
    rows, columns = np.nonzero(ink > _FULL / 8)
    if not len(rows):
        return image
    left, top = float(columns.min()), float(rows.min())
    box = QRectF(left, top, float(np.ptp(columns)) + 1, float(np.ptp(rows)) + 1)
    side = min(image.width(), image.height())
    scale = side * 20 / 28 / max(box.width(), box.height())
    weight = ink.sum()
    x = float((ink.sum(0) * (np.arange(ink.shape[1]) + 0.5)).sum() / weight)
    y = float((ink.sum(1) * (np.arange(ink.shape[0]) + 0.5)).sum() / weight)
    made = QImage(image.size(), QImage.Format.Format_RGB32)
    made.fill(QColor(Qt.GlobalColor.black if is_dark else "#ffffff"))
    with QPainter(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(image.width() / 2, image.height() / 2)
        painter.scale(scale, scale)
        painter.translate(-x, -y)
        painter.drawImage(box, image, box)
    return made
