"""What stands above panels: a title with buttons, and the same buttons beside tabs."""

from collections.abc import Callable
from typing import Protocol, cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QTabBar,
    QToolButton,
    QWidget,
)

from engine.i18n import tr
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M

Enlarge = Callable[[QDockWidget], object]
Close = Callable[[], object]
_PREFIX = "dock-"
BESIDE_CANVAS = ("layers", "inspector", "runs", "lessons")
"""Panels at the sides of the canvas: they are not enlarged."""


def object_name(name: str) -> str:
    """Return what Qt calls the panel with a name of ours."""
    return _PREFIX + name


def name_of(dock: QDockWidget) -> str:
    """Return our name of a panel."""
    return dock.objectName().removeprefix(_PREFIX)


def is_in_sight(dock: QDockWidget) -> bool:
    """Return whether a panel can be seen: not closed, not behind another tab.

    Qt moves those behind a tab out of the window. Their visible region tells nothing:
    it is without what opaque children cover.
    """
    window = dock.parentWidget()
    is_inside = window is None or window.rect().intersects(dock.geometry())
    return dock.isVisible() and (dock.isFloating() or is_inside)


class _Telling(Protocol):
    """A panel with figures that its title bar can show."""

    figures: QWidget

    def hold_figures(self) -> None:
        """Take the figures back."""


def _telling(dock: QDockWidget) -> _Telling | None:
    widget = dock.widget()
    return cast("_Telling", widget) if hasattr(widget, "hold_figures") else None


def lend(dock: QDockWidget) -> None:
    """Let the title bar of a panel, if it has one, show the panel's figures."""
    bar, panel = dock.titleBarWidget(), _telling(dock)
    if panel is not None and isinstance(bar, TitleBar):
        bar.hold(panel.figures)


def give_back(dock: QDockWidget) -> None:
    """Let a panel show its figures by itself."""
    panel = _telling(dock)
    if panel is not None:
        panel.hold_figures()


def button(name: str, words: str, run: Callable[[], object]) -> QToolButton:
    """Return a small button with an icon."""
    made = QToolButton()
    polish(made, "small", value=True)
    icons.bind(made, name, "fg3")
    made.setToolTip(words)
    made.setAccessibleName(words)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.clicked.connect(run)
    return made


class TitleBar(QWidget):
    """Title, enlarge, float and close; a double click enlarges too.

    Args:
        dock: The panel.
        enlarge: Shows a panel large.
    """

    def __init__(self, dock: QDockWidget, enlarge: Enlarge) -> None:
        super().__init__(dock)
        polish(self, "titlebar", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, 3, 5, 3)
        row.setSpacing(0)
        title = Label(dock.windowTitle())
        polish(title, "role", "dock")
        row.addWidget(title)
        row.addSpacing(SPACE_L)
        row.addStretch(1)
        self._row = row
        self._dock, self._enlarge = dock, enlarge
        if name_of(dock) not in BESIDE_CANVAS:
            row.addWidget(button("enlarge", tr("Enlarge"), self._on_enlarge))
        row.addWidget(button("float", tr("Take out"), self._on_float))
        row.addWidget(button("close", tr("Close"), dock.close))

    def hold(self, figures: QWidget) -> None:
        """Show what a panel says of itself beside the title."""
        if figures.parent() is not self:
            self._row.insertWidget(2, figures, 100)
            figures.show()

    def _on_enlarge(self) -> None:
        self._enlarge(self._dock)

    def _on_float(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the panel large, in place of Qt's taking it out."""
        event.accept()
        self._on_enlarge()


class TabTools(QWidget):
    """The buttons of a title bar for the panel whose tab is chosen.

    They stand at the right of the tabs, which get the rest of the room and scroll when
    it is too little.

    Args:
        window: Holds the panels.
        tabs: Made by Qt for panels that share a place.
        current: Returns the panel of the chosen tab.
        enlarge: Shows a panel large.
        put_down: Closes all panels of the bottom to a strip.
    """

    def __init__(
        self,
        window: QMainWindow,
        tabs: QTabBar,
        current: Callable[[QTabBar], QDockWidget | None],
        enlarge: Enlarge,
        put_down: Close,
    ) -> None:
        super().__init__(window)
        self.tabs, self._current, self._enlarge = tabs, current, enlarge
        self._window = window
        self._is_placing = False
        polish(self, "tabtools", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 5, 0)
        row.setSpacing(0)
        self.enlarge = button("enlarge", tr("Enlarge"), self._on_enlarge)
        self.float = button("float", tr("Take out"), self._on_float)
        self.close_ = button("close", tr("Close"), self._on_close)
        self.down = button("chevron-down", tr("Close the bottom"), put_down)
        for made in (self.enlarge, self.float, self.close_, self.down):
            row.addWidget(made)
        tabs.setElideMode(Qt.TextElideMode.ElideNone)
        tabs.setUsesScrollButtons(True)
        for scroll in tabs.findChildren(QToolButton):
            scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys walk over the tabs
        tabs.tabBarDoubleClicked.connect(self._on_double_click)
        tabs.destroyed.connect(self._on_tabs_gone)
        tabs.installEventFilter(self)
        self._place(tabs.width())

    def _on_tabs_gone(self) -> None:
        """Go with the tabs: Qt makes new ones when panels meet again."""
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside the tabs, which Qt gives the whole width."""
        kind = event.type()
        if kind == QEvent.Type.Resize and not self._is_placing:
            self._place(self.tabs.width())
        elif kind in {QEvent.Type.Move, QEvent.Type.Show}:
            self._follow()
        elif kind == QEvent.Type.Hide:
            self.hide()
        return super().eventFilter(watched, event)

    def _place(self, whole: int) -> None:
        """Share a width among the tabs and the buttons."""
        self._is_placing = True
        titles = self.tabs.tabRect(self.tabs.count() - 1).right() + 1
        spare = (self.down, self.float, self.close_)  # menu and mouse do so, too
        for made in spare:
            made.show()
        for made in spare:
            if titles + self.sizeHint().width() <= whole:
                break
            made.hide()
        rest = max(whole - self.sizeHint().width(), 0)
        self.tabs.resize(rest, self.tabs.height())
        self._is_placing = False
        self._follow()

    def _follow(self) -> None:
        box = self.tabs.geometry()
        self.setGeometry(
            box.x() + box.width(), box.y(), self.sizeHint().width(), box.height()
        )
        self.setVisible(self.tabs.isVisibleTo(self._window))
        self.raise_()

    def _on_enlarge(self) -> None:
        dock = self._current(self.tabs)
        if dock is not None:
            self._enlarge(dock)

    def _on_float(self) -> None:
        dock = self._current(self.tabs)
        if dock is not None:
            dock.setFloating(True)

    def _on_close(self) -> None:
        dock = self._current(self.tabs)
        if dock is not None:
            dock.close()

    def _on_double_click(self, _index: int) -> None:
        self._on_enlarge()
