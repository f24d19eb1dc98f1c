"""The categories of the catalogue as a column of icons."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.layers import registry
from workbench.theme import icons
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_XS

RAIL_PX = 44
_BUTTON_PX, _ICON_PX = 32, 18
_BEFORE_AIR = 100
"""Buttons get the room first, the air below them what is left."""


class LayerRail(QWidget):
    """One button each; the first searches in all of them.

    Signals:
        category_wanted: Id of a category, empty for the search.
    """

    category_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        polish(self, "panel", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(RAIL_PX)
        self.buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        side = (RAIL_PX - _BUTTON_PX) // 2
        column.setContentsMargins(side, SPACE_XS + 2, side, SPACE_XS)
        column.setSpacing(SPACE_XS)
        column.addWidget(self._button("", "search", "fg2", tr("Search layers")))
        line = QFrame()
        polish(line, "role", "line")
        line.setFixedHeight(1)
        column.addWidget(line)
        for category, title in registry.CATEGORIES.items():
            icon = f"cat-{category}"
            button = self._button(category, icon, category, tr(title))
            column.addWidget(button, _BEFORE_AIR)
        column.addStretch(1)

    def _button(self, category: str, icon: str, tint: str, words: str) -> QToolButton:
        button = QToolButton()
        polish(button, "rail", value=True)
        icons.bind(button, icon, tint)
        button.setIconSize(QSize(_ICON_PX, _ICON_PX))
        button.setFixedWidth(_BUTTON_PX)
        button.setMinimumHeight(_ICON_PX + 4)
        button.setMaximumHeight(_BUTTON_PX)
        policy = QSizePolicy.Policy
        button.setSizePolicy(policy.Fixed, policy.Expanding)
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.clicked.connect(lambda: self.category_wanted.emit(category))
        self.buttons[category] = button
        return button
