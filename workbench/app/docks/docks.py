"""Panels around the canvas: small title bars, tabs, a layout that is kept."""

from collections.abc import Iterable

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget
from shiboken6 import isValid

from engine.i18n import tr
from workbench.app.docks.bars import TabTools, TitleBar, name_of, object_name
from workbench.theme.style import polish

LAYOUT_VERSION = 4
"""Goes up when docks come or go, so that an old layout isn't applied to them."""
_AREA = Qt.DockWidgetArea
TITLES = {
    "layers": "Layers",
    "inspector": "Inspector",
    "loss": "Loss",
    "gradients": "Gradients",
    "weights": "Weights",
    "accuracy": "Accuracy",
    "views": "Views",
    "log": "Log",
    "problems": "Problems",
    "diagnosis": "Diagnosis",
    "undo": "Undo steps",
}
_SIDES = {"layers": _AREA.LeftDockWidgetArea, "inspector": _AREA.RightDockWidgetArea}
_TABBED = ("accuracy", "views", "log", "problems", "diagnosis", "undo")
"""These stand as tabs beside the weights."""
_BESIDE = {"diagnosis": "gradients"}
"""These stand as tabs beside another panel than the weights."""
_CLOSED = ("undo", "diagnosis")
"""These are not open in a new window."""


class Docks(QObject):
    """All panels of the window by name.

    Args:
        window: Holds them.

    Signals:
        enlarge_wanted: Name of a panel that somebody wants to see large.
    """

    enlarge_wanted = Signal(str)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._docks: dict[str, QDockWidget] = {}
        self._tools: list[TabTools] = []
        window.setDockNestingEnabled(True)
        window.setTabPosition(_AREA.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for name, title in TITLES.items():
            self._docks[name] = self._made(name, tr(title))
        self.reset()

    def __getitem__(self, name: str) -> QDockWidget:
        return self._docks[name]

    def names(self) -> tuple[str, ...]:
        """Return the names of all panels."""
        return tuple(self._docks)

    def put(self, name: str, widget: QWidget) -> None:
        """Set what a panel shows."""
        self._docks[name].setWidget(widget)

    def widget(self, name: str) -> QWidget:
        """Return what a panel shows."""
        return self._docks[name].widget()

    def raise_(self, name: str) -> None:
        """Bring a panel to the front."""
        self._docks[name].show()
        self._docks[name].raise_()

    def is_visible(self, name: str) -> bool:
        """Return whether a panel can be seen: not closed, not behind another tab."""
        dock = self._docks[name]
        return dock.isVisible() and not dock.visibleRegion().isEmpty()

    def _made(self, name: str, title: str) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(object_name(name))
        dock.setWidget(QWidget())
        polish(dock.widget(), "panel", value=True)
        dock.setTitleBarWidget(self._title(dock))
        dock.visibilityChanged.connect(self._show_titles)
        dock.topLevelChanged.connect(self._show_titles)
        dock.dockLocationChanged.connect(self._show_titles)
        return dock

    def _title(self, dock: QDockWidget) -> TitleBar:
        return TitleBar(dock, self._on_enlarge)

    def _show_titles(self, *_ignored: object) -> None:
        """Hide the title bar of a panel whose tab already says its name."""
        for dock in self._docks.values():
            is_tabbed = self._is_tabbed(dock)
            bar = dock.titleBarWidget()
            has_bar = isinstance(bar, TitleBar)
            if is_tabbed == has_bar:
                dock.setTitleBarWidget(QWidget() if is_tabbed else self._title(dock))
                bar.deleteLater()
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        window = self._window
        self._tools = [t for t in self._tools if isValid(t) and isValid(t.tabs)]
        for tabs in window.findChildren(QTabBar, options=direct):
            tabs.setDrawBase(False)
            tabs.setAccessibleName(tr("Panels"))
            is_choice = tabs.count() > 1  # one tab alone is put out of sight
            focus = Qt.FocusPolicy.TabFocus if is_choice else Qt.FocusPolicy.NoFocus
            tabs.setFocusPolicy(focus)
            if all(tools.tabs is not tabs for tools in self._tools):
                tools = TabTools(window, tabs, self._chosen, self._on_enlarge)
                self._tools.append(tools)

    def _is_tabbed(self, dock: QDockWidget) -> bool:
        """Return whether a panel has a tab; Qt counts those that left as well."""
        others = self._window.tabifiedDockWidgets(dock)
        here = (other for other in others if not other.isHidden())
        return not dock.isFloating() and any(not o.isFloating() for o in here)

    def _chosen(self, tabs: QTabBar) -> QDockWidget | None:
        """Return the panel of the chosen tab."""
        title = tabs.tabText(tabs.currentIndex())
        shown = (dock for dock in self._docks.values() if dock.isVisible())
        return next((dock for dock in shown if dock.windowTitle() == title), None)

    def _on_enlarge(self, dock: QDockWidget) -> None:
        self.enlarge_wanted.emit(name_of(dock))

    def reset(self) -> None:
        """Put every panel where it stands in a new window."""
        window = self._window
        for name, dock in self._docks.items():
            dock.setFloating(False)
            window.removeDockWidget(dock)
            area = _SIDES.get(name, _AREA.BottomDockWidgetArea)
            if name not in _TABBED:
                window.addDockWidget(area, dock)
        across = Qt.Orientation.Horizontal
        window.splitDockWidget(self["loss"], self["gradients"], across)
        window.splitDockWidget(self["gradients"], self["weights"], across)
        for name in _TABBED:
            beside = _BESIDE.get(name, "weights")
            window.tabifyDockWidget(self[beside], self[name])
        for name, dock in self._docks.items():
            dock.setVisible(name not in _CLOSED)
        self["weights"].raise_()
        self["gradients"].raise_()
        self.resize()
        self._show_titles()

    def resize(self) -> None:
        """Share the window's room among the panels as in a new window."""
        width, height = self._window.width(), self._window.height()
        across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        sides = [self["layers"], self["inspector"]]
        self._window.resizeDocks(sides, [214, 312], across)
        third = width // 3
        bottom = [self["loss"], self["gradients"], self["weights"]]
        self._window.resizeDocks(bottom, [third] * 3, across)
        self._window.resizeDocks([self["loss"]], [round(height * 0.3)], down)

    def put_away(self) -> tuple[str, ...]:
        """Hide all panels; returns those that could be seen."""
        seen = tuple(name for name, d in self._docks.items() if not d.isHidden())
        for name in seen:
            self._docks[name].hide()
        return seen

    def bring_back(self, names: Iterable[str]) -> None:
        """Show panels that were put away."""
        for name in names:
            self._docks[name].show()

    def set_height(self, name: str, height: int) -> None:
        """Give a panel this height, px."""
        self._window.resizeDocks([self[name]], [height], Qt.Orientation.Vertical)

    def save(self) -> QByteArray:
        """Return the layout."""
        return self._window.saveState(LAYOUT_VERSION)

    def restore(self, layout: QByteArray) -> bool:
        """Apply a saved layout; False when it is of another version."""
        done = self._window.restoreState(layout, LAYOUT_VERSION)
        self._show_titles()
        return done
