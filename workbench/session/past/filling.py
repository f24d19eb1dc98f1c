"""A history filled with what was recorded before, a little at a time."""

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from engine.protocol.messages import Frame
from workbench.session.curves.history import History
from workbench.session.past.curves import Piece, put

BUDGET_S = 0.012
"""Of a turn of the event loop: the window stays quick beside it."""
_POLL_MS = 15


class Filling(QObject):
    """Puts pieces into a history; what a run tells meanwhile comes after them.

    Args:
        history: Filled; somebody has begun it.
        parent: Qt's owner.

    Threads: the GUI thread.
    """

    done = Signal()

    def __init__(self, history: History, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._pieces: Iterator[Piece | None] | None = None
        self._held: list[Frame] = []
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._fill)

    @property
    def is_busy(self) -> bool:
        """Whether pieces are still to come."""
        return self._pieces is not None

    def begin(self, pieces: Iterator[Piece | None]) -> None:
        """Start; None among the pieces means that the next is not there yet."""
        self.stop()
        self._pieces = pieces
        self._timer.start(0)

    def stop(self) -> None:
        """Leave it at what is there."""
        self._timer.stop()
        self._pieces, self._held = None, []

    def add(self, frame: Frame) -> None:
        """Put a new frame into the history, after all older pieces."""
        if self._pieces is None:
            self._history.add(frame)
        else:
            self._held.append(frame)

    def _fill(self) -> None:
        assert self._pieces is not None
        deadline = time.monotonic() + BUDGET_S
        for piece in self._pieces:
            if piece is None:
                self._timer.start(_POLL_MS)
                return
            put(self._history, piece)
            if time.monotonic() > deadline:
                self._timer.start(0)
                return
        held = self._held
        self.stop()
        for frame in held:
            self._history.add(frame)
        self.done.emit()
