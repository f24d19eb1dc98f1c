"""A part of a panel under a heading that folds it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.theme import icons
from workbench.theme.guarded import guarded
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_S

_LEAST_PX, _MARK_PX = 32, 36
"""Width below which words say nothing; the arrow, and the space about the title."""


class Section(QWidget):
    """Heading and content.

    Args:
        title: Words of the heading, translated.
        is_open: Whether the content shows at first.
    """

    def __init__(self, title: str, *, is_open: bool = True) -> None:
        super().__init__()
        self._button = QPushButton(title)
        self.value, self._words = Label(), ""
        self.value.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        polish(self.value, "role", "small")
        row = QHBoxLayout(self._button)
        row.setContentsMargins(0, 0, 2, 0)
        row.addStretch(1)
        row.addWidget(self.value)
        self._button.setCheckable(True)
        self._button.setChecked(is_open)
        self._button.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy.Policy  # a long heading never widens the panel
        self._button.setSizePolicy(policy.Ignored, policy.Fixed)
        polish(self._button, "role", "heading")
        self._button.toggled.connect(self._on_toggled)
        self.content = QWidget()
        self.box = QVBoxLayout(self.content)
        self.box.setContentsMargins(0, 0, 0, 4)
        self.box.setSpacing(SPACE_S)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(SPACE_S)
        outer.addWidget(self._button)
        outer.addWidget(self.content)
        self._on_toggled(is_open)

    def show_value(self, words: str) -> None:
        """Say what its settings come to; told while it is closed."""
        self._words = words
        self._button.setAccessibleDescription(words)
        self._fit()

    def set_title(self, title: str) -> None:
        """Change the heading."""
        self._button.setText(title)
        self._fit()

    def open(self) -> None:
        """Show the content."""
        self._button.setChecked(True)

    @guarded
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the value where it would run into the title."""
        super().resizeEvent(event)
        self._fit()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Cut the value, as only now its room is known."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as much of the value as there is room for behind the title."""
        if not self.isVisible():
            self.value.setText(self._words)
            return
        title = self._button.fontMetrics().horizontalAdvance(self._button.text())
        room = self.width() - title - _MARK_PX
        words = self.value.fontMetrics().elidedText(
            self._words, Qt.TextElideMode.ElideRight, max(0, room)
        )
        self.value.setText(words if room >= _LEAST_PX or words == self._words else "")
        self._button.setToolTip("" if words == self._words else tip(self._words))

    def _on_toggled(self, is_open: bool) -> None:
        self.content.setVisible(is_open)
        self.value.setVisible(not is_open)
        icons.bind(self._button, "chevron-down" if is_open else "chevron-right", "fg3")


def scrolled(content: QWidget) -> QScrollArea:
    """Return a list of rows that scrolls up and down, and takes no focus itself."""
    scroll = QScrollArea()
    scroll.setWidget(content)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    polish(scroll, "panel", value=True)
    return scroll
