"""The line of a run's time: its loss, what happened when, and where one looks."""

import math
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.i18n import tr
from engine.protocol.past_runs import KeptWeights
from workbench.session.curves.history import History
from workbench.theme import current, fonts, icons, signals
from workbench.theme.text import count, figure, tip

HEIGHT_PX = 56
_SIDE_PX, _LINE_Y, _CURVE_TOP, _POINTS = 12, 34, 6, 240
_NEAR_PX = 6
_PICTURES = {"best": ("star-full", "ok"), "found": ("warning", "warn")}
"""Icon and colour of what is drawn above the line."""


class Flag(NamedTuple):
    """Something that happened at a step.

    Args:
        step: When.
        kind: `kept`, `best`, `changed`, `found` or `broken`.
        words: What.
    """

    step: int
    kind: str
    words: str


class TimeTrack(QWidget):
    """Drawn from the history; the mouse and the keys move the step that is shown.

    Arrow keys go a step, with Shift an epoch; Home and End go to the ends.

    Args:
        history: Of the run.

    Signals:
        wanted: Step that somebody wants to see; None for what is newest.

    Attributes:
        kept: The weights that the run keeps.
    """

    wanted = Signal(object)
    play_wanted = Signal()

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history
        self.kept = KeptWeights("")
        self._curve: tuple[object, QPolygonF] = (None, QPolygonF())
        self.setFixedHeight(HEIGHT_PX)
        self.setMinimumWidth(160)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Time of the run"))
        self.setMouseTracking(True)
        signals.changed.connect(self.update)

    @property
    def last(self) -> int:
        """The last step there is."""
        return max(self._history.step, 1)

    @property
    def _per_epoch(self) -> int:
        run = self._history.run
        return run.steps_per_epoch if run else 0

    def x_of(self, step: float) -> float:
        """Return where a step stands, px."""
        return _SIDE_PX + step / self.last * (self.width() - 2 * _SIDE_PX)

    def step_at(self, x: float) -> int:
        """Return the step at a place, from 1 to the last."""
        share = (x - _SIDE_PX) / max(self.width() - 2 * _SIDE_PX, 1)
        return min(max(round(share * self.last), 1), self.last)

    def flags(self) -> list[Flag]:
        """Return all that happened, in order."""
        found = [
            Flag(step, "kept", tr("weights kept at step {step}", step=count(step)))
            for step in self.kept.steps
            if step <= self.last
        ]
        history = self._history
        best = [each for each in history.evaluations if each.best]
        if best and "loss" in best[-1].values:
            words = tr("best validation loss {value} at step {step}",
                       value=figure(best[-1].values["loss"]),
                       step=count(best[-1].step))  # fmt: skip
            found.append(Flag(best[-1].step, "best", words))
        found += [Flag(step, "changed", self._change(step)) for step in history.changes]
        found += [
            Flag(each.step, "found", tr("{title} found at step {step}",
                                        title=each.title, step=count(each.step)))
            for each in history.findings
        ]  # fmt: skip
        found += [
            Flag(step, "broken", tr("no finite loss at step {step}", step=count(step)))
            for step in history.broken_steps
        ]
        return sorted(found)

    def _change(self, step: int) -> str:
        """Return what was changed before a step: the rate, as it ran, old and new."""
        for series in self._history.rates:
            before, now = series.at(step - 1), series.at(step)
            if before and now and not math.isclose(before.value, now.value):
                return tr("learning rate {old} → {new} at step {step}",
                          old=f"{before.value:.4g}", new=f"{now.value:.4g}",
                          step=count(step))  # fmt: skip
        return tr("a setting was changed at step {step}", step=count(step))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the loss, the line with its flags, and where one looks."""
        theme, history = current(), self._history
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_curve(painter)
            self._draw_axis(painter)
            at = self.last if history.looked_at is None else history.looked_at
            line = QRectF(_SIDE_PX, _LINE_Y - 1.5, self.width() - 2 * _SIDE_PX, 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.bg3))
            painter.drawRoundedRect(line, 1.5, 1.5)
            line.setRight(self.x_of(at))
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(line, 1.5, 1.5)
            for flag in self.flags():
                self._draw_flag(painter, flag)
            self._draw_handle(painter, at)

    def _draw_curve(self, painter: QPainter) -> None:
        polygon = self._polygon()
        if polygon.size() < 3:
            return
        tint = QColor(current().series[0])
        fill = QColor(tint)
        fill.setAlpha(60)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(polygon)
        painter.setPen(QPen(tint, 1.2))
        painter.drawPolyline(QPolygonF(polygon.toList()[1:-1]))

    def _polygon(self) -> QPolygonF:
        """Return the area under the smoothed loss, made anew when it has grown."""
        import numpy as np  # not before the first paint

        history = self._history
        key = (history.runs_seen, history.losses_seen, self.width())
        if key == self._curve[0] or not history.losses:
            return self._curve[1] if history.losses else QPolygonF()
        steps, values = history.losses[0].smooth_line(0, self.last, _POINTS)
        if len(steps) < 2:
            return QPolygonF()
        values = np.log10(values) if values.min() > 0 else values
        span = float(np.ptp(values)) or 1.0
        floor, high = _LINE_Y - 4.0, _LINE_Y - 4.0 - _CURVE_TOP
        y = floor - (values - values.min()) / span * high
        pairs = zip(steps.tolist(), y.tolist(), strict=True)
        points = [QPointF(self.x_of(step), level) for step, level in pairs]
        ends = [QPointF(points[0].x(), floor)], [QPointF(points[-1].x(), floor)]
        self._curve = key, QPolygonF([*ends[0], *points, *ends[1]])
        return self._curve[1]

    def _draw_axis(self, painter: QPainter) -> None:
        from workbench.plots.parts.step_axis import step_ticks  # loads pyqtgraph

        painter.setFont(fonts.ui(fonts.AXIS))
        painter.setPen(QColor(current().fg3))
        many = max(2, (self.width() - 2 * _SIDE_PX) // 90)
        marks, unit = step_ticks(0, self.last, many, self._per_epoch)
        for index, (step, words) in enumerate(marks):
            x = self.x_of(step)
            said = f"{unit} {words}" if index == 0 else words
            box = QRectF(x - 40, _LINE_Y + 6, 80, 14)
            if index == 0:
                box = QRectF(x - 4, _LINE_Y + 6, 80, 14)
            align = Qt.AlignmentFlag.AlignLeft if index == 0 else (
                Qt.AlignmentFlag.AlignHCenter)  # fmt: skip
            if box.right() <= self.width() + 30:
                painter.drawText(box, align | Qt.AlignmentFlag.AlignTop, said)

    def _draw_flag(self, painter: QPainter, flag: Flag) -> None:
        theme, x = current(), self.x_of(flag.step)
        if flag.kind in _PICTURES:
            picture = icons.pixmap(*_PICTURES[flag.kind], 14, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(x - 7, 2), picture)
            return
        if flag.kind == "kept":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.fg2))
            across = [QPointF(x, _LINE_Y - 5), QPointF(x + 5, _LINE_Y),
                      QPointF(x, _LINE_Y + 5), QPointF(x - 5, _LINE_Y)]  # fmt: skip
            painter.drawPolygon(QPolygonF(across))
            return
        token = "err" if flag.kind == "broken" else "warn"
        pen = QPen(QColor(theme.colour(token)), 1.5)
        pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, 4), QPointF(x, _LINE_Y - 4))

    def _draw_handle(self, painter: QPainter, at: int) -> None:
        theme, centre = current(), QPointF(self.x_of(at), _LINE_Y)
        edge = theme.accent if self.hasFocus() else theme.bg0
        painter.setPen(QPen(QColor(edge), 2))
        painter.setBrush(QColor(theme.fg))
        painter.drawEllipse(centre, 6.5, 6.5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.wanted.emit(self._snapped(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse while it is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.wanted.emit(self._snapped(event.position().x()))

    def _snapped(self, x: float) -> int:
        """Return the step at a place, or that of a flag that is very near."""
        near = [f for f in self.flags() if abs(self.x_of(f.step) - x) <= _NEAR_PX]
        if near:
            return min(near, key=lambda f: abs(self.x_of(f.step) - x)).step
        return self.step_at(x)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go a step, an epoch, or to an end; Space plays, Escape goes back to now."""
        at = self._history.looked_at or self.last
        is_wide = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        stride = self._per_epoch if is_wide and self._per_epoch else 1
        key, goals = Qt.Key(event.key()), {
            Qt.Key.Key_Left: max(at - stride, 1),
            Qt.Key.Key_Right: min(at + stride, self.last),
            Qt.Key.Key_Home: 1,
            Qt.Key.Key_End: self.last,
        }  # fmt: skip
        if key in goals:
            self.wanted.emit(goals[key])
        elif key == Qt.Key.Key_Space:
            self.play_wanted.emit()
        elif key == Qt.Key.Key_Escape and self._history.looked_at is not None:
            self.wanted.emit(None)
        else:
            super().keyPressEvent(event)

    def event(self, event: object) -> bool:
        """Say what stands at the mouse."""
        if isinstance(event, QHelpEvent):
            x = float(event.pos().x())
            near = [f for f in self.flags() if abs(self.x_of(f.step) - x) <= _NEAR_PX]
            words = "\n".join(flag.words for flag in near)
            step = tr("step {step}", step=count(self.step_at(x)))
            QToolTip.showText(event.globalPos(), tip(words or step), self)
            return True
        return super().event(event)  # type: ignore[arg-type]
