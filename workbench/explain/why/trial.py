"""What if a weight were another: the loss along it, and what changes behind it."""

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from engine.i18n import tr
from engine.plain import percent
from engine.protocol.tracing import WeightExplained
from engine.protocol.tracing.trials import WeightTried
from workbench import theme
from workbench.explain import words
from workbench.theme import fonts
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S, current

_ROW_PX = 22.0
_MOST = 1e30
"""The largest weight that is tried."""
_MANY = 100.0
"""From this change on it is told how many times as large it is."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Slope(QWidget):
    """The loss of the batch along one weight, and the line that its gradient foretells.

    Signals:
        picked: Value of the weight where somebody clicked or drags.
    """

    picked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._why: WeightExplained | None = None
        self._told: WeightTried | None = None
        self.setCursor(Qt.CursorShape.CrossCursor)
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for some room."""
        return QSize(300, 180)

    def say(self, why: WeightExplained | None, told: WeightTried | None) -> None:
        """Show the loss along a weight."""
        self._why, self._told = why, told
        self.update()

    @property
    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(SPACE_L + 44, 8, -SPACE_S, -36)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Try the value that is clicked."""
        self._pick(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Try the value that is dragged over."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._pick(event.position().x())

    def _pick(self, x: float) -> None:
        told, plot = self._told, self._plot
        if told is not None and len(told.values) and plot.width() > 0:
            share = min(1.0, max(0.0, (x - plot.left()) / plot.width()))
            low, high = float(told.values[0]), float(told.values[-1])
            self.picked.emit(low + share * (high - low))

    def _heights(self, told: WeightTried) -> tuple[float, float] | None:
        """Return the least and the greatest loss that is drawn."""
        known = [*told.losses.tolist(), told.before, told.after]
        known = [loss for loss in known if math.isfinite(loss)]
        if not known:
            return None
        low, high = min(known), max(known)
        room = (high - low) * 0.08 or abs(high) * 0.01 or 1.0
        return low - room, high + room

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the curve, the line and three places on it."""
        told = self._told
        heights = self._heights(told) if told is not None else None
        if told is None or heights is None or not len(told.values):
            return
        theme_, plot = current(), self._plot
        left, right = float(told.values[0]), float(told.values[-1])
        low, high = heights

        def at(value: float, loss: float) -> QPointF:
            across = plot.left() + (value - left) / (right - left) * plot.width()
            return QPointF(
                across, plot.bottom() - (loss - low) / (high - low) * plot.height()
            )

        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_axes(painter, plot, (left, right), heights)
            painter.setClipRect(plot.adjusted(-5, -5, 5, 5))
            painter.setPen(QPen(QColor(theme_.loss), 2))
            curve = zip(told.values.tolist(), told.losses.tolist(), strict=True)
            painter.drawPolyline([at(*p) for p in curve if math.isfinite(p[1])])
            slope = self._why.gradient if self._why is not None else None
            if slope is not None and math.isfinite(told.before + slope):
                dashed = QPen(QColor(theme_.backward), 1.5, Qt.PenStyle.DashLine)
                painter.setPen(dashed)
                ends = [
                    (x, told.before + slope * (x - told.now)) for x in (left, right)
                ]
                painter.drawLine(*(at(*end) for end in ends))
            for value, loss, tint in (
                (told.now, told.before, theme_.fg),
                (told.value, told.after, theme_.accent),
            ):
                if math.isfinite(loss):
                    painter.setPen(QPen(QColor(theme_.bg1), 2))
                    painter.setBrush(QColor(tint))
                    painter.drawEllipse(at(value, loss), 5, 5)

    def _paint_axes(
        self,
        painter: QPainter,
        plot: QRectF,
        across: tuple[float, float],
        upward: tuple[float, float],
    ) -> None:
        theme_ = current()
        painter.setPen(QPen(QColor(theme_.line), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.drawLine(plot.bottomLeft(), plot.topLeft())
        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(theme_.fg2))
        foot = QRectF(plot.left(), plot.bottom() + 3, plot.width(), 14)
        flag = Qt.AlignmentFlag
        painter.drawText(foot, flag.AlignLeft, words.number(across[0]))
        painter.drawText(foot, flag.AlignRight, words.number(across[1]))
        painter.drawText(foot, flag.AlignHCenter, "w")
        said = tr("click or drag to try a value; dashed: what the gradient foretells")
        below = foot.translated(0, 14).adjusted(-44, 0, 0, 0)
        cut = painter.fontMetrics().elidedText(
            said, Qt.TextElideMode.ElideRight, int(below.width())
        )
        painter.drawText(below, flag.AlignLeft, cut)
        side = QRectF(SPACE_S, plot.top() - 6, plot.left() - SPACE_S - 6, 14)
        painter.drawText(side, _RIGHT, words.number(upward[1]))
        side.moveBottom(plot.bottom() + 6)
        painter.drawText(side, _RIGHT, words.number(upward[0]))
        side.moveTop(plot.center().y() - 7)
        painter.drawText(side, _RIGHT, "L")


class Behind(QWidget):
    """By how much each layer behind the weight would put out something else.

    Args:
        title: Returns what the canvas calls the node at a path.
    """

    def __init__(self, title: Callable[[str], str]) -> None:
        super().__init__()
        self._title = title
        self.rows: list[tuple[str, float]] = []
        theme.signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for some rows."""
        return QSize(240, round(5 * _ROW_PX))

    def say(self, told: WeightTried | None) -> None:
        """Show what changes."""
        self.rows = list(told.changes.items()) if told is not None else []
        self.setAccessibleName("\n".join(map(self.line, self.rows)))
        self.update()

    def line(self, row: tuple[str, float]) -> str:
        """Return what is said of a layer: its name and the share that changes."""
        path, change = row
        return f"{self._title(path)} {_share(change)}"

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a row for each layer, as many as have room."""
        room = int(self.height() // _ROW_PX)
        known = [change for _, change in self.rows if math.isfinite(change)]
        most = max(known, default=0.0) or 1.0
        shown = self.rows if len(self.rows) <= room else self.rows[: room - 1]
        theme_ = current()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for at, (path, change) in enumerate(shown):
                row = QRectF(0, at * _ROW_PX, self.width(), _ROW_PX)
                bar = QRectF(row.left(), row.bottom() - 5, row.width(), 3)
                bar.setWidth(row.width() * min(1.0, change / most))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme_.forward))
                painter.drawRect(bar)
                painter.setFont(fonts.ui(fonts.SECONDARY))
                painter.setPen(QColor(theme_.fg))
                line = row.adjusted(0, 0, -72, -5)
                name = painter.fontMetrics().elidedText(
                    self._title(path), Qt.TextElideMode.ElideRight, int(line.width())
                )
                painter.drawText(line, _LEFT, name)
                painter.setFont(fonts.mono(fonts.AXIS))
                painter.drawText(row.adjusted(0, 0, 0, -5), _RIGHT, _share(change))
            if len(shown) < len(self.rows):
                row = QRectF(0, len(shown) * _ROW_PX, self.width(), _ROW_PX)
                painter.setFont(fonts.ui(fonts.SECONDARY))
                painter.setPen(QColor(theme_.fg2))
                rest = len(self.rows) - len(shown)
                painter.drawText(row, _LEFT, tr("{n} more", n=rest))


class Trial(QWidget):
    """A weight, another value for it, and what would follow.

    Args:
        title: Returns what the canvas calls the node at a path.

    Signals:
        tried: Another value.
    """

    tried = Signal(float)

    def __init__(self, title: Callable[[str], str]) -> None:
        super().__init__()
        self.told: WeightTried | None = None
        self.slope, self.behind = Slope(), Behind(title)
        self.slope.picked.connect(self.tried)
        self.value = QLineEdit()
        self.value.setFixedWidth(92)
        self.value.setAccessibleName(tr("Value of the weight to try"))
        polish(self.value, "slim", value=True)
        self.value.returnPressed.connect(self._on_typed)
        self.was, self.loss, self.stepped = Label(), Label(), Label()
        for label in (self.loss, self.stepped):
            label.setWordWrap(True)
        polish(self.was, "role", "secondary")
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, SPACE_L, 0)
        box.setSpacing(SPACE_M)
        box.addWidget(self.slope, 3)
        side = QVBoxLayout()
        side.setSpacing(SPACE_S)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(Label("w ="))
        row.addWidget(self.value)
        row.addWidget(self.was, 1)
        side.addLayout(row)
        side.addWidget(self.loss)
        side.addWidget(self.stepped)
        side.addWidget(self.behind, 1)
        box.addLayout(side, 2)
        self.say(None, None)

    @property
    def text(self) -> str:
        """All that is said."""
        return "\n".join(label.text() for label in (self.was, self.loss, self.stepped))

    def say(self, why: WeightExplained | None, told: WeightTried | None) -> None:
        """Show what follows; None where it isn't known yet."""
        self.told = told
        self.slope.say(why, told)
        self.behind.say(told)
        self.value.setEnabled(why is not None)
        if told is None:
            empty = tr("Choose a layer with weights, and click one of them.")
            self.loss.setText(tr("One moment…") if why is not None else empty)
            self.was.setText("")
            self.stepped.setText("")
            return
        if not self.value.hasFocus() or not self.value.isModified():
            self.value.setText(f"{told.value:.4g}")
        self.was.setText(tr("instead of {value}", value=words.number(told.now)))
        losses = {
            "before": _loss(told.before),
            "after": _loss(told.after),
            "predicted": _loss(told.predicted),
        }
        self.loss.setText(
            tr("loss {before} → {after}; the gradient foretells {predicted}", **losses)
        )
        self.stepped.setText(
            tr(
                "after the coming step {before} → {after}",
                before=_loss(told.stepped_before),
                after=_loss(told.stepped_after),
            )
        )

    def _on_typed(self) -> None:
        typed = self.value.text().strip().replace("−", "-").replace(",", ".")
        try:
            value = float(typed)
        except ValueError:
            value = math.nan
        if abs(value) < _MOST:
            self.value.setModified(False)
            self.tried.emit(value)
        elif self.told is not None:
            self.value.setText(f"{self.told.value:.4g}")


def _loss(value: float) -> str:
    """Return a loss with the digits that a small change needs."""
    return f"{value:.5g}" if math.isfinite(value) else words.number(value)


def _share(change: float) -> str:
    """Return by what share something changes."""
    if not math.isfinite(change):
        return "∞"
    if change >= _MANY:
        return f"× {words.number(change)}"
    return (
        percent(change, 1)
        if change >= 0.001
        else f"{words.number(change * 100)}\u202f%"
    )
