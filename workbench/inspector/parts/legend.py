"""One line that says what the dot and the bar at fields mean."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.i18n import tr
from workbench.inspector.parts.changed_bar import BAR_PX
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_S

DOT_PX = 5


class Dot(QWidget):
    """Green: what stands beside it counts at once, also while it trains."""

    def __init__(self) -> None:
        super().__init__()
        polish(self, "dot", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedSize(DOT_PX, DOT_PX)
        self.setToolTip(tr("Counts at once, also while it trains"))


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        polish(self, "bar", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedSize(BAR_PX, 13)


class Legend(QWidget):
    """Dot and bar with their words."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(SPACE_S)
        for mark, words in (
            (Dot(), tr("also counts while it trains")),
            (_Bar(), tr("changed")),
        ):
            label = Label(words)
            polish(label, "role", "small")
            row.addWidget(mark)
            row.addWidget(label)
            row.addSpacing(SPACE_L - SPACE_S)
        row.addStretch(1)
