"""The bar at the bottom: what the training does, and what the network is."""

import math
from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QStatusBar,
    QWidget,
)

from engine.graph.compare.score import SHARES
from engine.i18n import tr
from engine.protocol.baselines import TOTAL
from engine.protocol.messages import Analysis, RunStarted
from workbench.session.curves.headline import Headline, Score
from workbench.session.curves.history import History
from workbench.theme import current, fonts, text
from workbench.theme.figures import Figure, Figures
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


class Ticker(QWidget):
    """A dot and the state's words; as wide as the longest of them.

    Args:
        sample: The longest text to expect.
    """

    def __init__(self, sample: str) -> None:
        super().__init__()
        self._sample = sample
        self.words, self.tint = "", ""
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Preferred)

    def say(self, words: str, tint: str) -> None:
        """Show words, with the dot in the colour of a token."""
        if (words, tint) != (self.words, self.tint):
            self.words, self.tint = words, tint
            self.setAccessibleName(words)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Return room for the words."""
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(self.words or self._sample)
        return QSize(wide + metrics.height() + 8, metrics.height())

    def minimumSizeHint(self) -> QSize:
        """The state is never cut off."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw dot and words."""
        theme, area = current(), QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.colour(self.tint or "fg3")))
            painter.drawEllipse(QPointF(5.0, area.height() / 2), 4.0, 4.0)
            area.adjust(self.fontMetrics().height(), 0, 0, 0)
            painter.setFont(fonts.ui(weight=fonts.SEMIBOLD))
            painter.setPen(QColor(theme.fg))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.words)


class StatusBar(QStatusBar):
    """State, progress and speed on the left; size and device on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._state = "starting"
        self.setSizeGripEnabled(False)
        longest = max((tr(words) for words, _ in STATES.values()), key=len)
        self.state = Ticker(longest)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(150)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(tr("Progress of the run"))
        self.run = Figures("bg0")
        self._numbers: Headline | None = None
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
            self.run.say(())
            return
        self.progress.setValue(round(1000 * history.step / max(1, run.total_steps)))
        self.run.say(self._figures(run, history))

    def _figures(self, run: RunStarted, history: History) -> list[Figure]:
        ended, is_on = self._state in ENDED, self._state == "training"
        figures = [*_where(run, history, ended=ended), *self._scores(history)]
        if ended and (words := _lazy(history)):
            figures.append(Figure(words, ""))
        if is_on and math.isfinite(history.eta_s):
            figures.append(Figure(tr("time left"), text.duration(history.eta_s)))
        if is_on and history.samples_per_s:
            speed = text.count(history.samples_per_s)
            figures.append(Figure(tr("samples/s"), speed))
        if history.overhead:
            share = text.percent(history.overhead)
            figures.append(Figure(tr("monitoring"), share))
        return figures

    def _scores(self, history: History) -> Iterator[Figure]:
        """Yield the losses, the first metric, and the best of it, or of the loss."""
        if self._numbers is None:
            self._numbers = Headline(history)
        found, names = self._numbers, history.run.phases if history.run else ()
        labels = names if len(names) > 1 else (tr("loss"),)
        for label, value in zip(labels, found.losses, strict=True):
            if math.isfinite(value):
                yield Figure(text.word(label), text.figure(value))
        validation, metric = found.validation, found.metric
        if validation is not None and len(names) == 1:
            yield Figure(tr("validation"), text.figure(validation.value))
        if metric is not None:
            label = uncapitalised(history.names.metrics[metric.name])
            yield Figure(text.word(label), _written(metric, metric.value))
        best = metric or (validation if len(names) == 1 else None)
        if best is not None:
            yield Figure(tr("best"), _written(best, best.best))

    def show_network(self, analysis: Analysis | None, num_nodes: int) -> None:
        """Show the size of the network on the canvas."""
        known = "" if analysis is None else text.count(analysis.parameters)
        words = tr("{n:parameter|parameters}", n=known) if known else ""
        self.parameters.setText(words)
        self.nodes.setText(tr("{n:node|nodes}", n=num_nodes))

    def show_device(self, words: str) -> None:
        """Show what trains."""
        self.device.setText(words)


def _where(run: RunStarted, history: History, *, ended: bool) -> Iterator[Figure]:
    """Yield how far the run is: its epoch, while it goes on, and its step."""
    last = max(1, math.ceil(run.total_steps / max(1, run.steps_per_epoch)))
    step = text.count(history.step)
    if ended:
        whole = text.count(run.total_steps)
        yield Figure(tr("step"), tr("{step} of {whole}", step=step, whole=whole))
        return
    epoch = min(last, int(history.epoch) + 1)
    yield Figure(tr("epoch"), f"{text.count(epoch)}/{text.count(last)}")
    yield Figure(tr("step"), step)


def _written(score: Score, value: float) -> str:
    return _value(value, is_share=score.is_share)


def _value(value: float, *, is_share: bool) -> str:
    return text.percent(value, steady=True) if is_share else text.figure(value)


def uncapitalised(title: str) -> str:
    """Return a title within a line: `Accuracy` as `accuracy`, `MAE` as it is."""
    return title[:1].lower() + title[1:] if title[1:].islower() else title


def _lazy(history: History) -> str:
    """Return what a lazy answer reaches in the first metric, or else the loss."""
    values = history.result.values if history.result else {}
    for name in (*history.names.metrics, TOTAL, *history.names.losses):
        if name in history.baselines and name in values:
            known, kind = history.baselines[name], history.names.kinds.get(name)
            return known.telling(_value(known.value, is_share=kind in SHARES))
    return ""
