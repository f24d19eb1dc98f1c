"""What problems and findings look like: a card with an icon each, and their list."""

from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.inspector.section import scrolled
from workbench.theme import icons, signals
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_S

_ICON_PX = 18


class FixButton(QPushButton):
    """Applies a fix; words that don't fit end in dots and stand in the tooltip.

    Args:
        label: Words of the fix.
        is_first: It is the likeliest of its problem.
    """

    def __init__(self, label: str, *, is_first: bool) -> None:
        super().__init__(label)
        self._label, self._hint = label, QSize()
        self.setAccessibleName(label)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Fixed)
        polish(self, "fix", "first" if is_first else "other")
        if is_first:
            icons.bind(self, "wand", "accent", beside=True)
            self.setIconSize(icons.beside(16))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the words to the room there is."""
        super().resizeEvent(event)
        over = self.width() - self.sizeHint().width()
        fits = over >= 0
        self.setToolTip("" if fits else tip(self._label))
        self.setText(self._label if fits else self._shortened(over))

    def _shortened(self, over_px: int) -> str:
        metrics = self.fontMetrics()
        room = max(metrics.horizontalAdvance(self._label) + over_px, 0)
        return metrics.elidedText(self._label, Qt.TextElideMode.ElideRight, room)

    def sizeHint(self) -> QSize:
        """Return the size with all words."""
        if self.text() == self._label:
            self._hint = super().sizeHint()
        return self._hint

    def minimumSizeHint(self) -> QSize:
        """Return a size that any panel has room for."""
        return QSize(0, super().minimumSizeHint().height())


class Card(QFrame):
    """An icon, and words beside it that lead to a node when they are clicked.

    Args:
        icon: Its name, and the token of its colour.
        spoken: Words for the icon.
        node: Path of the node, empty for the whole graph; None leads nowhere.
    """

    activated = Signal(str)  # path of the node

    def __init__(self, icon: tuple[str, str], spoken: str, node: str | None) -> None:
        super().__init__()
        self._icon_of, self._node = icon, node
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        polish(self, "row", value=True)
        self._icon = Label()
        self._icon.setAccessibleName(spoken)
        self.tint()
        self._row = QHBoxLayout(self)
        self._row.setSpacing(SPACE_S)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)

    def fill(self, content: QLayout, margins: tuple[int, int, int, int]) -> None:
        """Put the words beside the icon, with margins as Qt orders them."""
        self._row.setContentsMargins(*margins)
        self._row.addLayout(content, 1)

    def lead(self) -> None:
        """Ask for the node that it is about."""
        if self._node is not None:
            self.activated.emit(self._node)

    def tint(self) -> None:
        """Draw the icon in the theme's colours."""
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap(*self._icon_of, _ICON_PX, ratio))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the node."""
        self.lead()
        super().mousePressEvent(event)


AnyCard = TypeVar("AnyCard", bound=Card)


class CardList(QWidget, Generic[AnyCard]):
    """Cards below each other, or words where there is none.

    Args:
        spacing: Pixels between two cards.

    Attributes:
        empty: The words.
        area: Scrolls up and down.
        cards: Those that are there.
    """

    activated = Signal(str)  # path of a node

    def __init__(self, spacing: int) -> None:
        super().__init__()
        self.cards: list[AnyCard] = []
        self.empty = Label()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        polish(self.empty, "role", "secondary")
        content = QWidget()
        polish(content, "panel", value=True)
        self._box = QVBoxLayout(content)
        self._box.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        self._box.setSpacing(spacing)
        self._box.addWidget(self.empty, 1)
        self._box.addStretch(0)
        self.area = scrolled(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        signals.changed.connect(self._on_theme_changed)

    def clear(self, *, expects: bool) -> None:
        """Take all cards away; the words stay away when others are expected."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = []
        self.empty.setVisible(not expects)
        self._box.setStretch(self._box.count() - 1, 1 if expects else 0)

    def add(self, card: AnyCard) -> None:
        """Put a card below the others."""
        card.activated.connect(self.activated)
        self._box.insertWidget(len(self.cards), card)
        self.cards.append(card)

    def _on_theme_changed(self) -> None:
        for card in self.cards:
            card.tint()


def words(text: str, role: str) -> Label:
    """Return a text that wraps; `role` is what the style sheet calls it."""
    label = Label(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    polish(label, "role", role)
    return label
