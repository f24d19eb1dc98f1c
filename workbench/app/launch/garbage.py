"""Collects cyclic garbage at safe moments only: in the event loop of the GUI thread.

Before Python 3.12 a collection can start inside any allocation: within
`QObject.disconnect`, which holds a lock that deleting a QObject needs too (the window
then stands still for ever), or on a thread that must not delete widgets.
"""

import gc

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

EVERY_MS = 100
_RELAXED, _MANY = 5, 5000
"""With fewer new objects than this, only every fifth tick collects."""
_FULL_EVERY = 600
"""Full collections: once in so many ticks, a minute."""
_MOST = 50_000
"""So many objects are looked through in a moment; with more, those that are there are
left alone until nobody works in the window."""


class Collector(QObject):
    """Takes the place of the automatic collection while it lives.

    Args:
        parent: Its owner, such as the application.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._ticks = self._kept = 0
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()
        app = QCoreApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._on_state)

    def close(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _on_tick(self) -> None:
        self._ticks += 1
        new = gc.get_count()[0]
        if new < _MANY and self._ticks % _RELAXED:
            return
        self._kept += max(0, new - gc.collect(1))
        if self._kept > _MOST:
            self._kept = 0
            gc.freeze()
        if self._ticks % _FULL_EVERY == 0:
            gc.collect(2)

    def _on_state(self, state: Qt.ApplicationState) -> None:
        """Look at everything while nobody works here."""
        if state != Qt.ApplicationState.ApplicationActive and gc.get_freeze_count():
            gc.unfreeze()
            gc.collect(2)
            gc.freeze()
