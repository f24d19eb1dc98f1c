"""Parallel coordinates: an axis for each setting and the score, a line for each trial.

Source: Inselberg 1985, The plane with parallel coordinates
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.bench.sweep import SweepTold, SweepTrial, Value
from engine.protocol.findings import number
from workbench.canvas.cards import labels
from workbench.theme import fonts, signals
from workbench.theme.tokens import current, mix

HEIGHT_PX, MOST_LINES = 230, 400
_TOP, _BOTTOM, _SIDE, _NEAR_PX = 26.0, 22.0, 76.0, 12.0
SCORE = ""
"""Key of the axis at the right."""


class Upright(NamedTuple):
    """One axis.

    Args:
        key: Of its setting, or `SCORE`.
        title: What people read.
        low: Value at its foot.
        high: Value at its head.
        is_log: Whether the logarithm is spread evenly.
        words: Values that are no numbers, in their order; none for numbers.
        kind: Type of the metric, for the score.
    """

    key: str
    title: str
    low: float
    high: float
    is_log: bool
    words: tuple[str, ...]
    kind: str = ""

    def share(self, value: Value) -> float:
        """Return where a value stands: 0 at the foot, 1 at the head."""
        if self.words:
            word = value_words(value)
            at = self.words.index(word) if word in self.words else 0
            return at / (len(self.words) - 1) if len(self.words) > 1 else 0.5
        x, low, high = _float(value), self.low, self.high
        if self.is_log:
            x, low, high = math.log(x), math.log(low), math.log(high)
        return (x - low) / (high - low) if high > low else 0.5

    def ticks(self) -> list[tuple[float, str]]:
        """Return places and their words."""
        if self.words:
            return [(self.share(word), word) for word in self.words]
        if self.high <= self.low:
            return [(0.5, self._shown(self.low))]
        return [(0.0, self._shown(self.low)), (1.0, self._shown(self.high))]

    def _shown(self, value: float) -> str:
        score = self.key == SCORE
        return labels.value(value, self.kind) if score else number(value)


def value_words(value: Value) -> str:
    """Return a value of a setting as people read it."""
    if value is None or isinstance(value, bool):
        return {None: tr("none"), True: tr("on"), False: tr("off")}[value]
    return value if isinstance(value, str) else number(float(value))


def uprights(told: SweepTold) -> list[Upright]:
    """Return the axes of a sweep, the score last."""
    found = [
        _upright(key, title, [t.point.get(key) for t in told.trials], key in told.logs)
        for key, title in told.names.items()
    ]
    scores = [trial.value for trial in told.ranked]
    if scores:
        ends = min(scores), max(scores)
        score = Upright(SCORE, told.score_words, *ends, False, (), told.kind)
        found.append(score)
    return found


def _upright(key: str, title: str, values: Sequence[Value], is_log: bool) -> Upright:
    numbers = [_float(v) for v in values if _is_number(v)]
    if len(numbers) < len(values) or not numbers:
        words = tuple(dict.fromkeys(value_words(v) for v in values))
        return Upright(key, title, 0.0, 1.0, False, words)
    low, high = min(numbers), max(numbers)
    is_log = (is_log or _is_wide(numbers)) and low > 0
    return Upright(key, title, low, high, is_log, ())


def _float(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_wide(numbers: Sequence[float]) -> bool:
    """Return whether single values lie so far apart that only a logarithm shows it."""
    return min(numbers) > 0 and max(numbers) / min(numbers) > 50


class ParallelChart(QWidget):
    """Draws a sweep; the best trial stands out, the pointer reads the others.

    Signals:
        chosen: Number of the trial that was clicked.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._axes: list[Upright] = []
        self._trials: list[SweepTrial] = []
        self._quality: dict[int, float] = {}
        self.marked = -1
        self.setMouseTracking(True)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        self.setAccessibleName(tr("Settings and score of each trial"))
        signals.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Be as wide as the window."""
        return QSize(480, HEIGHT_PX)

    def show_sweep(self, told: SweepTold) -> None:
        """Draw what is known now."""
        self._axes = uprights(told)
        ranked = told.ranked
        last = max(len(ranked) - 1, 1)
        self._quality = {t.number: 1 - i / last for i, t in enumerate(ranked)}
        others = [t for t in told.trials if t.number not in self._quality]
        self._trials = [*others[-MOST_LINES:], *reversed(ranked[:MOST_LINES])]
        self.update()

    def mark(self, number: int) -> None:
        """Let one trial stand out; −1 is the best."""
        self.marked = number
        self.update()

    def line(self, trial: SweepTrial) -> list[QPointF]:
        """Return where a trial passes each axis; without score not the last."""
        is_scored = trial.number in self._quality
        return [
            QPointF(self._x(index), self._y(axis.share(value)))
            for index, axis in enumerate(self._axes)
            for value in [self._value(trial, axis)]
            if axis.key != SCORE or is_scored
        ]

    @staticmethod
    def _value(trial: SweepTrial, axis: Upright) -> Value:
        return trial.value if axis.key == SCORE else trial.point.get(axis.key)

    def _x(self, index: int) -> float:
        wide = self.width() - 2 * _SIDE
        return _SIDE + wide * index / max(len(self._axes) - 1, 1)

    def _y(self, share: float) -> float:
        high = self.height() - _TOP - _BOTTOM
        return self.height() - _BOTTOM - share * high

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw axes, then lines, the best last."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for trial in self._trials:
                self._draw_line(painter, trial)
            for index, axis in enumerate(self._axes):
                self._draw_axis(painter, index, axis)

    def _stands_out(self, trial: SweepTrial) -> bool:
        if self.marked >= 0:
            return trial.number == self.marked
        return self._quality.get(trial.number) == 1.0

    def _draw_line(self, painter: QPainter, trial: SweepTrial) -> None:
        tokens, quality = current(), self._quality.get(trial.number)
        tint = tokens.faint if quality is None else tokens.accent
        faded = mix(tokens.bg1, tint, 0.4 + 0.4 * (quality or 0.0))
        pen = QPen(QColor(faded), 1.2)
        if quality is None:
            pen.setStyle(Qt.PenStyle.DotLine)
        if self._stands_out(trial):
            pen = QPen(QColor(tokens.ok if self.marked < 0 else tokens.fg), 2.4)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(self.line(trial)))

    def _draw_axis(self, painter: QPainter, index: int, axis: Upright) -> None:
        tokens, x = current(), self._x(index)
        painter.setPen(QPen(QColor(tokens.edge), 1.0))
        painter.drawLine(QLineF(x, self._y(0.0), x, self._y(1.0)))
        painter.setFont(fonts.ui(fonts.SECONDARY, fonts.SEMIBOLD))
        painter.setPen(QColor(tokens.fg))
        wide = (self.width() - 2 * _SIDE) / max(len(self._axes) - 1, 1) - 8
        wide = max(min(wide, 2 * _SIDE - 8), 40.0)
        box = QRectF(x - wide / 2, 0, wide, 18)
        metrics = painter.fontMetrics()
        side = Qt.TextElideMode.ElideLeft
        title = metrics.elidedText(axis.title, side, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, title)
        painter.setFont(fonts.ui(fonts.SECONDARY))
        for share, words in axis.ticks():
            place = QPointF(x, self._y(share))
            self._draw_tick(painter, place, words, is_left=index == 0)

    @staticmethod
    def _draw_tick(
        painter: QPainter, place: QPointF, words: str, *, is_left: bool
    ) -> None:
        tokens = current()
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, int(_SIDE) - 12)
        wide = metrics.horizontalAdvance(shown) + 4
        left = -5 - wide if is_left else 5  # the first axis has no line at its left
        box = QRectF(place.x() + left, place.y() - 9, wide, 18)
        ground = QColor(tokens.bg1)
        ground.setAlphaF(0.85)
        painter.fillRect(box, ground)
        painter.setPen(QPen(QColor(tokens.edge), 1.0))
        painter.drawLine(QLineF(place.x() - 3, place.y(), place.x() + 3, place.y()))
        painter.setPen(QColor(tokens.fg2))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def nearest(self, place: QPointF) -> SweepTrial | None:
        """Return the trial whose line passes next to a place."""
        found, best = None, _NEAR_PX
        for trial in self._trials:
            points = self.line(trial)
            for one, other in pairwise(points):
                if one.x() <= place.x() <= other.x() and other.x() > one.x():
                    share = (place.x() - one.x()) / (other.x() - one.x())
                    apart = abs(one.y() + share * (other.y() - one.y()) - place.y())
                    if apart <= best:
                        found, best = trial, apart
        return found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the trial under the pointer."""
        trial = self.nearest(event.position())
        if trial is not None:
            self.chosen.emit(trial.number)
