"""The main window: puts the parts together, nothing else.

Its frame shows before the parts are loaded: they are imported where they are made.
"""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.document.settings import Settings
from workbench.theme import tokens
from workbench.theme.text import window_title

if TYPE_CHECKING:
    from engine.protocol.messages import Analysis
    from workbench.app.centre.start_page import StartPage
    from workbench.session.session import Session

SIZE = QSize(1440, 900)
FRAME = QSize(16, 48)
"""Room for the frame and the title that a system puts around a window, px."""
HEAD_PX, MENU_PX, FOOT_PX = 64, 24, 26
"""Heights of the bars above, of the menu alone, and below, before they are there."""
CLOSE_S, LEAST_CLOSE_S = 1.8, 0.8
"""Time for the engine to write its checkpoint and end, while the window ends too; and
what is left of it at least."""


def first_size(room: QSize) -> QSize:
    """Return the size of a new window on a screen with this much free room."""
    return SIZE.boundedTo(room - FRAME)


class MainWindow(QMainWindow):
    """Everything on the screen.

    Args:
        session: The engine; without one it is a bare frame until `assemble`.
        settings: What is remembered.
    """

    appeared = Signal()
    """The bare frame was painted."""
    painted = Signal()
    """All of it was painted, for the first time."""

    def __init__(self, session: "Session | None", settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.is_whole = self.is_for_start = False
        self._has_appeared = self._has_painted = self.asks_nothing = False
        self.resize(first_size(self.screen().availableSize()))
        self.setWindowTitle("Backprop Workbench")
        if session is not None:
            self.assemble(session)

    def assemble(self, session: "Session") -> None:
        """Put everything into the frame; `show` brings it up.

        A frame on the screen stays there. For Qt it counts as hidden meanwhile: so the
        parts are laid out and dressed once, when all are there, as in a new window.
        """
        from workbench.document.document import Document
        from workbench.document.files.recovery import Recovery

        self.setAttribute(Qt.WidgetAttribute.WA_WState_Visible, on=False)
        self.setAttribute(Qt.WidgetAttribute.WA_WState_Hidden, on=True)
        self.session = session
        self.document = Document(self)
        self.recovery = Recovery(self.document)
        self._make_parts()
        self._make_commands()
        self._lay_out()
        self._join()
        self.setAcceptDrops(True)
        self.is_whole = True

    @property
    def widget(self) -> QWidget:
        """In front of which dialogs open."""
        return self

    @property
    def start_page(self) -> "StartPage | None":
        """The gallery in place of the canvas, as long as it shows."""
        from workbench.app.centre.start_page import StartPage

        page = self.centre.currentWidget()
        return page if isinstance(page, StartPage) else None

    @property
    def analysis(self) -> "Analysis | None":
        """The newest check of the document."""
        return self.reporting.analysis

    def _make_parts(self) -> None:
        from workbench.app.bars.banner import Banner
        from workbench.app.bars.status import StatusBar
        from workbench.app.docks.docks import Docks
        from workbench.app.docks.panels import Panels
        from workbench.app.docks.rooms import Rooms
        from workbench.canvas.view import CanvasView
        from workbench.canvas.widgets.layer_list import LayerList
        from workbench.inspector import Inspector, ProblemList

        self.canvas = CanvasView(self.document)
        self.palette_panel = LayerList(self.canvas)
        self.palette_panel.layer_chosen.connect(self.canvas.add_at_centre)
        self.canvas.library_changed.connect(self.palette_panel.refill)
        self.inspector = Inspector(self.document)
        self.problems = ProblemList(self.title_of)
        self.centre = QStackedWidget()
        self.banner, self.status = Banner(), StatusBar()
        self.docks = Docks(self)
        self.panels = Panels(self.docks, self.session.history, self)
        palette = self.palette_panel
        self.rooms = Rooms(self.docks, palette, self.centre, self.settings)

    def _make_commands(self) -> None:
        from workbench.app.bars.toolbar import ToolBar
        from workbench.app.commands import submenus
        from workbench.app.commands.menu_bar import Actions
        from workbench.app.commands.reach import Reach
        from workbench.app.controllers import Controllers

        self.controllers = made = Controllers(self, self.status, self.recovery)
        self.reach = Reach(self, made)
        self.actions_ = Actions(self, self.reach)
        self.tools = ToolBar(self.actions_)
        submenus.fill(self.actions_.menus, self, made.files, self.tools.device)

    def _lay_out(self) -> None:
        from workbench.app.bars.banner import BarOrder
        from workbench.canvas.widgets.undo_list import UndoList

        middle = QWidget()
        box = QVBoxLayout(middle)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        made = self.controllers
        BarOrder(box, (self.banner, made.finishing.bar, made.diagnosing.bar))
        self.centre.addWidget(self.canvas)
        box.addWidget(self.centre, 1)
        self.setCentralWidget(middle)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.tools)
        below = Qt.ToolBarArea.BottomToolBarArea
        self.addToolBarBreak(below)
        self.addToolBar(below, self.controllers.looking_back.bar)
        self.setStatusBar(self.status)
        self.docks.put("layers", self.palette_panel)
        self.docks.put("inspector", self.inspector)
        self.docks.set_bare("inspector", on=True)
        self.inspector.close_wanted.connect(self.docks["inspector"].close)
        self.docks.put("problems", self.problems)
        self.docks.put("diagnosis", self.controllers.diagnosing.panel)
        self.docks.put("runs", self.controllers.runs.panel)
        self.docks.put("lessons", self.controllers.helpers.learning.panel)
        self.docks.put("undo", UndoList(self.document))

    def _join(self) -> None:
        from workbench.app.bars.focus import FocusRing
        from workbench.app.reporting import Reporting

        made = self.controllers
        self.document.replaced.connect(self._show_title)
        self.document.title_changed.connect(self._show_title)
        self.painted.connect(self.start_late)
        self.reporting = Reporting(self, made.training)
        made.engine_care.gave_up.connect(self.tools.device.show_off)
        made.foreign_weights.begin()
        made.explaining.join(self.tools)
        self.focus_ring = FocusRing(self)
        self._show_title()

    def show_start_page(self) -> "StartPage":
        """Show the gallery of presets, until something is opened."""
        from workbench.app.centre.start_page import StartPage

        made = self.controllers
        page = StartPage(self, made.files, made.past_runs, made.data.doors)
        self.tools.hide()  # nothing that it does could be done yet
        page.left.connect(self.tools.show)
        page.runs_wanted.connect(made.runs.show)
        page.lessons_wanted.connect(made.helpers.learning.show)
        self.painted.connect(page.begin)
        return page

    def start_late(self) -> None:
        """Start what would delay the first paint: the engine and the plots."""
        self.session.start_engine()
        self.panels.load()

    def title_of(self, path: str) -> str:
        """Return the words by which the canvas calls a node."""
        from engine.graph.titles import path_title

        return path_title(self.document.project, path)

    def _show_title(self) -> None:
        self.setWindowTitle(f"{window_title(self.document.title)} – Backprop Workbench")
        self.setWindowModified(self.document.is_modified)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell the first paint; draw the grounds of what isn't there yet."""
        super().paintEvent(event)
        if not self.is_whole:
            self._draw_frame()
        elif not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def _draw_frame(self) -> None:
        """Draw where bars and canvas will be."""
        theme, line = tokens.current(), QColor(tokens.current().line)
        foot = self.height() - FOOT_PX
        head = MENU_PX if self.is_for_start else HEAD_PX
        ground = theme.bg1 if self.is_for_start else theme.canvas
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(theme.bg0))
            middle = self.rect().adjusted(0, head, 0, -FOOT_PX)
            painter.fillRect(middle, QColor(ground))
            if not self.is_for_start:
                painter.fillRect(0, head - 1, self.width(), 1, line)
            painter.fillRect(0, foot, self.width(), 1, line)
        if not self._has_appeared:
            self._has_appeared = True
            QTimer.singleShot(0, self, self.appeared.emit)

    def focusNextPrevChild(self, forward: bool, /) -> bool:
        """Lead Tab along the inspector as it reads, and past panels nobody sees."""
        if not self.is_whole:
            return False
        from workbench.app.bars import focus

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the panels of the bottom grow with the window."""
        super().resizeEvent(event)
        if self.is_whole:
            self.docks.follow(event.oldSize().height(), event.size().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key stands for that no panel needs itself."""
        if not self.is_whole or not self.actions_.press_last(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files: projects, runs, data."""
        if self.controllers.data.dropping.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        event.acceptProposedAction()
        self.controllers.data.dropping.drop(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about changes, stop the run, end the engine."""
        if not self.is_whole:
            QApplication.quit()
            return
        if not self.asks_nothing:
            if not self.controllers.files.may_leave(ends_all=True):
                event.ignore()
                return
            self.recovery.discard()  # what is unsaved was given up
        self.hide()
        self.shut_down()
        event.accept()
        QApplication.quit()

    def shut_down(self) -> None:
        """Keep the layout and end everything that runs.

        The engine is asked first: it ends while the window does the rest.
        """
        end = time.monotonic() + CLOSE_S
        self.session.dismiss()
        if self.start_page is not None:
            self.start_page.leave()
        self.controllers.close()
        self.settings.set_window("geometry", self.saveGeometry())
        self.rooms.keep()
        self.settings.save()
        self.canvas.scene.blockSignals(True)
        self.session.close(max(LEAST_CLOSE_S, end - time.monotonic()))
        self.panels.close()
