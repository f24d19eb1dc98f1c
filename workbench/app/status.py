"""The bar at the bottom: what the training does, and what the network is."""

import math

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QWidget

from engine.i18n import tr
from engine.protocol.frame import Analysis, RunStarted
from workbench.inspector.fields import polish
from workbench.session.history import History
from workbench.theme import current, icons, signals, text

STATES = {
    "starting": ("Engine starting…", "fg3"),
    "idle": ("Ready", "fg3"),
    "compiling": ("Compiling…", "accent"),
    "training": ("Training", "ok"),
    "paused": ("Paused", "warn"),
    "finished": ("Finished", "accent"),
    "stopped": ("Stopped", "fg3"),
    "diverged": ("Diverged", "err"),
    "failed": ("Failed", "err"),
}
_WITH_SPEED = {"training"}


class StatusBar(QStatusBar):
    """State, progress and speed on the left; size and device on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._state = "starting"
        self.setSizeGripEnabled(False)
        self.dot, self.state, self.detail = QLabel(), QLabel(), QLabel()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(180)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(tr("Progress of the run"))
        self.time_left, self.overhead = QLabel(), QLabel()
        self.parameters, self.nodes, self.device = QLabel(), QLabel(), QLabel()
        self._lay_out()
        signals.changed.connect(self._tint)
        self.show_state("starting")

    def _lay_out(self) -> None:
        left, right = QWidget(), QWidget()
        row, end = QHBoxLayout(left), QHBoxLayout(right)
        for box in (row, end):
            box.setContentsMargins(10, 2, 10, 2)
        row.setSpacing(10)
        end.setSpacing(22)
        parts = (self.dot, self.state, self.detail, self.progress, self.time_left)
        for widget in (*parts, self.overhead):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.parameters, self.nodes, self.device):
            end.addWidget(widget)
        quiet = (self.detail, self.time_left, self.overhead)
        for label in (*quiet, self.parameters, self.nodes, self.device):
            polish(label, "role", "secondary")
        tip = tr("Share of the training time that measuring for the plots takes")
        self.overhead.setToolTip(tip)
        self.addWidget(left, 1)
        self.addPermanentWidget(right)

    def show_state(self, state: str) -> None:
        """Show the state of the session."""
        self._state = state
        self.state.setText(tr(STATES[state][0]))
        self._tint()

    def show_progress(self, history: History) -> None:
        """Show how far the run is; called at 30 Hz."""
        run = history.run
        self.progress.setVisible(run is not None)
        if run is None:
            for label in (self.detail, self.time_left, self.overhead):
                label.clear()
            return
        self.progress.setValue(round(1000 * history.step / max(1, run.total_steps)))
        _set(self.detail, self._details(run, history))
        running = self._state in _WITH_SPEED and math.isfinite(history.eta_s)
        left = tr("{time} left", time=text.duration(history.eta_s)) if running else ""
        _set(self.time_left, left)
        share = tr("monitoring {share:.1f} %", share=100 * history.overhead)
        _set(self.overhead, share)

    def _details(self, run: RunStarted, history: History) -> str:
        last = max(1, math.ceil(run.total_steps / max(1, run.steps_per_epoch)))
        epoch = min(last, int(history.epoch) + 1)
        parts = [
            tr("epoch {epoch}/{last}", epoch=epoch, last=last),
            tr("step {step}", step=text.count(history.step)),
        ]
        if self._state in _WITH_SPEED and history.samples_per_s:
            speed = text.count(history.samples_per_s)
            parts.append(tr("{speed} samples/s", speed=speed))
        return "  ·  ".join(parts)

    def show_network(self, analysis: Analysis | None, num_nodes: int) -> None:
        """Show the size of the network on the canvas."""
        known = analysis is not None
        words = text.count(analysis.parameters) if known and analysis else "—"
        self.parameters.setText(tr("{n} parameters", n=words))
        self.nodes.setText(tr("{n} nodes", n=num_nodes))

    def show_device(self, words: str) -> None:
        """Show what trains."""
        self.device.setText(words)

    def _tint(self) -> None:
        token = STATES[self._state][1]
        ratio = self.devicePixelRatioF()
        self.dot.setPixmap(icons.pixmap("dot", token, 14, ratio))
        self.state.setStyleSheet(f"color: {current().fg};")


def _set(label: QLabel, words: str) -> None:
    """Set a text only when it is another one: an equal one costs a layout too."""
    if label.text() != words:
        label.setText(words)
