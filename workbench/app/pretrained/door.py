"""Opens a model by others: an engine of its own reads it; then it is on the canvas."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from engine.errors import EngineError
from engine.graph import weights
from engine.i18n import tr
from workbench.app.desk import Desk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.app.judging.tool import Tool
from workbench.document.data import models

if TYPE_CHECKING:
    from workbench.dialogs.pretrained.dialog import PretrainedDialog

_ABOUT = "pretrained"


class PretrainedDoor(QObject):
    """Asks for a model's file, shows what it is, and puts it into the document.

    Args:
        desk: Whose document gets it.
        outside: Lets files be read that somebody has chosen.

    Attributes:
        dialog: What asks; None while nothing is asked.
    """

    def __init__(self, desk: Desk, outside: ForeignWeights) -> None:
        super().__init__(desk.widget)
        self._desk, self._outside = desk, outside
        self._tool = Tool(self)
        self.dialog: PretrainedDialog | None = None
        self._tool.line.connect(self._on_line)
        self._tool.failed.connect(self._on_failed)

    def ask(self) -> None:
        """Ask for a file."""
        kinds = tr(
            "Models ({endings})", endings="*.gguf *.safetensors *.bin *.pt *.pth"
        )
        every = tr("All files (*)")
        path, _ = QFileDialog.getOpenFileName(
            self._desk.widget, tr("Open a pretrained model"),
            str(self._desk.settings.folder), f"{kinds};;{every}",
        )  # fmt: skip
        if path:
            self.open(Path(path))

    def open(self, path: Path | None) -> None:
        """Read a model and show it; None means SmolLM2, where it is installed."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        from workbench.dialogs.pretrained.dialog import PretrainedDialog

        name = path.name if path else "SmolLM2"
        self.dialog = dialog = PretrainedDialog(name, self._desk.widget)
        dialog.asked.connect(self._tool.send)
        dialog.accepted_project.connect(self._put)
        dialog.finished.connect(self._on_closed)
        words = ["pretrained", "--ask", *([str(path.absolute())] if path else [])]
        self._tool.start(words)
        dialog.open()

    def _on_line(self, record: dict[str, Any]) -> None:
        if self.dialog is not None:
            self.dialog.show_record(record)

    def _on_failed(self, words: str) -> None:
        if self.dialog is not None:
            self.dialog.show_failure(words)

    def _put(self, text: str) -> None:
        """Put the project of the model on the canvas, and let its files be read."""
        desk = self._desk
        try:
            new = models.put(desk.document, text)
        except EngineError as error:
            desk.banner.say("error", str(error))
            return
        graph = desk.document.project.graph
        for node in (graph.node(node_id) for node_id in new):
            places = [weights.Start.parse(node.weights).path] if node.weights else []
            for place in (*places, *weights.read_paths(node).values()):
                self._outside.choose(place)
        desk.canvas.fit()
        words = tr("The model is on the canvas, with the weights of its file. Try it, "
                   "or train it on the text.")  # fmt: skip
        desk.banner.say("ok", words, (), _ABOUT)

    def _on_closed(self) -> None:
        self._tool.cancel()
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
