"""A copy of unsaved work, for the start after a crash."""

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QTimer

from engine.errors import DocumentError
from engine.files import atomic_write
from engine.graph import serialize
from engine.graph.model import Project
from workbench.document.document import Document

DELAY_MS = 3000
_NAME = "recovery.bpw"


def default_path() -> Path:
    """Return where the copy is kept."""
    kind = QStandardPaths.StandardLocation.AppLocalDataLocation
    return Path(QStandardPaths.writableLocation(kind)) / _NAME


class Recovery(QObject):
    """Writes the document a moment after every change, until it is saved.

    Args:
        document: What is kept.
        path: The copy; `default_path()` when omitted.
    """

    def __init__(self, document: Document, path: Path | None = None) -> None:
        super().__init__(document)
        self._document = document
        self.path = path or default_path()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.write)
        document.changed.connect(self._on_changed)
        document.saved.connect(self.discard)

    def _on_changed(self, _edits: object) -> None:
        self._timer.start()

    def write(self) -> None:
        """Write the copy now; a full disk must not disturb the work."""
        self._timer.stop()
        if not self._document.is_modified:
            self.discard()
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(self.path, self._document.text())
        except OSError:
            return

    def discard(self) -> None:
        """Remove the copy; nothing is unsaved any more."""
        self._timer.stop()
        self.path.unlink(missing_ok=True)

    def found(self) -> Project | None:
        """Return what a crash left behind, or None."""
        if not self.path.is_file():
            return None
        try:
            return serialize.load(self.path)
        except DocumentError:
            return None
