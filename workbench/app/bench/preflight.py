"""Has a training tried before it begins, and applies what mends it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol.bench.preflight import LookAhead, Preflight, RangeTest, Trying
from engine.protocol.findings import Finding, number
from workbench.app.bench.trial_command import TrialCommand
from workbench.app.desk import Desk
from workbench.app.run.training import TrainCommands
from workbench.app.run.weights_dialog import rooted

if TYPE_CHECKING:
    from workbench.dialogs.bench.preflight import PreflightDialog  # noqa: F401 - names the base


class PreflightCommand(TrialCommand["PreflightDialog"]):
    """Opens the window of the checks and keeps it up to date.

    Args:
        desk: Whose document is tried.
        training: Trains when that is wanted.
        may_read: Asks whether files outside the project's folder may be read.
    """

    def __init__(
        self, desk: Desk, training: TrainCommands, may_read: Callable[[], bool]
    ) -> None:
        super().__init__(desk, LookAhead, may_read)
        self._training = training
        trials = desk.session.trials
        trials.moved.connect(self._on_moved)
        trials.looked.connect(self._on_looked)

    def ask(self) -> None:
        """Try the training, in a window."""
        from workbench.dialogs.bench.preflight import PreflightDialog

        if not self._may_read():
            return
        dialog = PreflightDialog(self._desk.widget)
        dialog.wanted.connect(self._begin)
        dialog.unwanted.connect(self._desk.session.trials.call_off)
        dialog.fix_requested.connect(self._mend)
        dialog.rate_wanted.connect(self._set_rate)
        dialog.train_wanted.connect(self._training.restart)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()
        self._begin()

    def _begin(self) -> None:
        if self.dialog is not None:
            self.dialog.begin()
        self._desk.session.trials.look_ahead(rooted(self._desk.document))

    def _mend(self, finding: Finding, fix: Fix) -> None:
        """Apply a fix as one undo step, and try what comes of it."""
        named = Fix(tr("Cure: {title}", title=finding.title), fix.edits)
        self._apply(named)

    def _set_rate(self, test: RangeTest) -> None:
        label = tr("Set the learning rate to {lr}", lr=number(test.proposed))
        self._apply(Fix(label, (Assign((test.assignment,)),)))

    def _apply(self, fix: Fix) -> None:
        if self._applied(fix):
            self._begin()

    def _on_moved(self, told: Trying) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(told)

    def _on_looked(self, told: Preflight) -> None:
        if self.dialog is not None:
            self.dialog.show_answers(told)
