"""What the windows over a trial of the engine have in common: how it may end."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.graph.problems import Fix
from engine.i18n import tr
from engine.protocol.messages import Failed
from workbench.app.desk import Desk
from workbench.canvas.edits import fixes


class TrialDialog(Protocol):
    """A window that shows one trial."""

    is_stopping: bool

    def show_failure(self, words: str) -> None:
        """Say why there is no answer."""

    def deleteLater(self) -> None:  # noqa: N802 - Qt's
        """Go away."""


Dialog = TypeVar("Dialog", bound=TrialDialog)


class TrialCommand(QObject, Generic[Dialog]):
    """Keeps one window up to date: called off, failed, lost and closed.

    Args:
        desk: Whose session makes the trial.
        requests: The types of the commands that ask for it.
        may_read: Asks whether files outside the project's folder may be read.
    """

    def __init__(
        self,
        desk: Desk,
        requests: type[Any] | tuple[type[Any], ...],
        may_read: Callable[[], bool],
    ) -> None:
        super().__init__(desk.widget)
        self._desk, self._requests, self._may_read = desk, requests, may_read
        self.dialog: Dialog | None = None
        desk.session.trials.called_off.connect(self._on_called_off)
        desk.session.request_failed.connect(self._on_failed)
        desk.session.engine_lost.connect(self._on_lost)

    def _applied(self, fix: Fix) -> bool:
        """Change the document by one undo step; return whether that was possible."""
        try:
            fixes.apply(self._desk.document, fix)
        except EngineError as error:
            if self.dialog is not None:
                self.dialog.show_failure(str(error))
            return False
        return True

    def _on_called_off(self) -> None:
        if self.dialog is not None and self.dialog.is_stopping:
            self.dialog.show_failure(tr("Cancelled. Nothing was changed."))

    def _on_failed(self, command: object, failed: Failed) -> None:
        is_old = self._desk.session.trials.is_old(command)
        if self.dialog is None or is_old or not isinstance(command, self._requests):
            return
        self.dialog.show_failure(failed.text)

    def _on_lost(self, _again: bool) -> None:
        if self.dialog is not None:
            self.dialog.show_failure(tr("The engine was lost meanwhile."))

    def _on_closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
