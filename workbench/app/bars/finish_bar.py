"""A bar above the canvas: what a training has come to, and what can be done next."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from engine.i18n import tr
from workbench.theme import icons, signals
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_M, SPACE_S

_LEAST_PX, _WORDS_PX, _CHANGE_PX = 320, 380, 110
"""Width of the bar at least; of icon, words and the button that closes it; and of what
has changed since the run before."""


@dataclass(frozen=True)
class Finish:
    """What it says.

    Args:
        title: How it ended, with the result.
        words: The goal, what it took, what can be done with it.
        is_good: The goal is reached; without one, a lazy answer is beaten.
        is_past: The run was made before and is only shown.
        has_before: A run before it had other settings: is it better than that?
    """

    title: str
    words: str
    is_good: bool = True
    is_past: bool = False
    has_before: bool = False


class FinishBar(QFrame):
    """Hidden while nothing has ended."""

    longer_wanted = Signal(int)  # epochs or steps
    other_wanted = Signal()  # asks how many
    export_wanted = Signal()
    report_wanted = Signal()
    try_wanted = Signal()
    better_wanted = Signal()
    folder_wanted = Signal()
    branch_wanted = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.finish: Finish | None = None
        self._is_aside = False
        polish(self, "banner", "ok")
        self._icon, self.title, self.words = Label(), Label(), Label()
        polish(self.title, "role", "fault")
        polish(self.words, "role", "secondary")
        self.title.setWordWrap(True)
        self.words.setWordWrap(True)
        self.longer = self._button(tr("Train longer"), None)
        self.longer.setMenu(QMenu(self))
        polish(self.longer, "fix", "first")
        self.try_it = self._button(tr("Try it…"), self.try_wanted)
        self.branch = self._button(tr("Branch"), self.branch_wanted)
        self.branch.setToolTip(tr("Make a project of your own from it; the run stays"))
        self.better = self._button(tr("Is it better?…"), self.better_wanted)
        self.better.setToolTip(tr("Train both over the same seeds: is it chance?"))
        self.export = self._button(tr("Export…"), self.export_wanted)
        self.report = self._button(tr("Report…"), self.report_wanted)
        self.folder = self._button(tr("Open the folder"), self.folder_wanted)
        self._lay_out()
        signals.changed.connect(self._tint)
        self.hide()

    def _button(self, words: str, wanted: object) -> QPushButton:
        button = QPushButton(words)
        polish(button, "small", value=True)
        if wanted is not None:
            button.clicked.connect(wanted)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, 6, SPACE_S, 6)
        row.setSpacing(SPACE_S)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        text = QVBoxLayout()
        text.setSpacing(1)
        text.addWidget(self.title)
        text.addWidget(self.words)
        row.addLayout(text, 1)
        parts = (self.longer, self.better, self.branch, self.try_it, self.report,
                 self.export)  # fmt: skip
        for button in (*parts, self.folder):
            row.addWidget(button)
        close = QToolButton()
        polish(close, "small", value=True)
        icons.bind(close, "close", "fg2")
        close.setAccessibleName(tr("Dismiss"))
        close.clicked.connect(self._on_close)
        row.addWidget(close)

    def show_finish(self, finish: Finish | None) -> None:
        """Say how a training has ended, or nothing."""
        self.finish = finish
        self.setVisible(finish is not None and not self._is_aside)
        if finish is None:
            return
        self.title.setText(finish.title)
        self.words.setText(finish.words)
        self.setAccessibleName(f"{finish.title}. {finish.words}")
        self._make_room()
        self._tint()

    def step_aside(self, *, is_aside: bool) -> None:
        """Leave the room to what stands below, or come back."""
        self._is_aside = is_aside
        self.setVisible(self.finish is not None and not is_aside)

    def minimumSizeHint(self) -> QSize:
        """Never hold the window wide: what has no room is in the menus, too."""
        return QSize(_LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many buttons as leave room for the words."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self.branch.setVisible(self.finish is not None and self.finish.is_past)
        self.better.setVisible(self.finish is not None and self.finish.has_before)
        room = self.width() - _WORDS_PX
        room -= _CHANGE_PX if self.better.isVisibleTo(self) else 0
        for button in (self.longer, self.better, self.branch):
            room -= (
                button.sizeHint().width() + SPACE_S if button.isVisibleTo(self) else 0
            )
        for button in (self.try_it, self.export, self.report, self.folder):
            room -= button.sizeHint().width() + SPACE_S
            button.setVisible(room >= 0)
        layout = self.layout()
        if layout is not None:  # what holds it does not ask how its lines wrap
            layout.activate()
            self.setMinimumHeight(max(0, layout.totalHeightForWidth(self.width())))

    def offer_longer(self, choices: Sequence[tuple[str, int]], words: str = "") -> None:
        """Offer to train so much longer; with no choice it can't go on.

        Args:
            choices: Words, and epochs or steps.
            words: From what it goes on, and what else becomes of it; or why it
                can't.
        """
        menu = self.longer.menu()
        menu.clear()
        for length, more in choices:
            menu.addAction(length).triggered.connect(
                lambda _=False, n=more: self.longer_wanted.emit(n)
            )
        menu.addAction(tr("Other…")).triggered.connect(
            lambda _=False: self.other_wanted.emit()
        )
        if words:
            menu.addSeparator()
            for line in words.splitlines():
                menu.addAction(line).setEnabled(False)
        self.longer.setEnabled(bool(choices))
        obstacle = tr("The canvas is no longer what was trained.")
        self.longer.setToolTip(tip(words or obstacle))

    def _on_close(self) -> None:
        self.show_finish(None)
        self.closed.emit()

    def _tint(self) -> None:
        if self.finish is None:
            return
        is_plain = self.finish.is_past
        kind = "info" if is_plain else "ok" if self.finish.is_good else "warning"
        polish(self, "banner", kind)
        name, token = {
            "info": ("info", "accent"),
            "ok": ("check", "ok"),
            "warning": ("info", "warn"),
        }[kind]
        self._icon.setPixmap(icons.pixmap(name, token, 18, self.devicePixelRatioF()))
