"""Ctrl+C ends a trial between two steps; a second one ends it at once."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol


class Stoppable(Protocol):
    """Something that can be told to end."""

    def stop(self) -> None:
        """End as soon as possible."""


@contextmanager
def stoppable(work: Stoppable) -> Iterator[None]:
    """Let Ctrl+C stop it; the line of its progress is wiped at the end."""

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        work.stop()

    old = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, old)
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
