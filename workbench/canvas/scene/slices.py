"""Long work on the GUI thread, a few milliseconds at a time."""

from collections.abc import Callable, Iterator
from math import inf
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

SLICE_S, PAUSE_MS = 0.006, 1
"""What a slice may take: the window answers in between."""


class Slices(QObject):
    """Does one piece of work after the other events of the window.

    Args:
        parent: Qt's owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work: Iterator[object] | None = None
        self._done: Callable[[], None] | None = None
        self.last: object = None
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def is_running(self) -> bool:
        """Whether there is work left."""
        return self._work is not None

    def start(
        self, work: Iterator[object], done: Callable[[], None] | None = None
    ) -> None:
        """Begin; what was under way is given up.

        Args:
            work: Yields often; what it yields last is `last`.
            done: Called at the end.
        """
        self.stop()
        self._work, self._done = work, done
        self._timer.start()

    def stop(self) -> None:
        """Give up what is left."""
        self._work, self._done, self.last = None, None, None
        self._timer.stop()

    def finish(self) -> None:
        """Do all that is left now."""
        self.run(inf)

    def run(self, seconds: float) -> None:
        """Do what can be done in this time, at once."""
        end = perf_counter() + seconds
        work = self._work
        while work is not None and perf_counter() < end:
            try:
                self.last = next(work)
            except StopIteration:
                done = self._done
                self.stop()
                if done is not None:
                    done()
                return

    def _on_timeout(self) -> None:
        self.run(SLICE_S)
