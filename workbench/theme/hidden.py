"""Widgets that nobody sees are dressed after those that somebody sees."""

import weakref

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

_POLISHED = Qt.WidgetAttribute.WA_WState_Polished
_SLICE = 64
"""Widgets dressed at once: some 5 ms."""


class Hidden(QObject):
    """What is passed over while the style sheet changes, and dressed in idle moments.

    Three quarters of a window are pages and menus that don't show. They are not kept
    alive: what goes meanwhile needs no dress, and Qt dresses the rest when it shows.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._aside: list[weakref.ref[QWidget]] = []

    def set_aside(self) -> None:
        """Let the next change of the style sheet leave out what doesn't show."""
        self._take_back()
        aside = [
            each
            for each in self._app.allWidgets()
            if not each.isVisible() and each.testAttribute(_POLISHED)
        ]
        for widget in aside:
            widget.setAttribute(_POLISHED, on=False)
        self._aside = [weakref.ref(widget) for widget in aside]

    def dress(self) -> None:
        """Dress what was left out, a few at a time."""
        self._take_back()
        QTimer.singleShot(0, self, self._dress_some)

    def _take_back(self) -> None:
        for widget in self._there(self._aside):
            widget.setAttribute(_POLISHED)

    def _dress_some(self) -> None:
        some, self._aside = self._aside[:_SLICE], self._aside[_SLICE:]
        for widget in self._there(some):
            widget.style().polish(widget)
        if self._aside:
            QTimer.singleShot(0, self, self._dress_some)

    @staticmethod
    def _there(aside: list[weakref.ref[QWidget]]) -> list[QWidget]:
        found = [each() for each in aside]
        return [w for w in found if w is not None and shiboken6.isValid(w)]
