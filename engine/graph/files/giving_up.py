"""Long work on a thread ends soon after nobody wants its result any more."""

import contextlib
import threading
from collections.abc import Iterator

from engine.errors import DocumentError
from engine.i18n import tr


@contextlib.contextmanager
def when(event: threading.Event) -> Iterator[None]:
    """Let `check` raise on this thread once `event` is set.

    Threads: any; another thread isn't touched.
    """
    _own.event = event
    try:
        yield
    finally:
        _own.event = None


def check() -> None:
    """End the work here if it was given up; called often by what takes long.

    Raises:
        DocumentError: It was.
    """
    event = _own.event
    if event is not None and event.is_set():
        raise DocumentError(tr("This was given up"))


class _Own(threading.local):
    event: threading.Event | None = None


_own = _Own()
