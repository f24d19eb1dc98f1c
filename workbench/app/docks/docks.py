"""Panels around the canvas: small title bars, tabs, a layout that is kept."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget
from shiboken6 import isValid

from engine.i18n import tr
from workbench.app.docks.bars import (
    BESIDE_CANVAS,
    TabTools,
    TitleBar,
    give_back,
    is_in_sight,
    lend,
    name_of,
    object_name,
)
from workbench.app.docks.bottom import Bottom, usual_height
from workbench.theme.style import polish

LAYOUT_VERSION = 8
"""Goes up when docks come or go, so that an old layout isn't applied to them."""
_AREA = Qt.DockWidgetArea
TITLES = {
    "layers": "Layers",
    "inspector": "Inspector",
    "runs": "Runs",
    "lessons": "Lessons",
    "loss": "Loss",
    "gradients": "Gradients",
    "weights": "Weight change",
    "accuracy": "Accuracy",
    "views": "Views",
    "inside": "Inside",
    "log": "Log",
    "problems": "Problems",
    "diagnosis": "Diagnosis",
    "undo": "Undo steps",
}
_SIDES = {
    "layers": _AREA.LeftDockWidgetArea,
    "inspector": _AREA.RightDockWidgetArea,
    "runs": _AREA.LeftDockWidgetArea,
    "lessons": _AREA.LeftDockWidgetArea,
}
_TABBED = ("accuracy", "views", "log", "problems", "inside", "diagnosis", "undo")
"""These stand as tabs beside the weights."""
_BESIDE = {"inside": "gradients", "diagnosis": "gradients"}
"""These stand as tabs beside another panel than the weights."""
_AS_TABS = (
    "problems", "loss", "gradients", "weights", "accuracy", "views", "log",
    "inside", "diagnosis", "undo",
)  # fmt: skip
"""The bottom as tabs of one."""
_CLOSED = ("undo", "inside", "diagnosis", "runs", "lessons")
"""These are not open in a new window."""
_WIDE = ("runs", "lessons")
_LAYERS_PX, _INSPECTOR_PX, _RUNS_PX = 240, 316, 320
_SHARES = {"loss": 476, "gradients": 424, "weights": 532}
"""Widths of the three columns of the bottom, in a window of 1440."""


class Docks(QObject):
    """All panels of the window by name.

    Args:
        window: Holds them, also for those who put something over them.

    Signals:
        enlarge_wanted: Name of a panel that somebody wants to see large.
    """

    enlarge_wanted = Signal(str)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self.window = window
        self._docks: dict[str, QDockWidget] = {}
        self._bare: set[str] = set()
        self._tools: list[TabTools] = []
        window.setDockNestingEnabled(True)
        window.setTabPosition(_AREA.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for name, title in TITLES.items():
            self._docks[name] = self._made(name, tr(title))
        below = {name: self._docks[name] for name in _AS_TABS}
        self.bottom = Bottom(window, below, _CLOSED)
        self.reset(has_bottom=False)

    def __getitem__(self, name: str) -> QDockWidget:
        return self._docks[name]

    def names(self) -> tuple[str, ...]:
        """Return the names of all panels."""
        return tuple(self._docks)

    def put(self, name: str, widget: QWidget) -> None:
        """Set what a panel shows."""
        give_back(self._docks[name])
        self._docks[name].setWidget(widget)
        lend(self._docks[name])

    def widget(self, name: str) -> QWidget:
        """Return what a panel shows."""
        return self._docks[name].widget()

    def raise_(self, name: str) -> None:
        """Bring a panel to the front, and with it the others of a closed bottom."""
        dock = self._docks[name]
        if name in BESIDE_CANVAS or dock.isFloating():
            is_new = dock.isHidden()
            dock.show()
            dock.raise_()
            if is_new and name in _WIDE:  # Qt takes its room from the inspector
                QTimer.singleShot(0, self, self._share_sides)
        else:
            self.bottom.open(name)

    def _share_sides(self) -> None:
        names = ("layers", *_WIDE, "inspector")
        sizes = (_LAYERS_PX, _RUNS_PX, _RUNS_PX, _INSPECTOR_PX)
        shown = [(self[n], px) for n, px in zip(names, sizes, strict=True)
                 if not self[n].isHidden()]  # fmt: skip
        across = Qt.Orientation.Horizontal
        self.window.resizeDocks([d for d, _ in shown], [px for _, px in shown], across)

    def is_visible(self, name: str) -> bool:
        """Return whether a panel can be seen: not closed, not behind another tab."""
        return is_in_sight(self._docks[name])

    def _made(self, name: str, title: str) -> QDockWidget:
        dock = QDockWidget(title, self.window)
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

    def set_bare(self, name: str, *, on: bool) -> None:
        """Show a panel without a title, or with one again."""
        if on:
            self._bare.add(name)
        else:
            self._bare.discard(name)
        self._show_titles()

    def _show_titles(self, *_ignored: object) -> None:
        """Hide the title bar of a panel whose tab already says its name."""
        for dock in self._docks.values():
            is_bare = self._is_tabbed(dock) or name_of(dock) in self._bare
            bar = dock.titleBarWidget()
            has_bar = isinstance(bar, TitleBar)
            if is_bare == has_bar:
                give_back(dock)
                dock.setTitleBarWidget(QWidget() if is_bare else self._title(dock))
                bar.deleteLater()
                lend(dock)
        self.bottom.show_strip()
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        window = self.window
        self._tools = [t for t in self._tools if isValid(t) and isValid(t.tabs)]
        for tabs in window.findChildren(QTabBar, options=direct):
            tabs.setDrawBase(False)
            tabs.setAccessibleName(tr("Panels"))
            is_choice = tabs.count() > 1  # one tab alone is put out of sight
            focus = Qt.FocusPolicy.TabFocus if is_choice else Qt.FocusPolicy.NoFocus
            tabs.setFocusPolicy(focus)
            if all(tools.tabs is not tabs for tools in self._tools):
                down = self.bottom.close
                tools = TabTools(window, tabs, self._chosen, self._on_enlarge, down)
                self._tools.append(tools)

    def _is_tabbed(self, dock: QDockWidget) -> bool:
        """Return whether a panel has a tab; Qt counts those that left as well."""
        others = self.window.tabifiedDockWidgets(dock)
        here = (other for other in others if not other.isHidden())
        return not dock.isFloating() and any(not o.isFloating() for o in here)

    def _chosen(self, tabs: QTabBar) -> QDockWidget | None:
        """Return the panel of the chosen tab."""
        title = tabs.tabText(tabs.currentIndex())
        shown = (dock for dock in self._docks.values() if dock.isVisible())
        return next((dock for dock in shown if dock.windowTitle() == title), None)

    def _on_enlarge(self, dock: QDockWidget) -> None:
        self.enlarge_wanted.emit(name_of(dock))

    def reset(self, *, has_bottom: bool) -> None:
        """Put every panel where it stands in a new window.

        Args:
            has_bottom: Those of the bottom are open, in three columns; otherwise they
                are closed, and open as tabs of one.
        """
        window = self.window
        for name, dock in self._docks.items():
            dock.setFloating(False)
            window.removeDockWidget(dock)
            area = _SIDES.get(name, _AREA.BottomDockWidgetArea)
            if name not in _TABBED:
                window.addDockWidget(area, dock)
        across = Qt.Orientation.Horizontal
        window.splitDockWidget(self["layers"], self["runs"], across)
        window.splitDockWidget(self["runs"], self["lessons"], across)
        if has_bottom:
            self._stand_in_columns()
        else:
            self._stand_as_tabs()
        self.bottom.forget()
        for name, dock in self._docks.items():
            is_open = has_bottom or name in BESIDE_CANVAS
            dock.setVisible(is_open and name not in _CLOSED)
        for name in ("weights", "gradients") if has_bottom else ():
            self[name].raise_()
        self.resize()
        self._show_titles()

    def _stand_in_columns(self) -> None:
        across = Qt.Orientation.Horizontal
        self.window.splitDockWidget(self["loss"], self["gradients"], across)
        self.window.splitDockWidget(self["gradients"], self["weights"], across)
        for name in _TABBED:
            beside = _BESIDE.get(name, "weights")
            self.window.tabifyDockWidget(self[beside], self[name])

    def _stand_as_tabs(self) -> None:
        first, *others = (self[name] for name in _AS_TABS)
        self.window.addDockWidget(_AREA.BottomDockWidgetArea, first)
        for dock in others:
            self.window.addDockWidget(_AREA.BottomDockWidgetArea, dock)
            self.window.tabifyDockWidget(first, dock)

    def resize(self) -> None:
        """Share the window's room among the panels as in a new window."""
        width, height = self.window.width(), self.window.height()
        across = Qt.Orientation.Horizontal
        sides = [self["layers"], self["inspector"]]
        self.window.resizeDocks(sides, [_LAYERS_PX, _INSPECTOR_PX], across)
        if not any(self[name].isHidden() for name in _SHARES):
            bottom = [self[name] for name in _SHARES]
            whole = sum(_SHARES.values())
            shares = [round(width * share / whole) for share in _SHARES.values()]
            self.window.resizeDocks(bottom, shares, across)
        self.bottom.set_height(usual_height(height))

    def columns(self) -> dict[str, int]:
        """Return the width of every panel that stands at the bottom, px."""
        found = {n: d for n, d in self._docks.items() if n not in BESIDE_CANVAS}
        return {n: d.width() for n, d in found.items() if self.is_visible(n)}

    def set_columns(self, widths: Mapping[str, int]) -> None:
        """Give panels side by side their widths, px, where they all stand."""
        docks = [self[name] for name in widths]
        if docks and not any(dock.isHidden() or dock.isFloating() for dock in docks):
            sizes = list(widths.values())
            self.window.resizeDocks(docks, sizes, Qt.Orientation.Horizontal)

    def follow(self, before: int, now: int) -> None:
        """Let the bottom grow and shrink with the window's height, px."""
        height = self.bottom.height
        if height and before > 0:
            self.bottom.set_height(round(height * now / before))

    def put_away(self) -> tuple[str, ...]:
        """Hide all panels; returns those that could be seen."""
        self.bottom.is_away = True
        seen = tuple(name for name, d in self._docks.items() if not d.isHidden())
        for name in seen:
            self._docks[name].hide()
        self.bottom.show_strip()
        return seen

    def bring_back(self, names: Iterable[str]) -> None:
        """Show panels that were put away."""
        self.bottom.is_away = False
        for name in names:
            self._docks[name].show()
        self.bottom.show_strip()

    def save(self) -> QByteArray:
        """Return the layout."""
        return self.window.saveState(LAYOUT_VERSION)

    def restore(self, layout: QByteArray) -> bool:
        """Apply a saved layout; False when it is of another version."""
        done = self.window.restoreState(layout, LAYOUT_VERSION)
        self._show_titles()
        return done
