"""Opens the window that tries a run, and carries its questions to an engine."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from engine.files import atomic_write
from engine.graph import weights
from engine.graph.files import serialize
from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.app.judging.tool import Tool
from workbench.document.data import nodes as data_nodes
from workbench.theme import text

if TYPE_CHECKING:
    from workbench.dialogs.judging.try_it import TryDialog


class TryCommand(QObject):
    """The run that shows is tried by an engine of its own, also beside a training.

    Args:
        desk: Shows the run.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.widget)
        self._desk = desk
        self._tool, self._batch = Tool(self), Tool(self)
        self._run = ""
        self._own: TemporaryDirectory[str] | None = None
        self.dialog: TryDialog | None = None
        self._tool.line.connect(self._on_line)
        self._tool.failed.connect(self._on_failed)
        self._batch.line.connect(self._on_answered)
        self._batch.failed.connect(lambda words: self._note(words, "error"))

    @property
    def can_try(self) -> bool:
        """Whether a run shows, or the weights of the project come out of a file."""
        return bool(self._desk.session.looking.folder) or self._starts_from_files

    @property
    def _starts_from_files(self) -> bool:
        project = self._desk.document.project
        return bool(project.weights) or any(
            node.weights for node in project.graph.nodes.values()
        )

    def show(self) -> None:
        """Open the window, or bring it to the front."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        if not self.can_try:
            return
        from workbench.dialogs.judging.try_it import TryDialog  # after the first paint

        self._run = self._desk.session.looking.folder
        self.dialog = dialog = TryDialog(self._desk.widget)
        dialog.home = data_nodes.home(self._desk.document)
        dialog.asked.connect(self._tool.send)
        dialog.batch_wanted.connect(self._answer_all)
        dialog.finished.connect(self._on_closed)
        dialog.batch.setVisible(bool(self._run))  # a file is answered by a run
        self._tool.start(["try", *([self._run] if self._run else self._of_project())])
        dialog.show()

    def _of_project(self) -> list[str]:
        """Return the words for the project as it stands: its weights are in files."""
        document, session = self._desk.document, self._desk.session
        folder = str(document.path.parent) if document.path else ""
        self._own = TemporaryDirectory(prefix="workbench-", ignore_cleanup_errors=True)
        place = Path(self._own.name) / "project.bpw"
        whole = weights.absolute(document.project, Path(folder).absolute())
        atomic_write(place, serialize.dumps(whole))
        held = weights.outside(document.project, folder)
        may = all(each in session.allowed for each in held)
        return [str(place), *(["--allow-paths"] if may else [])]

    def _on_line(self, record: dict[str, Any]) -> None:
        if self.dialog is not None:
            self.dialog.show_record(record)

    def _on_failed(self, words: str) -> None:
        if self.dialog is not None:
            self.dialog.show_failure(words)

    def _answer_all(self, path: str, out: str) -> None:
        self._batch.start(["predict", self._run, path, "--out", out, "--json"])

    def _on_answered(self, record: dict[str, Any]) -> None:
        rows, left = int(record.get("rows", 0)), int(record.get("unanswered", 0))
        path = str(record.get("path", ""))
        words = tr(
            "{n:row|rows} answered: {path}", n=text.count(rows - left), path=path
        )
        if left:
            more = tr("{n:row has|rows have} missing values and no answer",
                      n=text.count(left))  # fmt: skip
            words = f"{words}; {more}"
        self._note(words, "ok")

    def _note(self, words: str, role: str) -> None:
        if self.dialog is not None:
            self.dialog.show_note(words, role)

    def _on_closed(self) -> None:
        self._tool.cancel()
        self._batch.cancel()
        if self._own is not None:
            self._own.cleanup()
            self._own = None
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
