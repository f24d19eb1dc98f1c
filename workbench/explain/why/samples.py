"""The samples of the batch, sorted by what each adds to a weight's gradient.

Axes: N samples.
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from engine.i18n import tr
from engine.protocol.tracing import BatchShown, WeightExplained
from workbench import theme
from workbench.explain import pictures, words
from workbench.explain.sample_bar import described
from workbench.theme import fonts, text
from workbench.theme.tokens import SPACE_L, current

_TILE, _GAP, _BAR = 40.0, 8.0, 6.0
_ROW_PX, _AXIS_PX = 28.0, 76.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TINY = 0.02
"""Share of the largest push below which a sample is drawn faintly."""


class Samples(QWidget):
    """Tiles or rows, the largest push first; below them all pushes on one axis.

    What a sample *pushes* is −∂L/∂w: up raises the weight.

    Signals:
        picked: Number of a sample that was clicked.
    """

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.why: WeightExplained | None = None
        self.batch: BatchShown | None = None
        self.sample = -1
        self._order = np.zeros(0, np.int64)
        self._images: dict[int, QImage] = {}
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for three rows of tiles and the axis."""
        return QSize(520, round(3 * (_TILE + _GAP + _BAR) + _AXIS_PX + 24))

    def say(
        self, why: WeightExplained | None, batch: BatchShown | None, sample: int
    ) -> None:
        """Show what the samples add to a weight's gradient."""
        if batch is not self.batch:
            self._images.clear()
        self.why, self.batch, self.sample = why, batch, sample
        if why is not None:
            self._order = np.argsort(-np.abs(why.samples), kind="stable")
        self.setAccessibleName(self.text)
        self.update()

    @property
    def pushes(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        """−∂L/∂w of each sample."""
        return np.zeros(0) if self.why is None else -self.why.samples

    @property
    def text(self) -> str:
        """Who raises, who lowers, and the sum, in a line."""
        if self.why is None:
            return ""
        if not len(self.why.samples):
            return tr("A backward pass for each sample: click a weight to make them.")
        pushes = self.pushes
        least = _TINY * pictures.scale_of(pushes)
        up, down = int((pushes > least).sum()), int((pushes < -least).sum())
        total = words.signed(float(pushes.sum()))
        raises = tr("{n:sample raises|samples raise} it", n=up)
        lowers = tr("{n:sample lowers|samples lower} it", n=down)
        return f"{raises} · {lowers} · {tr('their sum is {total}', total=total)}"

    @property
    def _has_pictures(self) -> bool:
        return self.batch is not None and len(self.batch.pixels) > 0

    def _places(self) -> list[tuple[int, QRectF]]:
        """Return the samples that have room, and where each stands."""
        area = QRectF(self.rect()).adjusted(SPACE_L, 26, -SPACE_L, -_AXIS_PX)
        found = []
        if self._has_pictures:
            across = max(1, int((area.width() + _GAP) // (_TILE + _GAP)))
            down = max(1, int((area.height() + 4) // (_TILE + _BAR + _GAP)))
            for at, sample in enumerate(self._order[: across * down].tolist()):
                row, column = divmod(at, across)
                left = area.left() + column * (_TILE + _GAP)
                top = area.top() + row * (_TILE + _BAR + _GAP)
                found.append((sample, QRectF(left, top, _TILE, _TILE)))
            return found
        rows = max(1, int(area.height() // _ROW_PX))
        for at, sample in enumerate(self._order[:rows].tolist()):
            top = area.top() + at * _ROW_PX
            found.append((sample, QRectF(area.left(), top, area.width(), _ROW_PX)))
        return found

    def sample_at(self, place: QPointF) -> int | None:
        """Return the sample at a place."""
        return next((n for n, rect in self._places() if rect.contains(place)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the sample that is clicked."""
        sample = self.sample_at(event.position())
        if sample is not None:
            self.picked.emit(sample)

    def event(self, event: object) -> bool:
        """Say what a sample is when somebody waits over it."""
        if isinstance(event, QHelpEvent):
            sample = self.sample_at(QPointF(event.pos()))
            if sample is not None and self.why is not None:
                push = words.signed(float(self.pushes[sample]))
                said = (
                    f"#{sample + 1}  {described(self.batch, sample)}\n−∂L/∂w = {push}"
                )
                QToolTip.showText(event.globalPos(), text.tip(said), self)
            return True
        return super().event(event)  # type: ignore[arg-type]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw tiles or rows, and the axis."""
        tokens = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.ui(fonts.SECONDARY))
            painter.setPen(QColor(tokens.fg2))
            if self.why is None or not len(self.why.samples):
                centre = Qt.AlignmentFlag.AlignCenter
                painter.drawText(self.rect(), centre, self.text or _nothing())
                return
            head = QRectF(SPACE_L, 0, self.width() - 2 * SPACE_L, 22)
            painter.drawText(head, _LEFT, self.text)
            scale = pictures.scale_of(self.pushes)
            for sample, rect in self._places():
                painter.save()
                if self._has_pictures:
                    self._paint_tile(painter, sample, rect, scale)
                else:
                    self._paint_row(painter, sample, rect, scale)
                painter.restore()
            self._paint_axis(painter, scale)

    def _paint_tile(
        self, painter: QPainter, sample: int, rect: QRectF, scale: float
    ) -> None:
        tokens, share = current(), float(self.pushes[sample]) / scale
        assert self.batch is not None
        if sample not in self._images:
            self._images[sample] = pictures.sample(self.batch.pixels[sample])
        painter.setOpacity(1.0 if abs(share) >= _TINY else 0.4)
        painter.drawImage(rect, self._images[sample])
        painter.setOpacity(1.0)
        if sample == self.sample:
            painter.setPen(QPen(QColor(tokens.fg), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), 3, 3)
        if abs(share) >= _TINY:
            below = QRectF(rect.left(), rect.bottom() + 3, rect.width(), 3)
            self._paint_push(painter, below, share)

    def _paint_push(self, painter: QPainter, box: QRectF, share: float) -> None:
        """Draw a bar from the middle: to the right raises the weight."""
        tokens = current()
        half = box.width() / 2
        width = max(1.0, abs(share) * half)
        left = box.center().x() - (width if share < 0 else 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.plus if share > 0 else tokens.minus))
        painter.drawRect(QRectF(left, box.top(), width, box.height()))

    def _paint_row(
        self, painter: QPainter, sample: int, rect: QRectF, scale: float
    ) -> None:
        tokens, push = current(), float(self.pushes[sample])
        if sample == self.sample:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.bg3))
            painter.drawRoundedRect(rect, 4, 4)
        painter.setPen(QColor(tokens.fg2))
        painter.drawText(rect.adjusted(6, 0, 0, 0), _LEFT, f"#{sample + 1}")
        painter.setPen(QColor(tokens.fg))
        middle = rect.adjusted(48, 0, -240, 0)
        said = painter.fontMetrics().elidedText(
            described(self.batch, sample),
            Qt.TextElideMode.ElideRight,
            int(middle.width()),
        )
        painter.drawText(middle, _LEFT, said)
        bar = QRectF(rect.right() - 230, rect.center().y() - 3, 140, 6)
        self._paint_push(painter, bar, push / scale)
        painter.setFont(fonts.mono(fonts.AXIS))
        painter.setPen(QColor(tokens.text("plus" if push > 0 else "minus", "bg1")))
        painter.drawText(rect.adjusted(0, 0, -8, 0), _RIGHT, words.signed(push))

    def _paint_axis(self, painter: QPainter, scale: float) -> None:
        """Draw every sample as a dot on one axis; equal ones stand on each other."""
        tokens = current()
        base = self.height() - 34.0
        left, right = float(SPACE_L + 32), float(self.width() - SPACE_L - 32)
        middle, half = (left + right) / 2, (right - left) / 2
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(left, base), QPointF(right, base))
        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(tokens.fg2))
        for share in (-1.0, 0.0, 1.0):
            x = middle + share * half
            box = QRectF(x - 60, base + 3, 120, 14)
            value = words.signed(share * scale) if share else "0"
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, value)
        line = QRectF(left, base + 17, right - left, 15)
        said = tr("−∂L/∂w of each sample: to the right raises the weight")
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, said)
        taken: dict[int, int] = {}
        painter.setPen(Qt.PenStyle.NoPen)
        for push in np.sort(self.pushes).tolist():
            x = middle + push / scale * half
            column = round(x / 7)
            level = taken.get(column, 0)
            taken[column] = level + 1
            if level < 6:
                painter.setBrush(QColor(tokens.plus if push > 0 else tokens.minus))
                painter.drawEllipse(
                    QPointF(column * 7, base - 5 - level * 6.0), 2.8, 2.8
                )


def _nothing() -> str:
    return tr("Choose a layer with weights, and click one of them.")
