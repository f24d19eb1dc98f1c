"""The bar in a field that differs from its default; a click puts the field back."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from workbench.theme.tokens import current

BAR_PX, REACH_PX, HEIGHT_PX = 3, 9, 22
"""Width that is drawn, width that can be clicked, most height."""


class ChangedBar(QAbstractButton):
    """Stands inside the left edge of a widget, whatever size that takes.

    Args:
        holder: Holds both.
        beside: The widget.
    """

    def __init__(self, holder: QWidget, beside: QWidget) -> None:
        super().__init__(holder)
        self._holder, self._beside = holder, beside
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        beside.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the widget."""
        kind = event.type()
        if kind in {QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show}:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        corner = self._beside.mapTo(self._holder, QPoint(0, 0))
        self.setGeometry(QRect(corner, QSize(REACH_PX, self._beside.height())))
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar, a little wider below the pointer."""
        width = BAR_PX + 1 if self.underMouse() else BAR_PX
        height = min(HEIGHT_PX, self.height() - 6)
        area = QRectF(2, (self.height() - height) / 2, width, height)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(current().accent))
            painter.drawRoundedRect(area, BAR_PX / 2, BAR_PX / 2)

    def sizeHint(self) -> QSize:
        """Return the room that can be clicked."""
        return QSize(REACH_PX, HEIGHT_PX)
