"""Trains the run that shows again on a file, in a process of its own, and tells."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from engine.graph.weights import own_path
from engine.i18n import tr
from engine.places import is_folder
from workbench.app.desk import Desk
from workbench.app.judging.tool import Tool
from workbench.document.data import nodes as data_nodes

if TYPE_CHECKING:
    from workbench.dialogs.judging.again import AgainDialog

_NOT_BETTER = 3
"""How the engine ends when the old run stays."""


class AgainCommand(QObject):
    """The run itself is only read: what is trained is another one beside it.

    Args:
        desk: Shows the run.
    """

    open_wanted = Signal(str)  # folder of a run

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.widget)
        self._desk, self._tool = desk, Tool(self, fine=(0, _NOT_BETTER))
        self.dialog: AgainDialog | None = None
        self._tool.line.connect(self._on_line)
        self._tool.failed.connect(self._on_failed)

    @property
    def can_ask(self) -> bool:
        """Whether a run shows, and none is being trained."""
        session = self._desk.session
        return bool(session.looking.folder) and not session.active

    @property
    def _is_folder(self) -> bool:
        """Whether the data of the document is a folder, as of images or sounds."""
        document = self._desk.document
        nodes = data_nodes.data_nodes(document.project)
        words = [own_path(node) for node in nodes]
        return any(is_folder(Path(data_nodes.whole(document, w))) for w in words if w)

    def ask(self) -> None:
        """Ask for the new data and train on it."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        words = tr("New data of the same kind")
        home = data_nodes.home(self._desk.document)
        if self._is_folder:
            path = QFileDialog.getExistingDirectory(self._desk.widget, words, home)
        else:
            path, _ = QFileDialog.getOpenFileName(self._desk.widget, words, home)
        if path:
            self.start(path)

    def start(self, path: str) -> None:
        """Train on a file or folder."""
        from workbench.dialogs.judging.again import AgainDialog  # after first paint

        self.dialog = dialog = AgainDialog(Path(path).name, self._desk.widget)
        dialog.opened.connect(self.open_wanted)
        dialog.finished.connect(self._on_closed)
        run = self._desk.session.looking.folder
        self._tool.start(["retrain", run, path, "--json"])
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
