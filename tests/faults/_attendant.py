"""Answers every dialog, menu and popup that opens, at random."""

import random
import time
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QWidget,
)

EVERY_MS, PATIENCE = 15, 6
WORDS = ("", "linear", "a", "2", "block", "<b>")
_Keys = Qt.Key


class Attendant:
    """Looks every few milliseconds, also while a dialog has the loop.

    Args:
        chance: Decides.
        folder: Where files are saved and opened.
    """

    def __init__(self, chance: random.Random, folder: Path) -> None:
        self._chance, self._folder = chance, folder
        self._last: QWidget | None = None
        self._tries, self._waited = 0, 0.0
        self._handled: list[QWidget] = []
        self._timer = QTimer()
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()

    def waited(self) -> float:
        """Return the seconds that dialogs were open, since the last call."""
        waited, self._waited = self._waited, 0.0
        return waited

    def _look(self) -> None:
        """Act from another event: a timer does not tick while its slot has a loop."""
        QTimer.singleShot(0, self._act)

    def _act(self) -> None:
        front = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if front is None or front in self._handled:
            return
        if front is not self._last:
            self._last, self._tries = front, 0
        self._tries += 1
        self._waited += EVERY_MS / 1000
        self._handled.append(front)  # What it opens has a turn of its own.
        begin = time.monotonic()
        try:
            self._answer(front)
        finally:
            self._handled: list[QWidget] = []
            self._waited += time.monotonic() - begin

    def _answer(self, front: QWidget) -> None:
        """Do something to it; what stays too long is closed with Esc."""
        if self._tries > PATIENCE:
            QTest.keyClick(front, _Keys.Key_Escape)
        elif isinstance(front, QMenu):
            self._choose(front)
        elif isinstance(front, QFileDialog):
            self._name(front)
        else:
            self._fumble(front)

    def _choose(self, menu: QMenu) -> None:
        entries = [a for a in menu.actions() if a.isEnabled() and not a.isSeparator()]
        entry = self._chance.choice(entries) if entries else None
        menu.close()
        while entry is not None and entry.menu() is not None:
            inner = [a for a in entry.menu().actions() if a.isEnabled()]
            entry = self._chance.choice(inner) if inner else None
        if entry is not None:
            entry.trigger()

    def _name(self, dialog: QFileDialog) -> None:
        saves = dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        name = self._chance.choice(["one.bpw", "two.bpw", "no such folder/x.bpw"])
        if self._chance.random() < 0.3 or not (saves or self._tries < 2):
            dialog.reject()
            return
        line = dialog.findChild(QLineEdit)
        line.setText(str(self._folder / name))
        QTest.keyClick(line, _Keys.Key_Return)

    def _fumble(self, front: QWidget) -> None:
        """Type, press a button or walk through a list."""
        lines = [e for e in front.findChildren(QLineEdit) if e.isVisible()]
        if lines and self._chance.random() < 0.5:
            QTest.keyClicks(lines[0], self._chance.choice(WORDS))
        buttons = [b for b in front.findChildren(QAbstractButton) if _is_on(b)]
        views = [v for v in front.findChildren(QAbstractItemView) if v.isVisible()]
        what = self._chance.random()
        if buttons and what < 0.5:
            button = self._chance.choice(buttons)
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        elif views and what < 0.7:
            QTest.keyClick(views[0], _Keys.Key_Down)
        else:
            key = self._chance.choice([_Keys.Key_Return, _Keys.Key_Escape])
            QTest.keyClick(QApplication.focusWidget() or front, key)
            if isinstance(front, QDialog) and key == _Keys.Key_Escape:
                front.reject()


def _is_on(button: QAbstractButton) -> bool:
    return button.isVisible() and button.isEnabled()
