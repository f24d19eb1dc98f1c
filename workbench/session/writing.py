"""Projects → text for the engine; large ones on a thread, so that nothing waits."""

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from engine.graph.files.serialize import dumps
from engine.graph.model import Project

_LARGE, _POLL_MS = 500, 10


class Writing(QObject):
    """Writes one project after the other; only the newest is handed on.

    Args:
        parent: Qt's owner.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._text: list[str] = []
        self._then: Callable[[str], object] = lambda _text: None
        self._next: tuple[Project, Callable[[str], object]] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._on_timeout)

    def start(self, project: Project, then: Callable[[str], object]) -> None:
        """Hand on the text of a project as it is now."""
        if project.num_nodes < _LARGE and self._thread is None:
            then(dumps(project))
            return
        self._next = (project, then)
        if self._thread is None:
            self._begin()

    def close(self) -> None:
        """Hand nothing on any more; a thread that still writes ends with the program.

        Nobody waits for it: what it writes goes nowhere.
        """
        self._timer.stop()
        self._next = self._thread = None

    def _begin(self) -> None:
        assert self._next is not None
        (project, self._then), self._next = self._next, None
        twin, self._text = project.copy(), []
        text = self._text
        self._thread = threading.Thread(
            target=lambda: text.append(dumps(twin)), daemon=True
        )
        self._thread.start()
        self._timer.start()

    def _on_timeout(self) -> None:
        if self._thread is None or self._thread.is_alive():
            return
        self._thread = None
        self._timer.stop()
        if self._next is not None:
            self._begin()
        elif self._text:
            self._then(self._text[0])
