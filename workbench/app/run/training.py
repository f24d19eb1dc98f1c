"""What the Train menu does, and what the states of a run enable."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QInputDialog

from engine.errors import EngineError
from engine.graph.edits import Edit, Move
from engine.i18n import tr
from engine.protocol import commands
from engine.protocol.messages import Analysis, Failed, Outcome, RunStarted
from workbench.app.desk import Desk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.app.run.early import Early
from workbench.app.run.weights_dialog import rooted
from workbench.document import actions
from workbench.session.live_settings import training_fingerprint
from workbench.theme.text import count as count_words

if TYPE_CHECKING:
    from workbench.app.bars.banner import Kind, Offer
    from workbench.app.run.past_run import PastRun

DRIFT_MS = 150
_MAX_STEPS = 1_000_000
_FAILURE = "failure"
_ENDED = frozenset({"finished", "stopped", "diverged", "failed"})


class TrainCommands(QObject):
    """Starts, pauses and ends training; says when the canvas has moved on.

    Args:
        desk: Whose document is trained.
        outside: Knows whether what a run starts from may be read.

    Attributes:
        possible: Ids of the commands that can do something now.
        goes_on: To train is to go on with a run.
        has_ended: A run of what stands on the canvas has ended.
        obstacle: Why nothing can be trained now, or nothing.
    """

    changed = Signal()  # any of the attributes

    node_wanted = Signal(str)
    begun = Signal()  # or gone on
    step_wanted = Signal()  # one, to look at

    def __init__(self, desk: Desk, outside: ForeignWeights) -> None:
        super().__init__(desk.widget)
        document, session, banner = desk.document, desk.session, desk.banner
        self._desk, self._document = desk, document
        self._session, self._banner = session, banner
        self._outside = outside
        self.possible: frozenset[str] = frozenset()
        self.goes_on, self.has_ended, self.obstacle = False, False, ""
        self._analysis: Analysis | None = None
        self._past: PastRun | None = None
        self.early = Early(banner, self)
        self.early.changed.connect(self.refresh)
        self._drift = QTimer(self)
        self._drift.setSingleShot(True)
        self._drift.setInterval(DRIFT_MS)
        self._drift.timeout.connect(self._compare)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        session.state_changed.connect(self._on_state)
        session.outcome.connect(self._on_outcome)
        session.request_failed.connect(self._on_failed)
        session.run_started.connect(self._on_run_started)
        session.devices_ready.connect(lambda _devices: self._on_ready())
        session.engine_lost.connect(self._on_lost)
        self.refresh()

    @property
    def is_stopping(self) -> bool:
        """Whether a run was told to stop and hasn't yet."""
        return self._session.state == "stopping"

    def set_analysis(self, analysis: Analysis) -> None:
        """Note whether the graph can be trained at all."""
        self._analysis = analysis
        self._on_ready()

    def _on_ready(self) -> None:
        """Do what was asked for too early, once it is known whether it can be."""
        self.refresh()
        if not (self.early.waits and self._session.engine_ready and self._analysis):
            return
        obstacle = self._obstacle()
        if obstacle:
            self.early.cancel()
            self._banner.say("error", obstacle, about=_FAILURE)
        else:
            self.early.do()

    def _on_lost(self, again: bool) -> None:
        if not again:
            self.early.cancel()

    def _is_early(self, go: Callable[[], object]) -> bool:
        """Remember what to do if the engine is not ready yet; return whether."""
        if self._session.engine_ready or self._session.active:
            return False
        self.early.keep(go)
        return True

    def train(self) -> None:
        """Train, or go on after a pause."""
        if self._is_early(self.train):
            return
        if self._session.state == "paused":
            self.begun.emit()
            self._session.resume()
        elif self._resumable_past is not None:
            self.resume_past()
        elif not self._session.active:
            self.start()

    def offer_past(self, past: "PastRun") -> None:
        """Offer to go on with a run that was interrupted."""
        self.keep_past(past)
        words = tr(
            "This run was interrupted. It can go on from step {step}.",
            step=count_words(past.step or 0),
        )
        kind: Kind = "warning" if past.note else "info"
        offers = [(tr("Resume the run"), self.resume_past)]
        self._banner.say(kind, f"{words} {past.note}".strip(), offers)
        self.refresh()

    def keep_past(self, past: "PastRun") -> None:
        """Take a run that was interrupted as the one that can go on."""
        self._past = past
        self.refresh()

    def resume_past(self, from_step: int = -1) -> None:
        """Go on with the run that is shown, from its newest weights.

        Args:
            from_step: Of an earlier checkpoint that the run keeps; −1 is the newest.
        """
        past = self._past
        if past is None or self._session.active or self._is_early(self.resume_past):
            return
        if not self._outside.may_open(past.places):
            return
        self.begun.emit()
        self._banner.hide()
        self._session.resume_run(str(past.folder), past.project, from_step=from_step)
        self._drift.start()

    @property
    def _resumable_past(self) -> "PastRun | None":
        """The interrupted run that is shown, unless the canvas has moved on."""
        past = self._past
        if past is None or self._session.active:
            return None
        shown = training_fingerprint(self._document.project)
        return past if shown == training_fingerprint(past.project) else None

    def _on_run_started(self, _run: RunStarted) -> None:
        """Offer nothing more to go on with: something has begun."""
        self._past = None
        self.refresh()

    def start(
        self, *, paused: bool = False, steps: int = 0, weights_from: str = ""
    ) -> None:
        """Train what stands on the canvas in a new run."""
        if not self._outside.may_read():
            return
        self.begun.emit()
        self._banner.hide()
        self._session.train(
            rooted(self._document),
            paused=paused,
            steps=steps,
            weights_from=weights_from,
        )

    def pause(self) -> None:
        """Pause, or go on."""
        if self._session.state == "paused":
            self._session.resume()
        else:
            self._session.pause()

    def stop(self) -> None:
        """End the run with a checkpoint, or forget one that would begin soon."""
        self.early.cancel()
        self._session.stop()

    def step(self, count: int = 1) -> None:
        """Make steps; before the first run this starts one that waits."""
        if self._is_early(lambda: self.step(count)):
            return
        if not self._session.active:
            self.start(paused=True)
        if count == 1:
            self.step_wanted.emit()
        self._session.step(count)

    def steps(self) -> None:
        """Ask for a number and make that many steps."""
        words = tr("Number of steps")
        count, is_ok = QInputDialog.getInt(
            self._desk.widget, tr("Several steps"), words, 10, 1, _MAX_STEPS
        )
        if is_ok:
            self.step(count)

    def epoch(self) -> None:
        """Go on until the epoch ends."""
        if self._is_early(self.epoch):
            return
        if not self._session.active:
            self.start(paused=True)
        self._session.run_to_epoch_end()

    def restart(self) -> None:
        """Stop the run and train what stands on the canvas now."""
        self._start_again("")

    def keep(self) -> None:
        """As `restart`, from the weights of the last run that still fit."""
        run = self._session.history.run
        self._start_again(run.run if run else "")

    def _start_again(self, weights_from: str) -> None:
        if self._is_early(lambda: self._start_again(weights_from)):
            return
        if self._session.active:
            self._session.stop(then=lambda: self.start(weights_from=weights_from))
        else:
            self.start(weights_from=weights_from)

    def pick_device(self, device: str) -> None:
        """Make a device the document's; one undo step."""
        training = self._document.project.training
        if training.value("device") == device:
            return
        try:
            chosen = training.with_value("device", device)
            actions.set_training(self._document, chosen, tr("Device"))
        except EngineError as error:
            self._banner.say("error", str(error))

    def _on_changed(self, edits: Iterable[Edit]) -> None:
        if self._session.active:
            self._session.follow(self._document.project.training)
            self._drift.start()
            return
        if not all(isinstance(edit, Move) for edit in edits):
            self._banner.withdraw(_FAILURE)
        if self._analysis is None or self._past is not None:
            self.refresh()

    def _on_replaced(self) -> None:
        self.early.cancel()
        self._drift.stop()
        self._banner.hide()
        self._analysis = self._past = None
        self.refresh()

    def _compare(self) -> None:
        """Say when the canvas is no longer what runs."""
        if self._session.differs(rooted(self._document)):
            words = tr("The canvas differs from the running copy.")
            offers = [
                (tr("Keep the weights that still fit"), self.keep),
                (tr("Restart with the changes"), self.restart),
            ]
            self._banner.say("info", words, offers, about="drift")
        else:
            self._banner.withdraw("drift")

    def _on_state(self, state: str) -> None:
        if not self._session.active:
            self._banner.withdraw("drift")
        self.refresh()

    def _on_outcome(self, outcome: Outcome) -> None:
        """Say what ended a run that did not end well."""
        if outcome.kind in {"diverged", "failed"}:
            self._say_failure(outcome)

    def _on_failed(self, command: object, failed: Failed) -> None:
        """Say why a run did not begin."""
        if isinstance(command, commands.Train | commands.ResumeRun):
            self._say_failure(failed)

    def _say_failure(self, failed: Outcome | Failed) -> None:
        """Say what went wrong until the document changes; offer the way to the node."""
        offers: list[Offer] = []
        if failed.node:
            node = failed.node
            offers.append((tr("Show the node"), lambda: self.node_wanted.emit(node)))
        if isinstance(failed, Failed) and failed.earlier >= 0 and self._past:
            words = tr("Resume from step {step}", step=count_words(failed.earlier))
            offers.append((words, lambda: self.resume_past(failed.earlier)))
        if failed.details:
            text = f"{failed.text}\n\n{failed.details}"
            copy = QApplication.clipboard().setText
            offers.append((tr("Copy details"), lambda: copy(text)))
        self._banner.say("error", failed.text, offers, about=_FAILURE)

    def refresh(self) -> None:
        """Work out what can be done now, and tell."""
        state, active = self._session.state, self._session.active
        resumable = state == "paused"
        is_obeyed = active and state != "stopping"
        obstacle = self._obstacle()
        can_begin = resumable or not (active or obstacle) or self._is_starting
        can = {
            "train": can_begin,
            "pause": is_obeyed,
            "stop": is_obeyed or self.early.waits,
            "step": can_begin,
            "steps": can_begin,
            "epoch": can_begin,
            "restart": can_begin or not obstacle,
            "keep": not obstacle and self._session.history.run is not None,
        }
        self.possible = frozenset(name for name, is_on in can.items() if is_on)
        self.goes_on = resumable or self._resumable_past is not None
        self.has_ended = self._session.history.run is not None and state in _ENDED
        self.obstacle = "" if active else obstacle
        self.changed.emit()

    @property
    def _is_starting(self) -> bool:
        """Whether the engine will be ready soon for what stands on the canvas."""
        session = self._session
        on_its_way = session.lifeline.is_coming and not session.engine_ready
        return on_its_way and bool(self._document.project.graph.nodes)

    def _obstacle(self) -> str:
        """Return why nothing can be trained now, or nothing."""
        if not self._session.engine_ready:
            starting = self._session.lifeline.is_coming
            return tr("Engine starting…") if starting else tr("The engine is off.")
        if self._analysis is None:
            has_nodes = bool(self._document.project.graph.nodes)
            return "" if has_nodes else tr("The canvas is empty.")
        if self._analysis.trainable:
            return ""
        errors = [p.text for p in self._analysis.problems if p.severity == "error"]
        if not errors:
            return tr("The network can't be trained yet.")
        return _counted(errors)


def _counted(errors: list[str]) -> str:
    return tr("{n:problem|problems; the first}: {text}", n=len(errors), text=errors[0])
