"""What comes after a training: its result, its goal, and what next."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog

from engine.errors import EngineError
from engine.graph.settings import Training
from engine.i18n import tr
from engine.protocol.messages import Failed, Outcome
from engine.protocol.past_runs import RunsMoved
from workbench.app.bars.finish_bar import Finish, FinishBar
from workbench.app.desk import Desk
from workbench.app.docks.rooms import EXPLAIN
from workbench.app.outside import show_outside
from workbench.app.run import ending
from workbench.app.run.training import TrainCommands
from workbench.app.run.weights_dialog import rooted
from workbench.document import actions
from workbench.session.current_run import BEGINNINGS
from workbench.session.live_settings import training_fingerprint
from workbench.session.past.before import Before
from workbench.theme.text import count

_TOLD = frozenset({"finished", "early", "stopped"})
_MOST_MORE = 100_000
_STRETCHED = frozenset({"cosine", "one_cycle"})
"""Schedules that end with the run."""
_PARTS = (0.25, 1.0, 3.0)
"""Of the length so far that are offered as more."""


class Finishing(QObject):
    """Shows the bar when a run ends, and trains it longer.

    Args:
        desk: Whose run it is.
        training: Told when it goes on.
        before: Runs that have ended, to compare with.

    Attributes:
        bar: Says it.
    """

    def __init__(self, desk: Desk, training: TrainCommands, before: Before) -> None:
        super().__init__(desk.widget)
        self._ended_before = before
        self._desk, self._training = desk, training
        self._fingerprint = ""
        self._gone: frozenset[str] = frozenset()  # folders of runs in the trash
        self._before: Finish | None = None  # until what has begun is under way
        self.bar = FinishBar()
        session, document = desk.session, desk.document
        session.outcome.connect(self._on_outcome)
        session.run_started.connect(lambda _run: self._on_started())
        session.request_failed.connect(self._on_failed)
        training.begun.connect(self._on_begun)
        session.past_runs.shelf.moved.connect(self._on_moved)
        document.changed.connect(lambda _edits: self._offer())
        document.replaced.connect(self._on_replaced)
        desk.rooms.changed.connect(self._on_room)
        self.bar.longer_wanted.connect(self.longer)
        self.bar.other_wanted.connect(self.ask)
        self.bar.folder_wanted.connect(self._on_folder)
        self.bar.branch_wanted.connect(self._on_branch)
        self.bar.closed.connect(self._on_closed)

    def show_past(self, state: str, created: str) -> None:
        """Say of a run that was made before what it is.

        Args:
            state: Of its folder.
            created: When it began.
        """
        is_whole = state not in {"diverged", "failed"}
        shown = training_fingerprint(rooted(self._desk.document))
        self._fingerprint = shown if is_whole else ""
        history, project = self._desk.session.history, self._desk.document.project
        self._show(ending.of_past(history, project, state, created))

    @property
    def can_go_on(self) -> bool:
        """Whether the run that has ended can be trained longer."""
        session = self._desk.session
        run = session.history.run
        if run is None or not run.run or session.active or not session.engine_ready:
            return False
        if not session.history.step or session.state in {"diverged", "failed"}:
            return False
        if self._is_gone:
            return False
        return self._fingerprint == training_fingerprint(rooted(self._desk.document))

    @property
    def _is_gone(self) -> bool:
        run = self._desk.session.history.run
        return run is not None and run.run in self._gone

    def _on_moved(self, moved: RunsMoved) -> None:
        """Offer nothing of a run that is in the trash, until it is taken back."""
        folders = {str(Path(moved.folder) / run) for run in moved.runs}
        self._gone = self._gone | folders if moved.discarded else self._gone - folders
        self._offer()

    def longer(self, more: int) -> None:
        """Train the run that has ended longer, from its last weights.

        The document's length grows with it: one undo step.

        Args:
            more: Epochs, or steps where the length is in steps.
        """
        desk, run = self._desk, self._desk.session.history.run
        if not self.can_go_on or run is None:
            return
        training = desk.document.project.training
        name, length = _length(training)
        try:
            longer = training.with_value(name, length + more)
            actions.set_training(desk.document, longer, tr("Train longer"))
        except EngineError as error:
            desk.banner.say("error", str(error))
            return
        self._training.begun.emit()
        desk.session.resume_run(run.run, rooted(desk.document), more=more)

    def ask(self) -> None:
        """Ask how much longer, and train so much."""
        if not self.can_go_on:
            return
        name, length = _length(self._desk.document.project.training)
        words = tr("More steps") if name == "steps" else tr("More epochs")
        more, is_ok = QInputDialog.getInt(
            self._desk.widget, tr("Train longer"), words, length, 1, _MOST_MORE
        )
        if is_ok:
            self.longer(more)

    def _on_outcome(self, outcome: Outcome) -> None:
        if outcome.kind in _TOLD and self._desk.session.history.step:
            session, project = self._desk.session, self._desk.document.project
            ended = ending.ended(session.history, session.run_document)
            last = self._ended_before.last_of(ended)
            self._show(ending.of_run(session.history, project, outcome.kind, last))
            self._ended_before.note(ended)

    def _on_begun(self) -> None:
        self._before = self.bar.finish
        self._show(None)

    def _on_failed(self, command: object, _failed: Failed) -> None:
        """Say again what the last run has come to when the next could not begin."""
        if isinstance(command, BEGINNINGS) and self._before is not None:
            self._show(self._before)

    def _on_started(self) -> None:
        self._before = None
        self._fingerprint = training_fingerprint(rooted(self._desk.document))
        self._show(None)

    def _on_replaced(self) -> None:
        self._fingerprint, self._before = "", None
        self._show(None)

    def _show(self, finish: Finish | None) -> None:
        self.bar.show_finish(finish)
        self._offer()

    def _offer(self) -> None:
        """Offer to train longer what can go on."""
        if self.bar.finish is not None:
            training = self._desk.document.project.training
            choices = _choices(training) if self.can_go_on else ()
            words = words_of(training) if choices else ""
            if self._is_gone:
                words = tr("This run is in the trash.")
            self.bar.offer_longer(choices, words)

    def _on_folder(self) -> None:
        run = self._desk.session.history.run
        if run is not None:
            show_outside(self._desk.banner, run.run)

    def _on_branch(self) -> None:
        """Keep the document and leave the run: what is trained next is another one."""
        self._desk.session.leave()
        self._desk.canvas.set_live(None)
        self._desk.panels.refresh()
        self._on_replaced()
        self._training.refresh()

    def _on_room(self) -> None:
        """Leave the whole height to the pictures of a held step."""
        self.bar.step_aside(is_aside=self._desk.rooms.current.id == EXPLAIN)

    def _on_closed(self) -> None:
        self._desk.canvas.setFocus()


def _length(training: Training) -> tuple[str, int]:
    """Return which setting is the length of a run, and its value."""
    name = "steps" if training.number("steps") else "epochs"
    return name, max(1, training.number(name))


def words_of(training: Training) -> str:
    """Return from what a longer training goes on, a line each."""
    lines = [tr("Goes on from the last weights and the optimizer's memory")]
    if training.value("keep_best"):
        lines = [
            tr("Goes on from the best weights"),
            tr("The optimizer's memory is that of the last step"),
        ]
    if any(phase.schedule.type in _STRETCHED for phase in training.phases):
        lines.append(tr("The learning rate rises again: its schedule is stretched"))
    return "\n".join(lines)


def _choices(training: Training) -> Sequence[tuple[str, int]]:
    """Return words and numbers of how much longer a run can be."""
    name, length = _length(training)
    found = dict.fromkeys(max(1, round(part * length)) for part in _PARTS)
    if name == "steps":
        return [(tr("{n:more step|more steps}", n=count(n)), n) for n in found]
    return [(tr("{n:more epoch|more epochs}", n=count(n)), n) for n in found]
