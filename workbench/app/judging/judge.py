"""Opens the report of the run that shows; an engine of its own makes it."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from workbench.app.desk import Desk
from workbench.app.judging.tool import Tool
from workbench.app.run.report import ReportCommand

if TYPE_CHECKING:
    from workbench.dialogs.judging.report import ReportDialog


class JudgeCommand(QObject):
    """The engine that may be training is not held up by it.

    Args:
        desk: Shows the run.
        page: Writes the same as a file.
    """

    def __init__(self, desk: Desk, page: ReportCommand) -> None:
        super().__init__(desk.widget)
        self._desk, self._page, self._tool = desk, page, Tool(self)
        self.dialog: ReportDialog | None = None
        self._tool.line.connect(self._on_line)
        self._tool.failed.connect(self._on_failed)

    @property
    def can_judge(self) -> bool:
        """Whether a run shows."""
        return bool(self._desk.session.looking.folder)

    def show(self) -> None:
        """Judge the run and show what is found out."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        if not self.can_judge:
            return
        from workbench.dialogs.judging.report import ReportDialog  # after first paint

        self.dialog = dialog = ReportDialog(self._desk.widget)
        dialog.export_wanted.connect(self._page.ask)
        dialog.finished.connect(self._on_closed)
        run = self._desk.session.looking.folder
        self._tool.start(["evaluate", run, "--json"])
        dialog.show()

    def _on_line(self, record: dict[str, Any]) -> None:
        if self.dialog is not None:
            self.dialog.show_record(record)

    def _on_failed(self, words: str) -> None:
        if self.dialog is not None:
            self.dialog.show_failure(words)

    def _on_closed(self) -> None:
        self._tool.cancel()
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
