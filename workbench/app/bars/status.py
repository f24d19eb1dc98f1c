"""The bar at the bottom: what the training does, and what the network is."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStatusBar,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.baselines import TOTAL, against
from engine.protocol.messages import Analysis, RunStarted
from workbench.session.curves.history import History
from workbench.theme import current, text
from workbench.theme.label import Label
from workbench.theme.style import polish

STATES = {
    "starting": ("Engine starting…", "fg3"),
    "idle": ("Ready", "fg3"),
    "compiling": ("Compiling…", "accent"),
    "training": ("Training", "ok"),
    "paused": ("Paused", "warn"),
    "stopping": ("Stopping…", "warn"),
    "interrupted": ("Interrupted", "warn"),
    "finished": ("Finished", "accent"),
    "stopped": ("Stopped", "fg3"),
    "diverged": ("Diverged", "err"),
    "failed": ("Failed", "err"),
}
ENDED = frozenset({"finished", "stopped"})
"""States in which the result is told beside what a lazy answer reaches."""
_DOT = "  ·  "


class Ticker(QWidget):
    """A line of text that changes 30 times a second.

    A label asks for another layout of the whole window with each text; this only
    paints. Its width is that of a sample.

    Args:
        sample: The longest text to expect.
        has_dot: A dot stands before the words, which are then not quiet.
    """

    def __init__(self, sample: str, *, has_dot: bool = False) -> None:
        super().__init__()
        self._sample, self._has_dot = sample, has_dot
        self.words, self.tint = "", ""
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Preferred)

    def say(self, words: str, tint: str = "") -> None:
        """Show words, with the dot in the colour of a token."""
        if (words, tint) != (self.words, self.tint):
            self.words, self.tint = words, tint
            self.setAccessibleName(words)
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for the sample."""
        metrics = self.fontMetrics()
        left = metrics.height() if self._has_dot else 0
        return QSize(metrics.horizontalAdvance(self._sample) + left, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """Allow a narrow window to cut the text off, but not the state."""
        least = self.sizeHint().width() if self._has_dot else 40
        return QSize(least, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw dot, words and detail."""
        theme, metrics = current(), self.fontMetrics()
        area = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._has_dot:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.colour(self.tint or "fg3")))
                painter.drawEllipse(QPointF(5.0, area.height() / 2), 4.0, 4.0)
                area.adjust(metrics.height(), 0, 0, 0)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.setPen(QColor(theme.fg if self._has_dot else theme.fg2))
            room, end = math.ceil(area.width()), Qt.TextElideMode.ElideRight
            painter.drawText(area, flags, metrics.elidedText(self.words, end, room))


class StatusBar(QStatusBar):
    """State, progress and speed on the left; size and device on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._state = "starting"
        self.setSizeGripEnabled(False)
        longest = max((tr(words) for words, _ in STATES.values()), key=len)
        self.state = Ticker(longest, has_dot=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(180)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(tr("Progress of the run"))
        speed = tr("{speed} samples/s", speed="888,888")
        left = tr("{time} left", time="88 min 88 s")
        sample = (_where(88, 88, 888_888), speed, left, _share(0.888))
        self.run = Ticker(_DOT.join(sample))
        tip = tr("Share of the training time that measuring for the plots takes")
        self.run.setToolTip(tip)
        self.parameters, self.nodes, self.device = Label(), Label(), Label()
        self._lay_out()
        self.show_state("starting")

    def _lay_out(self) -> None:
        left, right = QWidget(), QWidget()
        row, end = QHBoxLayout(left), QHBoxLayout(right)
        for box in (row, end):
            box.setContentsMargins(10, 2, 10, 2)
        row.setSpacing(12)
        end.setSpacing(22)
        for widget in (self.state, self.progress, self.run):
            row.addWidget(widget, 1 if widget is self.run else 0)
        for label in (self.parameters, self.nodes, self.device):
            polish(label, "role", "secondary")
            end.addWidget(label)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.addWidget(left, 1)
        self.addPermanentWidget(right)

    def show_state(self, state: str) -> None:
        """Show the state of the session."""
        self._state = state
        words, tint = STATES[state]
        self.state.say(tr(words), tint)

    def show_progress(self, history: History) -> None:
        """Show how far the run is; called at 30 Hz."""
        run = history.run
        self.progress.setVisible(run is not None)
        if run is None:
            self.run.say("")
            return
        self.progress.setValue(round(1000 * history.step / max(1, run.total_steps)))
        self.run.say(_DOT.join(self._details(run, history)))

    def _details(self, run: RunStarted, history: History) -> list[str]:
        last = max(1, math.ceil(run.total_steps / max(1, run.steps_per_epoch)))
        parts = [_where(min(last, int(history.epoch) + 1), last, history.step)]
        if self._state == "training" and history.samples_per_s:
            speed = text.count(history.samples_per_s)
            parts.append(tr("{speed} samples/s", speed=speed))
        if self._state == "training" and math.isfinite(history.eta_s):
            parts.append(tr("{time} left", time=text.duration(history.eta_s)))
        if history.overhead:
            parts.append(_share(history.overhead))
        if self._state in ENDED and (words := _result(history)):
            parts.append(words)
        return parts

    def show_network(self, analysis: Analysis | None, num_nodes: int) -> None:
        """Show the size of the network on the canvas."""
        words = "—" if analysis is None else text.count(analysis.parameters)
        self.parameters.setText(tr("{n} parameters", n=words))
        self.nodes.setText(tr("{n} nodes", n=num_nodes))

    def show_device(self, words: str) -> None:
        """Show what trains."""
        self.device.setText(words)


def _where(epoch: int, last: int, step: int) -> str:
    words = tr("epoch {epoch}/{last}", epoch=epoch, last=last)
    return _DOT.join((words, tr("step {step}", step=text.count(step))))


def _result(history: History) -> str:
    """Return the first metric, or else the loss, with what it stands against."""
    values = history.result.values if history.result else {}
    titles = {**history.names.metrics, TOTAL: tr("Loss"), **history.names.losses}
    for name, title in titles.items():
        if name in history.baselines and name in values:
            return against(title, values[name], history.baselines[name])
    return ""


def _share(overhead: float) -> str:
    return tr("monitoring {share:.1f} %", share=100 * overhead)
