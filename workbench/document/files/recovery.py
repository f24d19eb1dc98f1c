"""A copy of unsaved work, for the start after a crash.

Every window has a copy and a lock of its own: what a living window keeps is neither
offered to another nor removed by it. A copy that can't be read is set aside.
"""

import os
import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Signal

from engine.errors import EngineError
from engine.files import atomic_write
from engine.graph.edits import Edit
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.i18n import tr
from engine.places import is_there
from workbench.document import content
from workbench.document.document import Document

DELAY_MS = 700
"""From the first change that no copy holds; later ones don't put it off."""
_STEM, _SUFFIX, _LOCK, _ASIDE = "recovery", ".bpw", ".lock", ".unreadable"
_OURS = re.compile(rf"\.?({_STEM}[^.]*\{_SUFFIX})(\{_LOCK}|\.[^.]*)?")
"""A copy, its lock, or a part of it that a window did not come to finish."""
_MARK = "recovery"
"""Extra field of a copy: which file it belongs to, and what that held."""


def default_path() -> Path:
    """Return where this window keeps its copy."""
    kind = QStandardPaths.StandardLocation.AppLocalDataLocation
    folder = Path(QStandardPaths.writableLocation(kind))
    return folder / f"{_STEM}-{os.getpid()}-{secrets.token_hex(3)}{_SUFFIX}"


@dataclass
class Left:
    """What a window that is no more has left behind; nobody else is offered it.

    Args:
        path: The copy.
        lock: Held until `keep` or `discard`.
        project: What it holds; None when it can't be read.
        wrong: Why it can't be read.
        file: The file that the work belongs to.
        known: What the file held when it was read or written last.
        is_saved: Whether the file holds just this.
    """

    path: Path
    lock: QLockFile
    project: Project | None = None
    wrong: str = ""
    file: Path | None = None
    known: str = content.NOTHING
    is_saved: bool = False

    @property
    def title(self) -> str:
        """What the work is called: as its file, or as the project."""
        if self.file is not None:
            return self.file.stem
        return self.project.name if self.project else ""

    def keep(self) -> None:
        """Let another start offer it."""
        self.lock.unlock()

    def discard(self) -> None:
        """Remove it."""
        _remove(self.path)
        self.lock.unlock()


class Recovery(QObject):
    """Writes the document soon after a change, until it is saved.

    Args:
        document: What is kept.
        path: The copy; `default_path()` when omitted.

    Signals:
        refused: The copy can't be written, and why; told once until one could.
    """

    refused = Signal(str)

    def __init__(self, document: Document, path: Path | None = None) -> None:
        super().__init__(document)
        self._document = document
        self.path = path or default_path()
        self._lock: QLockFile | None = None
        self._writer: _Writer | None = None
        self._is_refused = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._write_soon)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        document.saving.connect(self._on_saving)
        document.saved.connect(self.discard)

    def _on_changed(self, _edits: Sequence[Edit] = ()) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _on_replaced(self) -> None:
        """Let go of work that was given up, at once."""
        if self._document.is_modified:
            self._on_changed()
        else:
            self.discard()

    def _on_saving(self, target: Path) -> None:
        """Note where it goes: what ends up there is not offered any more."""
        if target != self._document.path and is_there(self.path):
            self._wait()
            _Writer(self.path, self._marked(target)).run()

    def _marked(self, goes: Path | None = None) -> Project:
        """Return what a copy holds: the project, and which file it belongs to."""
        document = self._document
        copy = document.project.copy()
        mark = {"known": document.known}
        for name, path in (("file", document.path), ("goes", goes)):
            if path is not None and str(path).isprintable():
                mark[name] = str(path)
        copy.extra[_MARK] = mark
        return copy

    def _write_soon(self) -> None:
        """Write the copy on a thread of its own; the window does not wait."""
        if self._writer is not None and self._writer.is_alive():
            self._timer.start()
            return
        self._take_result()
        if not self._document.is_modified:
            self.discard()
        elif self._hold():
            self._writer = _Writer(self.path, self._marked())
            self._writer.start()
            QTimer.singleShot(DELAY_MS, self, self._take_result)

    def write(self) -> None:
        """Write the copy now; a full disk must not disturb the work."""
        self._wait()
        if not self._document.is_modified:
            self.discard()
        elif self._hold():
            self._writer = _Writer(self.path, self._marked())
            self._writer.run()
            self._take_result()

    def discard(self) -> None:
        """Remove the copy; nothing is unsaved any more."""
        self._wait()
        _remove(self.path)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def leave(self) -> None:
        """Write what is unsaved and let the next start offer it."""
        self.write()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def adopt(self, left: Left) -> None:
        """Go on with what another window has left behind, as the own copy.

        At no moment there are two copies of the same work, or none.
        """
        self.discard()
        self.path, self._lock = left.path, left.lock

    def found(self) -> Iterator[Left]:
        """Yield what windows that are no more have left behind, the newest first.

        What can't be read is set aside under another name, and says why. What was
        saved, and parts of copies, are removed.
        """
        for path in _copies(self.path):
            lock = _locked(path)
            if lock is None:
                continue
            _sweep(path)
            left = _read(path, lock) if os.path.lexists(path) else None
            if left is None:
                lock.unlock()
            elif left.is_saved:
                left.discard()
            else:
                yield left

    def _hold(self) -> bool:
        """Take the lock of the own copy, so that no other window is offered it."""
        if self._lock is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                self._refuse(error)
                return False
            self._lock = _locked(self.path)
        return True

    def _wait(self) -> None:
        self._timer.stop()
        if self._writer is not None and self._writer.is_alive():
            self._writer.join()

    def _take_result(self) -> None:
        """Tell that there is no copy, once."""
        writer = self._writer
        if writer is None or writer.is_alive():
            return
        self._writer = None
        if writer.error is not None:
            self._refuse(writer.error)
        else:
            self._is_refused = False

    def _refuse(self, error: Exception) -> None:
        if not self._is_refused:
            self._is_refused = True
            why = error.strerror if isinstance(error, OSError) else ""
            self.refused.emit(why or str(error))


class _Writer(threading.Thread):
    """Writes one copy.

    Args:
        path: The copy.
        project: Nobody else changes it while this runs.
    """

    def __init__(self, path: Path, project: Project) -> None:
        super().__init__(name="recovery")
        self._path, self._project = path, project
        self.error: Exception | None = None

    def run(self) -> None:
        """Write it."""
        try:
            atomic_write(self._path, serialize.dumps(self._project))
        except Exception as error:  # noqa: BLE001 - told; the work goes on
            self.error = error


def _copies(own: Path) -> list[Path]:
    """Return the copies beside the own one, also mere parts, the newest first."""
    found = {own.parent / name.group(1) for name in map(_OURS.fullmatch, _names(own))
             if name is not None}  # fmt: skip
    return sorted(found - {own}, key=_changed, reverse=True)


def _names(own: Path) -> list[str]:
    try:
        return os.listdir(own.parent)  # noqa: PTH208 - the names alone, also of links
    except OSError:
        return []


def _sweep(copy: Path) -> None:
    """Remove what a window left that died while it wrote a copy."""
    for name in _names(copy):
        if name.startswith(f".{copy.name}."):
            _remove(copy.with_name(name))


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _locked(path: Path) -> QLockFile | None:
    """Return the lock of a copy, None while another window holds it."""
    lock = QLockFile(f"{path}{_LOCK}")
    lock.setStaleLockTime(0)  # Held by a living process means held, however long.
    return lock if lock.tryLock(0) else None


def _read(path: Path, lock: QLockFile) -> Left:
    """Return a copy; whatever is wrong with it, the start goes on."""
    try:
        if path.is_file() and not path.is_symlink():
            return _whole(Left(path, lock, serialize.load(path)))
        wrong = tr("it is no ordinary file")
    except EngineError as error:
        wrong = str(error)
    except Exception as error:  # noqa: BLE001 - the start never depends on a copy
        wrong = str(error) or type(error).__name__
    return Left(_set_aside(path), lock, wrong=wrong)


def _whole(left: Left) -> Left:
    """Return a copy without its mark, which says what file it belongs to."""
    assert left.project is not None
    mark = left.project.extra.pop(_MARK, None)
    words = mark if isinstance(mark, dict) else {}
    texts = {name: word for name, word in words.items() if isinstance(word, str)}
    left.file = Path(texts["file"]) if "file" in texts else None
    left.known = texts.get("known", content.NOTHING)
    own = content.word_of(serialize.dumps(left.project).encode("utf-8"))
    places = [Path(texts[name]) for name in ("file", "goes") if name in texts]
    left.is_saved = any(content.seen(place) == own for place in places)
    return left


def _set_aside(path: Path) -> Path:
    """Give a copy that can't be read a name under which no start looks for it."""
    aside = path.with_name(f"{path.name}-{secrets.token_hex(3)}{_ASIDE}")
    try:
        path.rename(aside)
    except OSError:
        return path
    return aside


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # A folder, or not ours to remove: it is offered again, no more.
