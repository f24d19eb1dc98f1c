"""The main window: puts the parts together, nothing else."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from engine.graph import ports
from engine.graph.edits import Fix, Problem
from engine.i18n import tr
from engine.protocol.device import Devices
from engine.protocol.messages import Analysis, Frame, RunStarted
from workbench.app.bars import focus
from workbench.app.bars.banner import Banner
from workbench.app.bars.menu_bar import (
    fill_align,
    fill_devices,
    fill_language,
    fill_panels,
    fill_recent,
)
from workbench.app.bars.status import StatusBar
from workbench.app.bars.toolbar import ToolBar, TrainButton
from workbench.app.commands.actions import Actions
from workbench.app.commands.helpers import Helpers
from workbench.app.commands.view_commands import ViewCommands
from workbench.app.docks.docks import Docks
from workbench.app.docks.panels import Panels
from workbench.app.docks.view_focus import Watching
from workbench.app.docks.view_settings import ViewQuestions
from workbench.app.files.disk_care import DiskCare
from workbench.app.files.opening import Opening
from workbench.app.files.outside import OutsidePaths
from workbench.app.files.projects import Files
from workbench.app.run.diagnosis import Diagnosing
from workbench.app.run.engine_loss import EngineCare
from workbench.app.run.step import Stepping
from workbench.app.run.training import TrainCommands
from workbench.app.run.weights_dialog import WeightsCommand
from workbench.canvas.edits import fixes
from workbench.canvas.view import CanvasView
from workbench.canvas.widgets.layer_list import LayerList
from workbench.canvas.widgets.undo_list import UndoList
from workbench.document import Document
from workbench.document.document import SUFFIX
from workbench.document.files.recovery import Recovery
from workbench.document.settings import Settings
from workbench.inspector import Inspector, ProblemList
from workbench.inspector.fields import polish
from workbench.session.session import Session
from workbench.theme.text import window_title

if TYPE_CHECKING:
    from workbench.app.start_page import StartPage

SIZE = QSize(1440, 900)
STATUS_EVERY = 3
"""Ticks of 33 ms between two texts of the status bar: nobody reads faster."""
FRAME = QSize(16, 48)
"""Room for the frame and the title that a system puts around a window, px."""
CLOSE_S = 1.8
"""Time for the engine to write its checkpoint and end."""


def first_size(room: QSize) -> QSize:
    """Return the size of a new window on a screen with this much free room."""
    return SIZE.boundedTo(room - FRAME)


class MainWindow(QMainWindow):
    """Everything on the screen.

    Args:
        session: The engine.
        settings: What is remembered.
    """

    painted = Signal()

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self.settings = session, settings
        self.document = Document(self)
        self.recovery = Recovery(self.document)
        self.analysis: Analysis | None = None
        self.devices: Devices | None = None
        self.start_page: StartPage | None = None
        self._ticks = 0
        self._has_painted = self.asks_nothing = False
        self.resize(first_size(self.screen().availableSize()))
        self.setAcceptDrops(True)
        self._make_parts()
        self._make_commands()
        self._lay_out()
        self._connect_document()
        self._connect_session()
        self._on_replaced()

    def _make_parts(self) -> None:
        self.canvas = CanvasView(self.document)
        self.palette_panel = LayerList(self.document)
        self.inspector = Inspector(self.document)
        self.problems = ProblemList(self.title_of)
        self.centre = QStackedWidget()
        self.banner, self.status = Banner(), StatusBar()
        self.docks = Docks(self)
        self.panels = Panels(self.docks, self.session.history, self)

    def _make_commands(self) -> None:
        self.files = Files(self, self.document, self.settings)
        self.disk_care, self.opening = DiskCare(self), Opening(self)
        self.training = TrainCommands(self, self.document, self.session, self.banner)
        self.view = ViewCommands(self)
        self.helpers = Helpers(self)
        self.weights = WeightsCommand(self)
        self.watching, self.stepping = Watching(self), Stepping(self)
        self.diagnosing = Diagnosing(self)
        self.view_questions = ViewQuestions(self)
        self.actions_ = Actions(self, self._handlers())
        self.training.follow(self.actions_)
        self.view.follow_settings()
        self.tools = ToolBar(self.actions_)
        fill_recent(self.actions_.menus["recent"], self.files, self.settings)
        fill_panels(self.actions_.menus["panels"], self.docks)
        fill_align(self.actions_.menus["align"], self.canvas)
        fill_language(self.actions_.menus["language"], self.settings, self.banner)
        fill_devices(self.actions_.menus["device"], self.tools.device)

    def _handlers(self) -> dict[str, object]:
        files, stack = self.files, self.document.undo_stack
        own = {
            "new": files.new,
            "open": files.open,
            "preset": files.choose_preset,
            "open_run": self.helpers.open_run,
            "save": files.save,
            "save_as": files.save_as,
            "quit": self.close,
            "undo": stack.undo,
            "redo": stack.redo,
        }
        train = {
            "train": self.training.train,
            "pause": self.training.pause,
            "stop": self.training.stop,
            "step": self.training.step,
            "steps": self.training.steps,
            "epoch": self.training.epoch,
            "restart": self.training.restart,
            "keep": self.training.keep,
            "weights": self.weights.show,
        }
        return own | train | self.view.handlers() | self.helpers.handlers()

    def _lay_out(self) -> None:
        middle = QWidget()
        box = QVBoxLayout(middle)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.banner)
        box.addWidget(self.diagnosing.bar)
        self.centre.addWidget(self.canvas)
        box.addWidget(self.centre, 1)
        self.setCentralWidget(middle)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.tools)
        self.setStatusBar(self.status)
        self.docks.put("layers", self.palette_panel)
        self.docks.put("inspector", self._inspector_with_button())
        self.docks.put("problems", self.problems)
        self.docks.put("diagnosis", self.diagnosing.panel)
        self.docks.put("undo", UndoList(self.document))

    def _inspector_with_button(self) -> QWidget:
        panel = QWidget()
        polish(panel, "panel", value=True)
        box = QVBoxLayout(panel)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.inspector, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 4, 12, 10)
        foot.addWidget(TrainButton(self.actions_["train"]))
        box.addLayout(foot)
        return panel

    def _connect_document(self) -> None:
        document, stack = self.document, self.document.undo_stack
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        document.title_changed.connect(self._show_title)
        stack.canUndoChanged.connect(self.actions_["undo"].setEnabled)
        stack.canRedoChanged.connect(self.actions_["redo"].setEnabled)
        self.files.train_wanted.connect(self.training.restart)
        self.files.failed.connect(lambda text: self.banner.say("error", text))
        self.palette_panel.layer_chosen.connect(self.canvas.add_at_centre)
        self.canvas.library_changed.connect(self.palette_panel.refill)
        self.canvas.selection_changed.connect(self.inspector.show_nodes)
        self.canvas.node_activated.connect(self.inspector.focus_first)
        self.canvas.ground_activated.connect(self.inspector.focus_training)
        self.problems.activated.connect(self.canvas.focus_node)
        self.training.node_wanted.connect(self.canvas.focus_node)
        self.training.begun.connect(self.canvas.setFocus)
        self.problems.fix_requested.connect(self.apply_fix)
        self.inspector.training.fix_requested.connect(self.apply_fix)
        self.inspector.training.phase_shown.connect(self.canvas.mark_phase)
        self.tools.device.picked.connect(self.training.pick_device)
        self.painted.connect(self.start_late)

    def _connect_session(self) -> None:
        session = self.session
        session.state_changed.connect(self._on_state)
        session.analysis_ready.connect(self._on_analysis)
        session.forecast_ready.connect(self.inspector.training.outlook.show_forecast)
        session.devices_ready.connect(self._on_devices)
        session.frame_received.connect(self._on_frame)
        session.run_started.connect(self._on_run_started)
        session.notice.connect(lambda text: self.banner.say("error", text))
        session.ticked.connect(self._on_tick)
        self.engine_care = EngineCare(self)
        self.outside = OutsidePaths(self)
        self.focus_ring = focus.FocusRing(self)

    def start_late(self) -> None:
        """Start what would delay the first paint: the engine and the plots."""
        self.session.start_engine()
        self.panels.load()

    def title_of(self, path: str) -> str:
        """Return the words by which the canvas calls a node."""
        return ports.path_title(self.document.project, path)

    def apply_fix(self, fix: Fix) -> None:
        """Apply what a problem offers, as one undo step."""
        try:
            fixes.apply(self.document, fix)
        except EngineError as error:
            self.banner.say("error", str(error))

    def _on_changed(self, _edits: object) -> None:
        self.tools.device.show_chosen(self._device())
        path = self.document.path
        self.session.check(self.document.project, str(path.parent) if path else "")
        self._show_network()

    def _on_replaced(self) -> None:
        self.analysis = None
        self.session.leave()
        self.canvas.set_live(None)
        self.canvas.setFocus()
        self._show_problems(None)
        for name in ("undo", "redo"):
            self.actions_[name].setEnabled(False)
        self._on_changed(())
        self.status.show_progress(self.session.history)
        self._show_title()

    def _on_state(self, state: str) -> None:
        self.status.show_state(state)
        self.inspector.training.set_live(self.session.active)
        self.status.show_progress(self.session.history)
        self.panels.refresh()

    def _on_analysis(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.canvas.set_analysis(analysis)
        self.inspector.set_analysis(analysis)
        self.inspector.training.outlook.show_analysis(analysis)
        self._show_problems(analysis.problems)
        self.training.set_analysis(analysis)
        self._show_network()

    def _show_problems(self, problems: Sequence[Problem] | None) -> None:
        self.problems.show_problems(problems)
        count = len(problems or ())
        words = tr("Problems ({n})", n=count) if count else tr("Problems")
        self.docks["problems"].setWindowTitle(words)

    def _on_devices(self, devices: Devices) -> None:
        self.devices = devices
        self.tools.device.show_devices(devices, self._device())
        self.status.show_device(tr("CPU · {n} cores", n=devices.cores))

    def _on_run_started(self, run: RunStarted) -> None:
        self.canvas.set_live(None)
        many = tr("{n} threads", n=run.threads)
        threads = many if run.threads != 1 else tr("1 thread")
        words = f"{run.device.upper()} · {threads}"
        self.status.show_device(words)

    def _on_frame(self, frame: Frame) -> None:
        run = self.session.history.run
        if frame.sample is not None and run is not None:
            self.canvas.set_live(frame.sample, run.layers)

    def _on_tick(self) -> None:
        self.panels.refresh()
        self._ticks += 1
        if self.session.active and self._ticks % STATUS_EVERY == 0:
            self.status.show_progress(self.session.history)

    def _device(self) -> str:
        return str(self.document.project.training.value("device"))

    def _show_network(self) -> None:
        num_nodes = len(self.document.project.graph.nodes)
        self.status.show_network(self.analysis, num_nodes)

    def _show_title(self) -> None:
        self.setWindowTitle(f"{window_title(self.document.title)} – Backprop Workbench")
        self.setWindowModified(self.document.is_modified)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell the first paint."""
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def focusNextPrevChild(self, forward: bool, /) -> bool:  # noqa: N802 - Qt's
        """Lead Tab along the inspector as it reads, and past panels nobody sees."""
        start, page = self.focusWidget(), self.inspector.page
        field = focus.next_on(page, start, forward=forward)
        if field is not None:
            focus.go(field, forward=forward)
            return True
        while super().focusNextPrevChild(forward):
            here = self.focusWidget()
            if here is start:
                return True
            is_inside = page.isAncestorOf(here)
            enters = start is self.inspector.tabs or not forward
            if is_inside and enters and not page.isAncestorOf(start):
                focus.enter(page, forward=forward)
                return True
            if not is_inside and not focus.is_out_of_sight(here):
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Lead Esc, that no panel needs itself, back to the canvas."""
        if event.key() == Qt.Key.Key_Escape:
            self.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take projects."""
        if self._dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the project that was dropped."""
        path = self._dropped(event)
        if path is not None:
            self.files.open_path(path)

    def _dropped(self, event: QDropEvent) -> Path | None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        return next((path for path in paths if path.suffix == SUFFIX), None)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about changes, stop the run, end the engine."""
        if not self.asks_nothing:
            if not self.files.may_leave():
                event.ignore()
                return
            self.recovery.discard()  # what is unsaved was given up
        self.hide()
        self.shut_down()
        event.accept()
        QApplication.quit()

    def shut_down(self) -> None:
        """Keep the layout and end everything that runs."""
        if self.start_page is not None:
            self.start_page.leave()
        self.opening.close()
        self.view.enlarging.restore()
        self.settings.set_window("geometry", self.saveGeometry())
        self.settings.set_window("state", self.docks.save())
        self.settings.save()
        self.disk_care.close()
        self.canvas.scene.blockSignals(True)
        self.session.close(CLOSE_S)
        self.panels.close()
