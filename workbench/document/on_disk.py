"""The file of the document, as it stands on the disk: other programs write there too.

What is remembered is the content that was read or written last, by its SHA-256; a
file that was merely touched, or that holds the same again, has not changed.
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

from engine.files import read_regular
from workbench.document.document import Document

State = Literal["same", "changed", "gone"]
MAX_BYTES = 64 * 2**20
_SETTLE_MS = 250
"""Programs write in several steps; what they leave behind counts."""


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; empty when there is none that can be read."""
    try:
        return hashlib.sha256(read_regular(path, MAX_BYTES)).hexdigest()
    except OSError:
        return ""


class OnDisk(QObject):
    """Watches the file of a document.

    Args:
        document: Its file is watched, whichever it is.

    Signals:
        differs: The file now holds something else, or is gone.
        shared: Another window has the same file open.
    """

    differs = Signal(str)
    shared = Signal(str)

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._document = document
        self._path: Path | None = None
        self._digest = self._told = ""
        self._lock: QLockFile | None = None
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self.look)
        self._watcher.fileChanged.connect(lambda _path: self._timer.start())
        self._watcher.directoryChanged.connect(lambda _path: self._timer.start())
        document.replaced.connect(self.accept)
        document.saved.connect(self.accept)

    def accept(self) -> None:
        """Take what stands on the disk now as known; the next save replaces it."""
        path = self._document.path
        if path != self._path:
            self._path = path
            self._share()
        self._digest = self._told = digest_of(path) if path else ""
        self._watch()

    def state(self) -> State:
        """Return how the file compares with what was read or written last."""
        if self._path is None or not self._digest:
            return "same"
        found = digest_of(self._path)
        if found == self._digest:
            return "same"
        return "changed" if found else "gone"

    def look(self) -> None:
        """Tell of a change, once."""
        self._watch()
        if self._path is None:
            return
        found = digest_of(self._path)
        if found == self._told:
            return
        self._told = found
        state = self.state()
        if state != "same":
            self.differs.emit(state)

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
            wanted = [str(p) for p in (self._path, self._path.parent) if p.exists()]
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
