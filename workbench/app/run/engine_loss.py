"""What is said and offered when the engine is stuck, or has ended by itself."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.i18n import tr
from engine.protocol.past_runs import OpenedRun
from workbench.app.desk import Desk
from workbench.app.files.parsing import Parsing
from workbench.app.run.holding import Holding
from workbench.app.run.past_run import PastRun, past_run
from workbench.app.run.training import TrainCommands
from workbench.session.vigil import Silence
from workbench.theme.text import count

if TYPE_CHECKING:
    from workbench.app.bars.banner import Offer

_ABOUT, _STUCK, _LOST = "engine", "stuck", "lost"
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
    "OpenRun": "reading a run",
    "ReadCurves": "reading a run",
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
        self.holding, self._parsing = Holding(desk), Parsing(self)
        session = desk.session
        self._words_lost = self._details = self._cut_off = ""
        session.engine_lost.connect(self._on_lost)
        session.past_runs.opened.connect(self._on_opened)
        desk.document.replaced.connect(self._on_replaced)
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
        session, failure = self._desk.session, self._desk.session.failure
        assert failure is not None
        self._words_lost = failure.text
        self._details = getattr(failure, "details", "")
        past, self._cut_off = None, session.lifeline.cut_off
        if self._cut_off:
            past = PastRun(Path(self._cut_off), serialize.loads(session.run_document))
            self._training.keep_past(past)
            session.past_runs.open(self._cut_off)  # the next engine will answer
        if not again:
            self.gave_up.emit()
        self._training.refresh()
        self._say_lost(past, again=again)

    def _say_lost(self, past: PastRun | None, *, again: bool) -> None:
        """Say that the engine is gone, and from where its run can go on."""
        words = self._words_lost
        offers: list[Offer] = []
        if past is not None:
            words = f"{words} {_goes_on(past)}"
            offers.append((tr("Resume the run"), self._training.resume_past))
        if details := self._details:
            offers.append((tr("Details"), lambda: self.show_details(words, details)))
        if not again:
            offers.append((tr("Start the engine again"), self._restart))
        about = _LOST if past is not None or again else _ABOUT
        self._desk.banner.say("error", words, offers, about=about)

    def _on_opened(self, opened: OpenedRun) -> None:
        """Say more exactly from where a run that was cut off can go on."""
        if opened.run != self._cut_off or self._desk.session.active:
            return
        if opened.can_resume:
            name = Path(opened.run).name
            self._parsing.start(
                opened.document, name, lambda found: self._on_read(opened, found)
            )

    def _on_read(self, opened: OpenedRun, found: Project | EngineError) -> None:
        if opened.run == self._cut_off and isinstance(found, Project):
            self._cut_off, banner = "", self._desk.banner
            past = past_run(opened, found)
            self._training.keep_past(past)
            if banner.about == _LOST and not banner.isHidden():
                self._say_lost(past, again=True)

    def close(self) -> None:
        """Give up what is being read."""
        self._parsing.close()

    def show_details(self, words: str, details: str) -> None:
        """Show the last words of the engine."""
        from workbench.dialogs.report import ReportDialog  # seldom needed

        dialog = ReportDialog(words, details, self._desk.widget)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_replaced(self) -> None:
        self._cut_off = ""  # what can go on was of another document

    def _restart(self) -> None:
        self._desk.banner.hide()
        self._desk.session.restart_engine()

    def _on_ready(self) -> None:
        self._desk.banner.withdraw(_ABOUT)


def _goes_on(past: PastRun) -> str:
    if past.step is None:
        return tr("The run can go on from its newest weights.")
    return tr("The run can go on from step {step}.", step=count(past.step))
