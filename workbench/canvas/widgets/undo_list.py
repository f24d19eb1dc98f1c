"""The list of undo steps; a click goes back or forth to one."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QUndoView, QVBoxLayout, QWidget

from engine.i18n import tr
from workbench import theme
from workbench.document import Document
from workbench.theme import icons


class UndoList(QWidget):
    """Every step by its name, the saved one marked.

    Args:
        document: Whose steps are shown.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.list = QUndoView(document.undo_stack)
        self.list.setEmptyLabel(tr("As opened"))
        self.list.setAccessibleName(tr("Undo steps"))
        self.list.setFrameShape(QUndoView.Shape.NoFrame)
        self.list.setIconSize(QSize(14, 14))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.list)
        theme.signals.changed.connect(self._show_icon)
        self._show_icon()

    def _show_icon(self) -> None:
        self.list.setCleanIcon(icons.icon("save"))
