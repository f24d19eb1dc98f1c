"""Writes the trained weights: format, place, what will be written, what was."""

from collections.abc import Sequence
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
from engine.places import at_home, is_folder, is_there
from engine.protocol.formats import ExportFormat
from engine.protocol.messages import Exported, RunStarted
from workbench.dialogs.base import Dialog
from workbench.theme import text
from workbench.theme.label import beside
from workbench.theme.style import polish


class ExportDialog(Dialog):
    """Asks where to, then waits for the engine's answer.

    Args:
        folder: Where the file is put unless another place is chosen.
        stem: Name of the file without its suffix.
        formats: That the engine can write, the usual one first.
        parent: The window.
    """

    topic = "start/runs"
    wanted = Signal(str, str, bool, int)  # format, path, averaged, step or −1

    def __init__(
        self,
        folder: Path,
        stem: str,
        formats: Sequence[ExportFormat],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Export weights"), parent)
        self.resize(600, 260)
        self.format = QComboBox()
        self._suffixes = {each.id: each.suffix for each in formats}
        for each in formats:
            self.format.addItem(tr(each.title), each.id)
        self.weights = QComboBox()
        self.weights.addItem(tr("Averaged: what evaluations and views show"), True)
        self.weights.addItem(tr("Raw: as the last step left them"), False)
        self.path = QLineEdit(str(folder / f"{stem}{self._suffix}"))
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

    @property
    def _suffix(self) -> str:
        """Ending of the files of the chosen format; none before any is known."""
        return self._suffixes.get(str(self.format.currentData()), "")

    def _lay_out(self) -> None:
        self._form = form = QFormLayout()
        form.setVerticalSpacing(8)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self._browse)
        form.addRow(beside(tr("Format")), self.format)
        form.addRow(beside(tr("Weights")), self.weights)
        form.addRow(beside(tr("File")), row)
        self.box.addLayout(form)

    def show_run(self, run: RunStarted | None, step: int) -> None:
        """Say what will be written; nothing can be before the first run."""
        self.button.setEnabled(run is not None)
        self._form.setRowVisible(self.weights, run is not None and run.averaged)
        if run is None:
            self.facts.setText(tr("Train first: there are no weights yet."))
            return
        words = tr(
            "{parameters:weight|weights} of {layers:layer|layers} after step {step}. "
            "The file is read back and compared before it counts as written.",
            parameters=text.count(run.parameters),
            layers=len(set(run.layers)),
            step=text.count(step),
        )
        self.facts.setText(words)

    def show_exported(self, done: Exported) -> None:
        """Say where the file is and how large."""
        self.button.setEnabled(True)
        words = tr(
            "Exported {tensors:tensor|tensors} ({size}) of step {step} to {path}",
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
        if path.suffix in self._suffixes.values():
            self.path.setText(str(path.with_suffix(self._suffix)))

    def _on_path(self) -> None:
        self._replaced, self._from_step = None, -1
        self.button.setText(tr("Export"))

    def _on_browse(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, tr("Export weights"), self.path.text(), f"*{self._suffix}"
        )
        if chosen:
            self.path.setText(chosen)
            self._replaced = Path(chosen)  # that dialog has asked already

    def _on_export(self) -> None:
        path = at_home(self.path.text().strip())
        if not path.name or not is_folder(path.parent):
            self.show_error(tr("There is no folder {path}", path=path.parent))
            return
        if is_there(path) and path != self._replaced:
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
