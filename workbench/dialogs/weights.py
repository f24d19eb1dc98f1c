"""Loads weights from a file or a run: which fit, which are missing, which differ."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.weights import Fit, TensorFit, WeightsPreview
from workbench.dialogs.base import Dialog
from workbench.theme import fonts, signals, tokens

_FILES = "*.safetensors *.pt *.pth *.bin"
_COLOURS = {"matched": "ok", "missing": "warn", "differs": "err"}
_WORDS = {"matched": "Matched", "missing": "Missing", "differs": "Shape differs"}
_FIT = 4


class WeightsDialog(Dialog):
    """Asks which file, shows how it fits the document, and says when to load it.

    Args:
        folder: Where files are looked for at first.
        runs: Folder of the runs.
        parent: The window.
    """

    wanted = Signal(str, str)  # path, prefix
    applied = Signal(object)  # WeightsPreview

    def __init__(self, folder: Path, runs: Path, parent: QWidget | None = None) -> None:
        super().__init__(tr("Load weights"), parent)
        self.resize(760, 520)
        self._folder, self._runs = folder, runs
        self._preview: WeightsPreview | None = None
        self.path, self.prefix = QLineEdit(), QLineEdit()
        self.path.setAccessibleName(tr("File or run"))
        self.prefix.setAccessibleName(tr("Prefix"))
        self.prefix.setPlaceholderText(tr("none: the names are those of the layers"))
        self._file, self._run = QPushButton(tr("File…")), QPushButton(tr("Run…"))
        self._lay_out()
        self.table = _table()
        self.box.addWidget(self.table, 1)
        self.facts = self.add_text(
            tr("Choose a safetensors file, a PyTorch state_dict or a run."), "secondary"
        )
        self._close = self.add_button(tr("Cancel"))
        self.button = self.add_button(tr("Load"), accent=True)
        self.button.setEnabled(False)
        self._connect()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(8)
        row = QHBoxLayout()
        row.addWidget(self.path, 1)
        row.addWidget(self._file)
        row.addWidget(self._run)
        form.addRow(QLabel(tr("File or run")), row)
        form.addRow(QLabel(tr("Prefix")), self.prefix)
        self.box.addLayout(form)

    def _connect(self) -> None:
        for edit in (self.path, self.prefix):
            edit.textChanged.connect(self._forget)
            edit.editingFinished.connect(self.ask)
        self._file.clicked.connect(self._on_file)
        self._run.clicked.connect(self._on_run)
        self._close.clicked.connect(self.reject)
        self.button.clicked.connect(self._on_load)
        signals.changed.connect(self._tint)

    def ask(self) -> None:
        """Ask how the file fits, unless that is known."""
        path = self.path.text().strip()
        if path and self._preview is None:
            self._say(tr("Reading…"), "secondary")
            full = str(Path(path).expanduser().absolute())
            self.wanted.emit(full, self.prefix.text().strip().rstrip("."))

    def show_preview(self, preview: WeightsPreview) -> None:
        """Show how each tensor fits, and how many layers would start from the file."""
        self._preview = preview
        self.table.clear()
        self.table.addTopLevelItems([_row(tensor) for tensor in preview.tensors])
        self._tint()
        self.button.setEnabled(bool(preview.nodes))
        self._say(_summary(preview), "ok" if preview.nodes else "error")

    def show_error(self, words: str) -> None:
        """Say why there is nothing to show."""
        self._forget()
        self._say(words, "error")

    def _forget(self) -> None:
        """Take back what no longer belongs to the words above."""
        self._preview = None
        self.table.clear()
        self.button.setEnabled(False)

    def _say(self, words: str, role: str) -> None:
        self.facts.setProperty("role", role)
        self.facts.style().unpolish(self.facts)
        self.facts.style().polish(self.facts)
        self.facts.setText(words)

    def _tint(self) -> None:
        """Colour the words in the last column, readable on the table."""
        theme = tokens.current()
        tensors = self._preview.tensors if self._preview else ()
        for index, tensor in enumerate(tensors):
            colour = theme.colour(_COLOURS[tensor.fit])
            brush = QBrush(QColor(tokens.readable(colour, theme.bg1)))
            self.table.topLevelItem(index).setForeground(_FIT, brush)

    def _choose(self, path: str) -> None:
        if path:
            self.path.setText(path)
            self.ask()

    def _on_file(self) -> None:
        start = self.path.text() or str(self._folder)
        words = tr("Weights")
        chosen, _ = QFileDialog.getOpenFileName(
            self, tr("Load weights"), start, f"{words} ({_FILES})"
        )
        self._choose(chosen)

    def _on_run(self) -> None:
        title = tr("Folder of a run")
        self._choose(QFileDialog.getExistingDirectory(self, title, str(self._runs)))

    def _on_load(self) -> None:
        if self._preview is not None:
            self.applied.emit(self._preview)
            self.accept()


def _table() -> QTreeWidget:
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setUniformRowHeights(True)
    table.setHeaderLabels(
        [tr("Weights"), tr("In the file"), tr("Shape"), tr("There"), tr("Match")]
    )
    header = table.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    for column in (0, 1):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    return table


def _row(tensor: TensorFit) -> QTreeWidgetItem:
    there = tensor.fit != "missing"
    words = [
        tensor.name,
        tensor.source if there else "—",
        _shape(tensor.expected),
        "—" if tensor.got is None else _shape(tensor.got),
        _words(tensor),
    ]
    item = QTreeWidgetItem(words)
    for column in (0, 1, 2, 3):
        item.setFont(column, fonts.mono())
    return item


def _words(tensor: TensorFit) -> str:
    if tensor.fit == "differs" and tensor.got == tensor.expected:
        return tr("Kind of number differs")
    return tr(_WORDS[tensor.fit])


def _shape(sizes: Sequence[int]) -> str:
    return "×".join(map(str, sizes)) or "1"


def _summary(preview: WeightsPreview) -> str:
    counts: dict[Fit, int] = {fit: preview.count(fit) for fit in _COLOURS}
    words = tr("{matched} matched, {missing} missing, {differs} differ.", **counts)
    if preview.unused:
        unused = tr("Of the file, {n} are not used.", n=len(preview.unused))
        words = f"{words} {unused}"
    if not preview.nodes:
        return f"{words} {tr('No layer fits completely; a prefix may be missing.')}"
    names = ", ".join(preview.nodes)
    start = tr("These will start from the file: {names}.", names=names)
    return f"{words} {start}"
