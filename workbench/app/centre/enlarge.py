"""Shows one panel large, where the canvas is, and puts it back."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.app.docks.bars import BESIDE_CANVAS, button, name_of
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_M

FIRST = "loss"
"""The panel that is enlarged when the keyboard is in none."""


class Enlarging:
    """At most one panel is large; what stands beside its place takes the room.

    Args:
        desk: Whose panels it shows.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.name = ""
        self.page: LargePage | None = None
        self._sizes: dict[str, int] = {}
        self._was_closed = False
        desk.docks.enlarge_wanted.connect(self.toggle)
        desk.centre.currentChanged.connect(self._on_centre_changed)
        desk.canvas.wanted.connect(self.restore)
        desk.document.replaced.connect(self.restore)
        desk.rooms.leaving.connect(self.restore)

    def toggle(self, name: str = "") -> None:
        """Enlarge a panel, that with the keyboard without a name; or put it back."""
        was = self.name
        if was:
            self.restore()
        if was and name in {"", was}:
            return
        name = name or self._with_focus()
        desk = self._desk
        shows_canvas = desk.centre.currentWidget() is desk.canvas
        if shows_canvas and desk.panels.is_loaded and name not in BESIDE_CANVAS:
            self._enlarge(name)

    def _with_focus(self) -> str:
        widget: QWidget | None = QApplication.focusWidget()
        while widget is not None and not isinstance(widget, QDockWidget):
            widget = widget.parentWidget()
        name = name_of(widget) if isinstance(widget, QDockWidget) else FIRST
        return FIRST if name in BESIDE_CANVAS else name

    def _enlarge(self, name: str) -> None:
        docks, centre = self._desk.docks, self._desk.centre
        widget = docks.widget(name)
        docks.put(name, _placeholder(self.restore))
        self.name = name
        self.page = LargePage(docks[name].windowTitle(), widget, self.restore)
        self._sizes, self._was_closed = docks.columns(), docks[name].isHidden()
        docks[name].hide()  # its neighbours, or the next tab, take its room
        centre.addWidget(self.page)
        centre.setCurrentWidget(self.page)
        widget.show()
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def restore(self) -> None:
        """Put the large panel back to its place."""
        page, name = self.page, self.name
        if page is None:
            return
        self.name, self.page = "", None
        desk = self._desk
        old = desk.docks.widget(name)
        widget = page.give_back()
        desk.docks.put(name, widget)
        widget.show()
        if not self._was_closed:
            desk.docks[name].show()
            desk.docks[name].raise_()
            desk.docks.set_columns(self._sizes)
        old.deleteLater()
        if desk.centre.currentWidget() is page:
            desk.centre.setCurrentWidget(desk.canvas)
        desk.centre.removeWidget(page)
        page.hide()
        page.deleteLater()

    def _on_centre_changed(self, _index: int) -> None:
        shown = self._desk.centre.currentWidget()
        if self.page is not None and shown not in {None, self.page}:
            self.restore()


class LargePage(QWidget):
    """A panel below its title; Escape and a double click put it back.

    Args:
        title: Of the panel.
        widget: What it shows.
        restore: Puts it back.
    """

    def __init__(
        self, title: str, widget: QWidget, restore: Callable[[], object]
    ) -> None:
        super().__init__()
        self._widget: QWidget | None = widget
        self._restore = restore
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.bar = QWidget()
        polish(self.bar, "titlebar", value=True)
        self.bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(SPACE_M, 3, 5, 3)
        words = Label(title)
        polish(words, "role", "dock")
        row.addWidget(words, 1)
        self.back = button("close", tr("Back to its place"), restore)
        row.addWidget(self.back)
        box.addWidget(self.bar)
        box.addWidget(widget, 1)

    def give_back(self) -> QWidget:
        """Return what it shows; it is of no use then."""
        assert self._widget is not None
        widget, self._widget = self._widget, None
        return widget

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Put the panel back when its title is double-clicked."""
        if self.bar.geometry().contains(event.position().toPoint()):
            self._restore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Put the panel back on Escape, that it doesn't need itself."""
        if event.matches(QKeySequence.StandardKey.Cancel):
            self._restore()
        else:
            super().keyPressEvent(event)


def _placeholder(restore: Callable[[], object]) -> QWidget:
    """Return what stands where the panel was."""
    widget = QWidget()
    polish(widget, "panel", value=True)
    box = QVBoxLayout(widget)
    words = Label(tr("This panel is shown large."))
    polish(words, "role", "secondary")
    words.setWordWrap(True)
    words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    back = QPushButton(tr("Back to its place"))
    polish(back, "small", value=True)
    back.clicked.connect(restore)
    box.addStretch(1)
    box.addWidget(words)
    box.addWidget(back, 0, Qt.AlignmentFlag.AlignHCenter)
    box.addStretch(1)
    return widget
