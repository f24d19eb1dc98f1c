"""The panels of the bottom, closed to a strip of their titles and opened again."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QPushButton, QToolBar

from engine.i18n import tr
from workbench.theme.style import polish

STRIP_PX = 36
_DOWN = Qt.Orientation.Vertical


class Strip(QToolBar):
    """One button for each panel that is closed; shown while all are."""

    def __init__(self) -> None:
        super().__init__(tr("Panels"))
        self.setObjectName("strip")
        self.setMovable(False)
        self.setFixedHeight(STRIP_PX)
        self.toggleViewAction().setEnabled(False)
        self.buttons: dict[str, QPushButton] = {}


class Bottom(QObject):
    """Opens and closes the bottom as a whole.

    Args:
        window: Holds the panels.
        docks: Those of the bottom, by name, in their order.
        closed: Names of those that are not opened with the others.
    """

    def __init__(
        self,
        window: QMainWindow,
        docks: dict[str, QDockWidget],
        closed: Sequence[str],
    ) -> None:
        super().__init__(window)
        self._window, self._docks = window, docks
        self._usual = tuple(name for name in docks if name not in closed)
        self._open: tuple[str, ...] = self._usual
        self._height = 0
        self.is_away = False
        self.strip = Strip()
        window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self.strip)
        for name, dock in docks.items():
            self._add(name, dock)

    def _add(self, name: str, dock: QDockWidget) -> None:
        button = QPushButton(dock.windowTitle())
        polish(button, "strip", value=True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves it where it is
        button.clicked.connect(lambda: self._on_button(name))
        dock.windowTitleChanged.connect(button.setText)
        action = self.strip.addWidget(button)
        action.setVisible(name in self._usual)
        self.strip.buttons[name] = button

    def _on_button(self, name: str) -> None:
        """Open a panel; the strip goes, so it hands the keyboard on to the panel."""
        had_focus = self.strip.buttons[name].hasFocus()
        self.open(name)
        inside = self._docks[name].widget()
        if had_focus and inside is not None:
            inside.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_open(self) -> bool:
        """Whether a panel stands there; one that was taken out does not."""
        return any(not d.isHidden() and not d.isFloating() for d in self._all)

    @property
    def _all(self) -> tuple[QDockWidget, ...]:
        return tuple(self._docks.values())

    def open(self, name: str) -> None:
        """Show the panels that were there, with one in front."""
        if not self.is_open:
            for each in self._open:
                self._docks[each].show()
            self.set_height(self._height or usual_height(self._window.height()))
        self._docks[name].show()
        layout = self._window.layout()
        if layout is not None:  # there are no tabs yet that could be raised
            layout.activate()
        self._docks[name].raise_()

    def close(self) -> None:
        """Leave only the strip."""
        shown = [n for n, d in self._docks.items() if _stands(d)]
        if not shown:
            return
        self._open = tuple(shown)
        self._height = self.height
        for name in shown:
            self._docks[name].hide()

    def flip(self) -> None:
        """Open what is closed, close what is open."""
        if self.is_open:
            self.close()
        else:
            self.open(self._open[0])

    def forget(self) -> None:
        """Open the usual panels the next time, at the usual height."""
        self._open, self._height = self._usual, 0

    @property
    def height(self) -> int:
        """Of the open panels, px; 0 for none."""
        seen = (d.height() for d in self._all if _stands(d) and d.isVisible())
        return max(seen, default=0)

    def set_height(self, height: int) -> None:
        """Give the open panels a height, px."""
        standing = [dock for dock in self._all if _stands(dock)]
        if standing:
            self._window.resizeDocks(standing[:1], [height], _DOWN)

    def show_strip(self) -> None:
        """Show the strip where nothing else tells of the panels."""
        self.strip.setVisible(not (self.is_open or self.is_away))


def _stands(dock: QDockWidget) -> bool:
    return not dock.isHidden() and not dock.isFloating()


def usual_height(whole: int) -> int:
    """Return the height of the bottom in a window of some height, px."""
    return max(200, round(whole / 3))
