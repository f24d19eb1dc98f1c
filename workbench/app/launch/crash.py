"""What an exception that nobody caught does: it is told, and the window goes on."""

import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from engine.i18n import tr

if TYPE_CHECKING:
    from workbench.dialogs.report import ReportDialog


class CrashGuard(QObject):
    """Shows one report at a time for exceptions of any thread.

    Args:
        parent: Qt's owner.
    """

    caught = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dialog: ReportDialog | None = None
        self._old = (sys.excepthook, threading.excepthook)
        self.caught.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Catch from now on."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._old

    def _on_exception(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        what = f"{kind.__name__}: {error}" if str(error) else kind.__name__
        self.caught.emit(what, details)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _show(self, what: str, details: str) -> None:
        from workbench.dialogs.report import ReportDialog  # lazy

        if self._dialog is not None:
            return
        words = tr("An unexpected error: {what}", what=what)
        parent = QApplication.activeWindow()
        self._dialog = ReportDialog(words, details, parent)
        self._dialog.finished.connect(self._on_finished)
        self._dialog.open()

    def _on_finished(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()
