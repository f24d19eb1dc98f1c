"""The cheat sheet: every key there is."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.theme import fonts
from workbench.theme.label import Label
from workbench.theme.tokens import SPACE_M, SPACE_XL

Keys = Sequence[tuple[str, str]]


class ShortcutsDialog(Dialog):
    """Groups of actions with their keys, in two columns.

    Args:
        groups: Title of a group → (action, keys).
        parent: The window.
    """

    def __init__(
        self, groups: Mapping[str, Keys], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Keyboard shortcuts"), parent)
        self.setObjectName("shortcuts")
        self.resize(760, 700)
        content = QWidget()
        grid = QGridLayout(content)
        grid.setHorizontalSpacing(SPACE_XL)
        grid.setVerticalSpacing(SPACE_M)
        for index, (title, keys) in enumerate(groups.items()):
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(self._group(title, keys), index // 2, index % 2, top)
        scroll = QScrollArea()
        scroll.setWidget(content)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self.box.addWidget(scroll, 1)
        self.add_button(tr("Close"), accent=True).clicked.connect(self.accept)

    def _group(self, title: str, keys: Keys) -> QWidget:
        group = QWidget()
        grid = QGridLayout(group)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        head = Label(title)
        head.setProperty("role", "heading")
        grid.addWidget(head, 0, 0, 1, 2)
        for row, (action, key) in enumerate(keys, start=1):
            cap = Label(key)
            cap.setFont(fonts.mono())
            cap.setProperty("role", "key")
            grid.addWidget(Label(action), row, 0)
            grid.addWidget(cap, row, 1, Qt.AlignmentFlag.AlignRight)
        return group
