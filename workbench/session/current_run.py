"""The run that goes on, or the last one: what it tells, and how it ended."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.graph.model import Project
from engine.protocol import commands, messages
from engine.protocol.listing import commands as listed
from engine.protocol.past_runs import OpenedRun
from workbench.session.answers import Answers
from workbench.session.curves.history import MARKS, History
from workbench.session.link import Asked
from workbench.session.live_settings import training_fingerprint
from workbench.session.names import Names, names_of
from workbench.session.past.filling import Filling
from workbench.session.past.runs import PastRuns
from workbench.session.run_state import RunState, State

BEGINNINGS = (commands.Train, commands.ResumeRun, listed.BranchRun)
"""Commands that begin a run."""
_AT_REST: frozenset[State] = frozenset({"idle", "finished", "stopped", "diverged"})
"""Where one is back at when the next run could not begin."""
_ENDINGS: dict[str, State] = {
    "finished": "finished",
    "early": "finished",
    "stopped": "stopped",
    "diverged": "diverged",
    "failed": "failed",
}


class CurrentRun(QObject):
    """Takes what a run tells into its history, and follows it with the state.

    Args:
        state: Follows the run.
        past: Knows what was recorded of a run before it goes on.
        parent: Qt's owner.

    Attributes:
        history: Everything that the run has told.
        document: Text of the project that it trains.
        fingerprint: What makes another run of it, see `training_fingerprint`.
        failure: What went wrong, if something did.
        filling: Puts what was recorded before into the history.

    Threads: the GUI thread.
    """

    started = Signal(object)  # messages.RunStarted
    grown = Signal(object)  # messages.Frame
    ended = Signal(object)  # messages.Outcome
    failed = Signal(str)  # words for a notice

    def __init__(
        self, state: RunState, past: PastRuns, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state, self._past = state, past
        self.history = History()
        self.filling = Filling(self.history, self)
        self.document = self.fingerprint = ""
        self.failure: messages.Outcome | messages.Failed | None = None
        self._names = Names()
        self._before = self._names, "", ""
        self._rest: State = "idle"
        self._trouble: messages.Outcome | messages.Failed | None = None
        self._is_left = False

    def begin(self, project: Project, document: str) -> None:
        """Note what will be trained; `document` is the text of `project`."""
        self._before = self._names, self.document, self.fingerprint
        self._rest, self._trouble = self._state.word, self.failure
        self._names, self.document = names_of(project), document
        self.fingerprint = training_fingerprint(project)
        self.failure = None

    def leave(self) -> None:
        """Forget the run; what one that goes on still tells is dropped."""
        self.filling.stop()
        self.history.clear()
        self.failure = None
        self._is_left = self._state.active

    def show(
        self, run: messages.RunStarted, project: Project, opened: OpenedRun
    ) -> None:
        """Fill the history with a run that was made before; see `filling`.

        Args:
            run: What it would have told at its start.
            project: That it trained.
            opened: What its folder says.
        """
        self._names, self.document = names_of(project), opened.document
        self.history.clear()
        self.history.begin(run, self._names)
        self.history.findings = opened.findings
        self.history.changes = list(opened.changes[-MARKS:])
        self.filling.begin(self._past.curves.pieces())

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(messages.RunStarted, self._on_started)
        answers.to(messages.Frame, self._on_frame)
        answers.to(messages.Outcome, self._on_outcome)
        answers.to(messages.Moved, self._on_moved)

    def refused(self, body: messages.Failed) -> None:
        """Note that the run could not begin; the one before is still the last."""
        self._names, self.document, self.fingerprint = self._before
        if self._is_left:
            self._end_left()
        elif self.history.run is not None and self._rest in _AT_REST:
            self.failure = self._trouble
            self.history.add_log((body.text,))
            self._state.set(self._rest)  # what is shown is still that run
            self.failed.emit(body.text)
        else:
            self.fail(body)

    def lost(self, body: messages.Failed) -> None:
        """Note that the engine ended in the middle."""
        self._is_left = False
        self.fail(body)

    def fail(self, body: messages.Failed) -> None:
        """Say what went wrong, here and in the log."""
        self.failure = body
        self.history.add_log((body.text,))
        self._state.set("failed")
        self.failed.emit(body.text)

    def _end_left(self) -> None:
        self._is_left = False
        self._state.set("idle")

    def _on_started(self, body: messages.RunStarted, command: Asked) -> None:
        if self._is_left:
            return
        source = command.run if isinstance(command, listed.BranchRun) else body.run
        self._begin_history(body, source)
        is_paused = bool(getattr(command, "paused", False))
        self._state.follow("paused" if is_paused else "training")
        self.started.emit(body)

    def _begin_history(self, run: messages.RunStarted, source: str) -> None:
        """Start over for a run; before one that goes on stands what was recorded.

        Args:
            run: What begins.
            source: Folder of the run that has recorded what was before.
        """
        if self.filling.is_busy or not self.history.is_continued_by(run):
            self.filling.stop()
            self.history.clear()
            self.history.begin(run, self._names)
            if run.step and Path(self._past.curves.run) == Path(source):
                self.filling.begin(self._past.curves.pieces(run.step))
        else:
            self.history.begin(run, self._names)
        self._past.went_on()

    def _on_frame(self, body: messages.Frame, _command: Asked) -> None:
        if self._is_left:
            return
        self.filling.add(body)
        self._state.follow(body.state)
        self.grown.emit(body)

    def _on_outcome(self, body: messages.Outcome, _command: Asked) -> None:
        if self._is_left:
            self._end_left()
            return
        self.history.add_log((body.text,))
        if body.kind == "diverged":
            self.history.diverge(body.step + 1)
        self.failure = body if body.kind in {"diverged", "failed"} else None
        self._state.set(_ENDINGS[body.kind])
        self.ended.emit(body)

    def _on_moved(self, body: messages.Moved, _command: Asked) -> None:
        self.history.moved(body.folder)
