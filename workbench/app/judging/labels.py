"""Opens the list of labels that are probably wrong; what is corrected can be undone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from engine.errors import EngineError
from engine.graph.model import Node
from engine.graph.weights import own_path
from workbench.app.desk import Desk
from workbench.app.judging.tool import Tool
from workbench.document import actions

if TYPE_CHECKING:
    from workbench.dialogs.judging.labels import Change, LabelsDialog

_MOST = "500"


class LabelsCommand(QObject):
    """The network of the run that shows is trained anew, beside everything else.

    Args:
        desk: Shows the run.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.widget)
        self._desk, self._tool = desk, Tool(self)
        self.dialog: LabelsDialog | None = None
        self._tool.line.connect(self._on_line)
        self._tool.failed.connect(self._on_failed)

    @property
    def can_look(self) -> bool:
        """Whether a run shows."""
        return bool(self._desk.session.looking.folder)

    def show(self) -> None:
        """Look for wrong labels."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        if not self.can_look:
            return
        from workbench.dialogs.judging.labels import LabelsDialog  # after first paint

        can_correct = self._node() is not None
        self.dialog = dialog = LabelsDialog(
            can_correct=can_correct, parent=self._desk.widget
        )
        dialog.corrected.connect(self._correct)
        dialog.finished.connect(self._on_closed)
        run = self._desk.session.looking.folder
        self._tool.start(["labels", run, "--json", "--top", _MOST])
        dialog.show()

    def _node(self) -> Node | None:
        """Return the one data node of the document that brings own data."""
        nodes = self._desk.document.project.graph.nodes.values()
        found = [node for node in nodes if own_path(node)]
        return found[0] if len(found) == 1 else None

    def _correct(self, changes: Sequence["Change"]) -> None:
        """Add corrections to the document, as one undo step."""
        node = self._node()
        if node is None or self.dialog is None:
            return
        known = node.params.get("corrections") or ()
        assert isinstance(known, tuple)
        new = {change[0] for change in changes}
        kept = [row for row in known if isinstance(row, tuple) and row[0] not in new]
        try:
            value = (*kept, *changes)
            actions.set_param(self._desk.document, [node.id], "corrections", value)
        except EngineError as error:
            self.dialog.show_failure(str(error))
            return
        self.dialog.show_corrected(changes)

    def _on_line(self, record: dict[str, Any]) -> None:
        if self.dialog is None:
            return
        node, content = self._node(), record.get("content")
        if node is not None and content is not None:
            known = node.params.get("sha256")
            self.dialog.can_correct = not known or known == content
        self.dialog.show_record(record)

    def _on_failed(self, words: str) -> None:
        if self.dialog is not None:
            self.dialog.show_failure(words)

    def _on_closed(self) -> None:
        self._tool.cancel()
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
