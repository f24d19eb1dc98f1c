"""The text of a project as a project: a long one is read on a thread."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from engine.errors import EngineError
from engine.graph.files import serialize
from engine.graph.model import Project

LARGE_LETTERS = 100_000
"""Texts from here on are read on a thread."""
_POLL_MS, _JOIN_S = 20, 5.0
Then = Callable[[Project | EngineError], object]


class Parsing(QObject):
    """Reads one text at a time; what was being read is given up.

    Args:
        parent: Qt's owner.

    Threads: the GUI thread; a long text is read on one of its own.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._then: Then = lambda _found: None
        self._found: list[Project | EngineError] = []
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def is_busy(self) -> bool:
        """Whether something is being read."""
        return self._timer.isActive()

    def start(self, text: str, name: str, then: Then) -> None:
        """Read a text, and hand on what came of it: a short one at once.

        Args:
            text: Of a project.
            name: Of where it stands, for messages.
            then: Gets the project, or what is wrong with the text.
        """
        self.cancel()
        found: list[Project | EngineError] = []
        if len(text) < LARGE_LETTERS:
            _read(text, name, found)
            then(found[0])
            return
        self._then, self._found = then, found
        self._thread = threading.Thread(
            target=_read, args=(text, name, found), name="read a run"
        )
        self._thread.start()
        self._timer.start()

    def cancel(self) -> None:
        """Want nothing more of what is being read."""
        self._timer.stop()

    def close(self) -> None:
        """Give up, and wait for the thread that still reads."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(_JOIN_S)

    def _on_timeout(self) -> None:
        if self._found:
            self._timer.stop()
            self._then(self._found[0])


def _read(text: str, name: str, found: list[Project | EngineError]) -> None:
    """Read a text; what comes of it goes into the list, whatever it is."""
    try:
        found.append(serialize.loads(text, name))
    except EngineError as error:
        found.append(error)
