"""The network's answers beside the right ones, the worst first."""

import itertools

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from engine.i18n import tr
from engine.protocol.arrays import Floats
from engine.protocol.messages import View
from workbench.plots.parts import style
from workbench.plots.parts.table import Table
from workbench.plots.views.base import ViewFace, name, number
from workbench.plots.views.kinds.image_grid import crisp, to_image
from workbench.theme.text import percent

HEADER_PX, TEXT_ROW_PX, IMAGE_ROW_PX = 22, 24, 40
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight
_PAD = 10
_FEATURE_PX = 72
"""Least width of a feature's column."""


class Predictions(ViewFace):
    """A painted table; as high as its rows need."""

    def prepare(self, view: View) -> None:
        """Make pictures, and the room for all rows."""
        arrays, words = view.arrays, view.words
        self.losses = arrays["losses"]
        self.is_classes, self.is_text = "labels" in arrays, "rights" in words
        self.names = words.get("classes", ())
        self.images = [to_image(pixels) for pixels in arrays.get("pixels", ())]
        self._pictures: dict[int, QPixmap] = {}
        self.header, self.cells = self._texts(view)
        self.measure, self.measures = self._how_bad(view)
        self.setMinimumHeight(HEADER_PX + len(self.losses) * self.row_px + 2)
        self.updateGeometry()

    @property
    def row_px(self) -> int:
        """Height of a row."""
        return IMAGE_ROW_PX if self.images else TEXT_ROW_PX

    def sizeHint(self) -> QSize:
        """Return the size that shows all rows."""
        return QSize(360, self.minimumHeight())

    def _texts(self, view: View) -> tuple[list[str], list[list[str]]]:
        """Return the header and, for each row, number, sample, right one, answer."""
        arrays, words = view.arrays, view.words
        features = arrays.get("features", np.zeros((len(self.losses), 0)))
        columns = [
            name(words.get("columns", ()), index) for index in range(features.shape[1])
        ]
        if self.is_text:
            header = [tr("Target"), tr("Answer")]
            pairs = zip(words["rights"], words["answers"], strict=True)
            both = [list(pair) for pair in pairs]
        elif self.is_classes:
            header = [tr("Class"), tr("Answer")]
            classes = zip(arrays["labels"], arrays["answers"], strict=True)
            both = [[name(self.names, int(v)) for v in pair] for pair in classes]
        else:
            header = [tr("Target"), tr("Output")]
            numbers = zip(arrays["targets"], arrays["outputs"], strict=True)
            both = [[_numbers(v) for v in pair] for pair in numbers]
        rest = [[number(float(value)) for value in row] for row in features]
        if "texts" in words:
            columns, rest = [tr("Text")], [[text] for text in words["texts"]]
        cells = [[*pair, *row] for pair, row in zip(both, rest, strict=True)]
        return [*header, *columns], cells

    def _how_bad(self, view: View) -> tuple[str, list[str]]:
        """Return what the last column is, and its words.

        A single number is off by something in its own units; all else has a loss,
        which is one of scaled values.
        """
        if "targets" not in view.arrays or view.arrays["targets"].shape[1] != 1:
            return tr("Loss"), [number(float(loss)) for loss in self.losses]
        off = (view.arrays["outputs"] - view.arrays["targets"])[:, 0]
        return tr("Error"), [f"{'+' if each > 0 else ''}{number(each)}" for each in off]

    def edges(self) -> list[float]:
        """Return the left edge of each column of words, then of loss and the end.

        Features that find no room are left out.
        """
        left = _PAD + (self.row_px + 4 if self.images else 0)
        loss_px = 118 if self.is_classes else 62 if self.is_text else 70
        room = self.width() - left - loss_px
        first = [min(self._widest(column), room / 2) for column in (0, 1)]
        num_features = len(self.header) - 2
        feature_px = self._feature_px(room - sum(first))
        fitting = int(max(room - sum(first), 0) // feature_px)
        shown = min(num_features, fitting)
        spare = (room - sum(first) - shown * feature_px) / (2 + shown)
        widths = [width + spare for width in (*first, *[feature_px] * shown)]
        places = np.cumsum([left, *widths])
        return [*places.tolist()[:-1], self.width() - loss_px, self.width()]

    def _feature_px(self, room: float) -> float:
        """Return the width of a feature's column; texts get what there is."""
        if not self.is_text or len(self.header) < 3:
            return _FEATURE_PX
        return max(min(self._widest(2), room), _FEATURE_PX)

    def _widest(self, column: int) -> float:
        metrics = style.metrics()
        texts = [self.header[column], *(cells[column] for cells in self.cells)]
        sign_px = 26 if column == 1 or not self.is_text else 10
        return max(metrics.horizontalAdvance(text) for text in texts) + sign_px

    def draw(self, painter: QPainter) -> None:
        """Draw the header and the rows."""
        edges = self.edges()
        painter.setPen(style.colour("fg2"))
        columns = itertools.pairwise(edges[:-1])
        for text, (left, right) in zip(self.header, columns, strict=False):
            self._write(painter, text, QRectF(left, 0, right - left - 6, HEADER_PX))
        box = QRectF(edges[-2], 0, edges[-1] - edges[-2] - _PAD, HEADER_PX)
        painter.drawText(box, _RIGHT, self.measure)
        painter.setPen(style.pen(style.colour("line")))
        painter.drawLine(0, HEADER_PX - 1, self.width(), HEADER_PX - 1)
        for row in range(len(self.losses)):
            self._draw_row(painter, row, edges)

    def _draw_row(self, painter: QPainter, row: int, edges: list[float]) -> None:
        top = HEADER_PX + row * self.row_px
        if row % 2:
            painter.fillRect(
                QRectF(0, top, self.width(), self.row_px), style.colour("bg2", 110)
            )
        if self.images:
            side = self.row_px - 6
            painter.drawPixmap(QPointF(_PAD, top + 3), self._picture(row, side))
        has_sign = self.is_classes or self.is_text
        wrong = has_sign and self.cells[row][0] != self.cells[row][1]
        for column, text in enumerate(self.cells[row][: len(edges) - 2]):
            left, right = edges[column], edges[column + 1]
            is_wrong = wrong and column == 1
            painter.setPen(style.colour("err" if is_wrong else "fg"))
            sign = ("✗ " if wrong else "✓ ") if has_sign and column == 1 else ""
            self._write(
                painter, sign + text, QRectF(left, top, right - left - 6, self.row_px)
            )
        painter.setPen(style.colour("fg2"))
        box = QRectF(edges[-2], top, edges[-1] - edges[-2] - _PAD, self.row_px)
        painter.drawText(box, _RIGHT, self.measures[row])
        if self.is_classes:
            self._draw_shares(painter, row, QRectF(edges[-2], top, 58, self.row_px))

    def _picture(self, row: int, side: int) -> QPixmap:
        if row not in self._pictures:
            size = QSize(side, side)
            picture = crisp(self.images[row], size, self.devicePixelRatioF())
            self._pictures[row] = picture
        return self._pictures[row]

    def _draw_shares(self, painter: QPainter, row: int, box: QRectF) -> None:
        """Draw what the answer got, and below what the right class got."""
        assert self.view is not None
        shares = self.view.arrays["shares"][row]
        wrong = self.cells[row][0] != self.cells[row][1]
        for line, share in enumerate(shares[: 2 if wrong else 1]):
            height = 5
            top = box.center().y() + (line * 7 - (6 if wrong else 2.5))
            field = QRectF(box.left(), top, box.width(), height)
            painter.fillRect(field, style.colour("bg3"))
            is_answer = line == 0 and wrong
            field.setWidth(box.width() * float(np.clip(np.nan_to_num(share), 0, 1)))
            painter.fillRect(field, style.series(1 if is_answer else 0))

    def _write(self, painter: QPainter, text: str, box: QRectF) -> None:
        metrics = painter.fontMetrics()
        painter.drawText(box, _LEFT, metrics.elidedText(text, _ELIDE, int(box.width())))

    def summary(self) -> str:
        """Return how many there are beside those shown."""
        assert self.view is not None
        shown, total = len(self.losses), int(self.view.words["total"][0])
        return tr("the {shown} worst of {total}", shown=shown, total=f"{total:,}")

    def read(self, position: QPointF) -> str:
        """Return a row in words."""
        assert self.view is not None
        row = int((position.y() - HEADER_PX) // self.row_px)
        if not 0 <= row < len(self.losses) or position.y() < HEADER_PX:
            return ""
        number_of = int(self.view.arrays["samples"][row]) + 1
        words = tr("sample {number}", number=number_of)
        if not self.is_classes:
            return f"{words}: {self.cells[row][0]} → {self.cells[row][1]}"
        got, right = (percent(float(s)) for s in self.view.arrays["shares"][row])
        parts = f"{self.cells[row][1]} {got}, {self.cells[row][0]} {right}"
        return f"{words}: {parts}"

    def table(self) -> Table:
        """Return what is written in the rows."""
        losses = self.losses.tolist()
        pairs = zip(self.cells, self.measures, losses, strict=True)
        if self.measure == tr("Loss"):
            return [*self.header, self.measure], [
                [*cells, loss] for cells, _, loss in pairs
            ]
        rows = [[*cells, measure, loss] for cells, measure, loss in pairs]
        return [*self.header, self.measure, tr("Loss")], rows


def _numbers(values: Floats) -> str:
    shown = ", ".join(number(float(value), 4) for value in values[:4])
    return shown + (" …" if len(values) > 4 else "")
