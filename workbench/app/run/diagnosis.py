"""Joins what the engine finds wrong with bar, panel, canvas and training."""

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.graph.problems import Fix, Problem
from engine.i18n import tr
from engine.protocol.findings import Finding
from engine.protocol.messages import Frame, Outcome
from workbench.app.bars.diagnosis_bar import DiagnosisBar
from workbench.app.desk import Desk
from workbench.app.run.training import TrainCommands
from workbench.canvas.edits import fixes
from workbench.inspector.findings import FindingList

ABOUT = "fix"
"""What the banner is about that says what was changed."""


class Diagnosing(QObject):
    """Shows the faults of the run and applies their fixes.

    Args:
        desk: Whose parts it joins.
        training: Trains what a fix has made.
    """

    def __init__(self, desk: Desk, training: TrainCommands) -> None:
        super().__init__(desk.widget)
        self._desk, self._training = desk, training
        self.bar, self.panel = DiagnosisBar(), FindingList()
        self._changed = ""  # words of the fix that the next run starts with
        session = desk.session
        session.frame_received.connect(self._on_frame)
        session.run_started.connect(self._on_started)
        session.outcome.connect(self._on_outcome)
        desk.document.replaced.connect(self._on_replaced)
        desk.document.undo_stack.indexChanged.connect(self._on_edited)
        for part in (self.bar, self.panel):
            part.fix_requested.connect(self.mend)
        self.bar.details_requested.connect(lambda: desk.docks.raise_("diagnosis"))
        self.panel.activated.connect(desk.canvas.focus_node)

    def mend(self, finding: Finding, fix: Fix) -> None:
        """Apply a fix as one undo step and train what comes of it."""
        desk = self._desk
        named = Fix(tr("Cure: {title}", title=finding.title), fix.edits)
        try:
            fixes.apply(desk.document, named)
        except EngineError as error:
            desk.banner.say("error", str(error))
            return
        self._show((), has_run=False)
        self._changed = fix.label.rstrip(".。")
        self._training.restart()

    def show(self, findings: tuple[Finding, ...]) -> None:
        """Show what was found in a run that was made before."""
        self._show(findings, has_run=True)

    def _on_started(self) -> None:
        """Say what the run that starts has been changed by.

        One that goes on keeps what was found before.
        """
        run = self._desk.session.history.run
        if run is None or not run.step:
            self._show((), has_run=True)
        changed, self._changed = self._changed, ""
        if changed:
            words = tr("Changed: {cure}. It trains again.", cure=changed)
            offers = [(tr("Undo"), self._undo)]
            self._desk.banner.say("ok", words, offers, about=ABOUT)

    def _on_edited(self) -> None:
        """Forget the fix: the last step that can be undone is another one."""
        self._changed = ""
        self._desk.banner.withdraw(ABOUT)

    def _undo(self) -> None:
        self._desk.document.undo_stack.undo()

    def _on_replaced(self) -> None:
        self._show((), has_run=False)
        self._on_edited()

    def _on_frame(self, frame: Frame) -> None:
        if frame.findings is not None:
            self._show(frame.findings, has_run=True)

    def _on_outcome(self, outcome: Outcome) -> None:
        """Let the bar speak alone where it knows why the loss was lost."""
        if outcome.kind == "diverged" and self.bar.finding is not None:
            self._desk.banner.hide()

    def _show(self, findings: tuple[Finding, ...], *, has_run: bool) -> None:
        self.bar.show_finding(findings[0] if findings else None)
        self.panel.show_findings(findings, has_run=has_run)
        self._desk.canvas.scene.set_findings(
            [
                Problem(node, f"{finding.title}: {finding.text}", severity="warning")
                for finding in findings
                for node in finding.nodes
            ]
        )
        count = len(findings)
        words = tr("Diagnosis ({n})", n=count) if count else tr("Diagnosis")
        self._desk.docks["diagnosis"].setWindowTitle(words)
