"""Says around the canvas what document and engine tell: problems, progress, size."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.graph.problems import Fix, Problem
from engine.i18n import tr
from engine.protocol.device import Devices
from engine.protocol.messages import Analysis, Frame, RunStarted
from workbench.app.bars.status import StatusBar
from workbench.app.bars.toolbar import ToolBar
from workbench.app.desk import Desk
from workbench.app.run.training import TrainCommands
from workbench.canvas.edits import fixes
from workbench.inspector import Inspector, ProblemList
from workbench.session.curves.readings import readings

STATUS_EVERY = 3
"""Ticks of 33 ms between two texts of the status bar: nobody reads faster."""


class Screen(Desk, Protocol):
    """The desk, and what stands around the canvas."""

    inspector: Inspector
    problems: ProblemList
    status: StatusBar
    tools: ToolBar


class Reporting(QObject):
    """Joins document and session to the widgets that show them.

    Args:
        screen: The widgets.
        training: Learns whether the graph can be trained.

    Attributes:
        analysis: The newest check of the document, None before the first.
    """

    def __init__(self, screen: Screen, training: TrainCommands) -> None:
        super().__init__(screen.widget)
        self._screen, self._training = screen, training
        self.analysis: Analysis | None = None
        self._ticks = 0
        self._connect_document()
        self._connect_session()
        self._on_replaced()

    def _connect_document(self) -> None:
        screen = self._screen
        document = screen.document
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        inspector, canvas = screen.inspector, screen.canvas
        canvas.selection_changed.connect(inspector.show_nodes)
        canvas.scene.path_changed.connect(self._show_run)
        canvas.node_activated.connect(inspector.focus_first)
        canvas.ground_activated.connect(inspector.focus_training)
        screen.problems.activated.connect(canvas.focus_node)
        screen.problems.fix_requested.connect(self.apply_fix)
        inspector.training.fix_requested.connect(self.apply_fix)
        inspector.training.phase_shown.connect(canvas.mark_phase)
        screen.tools.device.picked.connect(self._training.pick_device)

    def _connect_session(self) -> None:
        session, banner = self._screen.session, self._screen.banner
        training = self._screen.inspector.training
        session.state_changed.connect(self._on_state)
        session.analysis_ready.connect(self._on_analysis)
        session.forecast_ready.connect(training.show_forecast)
        session.devices_ready.connect(self._on_devices)
        session.frame_received.connect(self._on_frame)
        session.run_started.connect(self._on_run_started)
        session.past_shown.connect(self._show_last)
        session.notice.connect(lambda text: banner.say("error", text))
        session.ticked.connect(self._on_tick)

    def apply_fix(self, fix: Fix) -> None:
        """Apply what a problem offers, as one undo step."""
        try:
            fixes.apply(self._screen.document, fix)
        except EngineError as error:
            self._screen.banner.say("error", str(error))

    def _on_changed(self, _edits: object) -> None:
        screen = self._screen
        document, path = screen.document, screen.document.path
        screen.tools.device.show_chosen(self._device())
        screen.session.check(document.project, str(path.parent) if path else "")
        self._show_network()

    def _on_replaced(self) -> None:
        screen = self._screen
        self.analysis = None
        screen.session.leave()
        screen.canvas.set_live(None)
        screen.canvas.setFocus()
        self._show_problems(None)
        self._on_changed(())
        screen.status.show_progress(screen.session.history)

    def _on_state(self, state: str) -> None:
        screen = self._screen
        screen.status.show_state(state)
        screen.inspector.training.set_live(screen.session.active)
        self._show_last()
        screen.status.show_progress(screen.session.history)
        screen.canvas.scene.show_values(readings(screen.session.history))
        screen.panels.refresh()

    def _show_last(self) -> None:
        """Show what the run took, once it has ended."""
        session = self._screen.session
        run, history = session.history.run, session.history
        if run is not None and not session.active:
            training = self._screen.inspector.training
            took_s = history.trained_s
            training.show_last(history.step, run.steps_per_epoch, took_s)

    def _on_analysis(self, analysis: Analysis) -> None:
        screen, self.analysis = self._screen, analysis
        screen.canvas.set_analysis(analysis)
        screen.inspector.set_analysis(analysis)
        screen.inspector.training.outlook.show_analysis(analysis)
        self._show_problems(analysis.problems)
        self._training.set_analysis(analysis)
        self._show_network()

    def _show_problems(self, problems: Sequence[Problem] | None) -> None:
        self._screen.problems.show_problems(problems)
        count = len(problems or ())
        words = tr("Problems ({n})", n=count) if count else tr("Problems")
        self._screen.docks["problems"].setWindowTitle(words)

    def _on_devices(self, devices: Devices) -> None:
        self._screen.tools.device.show_devices(devices, self._device())
        self._screen.status.show_device(tr("CPU · {n:core|cores}", n=devices.cores))

    def _on_run_started(self, run: RunStarted) -> None:
        self._screen.inspector.training.length.show_per_epoch(run.steps_per_epoch)
        self._screen.canvas.set_live(None)
        threads = tr("{n:thread|threads}", n=run.threads)
        self._screen.status.show_device(f"{run.device.upper()} · {threads}")

    def _on_frame(self, frame: Frame) -> None:
        history = self._screen.session.history
        run, is_now = history.run, history.looked_at is None
        if frame.sample is not None and run is not None and is_now:
            self._screen.canvas.set_live(frame.sample, run.layers)

    def _show_run(self) -> None:
        """Let the cards of another scope show what the run has come to."""
        canvas, history = self._screen.canvas, self._screen.session.history
        if history.run is not None:
            canvas.set_live(history.sample, history.run.layers)
        canvas.scene.show_values(readings(history))

    def _on_tick(self) -> None:
        session = self._screen.session
        self._screen.panels.refresh()
        self._ticks += 1
        if session.active and self._ticks % STATUS_EVERY == 0:
            self._screen.status.show_progress(session.history)
            self._screen.canvas.scene.show_values(readings(session.history))

    def _device(self) -> str:
        return str(self._screen.document.project.training.value("device"))

    def _show_network(self) -> None:
        num_nodes = len(self._screen.document.project.graph.nodes)
        self._screen.status.show_network(self.analysis, num_nodes)
