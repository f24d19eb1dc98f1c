"""What is said and offered when the engine is stuck, or has ended by itself."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.app.run.holding import Holding
from workbench.app.run.training import TrainCommands
from workbench.session.vigil import Silence
from workbench.theme.text import count

if TYPE_CHECKING:
    from workbench.app.bars.banner import Offer
    from workbench.app.run.past_run import PastRun

_ABOUT, _STUCK = "engine", "stuck"
DOING = {
    "starting": "starting",
    "compiling": "preparing the training",
    "training": "training",
    "paused": "about to go on",
    "stopping": "stopping",
    "Check": "checking the network",
    "Estimate": "making a forecast",
    "Export": "writing weights",
    "PreviewWeights": "reading weights",
    "Look": "making views",
    "OpenCell": "looking up samples",
}


class EngineCare(QObject):
    """Says it in one sentence; offers the details, and the way to go on.

    Args:
        desk: Whose engine it is.
        training: Can go on with a run that was cut off.

    Signals:
        gave_up: The engine is gone and was not started again.
    """

    gave_up = Signal()

    def __init__(self, desk: Desk, training: TrainCommands) -> None:
        super().__init__(desk.widget)
        self._desk, self._training = desk, training
        self.holding = Holding(desk)
        session = desk.session
        session.engine_lost.connect(self._on_lost)
        session.devices_ready.connect(lambda _devices: self._on_ready())
        session.lifeline.vigil.silent.connect(self._on_silent)

    def _on_silent(self, silence: Silence | None) -> None:
        """Say that the engine is stuck, or that it is there again."""
        desk = self._desk
        if silence is None:
            desk.banner.withdraw(_STUCK)
            return
        offers: list[Offer] = []
        if desk.session.active and silence.doing != "stopping":
            offers.append((tr("Stop"), self._training.stop))
        offers.append((tr("Force stop"), desk.session.lifeline.kill))
        desk.banner.say("warning", self._words(silence), offers, about=_STUCK)

    def _words(self, silence: Silence) -> str:
        """Say since when nothing is heard, and of what."""
        doing = tr(DOING.get(silence.doing, "busy"))
        history = self._desk.session.history
        if self._desk.session.active and history.run is not None:
            doing = tr("{doing}, step {step}", doing=doing, step=count(history.step))
        facts = {
            "time": f"{silence.since:%H:%M:%S}",
            "doing": doing,
        }
        if not silence.answers:
            return tr("The engine has not answered since {time} ({doing}).", **facts)
        if silence.doing == "training":
            return tr("There was no step since {time} ({doing}).", **facts)
        return tr("The engine has been busy since {time} ({doing}).", **facts)

    def _on_lost(self, again: bool) -> None:
        desk, failure = self._desk, self._desk.session.failure
        assert failure is not None
        words, details = failure.text, getattr(failure, "details", "")
        offers: list[Offer] = []
        past = self._interrupted()
        if past is not None:
            goes_on = tr(
                "The run can go on from step {step}.", step=count(past.checkpoint_step)
            )
            words = f"{words} {goes_on}"
            self._training.keep_past(past)
            offers.append((tr("Resume the run"), self._training.resume_past))
        if details:
            offers.append((tr("Details"), lambda: self.show_details(words, details)))
        if not again:
            offers.append((tr("Start the engine again"), self._restart))
            self.gave_up.emit()
        self._training.refresh()
        is_over = past is not None or again
        desk.banner.say("error", words, offers, about="" if is_over else _ABOUT)

    def _interrupted(self) -> "PastRun | None":
        """Return the run that the engine was training, if it can go on."""
        folder = self._desk.session.lifeline.cut_off
        if not folder:
            return None
        from workbench.app.run.past_run import PastRun  # noqa: PLC0415 - loads numpy

        try:
            past = PastRun(Path(folder))
        except EngineError:
            return None
        return past if past.can_resume else None

    def show_details(self, words: str, details: str) -> None:
        """Show the last words of the engine."""
        from workbench.dialogs.report import ReportDialog  # noqa: PLC0415 - seldom needed

        dialog = ReportDialog(words, details, self._desk.widget)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _restart(self) -> None:
        self._desk.banner.hide()
        self._desk.session.restart_engine()

    def _on_ready(self) -> None:
        self._desk.banner.withdraw(_ABOUT)
