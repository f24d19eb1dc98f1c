"""The largest paths from a weight to the loss, and ‖δ‖ from layer to layer."""

import itertools
import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.i18n import tr
from engine.plain import percent
from engine.protocol.tracing import NodeStep, PathTold, WeightExplained
from workbench import theme
from workbench.explain import words
from workbench.theme import fonts
from workbench.theme.tokens import SPACE_L, current

_ROW_PX = 28.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Title = Callable[[str], str]


class Routes(QWidget):
    """A row for each path, the largest first, with its share of the gradient."""

    def __init__(self, title: Title) -> None:
        super().__init__()
        self._title = title
        self.why: WeightExplained | None = None
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for some rows."""
        return QSize(520, round(8 * _ROW_PX))

    def say(self, why: WeightExplained | None) -> None:
        """Show the paths of a weight."""
        self.why = why
        self.setAccessibleName("\n".join(self.lines()))
        self.update()

    def lines(self) -> list[str]:
        """Return what is said of each path, and of the rest."""
        why = self.why
        if why is None or why.gradient is None or not why.paths:
            return []
        return [f"{words.signed(part)} {way}" for part, way in self._told(why)]

    def _told(
        self, why: WeightExplained, room: int | None = None
    ) -> list[tuple[float, str]]:
        """Return what comes along each path, and how it is called; the rest last.

        Args:
            why: Of a weight that a gradient comes to.
            room: Rows that there are; without, all paths have one.
        """
        found = [(path.gradient, self._way(path)) for path in why.paths]
        whole = why.gradient or 0.0
        rest = whole - sum(part for part, _ in found)
        has_more = abs(rest) > 1e-4 * abs(whole)
        if room is not None and len(found) + has_more > room:
            found, has_more = found[: max(0, room - 1)], True
        if has_more:
            rest = whole - sum(part for part, _ in found)
            found.append((rest, tr("all others")))
        return found

    def _way(self, path: PathTold) -> str:
        titles = map(self._title, path.nodes[1:])
        entered = itertools.chain(path.ports, itertools.repeat(""))
        return " → ".join(
            f"{title} ({port})" if port else title
            for title, port in zip(titles, entered, strict=False)
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows."""
        why, tokens = self.why, current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.ui(fonts.SECONDARY))
            painter.setPen(QColor(tokens.fg2))
            if why is None or why.gradient is None or not why.paths:
                centre = Qt.AlignmentFlag.AlignCenter
                said = tr("Choose a layer with weights, and click one of them.")
                if why is not None:
                    said = tr("Looking for the paths…")
                if why is not None and why.gradient is None:
                    said = tr("No gradient comes to this weight.")
                painter.drawText(self.rect(), centre, said)
                return
            most = max(abs(path.gradient) for path in why.paths) or 1.0
            room = int((self.height() - 8) // _ROW_PX)
            for at, (part, way) in enumerate(self._told(why, room)):
                row = QRectF(SPACE_L, at * _ROW_PX, self.width() - 2 * SPACE_L, _ROW_PX)
                share = part / why.gradient if why.gradient else 0.0
                self._paint(painter, row, min(1.0, abs(part) / most), (part, share))
                self._write(painter, row, way)

    def _paint(
        self, painter: QPainter, row: QRectF, part: float, told: tuple[float, float]
    ) -> None:
        tokens = current()
        bar = QRectF(row.left(), row.top() + 8, 120 * abs(part), row.height() - 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.backward))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setFont(fonts.mono(fonts.AXIS))
        painter.setPen(QColor(tokens.text("backward", "bg1")))
        value = QRectF(row.left() + 124, row.top(), 84, row.height())
        painter.drawText(value, _RIGHT, words.signed(told[0]))
        painter.setPen(QColor(tokens.fg2))
        share = QRectF(row.left() + 212, row.top(), 52, row.height())
        painter.drawText(share, _RIGHT, percent(told[1]).replace("-", "−"))

    def _write(self, painter: QPainter, row: QRectF, way: str) -> None:
        painter.setFont(fonts.ui(fonts.SECONDARY))
        painter.setPen(QColor(current().fg))
        box = row.adjusted(276, 0, 0, 0)
        said = painter.fontMetrics().elidedText(
            way, Qt.TextElideMode.ElideMiddle, int(box.width())
        )
        painter.drawText(box, _LEFT, said)


class Stairs(QWidget):
    """‖δ‖ of every layer on one logarithmic axis, the loss at the right.

    Signals:
        picked: Path of a layer that was clicked.
    """

    picked = Signal(str)

    def __init__(self, title: Title) -> None:
        super().__init__()
        self._title = title
        self.steps: list[tuple[str, float]] = []
        self._current = ""
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for some room."""
        return QSize(520, 220)

    def say(self, nodes: Sequence[NodeStep], current_: str) -> None:
        """Show the sizes of all gradients that arrive."""
        arrived = (
            (node.path, next((u.norm for u in node.upstreams if u), 0.0))
            for node in nodes
        )
        self.steps = [(path, norm) for path, norm in arrived if norm > 0]
        self._current = current_
        told = (f"{self._title(p)} {words.number(norm)}" for p, norm in self.steps)
        self.setAccessibleName(", ".join(told))
        self.update()

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(SPACE_L + 44, 26, -SPACE_L, -40)

    def _ends(self) -> tuple[float, float]:
        logs = [math.log10(norm) for _, norm in self.steps]
        return math.floor(min(logs)), math.ceil(max(logs) + 1e-9)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the layer that is clicked."""
        plot = self._plot()
        if self.steps and plot.left() <= event.position().x() <= plot.right():
            share = (event.position().x() - plot.left()) / plot.width()
            at = min(int(share * len(self.steps)), len(self.steps) - 1)
            self.picked.emit(self.steps[at][0])

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a step for each layer."""
        if not self.steps:
            return
        tokens, plot = current(), self._plot()
        low, high = self._ends()
        span = max(high - low, 1)
        width = plot.width() / len(self.steps)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.ui(fonts.SECONDARY))
            painter.setPen(QColor(tokens.fg2))
            head = QRectF(SPACE_L, 0, self.width() - 2 * SPACE_L, 22)
            painter.drawText(head, _LEFT, self.sentence())
            self._paint_axis(painter, plot, (low, high))
            for at, (path, norm) in enumerate(self.steps):
                share = (math.log10(norm) - low) / span
                top = plot.bottom() - share * plot.height()
                left = plot.left() + at * width
                bar = QRectF(left + 1, top, max(1.0, width - 2), plot.bottom() - top)
                colour = QColor(tokens.backward)
                colour.setAlpha(255 if path == self._current else 110)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawRect(bar)
                if width >= 56:
                    self._name(
                        painter, QRectF(left, plot.bottom() + 4, width, 16), path
                    )

    def sentence(self) -> str:
        """Return how much of the gradient is left at the first layer."""
        first, last = self.steps[0][1], self.steps[-1][1]
        share = words.number(first / last)
        return tr("Norm of δ at each layer; first ÷ last = {share}", share=share)

    def _paint_axis(
        self, painter: QPainter, plot: QRectF, ends: tuple[float, float]
    ) -> None:
        tokens = current()
        painter.setFont(fonts.ui(fonts.AXIS))
        low, high = int(ends[0]), int(ends[1])
        step = max(1, (high - low) // 4)
        for power in range(low, high + 1, step):
            y = plot.bottom() - (power - low) / max(high - low, 1) * plot.height()
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(tokens.fg2))
            box = QRectF(SPACE_L, y - 8, 38, 16)
            painter.drawText(box, _RIGHT, words.number(10.0**power))

    def _name(self, painter: QPainter, box: QRectF, path: str) -> None:
        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(current().fg2))
        said = painter.fontMetrics().elidedText(
            self._title(path), Qt.TextElideMode.ElideRight, int(box.width() - 4)
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, said)
