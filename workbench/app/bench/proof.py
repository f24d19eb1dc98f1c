"""Has a cure proved: the run's project trained before and after it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from engine.errors import EngineError
from engine.graph.edits.apply import apply_all
from engine.graph.files import serialize
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.protocol.bench.proof import Prove, Proved, Proving
from engine.protocol.findings import Finding
from workbench.app.bench.trial_command import TrialCommand
from workbench.app.desk import Desk

if TYPE_CHECKING:
    from workbench.dialogs.bench.proof import ProofDialog  # noqa: F401 - names the base


_ABOUT = "prove"


class ProofCommand(TrialCommand["ProofDialog"]):
    """Opens the window of a proof and keeps it up to date.

    Args:
        desk: Whose run is meant.
        may_read: Asks whether files outside the project's folder may be read.

    Signals:
        cure_wanted: The finding and the fix that is to be applied.
    """

    cure_wanted = Signal(object, object)

    def __init__(self, desk: Desk, may_read: Callable[[], bool]) -> None:
        super().__init__(desk, Prove, may_read)
        trials = desk.session.trials
        trials.proving.connect(self._on_proving)
        trials.proved.connect(self._on_proved)

    def ask(self, finding: Finding, fix: Fix) -> None:
        """Prove a cure, in a window; a run is stopped first when that is wanted."""
        from workbench.dialogs.bench.proof import ProofDialog

        desk, before = self._desk, self._desk.session.run_document
        if not before or not self._may_read():
            return
        if desk.session.active:
            words = tr("A run is going on: a proof trains beside nothing else.")
            offers = [(tr("Stop and prove"), lambda: self._stop_and_ask(finding, fix))]
            desk.banner.say("info", words, offers, about=_ABOUT)
            return
        desk.banner.withdraw(_ABOUT)
        try:
            after = serialize.loads(before)
            apply_all(after, fix.edits)
            text = serialize.dumps(after)
        except EngineError as error:
            desk.banner.say("error", str(error))
            return
        dialog = ProofDialog(finding, fix, desk.widget)
        dialog.unwanted.connect(desk.session.trials.call_off)
        dialog.cure_wanted.connect(self.cure_wanted)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()
        desk.session.start_engine()
        desk.session.trials.prove(Prove(before, text))

    def _stop_and_ask(self, finding: Finding, fix: Fix) -> None:
        self._desk.session.stop(then=lambda: self.ask(finding, fix))

    def _on_proving(self, told: Proving) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(told)

    def _on_proved(self, told: Proved) -> None:
        if self.dialog is not None:
            self.dialog.show_answer(told)
