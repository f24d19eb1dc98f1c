"""Takes everything to a past step of the run, and back; plays; branches."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.graph.files.serialize import dumps
from engine.i18n import tr
from engine.protocol.past_runs import KeptWeights
from workbench.app.desk import Desk
from workbench.app.run.training import TrainCommands
from workbench.app.run.weights_dialog import rooted
from workbench.app.time.timeline import Timeline
from workbench.session.curves.readings import readings
from workbench.theme.text import count

_PLAY_MS, _PLAY_S, _FOLLOW_MS = 40, 10.0, 200
"""Pace of playing, how long a run plays, and how often a growing run is drawn."""


class LookingBack(QObject):
    """Joins the timeline to all that shows the run.

    Args:
        desk: Shows it.
        training: Goes on from a branch.

    Attributes:
        bar: The timeline.
    """

    changed = Signal()  # whether there is a past, and whether it is shown

    def __init__(self, desk: Desk, training: TrainCommands) -> None:
        super().__init__(desk.widget)
        self._desk, self._training = desk, training
        self._history = desk.session.history
        self.bar = Timeline(self._history)
        self.bar.hide()
        self._goal: int | None = None
        self._soon, self._playing, self._following = (
            QTimer(self),
            QTimer(self),
            QTimer(self),
        )
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._show)
        self._playing.setInterval(_PLAY_MS)
        self._playing.timeout.connect(self._on_play)
        self._following.setInterval(_FOLLOW_MS)
        self._following.timeout.connect(self._follow)
        self.bar.track.wanted.connect(self._on_wanted)
        self.bar.play_wanted.connect(self.play)
        self.bar.branch_wanted.connect(self.branch)
        self._listen()

    def _listen(self) -> None:
        session = self._desk.session
        session.run_started.connect(lambda _run: self._begin())
        session.past_shown.connect(self._begin)
        session.outcome.connect(lambda _outcome: self._ask_kept())
        session.state_changed.connect(lambda _state: self._follow())
        session.past_runs.kept.connect(self._on_kept)
        queued = Qt.ConnectionType.QueuedConnection
        self.bar.visibilityChanged.connect(self._on_seen, queued)
        self._desk.document.replaced.connect(self._follow)
        self._desk.rooms.changed.connect(self._follow)  # layouts hold bars, too

    def _begin(self) -> None:
        """Start over for a run."""
        self._stop_playing()
        self.bar.track.kept = KeptWeights("")
        self._ask_kept()
        self._follow()
        self._following.start()

    def _ask_kept(self) -> None:
        run = self._history.run
        if run is not None and run.run:
            self._desk.session.past_runs.ask_kept(run.run)

    def _on_kept(self, told: KeptWeights) -> None:
        run = self._history.run
        if run is not None and run.run == told.run:
            self.bar.track.kept = told
            self.bar.show_moment()

    def _on_seen(self, is_seen: bool) -> None:
        """Take the bar away that a layout has brought back where there is no run."""
        if is_seen:
            self._follow()

    def _follow(self) -> None:
        """Show the bar while there is a run with steps, or one that will have some.

        It comes with the run, not with the first step: nothing jumps while one reads.
        """
        history, session = self._history, self._desk.session
        has_time = history.run is not None and (history.step > 0 or session.active)
        if self.bar.isVisible() != has_time:
            self.bar.setVisible(has_time)
            self.changed.emit()
        if has_time:
            self.bar.show_moment()
        if not self._desk.session.active:
            self._following.stop()

    @property
    def can_play(self) -> bool:
        """Whether there is a run with steps to look back at."""
        return self._history.run is not None and self._history.step > 1

    @property
    def is_past(self) -> bool:
        """Whether a past step is shown."""
        return self._history.looked_at is not None

    def go(self, step: int | None) -> None:
        """Show everything as it was after a step; None shows what is newest."""
        if self._history.run is None:
            return
        self._goal = step
        self._show()

    def _on_wanted(self, step: int | None) -> None:
        """Go where the mouse is; several moves before the next frame are one."""
        self._stop_playing()
        self._goal = step
        if not self._soon.isActive():
            self._soon.start(0)

    def _show(self) -> None:
        desk, history = self._desk, self._history
        if history.run is None:
            return
        was_past = self.is_past
        history.look_back(self._goal)
        if was_past != self.is_past:
            self.changed.emit()
        desk.canvas.set_live(history.sample, history.run.layers)
        desk.canvas.scene.show_values(readings(history))
        for plot in desk.panels.plots.values():
            if plot.isVisible():
                plot.catch_up()
        self.bar.show_moment()

    def play(self) -> None:
        """Let the run pass once more from where one looks, or stop it there."""
        if self._playing.isActive():
            self._stop_playing()
            return
        if self.can_play:
            at_end = self._history.looked_at in {None, self._history.step}
            self.go(1 if at_end else self._history.looked_at)
            self.bar.show_playing(on=True)
            self._playing.start()

    def _stop_playing(self) -> None:
        self._playing.stop()
        self.bar.show_playing(on=False)

    def _on_play(self) -> None:
        stride = max(1, round(self._history.step / (1000 * _PLAY_S / _PLAY_MS)))
        goal = (self._history.looked_at or 1) + stride
        if goal >= self._history.step:
            self._stop_playing()
            self.go(None)
        else:
            self.go(goal)

    def branch(self) -> None:
        """Go on from the kept weights nearest to what is shown, in a new run."""
        session, step, run = (
            self._desk.session,
            self.bar.branch_step(),
            self._history.run,
        )
        if step is None or run is None:
            return
        if session.active:
            session.stop(then=lambda: self._branch(run.run, step))
        else:
            self._branch(run.run, step)

    def _branch(self, run: str, step: int) -> None:
        session, project = self._desk.session, rooted(self._desk.document)
        self.go(None)
        self._training.begun.emit()
        session.past_runs.want(run)
        text = dumps(project)
        session.begin(project, text)
        session.past_runs.branch(run, step, text, session.allowed)
        words = tr("A branch goes on from step {step}; the run stays as it is.",
                   step=count(step))  # fmt: skip
        self._desk.banner.say("info", words, about="branch")
