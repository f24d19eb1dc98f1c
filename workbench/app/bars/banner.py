"""A line above the canvas that says something and offers what to do about it."""

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QWidget,
)

from engine.i18n import tr
from workbench.theme import icons, signals
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word

Kind = Literal["info", "warning", "error", "ok"]
Offer = tuple[str, Callable[[], object]]
_KEPT = "kept"
_ICONS = {
    "info": ("info", "accent"),
    "warning": ("warning", "warn"),
    "error": ("error", "err"),
    "ok": ("check", "ok"),
}


class Banner(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self._kind: Kind = "info"
        self.about = ""
        self._kept: tuple[Kind, str, Sequence[Offer]] | None = None
        polish(self, "banner", "info")
        self._icon, self.words = Label(), Label()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.buttons: list[QPushButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 8, 6)
        self._row.setSpacing(8)
        self._row.addWidget(self._icon)
        self._row.addWidget(self.words, 1)
        close = QToolButton()
        polish(close, "small", value=True)
        icons.bind(close, "close", "fg2")
        close.setAccessibleName(tr("Dismiss"))
        close.clicked.connect(self.dismiss)
        self._row.addWidget(close)
        signals.changed.connect(self._tint)
        self.hide()

    def say(
        self, kind: Kind, words: str, offers: Sequence[Offer] = (), about: str = ""
    ) -> None:
        """Show a message with buttons; `about` names what it can be withdrawn by."""
        self._kind, self.about = kind, about
        polish(self, "banner", kind)
        self.words.setText(words)
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(*offer) for offer in offers]
        for index, button in enumerate(self.buttons):
            self._row.insertWidget(2 + index, button)
        self._tint()
        self.show()

    def keep(self, kind: Kind, words: str, offers: Sequence[Offer]) -> None:
        """Show a message now, and again after others, until it is dropped."""
        self.say(kind, words, offers, _KEPT)
        self._kept = (kind, words, offers)

    def drop(self) -> None:
        """Let go of the message that is kept."""
        self._kept = None
        self.withdraw(_KEPT)

    def dismiss(self) -> None:
        """Hide what shows for good."""
        if self.about == _KEPT:
            self._kept = None
        self.hide()

    def hide(self) -> None:
        """Hide what shows; what is kept comes back from below it."""
        if self._kept is not None and self.about != _KEPT:
            self.say(*self._kept, _KEPT)
        else:
            super().hide()

    def add(self, words: str) -> None:
        """Say something more, below what is said already."""
        self.words.setText(f"{self.words.text()}\n{words}")

    def withdraw(self, about: str) -> None:
        """Hide the message about something, if it is the one that shows."""
        if self.about == about:
            self.hide()

    def _button(self, words: str, run: Callable[[], object]) -> QPushButton:
        button = QPushButton(word(words))
        polish(button, "small", value=True)
        button.clicked.connect(lambda _checked=False: run())
        return button

    def _tint(self) -> None:
        name, token = _ICONS[self._kind]
        self._icon.setPixmap(icons.pixmap(name, token, 18, self.devicePixelRatioF()))


class BarOrder(QObject):
    """Puts a bar that comes below those that are there.

    So no button moves away from under the pointer that is about to press it.

    Args:
        box: The column; the bars become the first of it.
        bars: As they stand while none has come yet.
    """

    def __init__(self, box: QBoxLayout, bars: Sequence[QWidget]) -> None:
        super().__init__(box)
        self._box, self._last = box, len(bars) - 1
        for place, bar in enumerate(bars):
            box.insertWidget(place, bar)
            bar.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move a bar that comes to the end of the bars."""
        if event.type() == QEvent.Type.ShowToParent and isinstance(watched, QWidget):
            self._box.removeWidget(watched)
            self._box.insertWidget(self._last, watched)
        return False
