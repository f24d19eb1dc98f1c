"""Questions about runs that were made before, and the engine's answers."""

from PySide6.QtCore import QObject, Signal

from engine.protocol import commands, messages
from engine.protocol.listing import commands as listed
from engine.protocol.past_runs import CurvesPart, KeptWeights, OpenedRun
from workbench.session.answers import Answers
from workbench.session.link import Ask, Asked
from workbench.session.past.curves import PastCurves
from workbench.session.past.shelf import RunShelf

QUESTIONS = (commands.OpenRun, commands.ReadCurves)
"""What is asked about them."""


class PastRuns(QObject):
    """Has one run at a time read by the engine, its curves part by part.

    Args:
        ask: Sends a command that will be answered.
        parent: Qt's owner.

    Attributes:
        curves: Of the run that was asked about last, as far as they have come.
        shelf: All runs there are.

    Threads: the GUI thread.
    """

    opened = Signal(object)  # OpenedRun; its curves come after it
    kept = Signal(object)  # KeptWeights
    refused = Signal(str, object)  # folder that is no run, messages.Failed

    def __init__(self, ask: Ask, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self.shelf = RunShelf(ask, self)
        self.curves = PastCurves("")
        self._is_stale = False

    def open(self, run: str) -> None:
        """Ask what the run in a folder says of itself, and for its curves."""
        self._begin(PastCurves(run))
        self._ask(commands.OpenRun(run))

    def want(self, run: str) -> None:
        """See that the curves of a run come, unless they are as good as new."""
        known = self.curves
        if self._is_stale or known.run != run or known.is_over or known.is_taken:
            self.open(run)

    def ask_kept(self, run: str) -> None:
        """Ask which weights a run keeps; `kept` tells."""
        self._ask(listed.ListKept(run))

    def branch(
        self, run: str, step: int, document: str, allowed: tuple[str, ...]
    ) -> None:
        """Go on from weights of a run in a new one; see `BranchRun`."""
        self._ask(listed.BranchRun(run, step, document, allowed))

    def went_on(self) -> None:
        """Note that the run goes on: it will have more than what was read."""
        self._is_stale = True

    def lost(self) -> None:
        """Wait no more: the engine that was asked is gone."""
        self.shelf.lost()
        if not self.curves.is_complete:
            self._begin(PastCurves(""))

    def _begin(self, curves: PastCurves) -> None:
        """Turn to another run; what is still missing of the last will not come."""
        self.curves.is_over = True
        self.curves, self._is_stale = curves, False

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(OpenedRun, self._on_opened)
        answers.to(CurvesPart, self._on_part)
        answers.to(KeptWeights, lambda body, _command: self.kept.emit(body))
        self.shelf.listen(answers)

    def failed(self, command: Asked, body: messages.Failed) -> None:
        """Note that a question could not be answered."""
        if isinstance(command, QUESTIONS) and command.run == self.curves.run:
            self._begin(PastCurves(""))
            self.refused.emit(command.run, body)

    def _on_opened(self, body: OpenedRun, _command: Asked) -> None:
        if body.run == self.curves.run and not self.curves.num_parts:
            self.curves.num_parts = body.parts
            self._ask(commands.ReadCurves(body.run, 0))
            self.opened.emit(body)

    def _on_part(self, body: CurvesPart, _command: Asked) -> None:
        curves = self.curves
        if body.run != curves.run or body.part != len(curves.parts):
            return  # somebody has asked about another run since
        curves.parts.append(body)
        if not curves.is_complete:
            self._ask(commands.ReadCurves(curves.run, len(curves.parts)))
