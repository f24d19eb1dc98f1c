"""Opens large projects beside the window: it answers all the while, and can cancel."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine.errors import EngineError
from engine.graph.files import giving_up
from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.canvas.scene.slices import Slices
from workbench.canvas.scene.staging import StagedScene, is_large
from workbench.document import content

if TYPE_CHECKING:
    from engine.graph.model import Project

LARGE_BYTES = 100_000
"""Files from here on are read on a thread."""
_POLL_MS, _JOIN_S = 20, 5.0
_SWITCH_S = 0.0005
"""How long another thread may go on while the window waits for its turn. Qt's calls
give the turn away, a click makes dozens of them: with Python's 5 ms it takes 0.5 s."""
_ABOUT = "opening"


class Opening(QObject):
    """Reads a file on a thread, makes its items in slices, then shows both.

    The project that is open stays until then, and for good when it is cancelled.

    Args:
        desk: Gets the project.

    Signals:
        failed: Why a file can't be opened.
    """

    failed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.widget)
        self._desk = desk
        self._reading: _Reading | _Read | None = None
        self._stage: StagedScene | None = None
        self._put: Callable[[], object] = lambda: None
        self._otherwise: Callable[[], object] = lambda: None
        self._may_leave: Callable[[], bool] = lambda: True
        self._is_edited = False
        self._slices = Slices(self)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._on_timeout)
        desk.document.replaced.connect(self.cancel)
        desk.document.changed.connect(self._on_changed)

    @property
    def is_running(self) -> bool:
        """Whether something is being opened."""
        return self._timer.isActive()

    def wants(self, path: Path) -> bool:
        """Return whether a file is so large that it is opened here."""
        try:
            return path.stat().st_size > LARGE_BYTES
        except (OSError, ValueError):
            return False

    def start(
        self,
        path: Path,
        then: Callable[[], object],
        otherwise: Callable[[], object],
        may_leave: Callable[[], bool],
    ) -> None:
        """Open a file; what was being opened is given up.

        Args:
            path: The file.
            then: Called once it is open.
            otherwise: Called after `failed`.
            may_leave: Asked at the end, where the document was edited meanwhile.
        """
        self._may_leave = may_leave
        reading = _Reading(path.resolve())

        def put() -> None:
            assert reading.project is not None
            self._desk.document.set_project(
                reading.project, reading.path, known=reading.known
            )
            then()

        self._begin(reading, path.name, put, otherwise)

    def show(
        self,
        project: "Project",
        name: str,
        put: Callable[[], object],
        may_leave: Callable[[], bool],
    ) -> None:
        """Show a project that has been read; what was being opened is given up.

        Args:
            project: Stays as it is until then.
            name: For the words while it comes.
            put: Hands the project to the document.
            may_leave: As of `start`.
        """
        self._may_leave = may_leave
        self._begin(_Read(project), name, put, lambda: None)

    def _begin(
        self,
        reading: "_Reading | _Read",
        name: str,
        put: Callable[[], object],
        otherwise: Callable[[], object],
    ) -> None:
        self.cancel()
        sys.setswitchinterval(_SWITCH_S)
        self._reading, self._put, self._otherwise = reading, put, otherwise
        self._is_edited = False
        if reading.project is not None and not is_large(reading.project.graph):
            self._show(None)
            return
        self._timer.start()
        self._say(tr("Opening {name}…", name=name))

    def cancel(self) -> None:
        """Leave the project that is open; a thread that still reads soon ends."""
        if isinstance(self._reading, _Reading):
            self._reading.given_up.set()
        self._timer.stop()
        self._slices.stop()
        if self._stage is not None:
            self._desk.canvas.scene.leaving.take(*self._stage.members())
        self._reading = self._stage = None
        self._desk.banner.withdraw(_ABOUT)

    def close(self) -> None:
        """Give up, and wait for the threads that still read."""
        self.cancel()
        for thread in _threads():
            thread.join(_JOIN_S)

    def _say(self, words: str) -> None:
        offers = [(tr("Cancel"), self.cancel)]
        self._desk.banner.say("info", words, offers, _ABOUT)

    def _on_timeout(self) -> None:
        reading = self._reading
        if reading is None or reading.is_busy:
            return
        if reading.project is None:
            self.cancel()
            self.failed.emit(reading.wrong)
            self._otherwise()
        elif not is_large(reading.project.graph):
            self._show(None)
        elif not self._slices.is_running:
            self._stage = stage = StagedScene(reading.project)
            self._slices.start(stage.steps(), lambda: self._show(stage))
        elif isinstance(share := self._slices.last, float):
            self._tell_share(len(reading.project.graph.nodes), share)

    def _tell_share(self, total: int, share: float) -> None:
        words = tr("Opening… {n} of {total} nodes", n=f"{share * total:,.0f}",
                   total=f"{total:,}")  # fmt: skip
        self._desk.banner.words.setText(words)

    def _on_changed(self, _edits: object) -> None:
        self._is_edited = True

    def _show(self, stage: StagedScene | None) -> None:
        put, self._stage = self._put, None
        self.cancel()
        if self._is_edited and not self._may_leave():
            if stage is not None:
                self._desk.canvas.scene.leaving.take(*stage.members())
            return
        self._desk.canvas.scene.staged = stage
        put()


@dataclass(frozen=True)
class _Read:
    """A project that is there already."""

    project: "Project"
    is_busy: bool = False
    wrong: str = ""


class _Reading:
    """One file on its way, on a thread that ends by itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.project: Project | None = None
        self.known = self.wrong = ""
        self.given_up = threading.Event()
        self._thread = threading.Thread(target=self._read, name=_THREAD)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether the thread still reads."""
        return self._thread.is_alive()

    def _read(self) -> None:
        try:
            with giving_up.when(self.given_up):
                project, self.known = content.read(self.path)
            self.project = project
        except EngineError as error:
            self.wrong = str(error)


_THREAD = "opening a project"


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == _THREAD]
