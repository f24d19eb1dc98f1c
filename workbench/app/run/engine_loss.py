"""What is said and offered when the engine is stuck, or has ended by itself."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject

from engine.errors import EngineError
from engine.i18n import tr
from workbench.app.files.holding import Holding
from workbench.theme.text import count

if TYPE_CHECKING:
    from workbench.app.bars.banner import Offer
    from workbench.app.run.past_run import PastRun
    from workbench.app.window import MainWindow
    from workbench.session.vigil import Silence

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
        window: Whose engine it is.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.holding = Holding(window)
        session = window.session
        session.engine_lost.connect(self._on_lost)
        session.devices_ready.connect(lambda _devices: self._on_ready())
        session.lifeline.vigil.silent.connect(self._on_silent)

    def _on_silent(self, silence: "Silence | None") -> None:
        """Say that the engine is stuck, or that it is there again."""
        window = self._window
        if silence is None:
            window.banner.withdraw(_STUCK)
            return
        offers: list[Offer] = []
        if window.session.active and silence.doing != "stopping":
            offers.append((tr("Stop"), window.training.stop))
        offers.append((tr("Force stop"), window.session.lifeline.kill))
        window.banner.say("warning", self._words(silence), offers, about=_STUCK)

    def _words(self, silence: "Silence") -> str:
        """Say since when nothing is heard, and of what."""
        doing = tr(DOING.get(silence.doing, "busy"))
        history = self._window.session.history
        if self._window.session.active and history.run is not None:
            doing = tr("{doing}, step {step}", doing=doing, step=count(history.step))
        facts = {
            "time": QLocale().toString(silence.since.time(), "HH:mm:ss"),
            "doing": doing,
        }
        if not silence.answers:
            return tr("The engine has not answered since {time} ({doing}).", **facts)
        if silence.doing == "training":
            return tr("There was no step since {time} ({doing}).", **facts)
        return tr("The engine has been busy since {time} ({doing}).", **facts)

    def _on_lost(self, again: bool) -> None:
        window, failure = self._window, self._window.session.failure
        assert failure is not None
        words, details = failure.text, getattr(failure, "details", "")
        offers: list[Offer] = []
        past = self._interrupted()
        if past is not None:
            goes_on = tr(
                "The run can go on from step {step}.", step=count(past.checkpoint_step)
            )
            words = f"{words} {goes_on}"
            window.training.keep_past(past)
            offers.append((tr("Resume the run"), window.training.resume_past))
        if details:
            offers.append((tr("Details"), lambda: self.show_details(words, details)))
        if not again:
            offers.append((tr("Start the engine again"), self._restart))
            window.tools.device.show_off()
        window.training.follow(window.actions_)
        is_over = past is not None or again
        window.banner.say("error", words, offers, about="" if is_over else _ABOUT)

    def _interrupted(self) -> "PastRun | None":
        """Return the run that the engine was training, if it can go on."""
        folder = self._window.session.lifeline.cut_off
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

        dialog = ReportDialog(words, details, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _restart(self) -> None:
        self._window.banner.hide()
        self._window.session.restart_engine()

    def _on_ready(self) -> None:
        self._window.banner.withdraw(_ABOUT)
