"""A run that was made before, shown in the window: its document, then its curves."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.graph.model import Project
from engine.protocol.messages import Analysis, Failed
from engine.protocol.past_runs import OpenedRun
from workbench.app.bars.status import StatusBar
from workbench.app.desk import Desk
from workbench.app.files.opening import Opening
from workbench.app.files.parsing import Parsing
from workbench.app.run.diagnosis import Diagnosing
from workbench.app.run.finishing import Finishing
from workbench.app.run.past_run import PastRun, past_run
from workbench.app.run.training import TrainCommands
from workbench.session.curves.readings import readings

_WORDS = {"running": "interrupted", "created": "interrupted", "early": "finished"}
"""States of a run's folder that the status bar calls otherwise."""


class PastRuns(QObject):
    """Opens the folders of runs: the engine reads them, the window shows them.

    Args:
        desk: Gets document and curves.
        training: Offers to go on.
        told: Show what was found wrong, and what the run has come to.
        status: Says how the run ended.
        opening: Shows what is large a piece at a time.
    """

    def __init__(
        self,
        desk: Desk,
        training: TrainCommands,
        told: tuple[Diagnosing, Finishing],
        status: StatusBar,
        opening: Opening,
    ) -> None:
        super().__init__(desk.widget)
        self._desk, self._training = desk, training
        (self._diagnosing, self._finishing), self._status = told, status
        self._opening, self._parsing = opening, Parsing(self)
        self._wanted = ""
        self._may_go: Callable[[], bool] = lambda: True
        self._shown: OpenedRun | None = None
        self._past: PastRun | None = None
        session = desk.session
        session.past_runs.opened.connect(self._on_opened)
        session.past_runs.refused.connect(self._on_refused)
        session.analysis_ready.connect(self._on_analysis)
        session.past_shown.connect(self._on_shown)
        session.run_started.connect(lambda _run: self._forget())
        desk.document.replaced.connect(self._on_replaced)

    def open(self, folder: Path, may_go: Callable[[], bool] = lambda: True) -> None:
        """Open a run's document, and show its curves once its shapes are known.

        Args:
            folder: Of the run; one that is none is told.
            may_go: Asked, once the run is read, whether the open document may go.
        """
        self._wanted, self._may_go = str(folder), may_go
        self._desk.session.past_runs.open(self._wanted)

    @property
    def is_busy(self) -> bool:
        """Whether something that was opened is not yet all shown."""
        is_coming = bool(self._wanted) or self._opening.is_running
        return is_coming or self._shown is not None

    def close(self) -> None:
        """Give up what is being read."""
        self._parsing.close()

    def _forget(self) -> None:
        self._shown = self._past = None

    def _on_replaced(self) -> None:
        self._wanted = ""  # somebody has opened something else meanwhile
        self._forget()

    def _on_refused(self, run: str, failed: Failed) -> None:
        if run == self._wanted:
            self._wanted = ""
            self._desk.banner.say("error", failed.text)

    def _on_opened(self, opened: OpenedRun) -> None:
        if opened.run == self._wanted:
            name = Path(opened.run).name
            self._parsing.start(
                opened.document, name, lambda found: self._on_read(opened, found)
            )

    def _on_read(self, opened: OpenedRun, found: Project | EngineError) -> None:
        if opened.run != self._wanted:
            return
        self._wanted = ""
        if isinstance(found, EngineError):
            self._desk.banner.say("error", str(found))
        elif self._may_go():
            past = past_run(opened, found)
            own = found.copy()  # edits change it
            document = self._desk.document
            self._opening.show(
                own,
                past.folder.name,
                lambda: self._put(opened, past, lambda: document.set_project(own)),
                self._may_go,
            )

    def _put(self, opened: OpenedRun, past: PastRun, put: Callable[[], object]) -> None:
        put()
        self._shown, self._past = opened, past
        if opened.can_resume:
            self._training.offer_past(past)
        elif past.note:
            self._desk.banner.say("warning", past.note)

    def _on_analysis(self, analysis: Analysis) -> None:
        past, self._past = self._past, None  # only the first: later ones are of edits
        if past is not None and self._shown is not None:
            self._desk.session.show_past(self._shown, past.project, analysis)

    def _on_shown(self) -> None:
        opened, self._shown = self._shown, None
        if opened is None:
            return
        desk = self._desk
        history = desk.session.history
        if history.run is not None:
            desk.canvas.set_live(history.sample, history.run.layers)
            desk.canvas.scene.show_values(readings(history))
        self._status.show_state(_WORDS.get(opened.state, opened.state))
        self._status.show_progress(history)
        desk.panels.refresh()
        self._diagnosing.show(opened.findings)
        desk.rooms.follow_training()
        if not opened.can_resume:
            self._finishing.show_past(opened.state, opened.created)
        if opened.step:
            desk.session.looking.look({})  # its views, of its newest weights
