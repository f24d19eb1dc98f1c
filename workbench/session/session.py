"""The window's side of the engine: one state, one timer, signals.

    starting ─▶ idle ─▶ compiling ─▶ training ◀─▶ paused
                 ▲                      ▼
                 │                   stopping
                 └── finished · stopped · diverged · failed

Threads: all of it belongs to the GUI thread. No call waits for the engine, except
`close`.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.graph.files.serialize import dumps
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol import commands, device, messages
from engine.protocol.weights import WeightsPreview
from workbench.session.curves.history import History
from workbench.session.forecasting import Forecasting
from workbench.session.lifeline import Lifeline
from workbench.session.link import Client, Link, spawn_engine
from workbench.session.names import Names, names_of
from workbench.session.places import default_runs_folder, made
from workbench.session.view_requests import Looking
from workbench.session.writing import Writing

TICK_MS, IDLE_MS, DEBOUNCE_MS = 33, 100, 60
ACTIVE = frozenset({"compiling", "training", "paused", "stopping"})
"""States with a run in the engine."""
_FAST = frozenset({"starting", "compiling", "training", "stopping"})
_ENDINGS = {"finished": "finished", "early": "finished"}
_TOLD_ELSEWHERE = (commands.Estimate, commands.PreviewWeights, commands.SettleRun)
"""Questions whose failure is no notice: nobody asked, or a dialog says it."""


class Session(QObject):
    """Owns the engine and the history of the current run.

    Args:
        spawn: Starts an engine; another one in tests.
        runs_folder: Where runs are kept.
        parent: Qt's owner.
    """

    state_changed = Signal(str)
    analysis_ready = Signal(object)
    forecast_ready = Signal(object)  # frame.Forecast, or None while unknown
    devices_ready = Signal(object)
    run_started = Signal(object)
    frame_received = Signal(object)
    outcome = Signal(object)
    exported = Signal(object)
    weights_previewed = Signal(object)
    request_failed = Signal(object, object)  # the command, frame.Failed
    engine_lost = Signal(bool)  # whether another one is on its way
    notice = Signal(str)
    ticked = Signal()

    def __init__(
        self,
        spawn: Callable[[], Client] = spawn_engine,
        runs_folder: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.history = History()
        self.runs_folder = runs_folder or default_runs_folder()
        self.run_document = ""
        self.failure: messages.Outcome | messages.Failed | None = None
        self._state = "starting"
        self._link = Link(spawn)
        self._recovering = self._is_left = False
        self.looking = Looking(self, self._ask)
        self._forecasting = Forecasting(self, self._ask)
        self._forecasting.ready.connect(self.forecast_ready)
        self._handlers = self._table()
        self._names, self._writing = Names(), Writing(self)
        self._checked: Project | None = None
        self._folder, self._revision = "", 0
        self.allowed: tuple[str, ...] = ()  # places that weights may be read from
        self._timer = self._new_timer(self._on_tick, single=False)
        self._debounce = self._new_timer(self._on_check_due, single=True)
        self.lifeline = Lifeline(self, self._link)

    def _new_timer(self, slot: Callable[[], None], *, single: bool) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(single)
        timer.timeout.connect(slot)
        return timer

    def _table(self) -> dict[type, Callable[..., None]]:
        return {
            messages.EngineReady: self._on_ready,
            device.Devices: lambda body, _command: self.devices_ready.emit(body),
            messages.Analysis: self._on_analysis,
            messages.RunStarted: self._on_run_started,
            messages.Frame: self._on_frame,
            messages.Outcome: self._on_outcome,
            messages.Exported: lambda body, _command: self.exported.emit(body),
            WeightsPreview: lambda body, _command: self.weights_previewed.emit(body),
            messages.Moved: lambda body, _command: self.history.moved(body.folder),
            **self.looking.answers(),
            **self._forecasting.answers(),
            messages.Failed: self._on_failed,
            messages.EngineGone: lambda body, _command: self.lose(body),
        }

    @property
    def state(self) -> str:
        """What is going on, one of the words in the picture above."""
        return self._state

    @property
    def active(self) -> bool:
        """Whether a run is in the engine."""
        return self._state in ACTIVE

    @property
    def engine_ready(self) -> bool:
        """Whether the engine has imported torch and answers."""
        return self._link.ready

    def start_engine(self) -> None:
        """Start the engine's process; it answers some seconds later."""
        try:
            if self._link.open():
                self.lifeline.begin()
        except OSError as error:
            self._fail(
                messages.Failed(tr("The engine could not start: {error}", error=error))
            )
            self.engine_lost.emit(False)
            return
        self._pace()
        if self._checked is not None:
            self._debounce.start(0)

    def restart_engine(self) -> None:
        """Start an engine after the last one kept crashing."""
        self._link.forgive()
        self._set_state("starting")
        self.start_engine()

    def check(self, project: Project, folder: str = "") -> int:
        """Ask for shapes and problems soon; return the revision that will answer.

        Only the newest question is answered by `analysis_ready`. Paths of weights
        count from `folder`, that of the project's file.
        """
        self._revision += 1
        self._checked, self._folder = project, folder
        self._forecasting.forget()
        self._debounce.start(DEBOUNCE_MS)
        return self._revision

    def _on_check_due(self) -> None:
        if self._checked is not None and self._link.connected:
            revision, *place = self._revision, self._folder, self.allowed
            self._writing.start(
                self._checked,
                lambda text: self._ask(commands.Check(text, revision, *place)),
            )

    def train(
        self,
        project: Project,
        *,
        device: str = "",
        steps: int = 0,
        paused: bool = False,
        weights_from: str = "",
    ) -> None:
        """Train a frozen copy of `project` in a new run.

        Args:
            project: Stays the caller's.
            device: Overrides the document's device unless empty.
            steps: Overrides the length unless 0.
            paused: Wait before the first step.
            weights_from: Folder of a run whose weights are kept where they fit.
        """
        if self.active:
            return
        document, refused = dumps(project), made(self.runs_folder)
        if refused:
            self._fail(refused)
            return
        self._begin(names_of(project), document)
        self._ask(
            commands.Train(
                document,
                str(self.runs_folder),
                device=device,
                steps=steps,
                paused=paused,
                weights_from=weights_from,
            )
        )

    def resume_run(
        self,
        folder: str,
        project: Project,
        *,
        paused: bool = False,
        from_step: int = -1,
    ) -> None:
        """Continue an interrupted run; `project` gives the words of its nodes."""
        if not self.active:
            self._begin(names_of(project), dumps(project))
            self._ask(commands.ResumeRun(folder, paused=paused, from_step=from_step))

    def _begin(self, names: Names, document: str) -> None:
        self._names, self.run_document, self.failure = names, document, None
        self._recovering = False
        self.start_engine()
        if self._link.connected:
            self.lifeline.begin()
            self._set_state("compiling")

    def pause(self) -> None:
        """Wait before the next step."""
        self._send_to_run(commands.Pause())

    def resume(self) -> None:
        """Go on after a pause."""
        self._send_to_run(commands.Resume())

    def step(self, count: int = 1) -> None:
        """Make `count` steps and pause again."""
        self._send_to_run(commands.Step(count))

    def run_to_epoch_end(self) -> None:
        """Go on until the epoch ends, then pause."""
        self._send_to_run(commands.RunToEpochEnd())

    def stop(self) -> None:
        """End the run with a checkpoint."""
        self._send_to_run(commands.Stop())
        if self.active:
            self._set_state("stopping")

    def leave(self) -> None:
        """Forget the run, because another document is open; one going on is ended."""
        self.history.clear()
        self.failure = None
        self._is_left = self.active
        self.stop()
        if not self.active and self._link.ready:
            self._set_state("idle")

    def move_run(self, folder: Path) -> None:
        """Keep the run, and those to come, in another folder, and go on."""
        self.runs_folder = folder
        self._ask(commands.MoveRun(str(folder)))

    def set_hyper(self, name: str, value: float, phase: str = "") -> None:
        """Change a setting of the running training."""
        self._send_to_run(commands.SetHyper(name, value, phase))

    def export(
        self, format_id: str, path: str, averaged: bool = True, from_step: int = -1
    ) -> None:
        """Write the current or last run's weights; see `exported`, `request_failed`.

        Args:
            format_id: `safetensors` or `pt`.
            path: Target file.
            averaged: The running mean of the weights, where the run keeps one.
            from_step: Step of a checkpoint that the run keeps; −1 is the newest.
        """
        run = self.looking.folder
        self._ask(commands.Export(run, format_id, path, averaged, from_step))

    def preview_weights(self, project: Project, path: str, prefix: str = "") -> None:
        """Ask how a file fits; answered by `weights_previewed` or `request_failed`."""
        self._ask(commands.PreviewWeights(dumps(project), path, prefix))

    def close(self, timeout_s: float = 3.0) -> None:
        """Stop the run with a checkpoint and end the engine within `timeout_s`."""
        for timer in (self._timer, self._debounce):
            timer.stop()
        self.lifeline.close()
        self._forecasting.stop()
        self._writing.close()
        if self.active:
            self._link.send(commands.Stop())
        self._link.close(timeout_s)

    def _ask(self, command: object) -> None:
        self._link.send(command, answered=True)
        self._pace()

    def _send_to_run(self, command: object) -> None:
        if self.active:
            self._link.send(command)
            self.lifeline.vigil.ordered()
            self._timer.start(TICK_MS)

    def _pace(self) -> None:
        """Poll at 30 Hz while something is going on, slower otherwise."""
        busy = self._state in _FAST or self._link.waiting
        pace_ms = TICK_MS if busy else IDLE_MS
        if not self._timer.isActive() or self._timer.interval() != pace_ms:
            self._timer.start(pace_ms)

    def _on_tick(self) -> None:
        for message in self._link.drain():
            self.lifeline.vigil.heard(message.body)
            command = self._link.answered(message.number)
            handler = self._handlers.get(type(message.body))
            if handler is not None:
                handler(message.body, command)
        if self._link.connected:
            self._pace()
        self.ticked.emit()

    def _set_state(self, state: str) -> None:
        if state != self._state:
            has_ended = self.active and state not in ACTIVE
            self._state = state
            if has_ended:
                self._forecasting.wait()
            self.state_changed.emit(state)

    def _on_ready(self, body: messages.EngineReady, _command: object) -> None:
        self.lifeline.greeted()
        self.devices_ready.emit(body.devices)
        if self._state == "starting" or self._recovering:
            self._recovering = False
            self._set_state("idle")

    def _on_analysis(self, body: messages.Analysis, _command: object) -> None:
        if body.revision == self._revision:
            if body.trainable and self._checked is not None:
                self._forecasting.want(self._checked, body.revision)
            self.analysis_ready.emit(body)

    def _on_run_started(self, body: messages.RunStarted, command: object) -> None:
        if self._is_left:
            return
        self.history.begin(body, self._names)
        asked = isinstance(command, commands.Train | commands.ResumeRun)
        self._go("paused" if asked and command.paused else "training")
        self.run_started.emit(body)

    def _on_frame(self, body: messages.Frame, _command: object) -> None:
        if self._is_left:
            return
        self.history.add(body)
        self._go(body.state)
        self.frame_received.emit(body)

    def _go(self, state: str) -> None:
        """Follow the run, unless it is asked to stop."""
        if self.active and self._state != "stopping":
            self._set_state(state)

    def _on_outcome(self, body: messages.Outcome, _command: object) -> None:
        if self._is_left:
            self._is_left = False
            self._set_state("idle")
            return
        self.history.add_log((body.text,))
        if body.kind == "diverged":
            self.history.diverge(body.step + 1)
        self.failure = body if body.kind in {"diverged", "failed"} else None
        self._set_state(_ENDINGS.get(body.kind, body.kind))
        self.outcome.emit(body)

    def _on_failed(self, body: messages.Failed, command: object) -> None:
        begins = isinstance(command, commands.Train | commands.ResumeRun)
        if begins and self._is_left:
            self._is_left = False
            self._set_state("idle")
        elif begins:
            self._fail(body)
        elif not isinstance(command, _TOLD_ELSEWHERE):
            self.notice.emit(body.text)
        self.request_failed.emit(command, body)

    def lose(self, body: messages.EngineGone) -> None:
        """Say that the engine is gone, and start another one."""
        self._recovering = not self.active
        self._is_left = False
        failed, again = self.lifeline.gone(body)
        self._fail(failed)
        if not again:
            self.notice.emit(tr("The engine keeps crashing; it was not started again."))
        self.engine_lost.emit(again)

    def _fail(self, failed: messages.Failed) -> None:
        self.failure = failed
        self.history.add_log((failed.text,))
        self._set_state("failed")
        self.notice.emit(failed.text)
