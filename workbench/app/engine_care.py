"""What is said and offered when the engine's process has ended by itself."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from engine.i18n import tr

if TYPE_CHECKING:
    from workbench.app.banner import Offer
    from workbench.app.window import MainWindow

_ABOUT = "engine"


class EngineCare(QObject):
    """Says it in one sentence; offers the details, and another engine.

    Args:
        window: Whose engine it is.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        window.session.engine_lost.connect(self._on_lost)
        window.session.devices_ready.connect(lambda _devices: self._on_ready())

    def _on_lost(self, again: bool) -> None:
        window, failure = self._window, self._window.session.failure
        assert failure is not None
        words, details = failure.text, getattr(failure, "details", "")
        offers: list[Offer] = []
        if details:
            offers.append((tr("Details"), lambda: self.show_details(words, details)))
        if not again:
            offers.append((tr("Start the engine again"), self._restart))
            window.tools.device.show_off()
        window.training.follow(window.actions_)
        window.banner.say("error", words, offers, about="" if again else _ABOUT)

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
