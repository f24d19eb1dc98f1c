"""What the widgets of all kinds of views have in common."""

from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.i18n import tr
from engine.protocol.messages import View
from workbench.plots.parts import style
from workbench.plots.parts.table import Table

BROKEN = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)
"""What numbers lead to that are not what their view says."""
PALE = 0.45
"""Opacity of a view that is about to be replaced."""


class ViewFace(QWidget):
    """Shows the newest view of one node; subclasses paint it.

    `hovered` tells the values under the mouse, empty when there are none;
    `cell_chosen` the right class and the answer of a cell that shall be opened.
    """

    hovered = Signal(str)
    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: View | None = None
        self.is_awaited = False
        self._readout = ""
        self.setMouseTracking(True)
        policy = QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)

    def show_view(self, view: View) -> None:
        """Take another view and draw it."""
        self.view = view
        self.prepare(view)
        self.update()

    def tried(self, view: View) -> bool:
        """Take a view that may be out of anybody's file; False when it is broken."""
        try:
            self.show_view(view)
            self.summary()
        except BROKEN:
            self.view = None
            return False
        return True

    def safe_table(self) -> Table:
        """Return the shown numbers as header and rows; none where they are broken."""
        if self.view is None:
            return [], []
        try:
            return self.table()
        except BROKEN:
            return [], []

    def wait(self, *, on: bool) -> None:
        """Say whether another view is on its way; the present one is then pale."""
        if on != self.is_awaited:
            self.is_awaited = on
            self.update()

    def waiting_words(self) -> str:
        """Return what is going on while another view is on its way."""
        return tr("computing…")

    def restyle(self) -> None:
        """Make everything again in the colours of the theme."""
        if self.view is not None:
            self.show_view(self.view)

    def prepare(self, view: View) -> None:
        """Make what painting needs."""
        raise NotImplementedError

    def draw(self, painter: QPainter) -> None:
        """Draw what was prepared."""
        raise NotImplementedError

    def summary(self) -> str:
        """Return the view in a few words."""
        return ""

    def read(self, _position: QPointF) -> str:
        """Return the values at a place of the widget."""
        return ""

    def table(self) -> Table:
        """Return the shown numbers as header and rows."""
        raise NotImplementedError

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the view."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), style.colour("bg1"))
            painter.setFont(style.tick_font())
            painter.setOpacity(PALE if self.is_awaited else 1.0)
            if self.view is not None:
                self._draw(painter)

    def _draw(self, painter: QPainter) -> None:
        """Draw the view; one that is broken, and out of anybody's file, is left."""
        try:
            self.draw(painter)
        except BROKEN:
            self.view = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the values under the mouse."""
        try:
            self._read(self.read(event.position()) if self.view else "")
        except BROKEN:
            self._read("")

    def leaveEvent(self, _event: QEvent) -> None:
        """Forget the reading."""
        self._read("")

    def _read(self, text: str) -> None:
        if text != self._readout:
            self._readout = text
            self.hovered.emit(text)


def number(value: float, digits: int = 3) -> str:
    """Return a number with a few digits and a true minus sign."""
    return f"{value:.{digits}g}".replace("-", "−")


def name(names: tuple[str, ...], index: int) -> str:
    """Return the name of a class; its number where there is none."""
    return names[index] if 0 <= index < len(names) else str(index)
