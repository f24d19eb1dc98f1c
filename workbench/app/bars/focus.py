"""Where the keyboard is: shown on every panel, and never in one that nobody sees."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QMenuBar,
    QScrollArea,
    QWidget,
)

from workbench.app.docks.bars import is_in_sight
from workbench.canvas.view import CanvasView
from workbench.theme.tokens import current

_STYLED = (
    QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QMenuBar, CanvasView,
)  # fmt: skip
_STYLED_BY = ("row", "card")
"""Widgets, and properties of widgets, that show the focus themselves."""
_ROW_PX = 12
"""Widgets whose middles are closer than this stand in one row."""


class FocusRing(QWidget):
    """A frame over the panel that the keyboard was led to; a click shows none.

    Args:
        window: Whose panels it marks.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._marked: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        by_mouse = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        is_ours = new is not None and self._window.isAncestorOf(new)
        wanted = new is not None and is_ours and not by_mouse and not _is_styled(new)
        self._mark(new if wanted else None)

    def _mark(self, widget: QWidget | None) -> None:
        if self._marked is not None:
            self._marked.removeEventFilter(self)
        self._marked = widget
        if widget is None:
            self.hide()
            return
        widget.installEventFilter(self)
        self._follow()
        self.raise_()
        self.show()

    def _follow(self) -> None:
        widget = self._marked
        if widget is not None:
            corner = widget.mapTo(self._window, widget.rect().topLeft())
            self.setGeometry(QRect(corner, widget.size()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay around the panel."""
        if event.type() in {QEvent.Type.Resize, QEvent.Type.Move}:
            self._follow()
        elif event.type() in {QEvent.Type.Hide, QEvent.Type.Destroy}:
            self._mark(None)
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame."""
        with QPainter(self) as painter:
            painter.setPen(QPen(QColor(current().accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))


def _is_styled(widget: QWidget) -> bool:
    by_name = any(widget.property(name) for name in _STYLED_BY)
    return by_name or isinstance(widget, _STYLED)


def is_out_of_sight(widget: QWidget | None) -> bool:
    """Return whether a widget is in a panel behind another tab."""
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return isinstance(widget, QDockWidget) and not is_in_sight(widget)


def next_on(page: QWidget, here: QWidget | None, *, forward: bool) -> QWidget | None:
    """Return where Tab leads on a page, from top to bottom; None at its end.

    Forms that are made anew stand last in Qt's own order.
    """
    fields = in_reading_order(page)
    if here not in fields:
        return None
    place = fields.index(here) + (1 if forward else -1)
    return fields[place] if 0 <= place < len(fields) else None


def in_reading_order(page: QWidget) -> list[QWidget]:
    """Return what takes the keyboard on a page, from top to bottom."""
    tab = Qt.FocusPolicy.TabFocus
    fields = [
        widget
        for widget in page.findChildren(QWidget)
        if widget.focusPolicy() & tab and widget.isVisible() and widget.isEnabled()
    ]
    return sorted(fields, key=lambda widget: _row_and_column(page, widget))


def _row_and_column(page: QWidget, widget: QWidget) -> tuple[int, int]:
    middle = widget.mapTo(page, widget.rect().center())
    return (middle.y() // _ROW_PX, middle.x())


def enter(page: QWidget, *, forward: bool) -> None:
    """Begin with the first field of a page, or backwards with its last."""
    fields = in_reading_order(page)
    if fields:
        go(fields[0 if forward else -1], forward=forward)


def go(widget: QWidget, *, forward: bool) -> None:
    """Give the keyboard to a widget and scroll to it."""
    reason = Qt.FocusReason
    widget.setFocus(reason.TabFocusReason if forward else reason.BacktabFocusReason)
    area = widget.parentWidget()
    while area is not None:
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(widget)
        area = area.parentWidget()
