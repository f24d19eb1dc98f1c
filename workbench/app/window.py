"""The main window: puts the parts together, nothing else."""

from pathlib import Path

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

from engine.graph import ports
from engine.protocol.messages import Analysis
from workbench.app.bars import focus
from workbench.app.bars.banner import Banner
from workbench.app.bars.status import StatusBar
from workbench.app.bars.toolbar import ToolBar, TrainButton
from workbench.app.centre.start_page import StartPage
from workbench.app.commands import submenus
from workbench.app.commands.menu_bar import Actions
from workbench.app.commands.reach import Reach
from workbench.app.controllers import Controllers
from workbench.app.docks.docks import Docks
from workbench.app.docks.panels import Panels
from workbench.app.reporting import Reporting
from workbench.canvas.view import CanvasView
from workbench.canvas.widgets.layer_list import LayerList
from workbench.canvas.widgets.undo_list import UndoList
from workbench.document import Document
from workbench.document.document import SUFFIX
from workbench.document.files.recovery import Recovery
from workbench.document.settings import Settings
from workbench.inspector import Inspector, ProblemList
from workbench.session.session import Session
from workbench.theme.style import polish
from workbench.theme.text import window_title

SIZE = QSize(1440, 900)
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
        self._has_painted = self.asks_nothing = False
        self.resize(first_size(self.screen().availableSize()))
        self.setAcceptDrops(True)
        self._make_parts()
        self._make_commands()
        self._lay_out()
        self._join()

    @property
    def widget(self) -> QWidget:
        """In front of which dialogs open."""
        return self

    @property
    def start_page(self) -> StartPage | None:
        """The gallery in place of the canvas, as long as it shows."""
        page = self.centre.currentWidget()
        return page if isinstance(page, StartPage) else None

    @property
    def analysis(self) -> Analysis | None:
        """The newest check of the document."""
        return self.reporting.analysis

    def _make_parts(self) -> None:
        self.canvas = CanvasView(self.document)
        self.palette_panel = LayerList(self.document)
        self.palette_panel.layer_chosen.connect(self.canvas.add_at_centre)
        self.canvas.library_changed.connect(self.palette_panel.refill)
        self.inspector = Inspector(self.document)
        self.problems = ProblemList(self.title_of)
        self.centre = QStackedWidget()
        self.banner, self.status = Banner(), StatusBar()
        self.docks = Docks(self)
        self.panels = Panels(self.docks, self.session.history, self)

    def _make_commands(self) -> None:
        self.controllers = made = Controllers(self, self.status, self.recovery)
        self.reach = Reach(self, made)
        self.actions_ = Actions(self, self.reach)
        self.tools = ToolBar(self.actions_)
        submenus.fill(self.actions_.menus, self, made.files, self.tools.device)

    def _lay_out(self) -> None:
        middle = QWidget()
        box = QVBoxLayout(middle)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.banner)
        box.addWidget(self.controllers.diagnosing.bar)
        self.centre.addWidget(self.canvas)
        box.addWidget(self.centre, 1)
        self.setCentralWidget(middle)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.tools)
        self.setStatusBar(self.status)
        self.docks.put("layers", self.palette_panel)
        self.docks.put("inspector", self._inspector_with_button())
        self.docks.put("problems", self.problems)
        self.docks.put("diagnosis", self.controllers.diagnosing.panel)
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

    def _join(self) -> None:
        made = self.controllers
        self.document.replaced.connect(self._show_title)
        self.document.title_changed.connect(self._show_title)
        self.painted.connect(self.start_late)
        self.palette_panel.layer_chosen.connect(self.canvas.add_at_centre)
        self.canvas.library_changed.connect(self.palette_panel.refill)
        self.reporting = Reporting(self, made.training)
        made.engine_care.gave_up.connect(self.tools.device.show_off)
        made.foreign_weights.begin()
        self.focus_ring = focus.FocusRing(self)
        self._show_title()

    def show_start_page(self) -> StartPage:
        """Show the gallery of presets, until something is opened."""
        page = StartPage(self, self.controllers.files)
        self.painted.connect(page.begin)
        return page

    def start_late(self) -> None:
        """Start what would delay the first paint: the engine and the plots."""
        self.session.start_engine()
        self.panels.load()

    def title_of(self, path: str) -> str:
        """Return the words by which the canvas calls a node."""
        return ports.path_title(self.document.project, path)

    def _show_title(self) -> None:
        self.setWindowTitle(f"{window_title(self.document.title)} – Backprop Workbench")
        self.setWindowModified(self.document.is_modified)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell the first paint."""
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def focusNextPrevChild(self, forward: bool, /) -> bool:
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
        """Do what a key stands for that no panel needs itself."""
        if not self.actions_.press_last(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take projects."""
        if self._dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the project that was dropped."""
        path = self._dropped(event)
        if path is not None:
            self.controllers.files.open_path(path)

    def _dropped(self, event: QDropEvent) -> Path | None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls()]
        return next((path for path in paths if path.suffix == SUFFIX), None)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about changes, stop the run, end the engine."""
        if not self.asks_nothing:
            if not self.controllers.files.may_leave():
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
        self.controllers.close()
        self.settings.set_window("geometry", self.saveGeometry())
        self.settings.set_window("state", self.docks.save())
        self.settings.save()
        self.canvas.scene.blockSignals(True)
        self.session.close(CLOSE_S)
        self.panels.close()
