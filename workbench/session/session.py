"""The window's side of the engine: one state, one timer, signals.

Threads: all of it belongs to the GUI thread; only `close` waits for the engine.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from engine.graph.files.serialize import dumps
from engine.graph.model import Project
from engine.graph.settings import Training
from engine.i18n import tr
from engine.protocol import commands, device, formats, messages
from engine.protocol.past_runs import OpenedRun
from engine.protocol.weights import WeightsPreview
from workbench.session.answers import Answers
from workbench.session.checking import Checking
from workbench.session.current_run import BEGINNINGS, CurrentRun
from workbench.session.curves.history import History
from workbench.session.data.surveys import Surveys
from workbench.session.lifeline import Lifeline
from workbench.session.link import AnyCommand, Asked, Client, Link, spawn_engine
from workbench.session.live_settings import LiveSettings, training_fingerprint
from workbench.session.past.curves import started
from workbench.session.past.runs import PastRuns
from workbench.session.places import default_runs_folder, made
from workbench.session.questions.tracing import Tracing
from workbench.session.questions.untold import UNTOLD
from workbench.session.questions.views import Looking
from workbench.session.run_state import RunState, State

TICK_MS, IDLE_MS = 33, 100


class Session(QObject):
    """Owns the engine and the history of the current run.

    Args:
        spawn: Starts an engine; another one in tests.
        runs_folder: Where runs are kept.
        parent: Qt's owner.

    Attributes:
        formats: That the engine can write weights in, once it is ready.
    """

    state_changed = Signal(str)  # the new `State`
    analysis_ready = Signal(object)  # messages.Analysis of the newest revision
    forecast_ready = Signal(object)  # messages.Forecast, or None while unknown
    devices_ready = Signal(object)  # device.Devices
    run_started = Signal(object)  # messages.RunStarted
    frame_received = Signal(object)  # messages.Frame
    outcome = Signal(object)  # messages.Outcome
    exported = Signal(object)  # messages.Exported
    weights_previewed = Signal(object)  # weights.WeightsPreview
    past_shown = Signal()  # all that was recorded before is in the history
    request_failed = Signal(object, object)  # the command, messages.Failed
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
        self.runs_folder = runs_folder or default_runs_folder()
        self.formats: Sequence[formats.ExportFormat] = ()
        self._link, self._state = Link(spawn), RunState(self)
        self._live = LiveSettings(self.set_hyper)
        self.past_runs = PastRuns(self._ask, self)
        self._run = CurrentRun(self._state, self.past_runs, self)
        history = self._run.history
        self._checking = Checking(self._state, self._link, self._ask, self)
        self.trials = self._checking.trials
        self.looking = Looking(self._state, history, self._ask, self)
        self.tracing = Tracing(self._ask, self.request_failed, self)
        self.lifeline = Lifeline(self._link, self._state, history, self)
        self.surveys = Surveys(self._ask, self._link, self)
        self._timer, self._answers = QTimer(self), Answers()
        self._timer.timeout.connect(self._on_tick)
        self._listen()
        self._tell()

    def _listen(self) -> None:
        """Say who takes which answer."""
        to = self._answers.to
        to(messages.EngineReady, self._on_ready)
        to(device.Devices, lambda body, _command: self.devices_ready.emit(body))
        to(messages.Exported, lambda body, _command: self.exported.emit(body))
        to(WeightsPreview, lambda body, _command: self.weights_previewed.emit(body))
        to(messages.Failed, self._on_failed)
        to(messages.EngineGone, lambda body, _command: self._lose(body))
        organs = (self._run, self._checking, self.looking, self.past_runs, self.tracing,
                  self.surveys)  # fmt: skip
        for organ in organs:
            organ.listen(self._answers)

    def _tell(self) -> None:
        """Hand on what the organs have to tell."""
        self._state.changed.connect(self.state_changed)
        self._run.started.connect(self.run_started)
        self._run.grown.connect(self.frame_received)
        self._run.ended.connect(self.outcome)
        self._run.failed.connect(self.notice)
        self._run.filling.done.connect(self.past_shown)
        self._checking.analysed.connect(self.analysis_ready)
        self._checking.forecasting.ready.connect(self.forecast_ready)
        self.lifeline.respawn.timeout.connect(self.start_engine)
        lost = self.lifeline.undead.timeout
        lost.connect(lambda: self._lose(messages.EngineGone("")))

    @property
    def state(self) -> State:
        """What is going on."""
        return self._state.word

    @property
    def active(self) -> bool:
        """Whether a run is in the engine."""
        return self._state.active

    @property
    def history(self) -> History:
        """What the current or last run has told."""
        return self._run.history

    @property
    def run_document(self) -> str:
        """Text of the project that the current or last run trains."""
        return self._run.document

    @property
    def failure(self) -> messages.Outcome | messages.Failed | None:
        """What went wrong with the current or last run, if something did."""
        return self._run.failure

    @property
    def revision(self) -> int:
        """Of the document that was handed to `check` last."""
        return self._checking.revision

    @property
    def allowed(self) -> tuple[str, ...]:
        """Places outside the document's folder that weights may be read from."""
        return self._checking.allowed

    @allowed.setter
    def allowed(self, places: tuple[str, ...]) -> None:
        self._checking.allowed = places

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
            words = tr("The engine could not start: {error}", error=error)
            self._run.fail(messages.Failed(words))
            self.engine_lost.emit(False)
            return
        self._pace()
        self._checking.again()

    def restart_engine(self) -> None:
        """Start an engine after the last one kept crashing."""
        self._link.forgive()
        self._state.set("starting")
        self.start_engine()

    def check(self, project: Project, folder: str = "") -> int:
        """Ask for shapes and problems soon; return the revision that will answer.

        Only the newest question is answered by `analysis_ready`. Paths of weights
        count from `folder`, that of the project's file.
        """
        return self._checking.check(project, folder)

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
        document = dumps(project)
        if refused := made(self.runs_folder):
            self._run.fail(refused)
            return
        self.begin(project, document)
        run = self.history.run
        asked = commands.Train(document, str(self.runs_folder), device=device,
                               steps=steps, paused=paused, weights_from=weights_from,
                               parent=run.run if run else "")  # fmt: skip
        self._ask(asked)

    def resume_run(
        self,
        folder: str,
        project: Project,
        *,
        paused: bool = False,
        from_step: int = -1,
        more: int = 0,
    ) -> None:
        """Continue a run, beyond its end by `more`; `project` has its nodes' words."""
        if not self.active:
            self.past_runs.want(folder)
            self.begin(project, dumps(project))
            asked = commands.ResumeRun(folder, paused, from_step, self.allowed, more)
            self._ask(asked)

    def show_past(
        self, opened: OpenedRun, project: Project, analysis: messages.Analysis
    ) -> None:
        """Show what a run has recorded that was made before; `past_shown` ends it.

        Args:
            opened: The last answer of `past_runs`.
            project: Its document.
            analysis: Of the project.
        """
        run = started(opened, project, analysis)
        self._run.show(run, project, opened)

    def begin(self, project: Project, document: str) -> None:
        """Expect a run of `project`, whose text is `document`."""
        self._run.begin(project, document)
        self._live.begin(project.training)
        self._state.begin()
        self.start_engine()
        if self._link.connected:
            self.lifeline.begin()
            self._state.set("compiling")

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

    def stop(self, then: Callable[[], object] | None = None) -> None:
        """End the run with a checkpoint.

        Args:
            then: Done once no run is in the engine any more, unless somebody stops or
                leaves the run meanwhile.
        """
        self._state.then(then)
        self._send_to_run(commands.Stop())
        if self.active:
            self._state.set("stopping")

    def leave(self) -> None:
        """Forget the run, because another document is open; one going on is ended."""
        self._run.leave()
        self.stop()
        if not self.active and self._link.ready:
            self._state.set("idle")
        if not self.active:
            self.state_changed.emit(self.state)  # a past run has shown another

    def move_run(self, folder: Path) -> None:
        """Keep the run, and those to come, in another folder, and go on."""
        self.runs_folder = folder
        self._ask(commands.MoveRun(str(folder)))

    def set_hyper(self, name: str, value: float, phase: str = "") -> None:
        """Change a setting of the running training."""
        self._send_to_run(commands.SetHyper(name, value, phase))

    def follow(self, training: Training) -> None:
        """Send the run every rate that has changed since it began."""
        if self.active:
            self._live.follow(training)

    def differs(self, project: Project) -> bool:
        """Return whether a project would make another run than the one that is on."""
        return self.active and training_fingerprint(project) != self._run.fingerprint

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
        folder = self.looking.folder
        self._ask(commands.Export(folder, format_id, path, averaged, from_step))

    def preview_weights(self, project: Project, path: str, prefix: str = "") -> None:
        """Ask how a file fits; answered by `weights_previewed` or `request_failed`."""
        self._ask(commands.PreviewWeights(dumps(project), path, prefix))

    def dismiss(self) -> None:
        """Let the engine keep the run and end, unheard; `close` waits for that."""
        self._timer.stop()
        self.lifeline.close()
        self._checking.close()
        if self.active:
            self._link.send(commands.Stop())
        self._link.dismiss()

    def close(self, timeout_s: float = 3.0) -> None:
        """Stop the run with a checkpoint and end the engine within `timeout_s`."""
        self.dismiss()
        self._link.close(timeout_s)

    def _ask(self, command: AnyCommand) -> None:
        self._link.send(command, answered=True)
        self._pace()

    def _send_to_run(self, command: AnyCommand) -> None:
        if self.active:
            self._link.send(command)
            self.lifeline.vigil.ordered()
            self._timer.start(TICK_MS)

    def _pace(self) -> None:
        """Poll at 30 Hz while something is going on, slower otherwise."""
        pace_ms = TICK_MS if self._state.busy or self._link.waiting else IDLE_MS
        if not self._timer.isActive() or self._timer.interval() != pace_ms:
            self._timer.start(pace_ms)

    def _on_tick(self) -> None:
        for message in self._link.drain():
            self.lifeline.vigil.heard(message.body)
            command = self._link.answered(message.number)
            self._answers.give(message.body, command)
        if self._link.connected:
            self._pace()
        self.ticked.emit()

    def _on_ready(self, body: messages.EngineReady, _command: Asked) -> None:
        self.lifeline.greeted()
        self.formats = body.formats
        self.devices_ready.emit(body.devices)
        self._state.ready()

    def _on_failed(self, body: messages.Failed, command: Asked) -> None:
        if isinstance(command, BEGINNINGS):
            self._run.refused(body)
        elif not isinstance(command, UNTOLD):
            self.notice.emit(body.text)
        self.looking.failed(command)
        self.past_runs.failed(command, body)
        self.request_failed.emit(command, body)

    def _lose(self, body: messages.EngineGone) -> None:
        """Say that the engine is gone, and start another one."""
        self._state.lost()
        farewell = self.lifeline.gone(body)
        for command in farewell.unanswered:
            self.request_failed.emit(command, farewell.failed)
        self._run.lost(farewell.failed)
        if not farewell.again:
            self.notice.emit(tr("The engine keeps crashing; it was not started again."))
        self.looking.lost()
        self.past_runs.lost()
        self.surveys.lost(farewell.failed.text)
        self.engine_lost.emit(farewell.again)
