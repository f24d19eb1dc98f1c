"""What races with other numbers of weights came to: where guessing falls behind."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.bench.race import RACERS, RaceTold
from engine.protocol.findings import number
from workbench.dialogs.bench.race import axes
from workbench.dialogs.bench.race.lanes import tint
from workbench.theme import signals
from workbench.theme.tokens import current

_DOT_PX = 4.0


class Sizes(QWidget):
    """A dot for each racer over the number of weights, one column a race."""

    def __init__(self) -> None:
        super().__init__()
        self.races: dict[int, dict[str, float]] = {}
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Expanding)
        signals.changed.connect(self.update)
        self.clear()

    def sizeHint(self) -> QSize:
        """Be narrower than the curves."""
        return QSize(300, 250)

    def clear(self) -> None:
        """Forget all: another net, or another number of evaluations."""
        self.races = {}
        self._tell()

    def add(self, told: RaceTold) -> None:
        """Add a race that has ended; the newest of a size counts."""
        self.races[told.weights] = {lane.racer: lane.loss for lane in told.lanes}
        self._tell()

    def _tell(self) -> None:
        lines = [
            f"{weights:,}: " + ", ".join(number(losses[each]) for each in RACERS)
            for weights, losses in sorted(self.races.items())
        ]
        self.setAccessibleName("\n".join([tr("Lowest loss by weights"), *lines]))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, and a dot for each racer of each race, joined over the sizes."""
        found = axes.axis(v for losses in self.races.values() for v in losses.values())
        plot = QRectF(self.rect()).adjusted(
            axes.LEFT_PX, axes.TOP_PX, -24, -axes.FOOT_PX
        )
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if found is None:
                return
            title = tr("Lowest loss, by weights")
            axes.draw_frame(painter, plot, title, found)
            self._draw_foot(painter, plot)
            for racer in RACERS:
                places = [
                    QPointF(self._x(weights, plot), found.y(losses[racer], plot))
                    for weights, losses in sorted(self.races.items())
                    if math.isfinite(losses[racer])
                ]
                colour = QColor(tint(racer))
                painter.setPen(QPen(colour, 1.5))
                painter.drawPolyline(places)
                painter.setPen(QPen(QColor(current().bg1), 1))
                painter.setBrush(colour)
                for place in places:
                    painter.drawEllipse(place, _DOT_PX, _DOT_PX)

    def _draw_foot(self, painter: QPainter, plot: QRectF) -> None:
        """Write how many weights the races had, from the fewest to the most."""
        sizes = sorted(self.races)
        if len(sizes) == 1:
            name = tr("{n:weight|weights}; move the slider", n=f"{sizes[0]:,}")
            axes.draw_foot(painter, plot, ("", ""), name)
            return
        ends = f"{sizes[0]:,}", f"{sizes[-1]:,}"
        axes.draw_foot(painter, plot, ends, tr("weights"))

    def _x(self, weights: int, plot: QRectF) -> float:
        low, high = min(self.races), max(self.races)
        if low == high:
            return plot.center().x()
        return (
            plot.left() + math.log(weights / low) / math.log(high / low) * plot.width()
        )
