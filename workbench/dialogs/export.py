"""Writes the trained weights: format, place, what will be written, what was."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.messages import Exported, RunStarted
from workbench.dialogs.base import Dialog
from workbench.theme import text
from workbench.theme.label import Label
from workbench.theme.style import polish

FORMATS = {
    "safetensors": "safetensors: names, shapes and numbers, readable everywhere",
    "pt": "PyTorch state_dict (.pt), for torch.load(weights_only=True)",
}


class ExportDialog(Dialog):
    """Asks where to, then waits for the engine's answer.

    Args:
        folder: Where the file is put unless another place is chosen.
        stem: Name of the file without its suffix.
        parent: The window.
    """

    wanted = Signal(str, str, bool, int)  # format, path, averaged, step or −1

    def __init__(self, folder: Path, stem: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Export weights"), parent)
        self.resize(600, 260)
        self.format = QComboBox()
        for format_id, words in FORMATS.items():
            self.format.addItem(tr(words), format_id)
        self.weights = QComboBox()
        self.weights.addItem(tr("Averaged: what evaluations and views show"), True)
        self.weights.addItem(tr("Raw: as the last step left them"), False)
        self.path = QLineEdit(str(folder / f"{stem}.safetensors"))
        self.path.setAccessibleName(tr("File"))
        self._replaced: Path | None = None  # the file that may be overwritten
        self._from_step = -1  # of an earlier checkpoint, once it was offered
        self._browse = QPushButton(tr("Browse…"))
        self._lay_out()
        self.facts = self.add_text("", "secondary")
        self.outcome = self.add_text("", "ok")
        self.outcome.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._close = self.add_button(tr("Close"))
        self.button = self.add_button(tr("Export"), accent=True)
        self.format.currentIndexChanged.connect(self._on_format)
        self._browse.clicked.connect(self._on_browse)
        self._close.clicked.connect(self.reject)
        self.path.textChanged.connect(self._on_path)
        self.button.clicked.connect(self._on_export)

    def _lay_out(self) -> None:
        self._form = form = QFormLayout()
        form.setVerticalSpacing(8)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self._browse)
        form.addRow(Label(tr("Format")), self.format)
        form.addRow(Label(tr("Weights")), self.weights)
        form.addRow(Label(tr("File")), row)
        self.box.addLayout(form)

    def show_run(self, run: RunStarted | None, step: int) -> None:
        """Say what will be written; nothing can be before the first run."""
        self.button.setEnabled(run is not None)
        self._form.setRowVisible(self.weights, run is not None and run.averaged)
        if run is None:
            self.facts.setText(tr("Train first: there are no weights yet."))
            return
        words = tr(
            "{parameters} weights of {layers} layers after step {step}. The file is "
            "read back and compared before it counts as written.",
            parameters=text.count(run.parameters),
            layers=len(set(run.layers)),
            step=text.count(step),
        )
        self.facts.setText(words)

    def show_exported(self, done: Exported) -> None:
        """Say where the file is and how large."""
        self.button.setEnabled(True)
        words = tr(
            "Exported {tensors} tensors ({size}) of step {step} to {path}",
            tensors=done.tensors,
            size=text.size(done.bytes),
            step=text.count(done.step),
            path=done.path,
        )
        self._say(words, "ok")

    def show_error(self, words: str, earlier: int = -1) -> None:
        """Say why nothing was written, and offer an earlier checkpoint if there is one.

        Args:
            words: Why.
            earlier: Its step, or −1.
        """
        self.button.setEnabled(True)
        self._say(words, "error")
        self._from_step = earlier
        if earlier >= 0:
            step = text.count(earlier)
            self.button.setText(tr("Export step {step} instead", step=step))

    def _say(self, words: str, role: str) -> None:
        polish(self.outcome, "role", role)
        self.outcome.setText(words)

    def _on_format(self) -> None:
        path = Path(self.path.text())
        if path.suffix.lstrip(".") in FORMATS:
            self.path.setText(str(path.with_suffix(f".{self.format.currentData()}")))

    def _on_path(self) -> None:
        self._replaced, self._from_step = None, -1
        self.button.setText(tr("Export"))

    def _on_browse(self) -> None:
        suffix = self.format.currentData()
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Export weights"), self.path.text(), f"*.{suffix}"
        )
        if chosen:
            self.path.setText(chosen)
            self._replaced = Path(chosen)  # that dialog has asked already

    def _on_export(self) -> None:
        path = Path(self.path.text().strip()).expanduser()
        if not path.name or not path.parent.is_dir():
            self.show_error(tr("There is no folder {path}", path=path.parent))
            return
        if path.exists() and path != self._replaced:
            self._replaced = path
            words = tr("{path} exists already.", path=path)
            self.show_error(words, self._from_step)
            self.button.setText(tr("Replace it"))
            return
        self._replaced = None
        self.button.setText(tr("Export"))
        self._say(tr("Writing…"), "secondary")
        self.button.setEnabled(False)
        averaged = bool(self.weights.currentData())
        format_id, step = str(self.format.currentData()), self._from_step
        self.wanted.emit(format_id, str(path), averaged, step)
