"""Images, signals and texts of a source, drawn as they are."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.data.surveys import DataPreview
from workbench.data.bars import draw_bars
from workbench.theme import fonts
from workbench.theme.tokens import SPACE_S, current

CELL_PX = 64
_GAP, _CAPTION, _ROW = 6, 16, 44
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class PreviewPicture(QWidget):
    """One column's samples.

    Args:
        parent: Qt's owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preview: DataPreview | None = None
        self._images: list[QImage] = []
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Expanding)

    def show_preview(self, preview: DataPreview | None) -> None:
        """Show other samples."""
        self.preview = preview
        self._images = []
        if preview is not None and preview.kind == "images":
            self._images = [_image(sample) for sample in preview.samples]
        self.setAccessibleName(_spoken(preview))
        self.update()

    def sizeHint(self) -> QSize:
        """Ask for a few rows of samples."""
        return QSize(260, 220)

    def minimumSizeHint(self) -> QSize:
        """Allow little."""
        return QSize(80, 60)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        if self.preview is None:
            return
        with QPainter(self) as painter:
            {
                "images": self._draw_images,
                "signals": self._draw_signals,
                "text": self._draw_text,
            }[self.preview.kind](painter, self.preview)

    def _draw_images(self, painter: QPainter, preview: DataPreview) -> None:
        count = max(1, (self.width() + _GAP) // (CELL_PX + _GAP))
        side = min((self.width() + _GAP) // count - _GAP, CELL_PX + 12)
        has_words = any(preview.words)
        step = side + _GAP + (_CAPTION if has_words else 0)
        painter.setFont(fonts.ui(fonts.AXIS))
        metrics = QFontMetricsF(painter.font())
        for index, image in enumerate(self._images):
            x, y = index % count * (side + _GAP), index // count * step
            if y + side > self.height():
                break
            box = QRectF(x, y, side, side)
            painter.fillRect(box, QColor(current().bg2))
            size = image.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
            inside = QRectF(0, 0, size.width(), size.height())
            inside.moveCenter(box.center())
            painter.drawImage(inside, image)
            if has_words and index < len(preview.words):
                painter.setPen(QColor(current().fg2))
                word = metrics.elidedText(
                    preview.words[index], Qt.TextElideMode.ElideRight, side
                )
                painter.drawText(QRectF(x, y + side, side, _CAPTION), _LEFT, word)

    def _draw_signals(self, painter: QPainter, preview: DataPreview) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = current()
        has_words = any(preview.words)
        left = 56.0 if has_words else 0.0
        rows = max(1, min(len(preview.samples), self.height() // _ROW))
        height = self.height() / rows
        for index in range(rows):
            top = index * height
            wave = preview.samples[index]
            if has_words:
                painter.setFont(fonts.ui(fonts.SECONDARY))
                painter.setPen(QColor(theme.fg2))
                metrics = QFontMetricsF(painter.font())
                word = metrics.elidedText(
                    preview.words[index], Qt.TextElideMode.ElideRight, left - SPACE_S
                )
                painter.drawText(QRectF(0, top, left - SPACE_S, height), _LEFT, word)
            room = QRectF(left, top + 4, self.width() - left, height - 8)
            painter.setPen(QPen(QColor(theme.series[0]), 1))
            painter.drawPolyline(_curve(wave.tolist(), room))

    def _draw_text(self, painter: QPainter, preview: DataPreview) -> None:
        theme = current()
        painter.setFont(fonts.mono())
        painter.setPen(QColor(theme.fg))
        foot = 56 if preview.counts and self.height() > 140 else 0
        room = QRectF(0, 0, self.width(), self.height() - foot - SPACE_S)
        flags = int(Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
        painter.setClipRect(room)
        painter.drawText(room, flags, preview.words[0])
        painter.setClipping(False)
        if foot:
            below = QRectF(0, self.height() - foot, self.width(), foot)
            self._draw_tokens(painter, preview, below)

    def _draw_tokens(
        self, painter: QPainter, preview: DataPreview, room: QRectF
    ) -> None:
        counts = preview.counts
        most = max(1, min(len(counts), int(room.width() // 12)))
        above = QRectF(room.left(), room.top(), room.width(), room.height() - 16)
        draw_bars(painter, above, counts[:most], current().series[0])
        painter.setFont(fonts.mono(fonts.AXIS))
        painter.setPen(QColor(current().fg2))
        width = room.width() / most
        for index in range(most):
            word = _visible(preview.words[1 + index])
            place = QRectF(room.left() + index * width, room.bottom() - 16, width, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, word[:3])


def _visible(token: str) -> str:
    return {" ": "␣", "\n": "↵", "\t": "⇥"}.get(token, token)


def _curve(values: list[float], room: QRectF) -> QPolygonF:
    """Return a signal as a line; of a long one the ends of each pixel."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    scale = room.height() / ((high - low) or 1.0)
    most = max(2, int(room.width()))
    step = max(1, len(values) // most)
    points = []
    for start in range(0, len(values), step):
        piece = values[start : start + step]
        x = room.left() + room.width() * start / max(1, len(values) - 1)
        ends = (min(piece), max(piece)) if step > 1 else piece
        points += [QPointF(x, room.bottom() - (v - low) * scale) for v in ends]
    return QPolygonF(points)


def _image(sample: "object") -> QImage:
    import numpy as np  # after the first paint

    pixels = np.asarray(sample)
    if pixels.shape[0] >= 3:
        shown = np.ascontiguousarray(pixels[:3].transpose(1, 2, 0))
        form = QImage.Format.Format_RGB888
    else:
        shown = np.ascontiguousarray(pixels[0])
        form = QImage.Format.Format_Grayscale8
    height, width = shown.shape[:2]
    line = shown.strides[0]
    return QImage(shown.tobytes(), width, height, line, form).copy()


def _spoken(preview: DataPreview | None) -> str:
    if preview is None:
        return ""
    count = len(preview.samples)
    return {
        "images": tr("{n:image|images}", n=count),
        "signals": tr("{n:signal|signals}", n=count),
        "text": tr("Beginning of the text"),
    }[preview.kind]
