"""The lowest loss of each racer by the evaluations it has used."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.bench.race import RaceLane, RaceTold, name_of
from engine.protocol.findings import number
from workbench.dialogs.bench.race import axes
from workbench.dialogs.bench.race.lanes import tint
from workbench.theme import fonts, signals
from workbench.theme.tokens import current

_NAMES_PX, _LINE_PX = 150.0, 15.0
_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Curves(QWidget):
    """Four curves that only fall; each has its name at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.told: RaceTold | None = None
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Expanding)
        self.say(None)
        signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Ask for some room."""
        return QSize(520, 250)

    def say(self, told: RaceTold | None) -> None:
        """Show how far a race is."""
        self.told = told
        lanes = told.lanes if told is not None else ()
        words = ", ".join(
            f"{name_of(each.racer)} {number(each.loss)}" for each in lanes
        )
        self.setAccessibleName(tr("Lowest loss of each: {values}", values=words))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, curves and names."""
        told = self.told
        lanes = [lane for lane in told.lanes if len(lane.losses)] if told else []
        found = axes.axis(loss for lane in lanes for loss in lane.losses.tolist())
        if told is None or found is None:
            return
        plot = QRectF(self.rect()).adjusted(
            axes.LEFT_PX, axes.TOP_PX, -_NAMES_PX, -axes.FOOT_PX
        )
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            title = tr("Lowest loss so far, by evaluations used")
            axes.draw_frame(painter, plot, title, found)
            ends = "0", f"{told.budget:,}"
            axes.draw_foot(painter, plot, ends, tr("evaluations used"))
            for lane in lanes:
                self._draw_lane(painter, plot, found, lane)
            self._draw_names(painter, plot, found, lanes)

    def _draw_lane(
        self, painter: QPainter, plot: QRectF, found: axes.LossAxis, lane: RaceLane
    ) -> None:
        """Draw steps down: between two successes nothing falls."""
        assert self.told is not None
        budget = self.told.budget

        def x(spent: float) -> float:
            return plot.left() + spent / budget * plot.width()

        line, last = QPolygonF(), math.nan
        for spent, loss in zip(lane.at.tolist(), lane.losses.tolist(), strict=True):
            if not math.isnan(last):
                line.append(QPointF(x(spent), last))
            last = found.y(loss, plot)
            line.append(QPointF(x(spent), last))
        line.append(QPointF(x(lane.spent), last))
        width = 2.5 if lane.racer == "backprop" else 1.5
        painter.setPen(QPen(QColor(tint(lane.racer)), width))
        painter.drawPolyline(line)

    def _draw_names(
        self,
        painter: QPainter,
        plot: QRectF,
        found: axes.LossAxis,
        lanes: list[RaceLane],
    ) -> None:
        painter.setFont(fonts.ui(fonts.SECONDARY))
        ordered = sorted(lanes, key=lambda lane: found.y(lane.loss, plot))
        y = plot.top() - _LINE_PX
        room = plot.bottom() - (len(ordered) - 1) * _LINE_PX
        for at, lane in enumerate(ordered):
            y = max(y + _LINE_PX, found.y(lane.loss, plot))
            y = min(y, room + at * _LINE_PX)
            colour = current().text(tint(lane.racer), "bg1")
            painter.setPen(QColor(colour))
            box = QRectF(plot.right() + 8, y - 9, _NAMES_PX - 8, 18)
            painter.drawText(box, _MIDDLE, name_of(lane.racer))
