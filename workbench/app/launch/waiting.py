"""Everything that waits for somebody: dialogs, menus, popups, something dragged."""

from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QDialog


def dismiss() -> None:
    """Give all of it up, as Esc does; the loops they run in end one by one."""
    QDrag.cancel()
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
        if popup is QApplication.activePopupWidget():
            break
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.reject()
