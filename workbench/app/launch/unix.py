"""SIGTERM and SIGINT end the window as closing it does.

Python runs signal handlers only between bytecodes, and Qt's loop runs none while it
waits; the wake-up descriptor brings the signal into the loop.
"""

import contextlib
import signal
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QSocketNotifier

SIGNALS = tuple(
    number
    for name in ("SIGTERM", "SIGINT", "SIGHUP")
    if (number := signal.__dict__.get(name)) is not None
)


class SignalWatch(QObject):
    """Calls something in the GUI thread when the process is asked to end.

    Args:
        on_signal: Called once per signal.
        parent: Qt's owner.
    """

    def __init__(self, on_signal: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._on_signal = on_signal
        import socket  # slow, and not needed before the first paint

        self._inner, self._outer = socket.socketpair()
        for end in (self._inner, self._outer):
            end.setblocking(False)
        self._old_fd = signal.set_wakeup_fd(self._outer.fileno())
        self._old = {number: signal.signal(number, _ignore) for number in SIGNALS}
        kind = QSocketNotifier.Type.Read
        self._notifier = QSocketNotifier(self._inner.fileno(), kind, self)
        self._notifier.activated.connect(self._on_activated)

    def close(self) -> None:
        """Give the signals back."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old_fd)
        for number, handler in self._old.items():
            signal.signal(number, handler)
        self._inner.close()
        self._outer.close()

    def _on_activated(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._inner.recv(64)
        self._on_signal()


@contextlib.contextmanager
def heard_early() -> Iterator[list[int]]:
    """Yield the list of signals that come before a `SignalWatch` takes them."""
    asked: list[int] = []
    old = {
        number: signal.signal(number, lambda number, _frame: asked.append(number))
        for number in SIGNALS
    }
    try:
        yield asked
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def _ignore(_number: int, _frame: object) -> None:
    """Do nothing: the notifier does it, in Qt's loop."""
