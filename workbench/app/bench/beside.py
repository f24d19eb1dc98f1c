"""Where a window stands that the canvas is used beside."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget


def stand(dialog: QWidget, canvas: QWidget) -> None:
    """Put a window where it covers the canvas least, within the screen.

    Args:
        dialog: The window.
        canvas: What is clicked meanwhile.
    """
    shown = QRect(canvas.mapToGlobal(QPoint()), canvas.size())
    screen = canvas.screen().availableGeometry()
    dialog.move(corner(dialog.frameGeometry().size().width(), shown, screen))


def corner(width_px: int, canvas: QRect, screen: QRect) -> QPoint:
    """Return the upper left corner of a window beside the canvas.

    Args:
        width_px: Of the window.
        canvas: On the screen.
        screen: What there is.

    Returns:
        At the canvas's right where there is room, else at the screen's right edge.
    """
    x = min(canvas.right() + 1, screen.right() + 1 - width_px)
    return QPoint(max(x, screen.left()), max(canvas.top(), screen.top()))
