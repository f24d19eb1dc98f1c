"""A run that was made before, shown in the window: its document, then its curves."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from engine.graph.files import serialize
from engine.protocol.messages import Analysis
from workbench.app.bars.status import StatusBar
from workbench.app.desk import Desk
from workbench.app.run.diagnosis import Diagnosing
from workbench.app.run.training import TrainCommands

if TYPE_CHECKING:
    from workbench.app.run.past_run import PastRun

_POLL_MS = 20
_WORDS = {"running": "interrupted", "created": "interrupted", "early": "finished"}
"""States of a run's folder that the status bar calls otherwise."""


class PastRuns(QObject):
    """Opens the folders of runs.

    Args:
        desk: Gets document and curves.
        training: Offers to go on.
        diagnosing: Shows what was found wrong.
        status: Says how the run ended.
    """

    def __init__(
        self,
        desk: Desk,
        training: TrainCommands,
        diagnosing: Diagnosing,
        status: StatusBar,
    ) -> None:
        super().__init__(desk.widget)
        self._desk, self._training = desk, training
        self._diagnosing, self._status = diagnosing, status

    def open(self, folder: Path) -> None:
        """Open a run's document, and show its curves once its shapes are known.

        Raises:
            EngineError: When the folder is not a run's.
        """
        from workbench.app.run.past_run import PastRun  # noqa: PLC0415 - loads numpy

        past = PastRun(folder)
        past.begin_to_read()
        own = serialize.loads(serialize.dumps(past.project))  # edits change a project
        self._desk.document.set_project(own)
        ready = self._desk.session.analysis_ready

        def on_analysis(analysis: Analysis) -> None:
            ready.disconnect(on_analysis)
            self._show(past, analysis)

        ready.connect(on_analysis)
        if past.can_resume:
            self._training.offer_past(past)

    def _show(self, past: "PastRun", analysis: Analysis) -> None:
        """Show the curves; as long as they are being read, later."""
        if not past.is_read:
            QTimer.singleShot(_POLL_MS, self, lambda: self._show(past, analysis))
            return
        desk = self._desk
        history = desk.session.history
        past.show(history, analysis)
        if history.run is not None:
            desk.canvas.set_live(history.sample, history.run.layers)
        self._status.show_state(_WORDS.get(past.state, past.state))
        self._status.show_progress(history)
        desk.panels.refresh()
        self._diagnosing.show(past.findings)
        self._tell_damage(past)
        if past.checkpoint_step:
            desk.session.looking.look({})  # its views, of its newest weights

    def _tell_damage(self, past: "PastRun") -> None:
        """Say what of the curves is missing, beside the offer to go on."""
        past.note = past.damage
        if past.note and past.can_resume:
            self._training.offer_past(past)
        elif past.note:
            self._desk.banner.say("warning", past.note)
