"""The file of the document, as it stands on the disk: other programs write there too.

What is remembered is the content that was read or written last, see `content`; a file
that was merely touched, or that holds the same again, has not changed.
"""

import hashlib
from pathlib import Path
from typing import Literal

from PySide6.QtCore import (
    QFileSystemWatcher,
    QLockFile,
    QObject,
    QStandardPaths,
    QTimer,
    Signal,
)

from engine.places import is_there
from workbench.document import content
from workbench.document.document import Document

State = Literal["same", "changed", "gone", "locked"]
_SETTLE_MS = 250
"""From the first sign of a change: programs write in several steps."""


class OnDisk(QObject):
    """Watches the file of a document.

    Args:
        document: Its file is watched, whichever it is.

    Signals:
        differs: The file now holds something else, is gone, or is as it was again.
        shared: Another window has the same file open.
    """

    differs = Signal(str)
    shared = Signal(str)

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._document = document
        self._path: Path | None = None
        self._told = content.NOTHING
        self._lock: QLockFile | None = None
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self.look)
        self._watcher.fileChanged.connect(self._soon)
        self._watcher.directoryChanged.connect(self._soon)
        document.replaced.connect(self.accept)
        document.saved.connect(self.accept)
        document.moved.connect(self.accept)

    def accept(self) -> None:
        """Follow the document to its file, whatever it holds by now."""
        path = self._document.path
        if path != self._path:
            self._path = path
            self._share()
        self._told = self._document.known
        self._watch()
        self._soon()

    def take(self, word: str) -> None:
        """Let the next save replace what the file holds, as long as it is this.

        Args:
            word: What somebody was asked about, or told of.
        """
        self._document.known = self._told = word

    def state(self) -> State:
        """Return how the file compares with what was read or written last."""
        return self._state(self.seen())

    def seen(self) -> str:
        """Return what the file holds now, as one word."""
        return content.seen(self._path) if self._path else content.NOTHING

    def told(self) -> str:
        """Return what the file held when its change was told."""
        return self._told

    def _state(self, found: str) -> State:
        path, known = self._path, self._document.known
        if path is None:
            return "same"
        if found == known:
            return "locked" if content.is_locked(path) else "same"
        return "changed" if found else "gone"

    def look(self) -> None:
        """Tell of a change, once; also that the file is again what it was."""
        self._watch()
        found = self.seen()
        if self._path is None or found == self._told:
            return
        self._told = found
        self.differs.emit(self._state(found))

    def _soon(self) -> None:
        """Look before long; more changes don't put it off."""
        if not self._timer.isActive():
            self._timer.start()

    def close(self) -> None:
        """Let other windows have the file."""
        self._timer.stop()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _watch(self) -> None:
        """Watch the file and its folder: many programs replace a file by another."""
        watched = [*self._watcher.files(), *self._watcher.directories()]
        wanted = []
        if self._path is not None:
            wanted = [str(p) for p in (self._path, self._path.parent) if is_there(p)]
        gone = [path for path in watched if path not in wanted]
        fresh = [path for path in wanted if path not in watched]
        if gone:
            self._watcher.removePaths(gone)
        if fresh:
            self._watcher.addPaths(fresh)

    def _share(self) -> None:
        """Take the lock of the file; tell when another window holds it."""
        self.close()
        if self._path is None:
            return
        kind = QStandardPaths.StandardLocation.AppLocalDataLocation
        folder = Path(QStandardPaths.writableLocation(kind))
        name = hashlib.sha256(str(self._path).encode("utf-8", "surrogateescape"))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        lock = QLockFile(str(folder / f"open-{name.hexdigest()[:24]}.lock"))
        lock.setStaleLockTime(0)
        if lock.tryLock(0):
            self._lock = lock
        elif lock.error() == QLockFile.LockError.LockFailedError:
            self.shared.emit(str(self._path))
