"""Loads weights from a file or a run: which fit, which are missing, which differ."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from engine.i18n import tr
from engine.places import at_home
from engine.protocol.weights import Fit, WeightsPreview
from workbench.dialogs.base import Dialog
from workbench.dialogs.recent_runs import RecentRuns
from workbench.dialogs.weights_table import FitTable
from workbench.theme.guarded import guarded
from workbench.theme.label import beside
from workbench.theme.style import polish

_FILES = "*.safetensors *.gguf *.pt *.pth *.ckpt *.bin"
TYPING_MS = 300
"""A pause in typing after which the file is looked at."""
_FITS: tuple[Fit, ...] = ("matched", "missing", "differs")


class WeightsDialog(Dialog):
    """Asks which file, shows how it fits the document, and says when to load it.

    Args:
        folder: Where files are looked for at first.
        runs: Folder of the runs.
        parent: The window.
    """

    topic = "word/fine-tuning"
    wanted = Signal(str, str)  # path, prefix
    applied = Signal(object)  # WeightsPreview

    def __init__(self, folder: Path, runs: Path, parent: QWidget | None = None) -> None:
        super().__init__(tr("Load weights"), parent)
        self.resize(760, 520)
        self._folder, self._runs = folder, runs
        self._preview: WeightsPreview | None = None
        self._asked: tuple[str, str] | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self.path, self.prefix = QLineEdit(), QLineEdit()
        self.path.setClearButtonEnabled(True)
        self.path.setAccessibleName(tr("File or run"))
        self.prefix.setAccessibleName(tr("Prefix"))
        self.prefix.setPlaceholderText(tr("none: the names are those of the layers"))
        self._file, self._run = QPushButton(tr("File…")), QPushButton(tr("Run…"))
        self._lay_out()
        self.table, self.recent = FitTable(), RecentRuns(runs)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.recent)
        self._pages.addWidget(self.table)
        self.box.addWidget(self._pages, 1)
        self.facts = self.add_text(_how_to(), "secondary")
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
        form.addRow(beside(tr("File or run")), row)
        form.addRow(beside(tr("Prefix")), self.prefix)
        self.box.addLayout(form)

    def _connect(self) -> None:
        for edit in (self.path, self.prefix):
            edit.textChanged.connect(self._on_typed)
            edit.editingFinished.connect(self.ask)
        self._typing.timeout.connect(self.ask)
        self._file.clicked.connect(self._on_file)
        self._run.clicked.connect(self._on_run)
        self.recent.chosen.connect(self._choose)
        self._close.clicked.connect(self.reject)
        self.button.clicked.connect(self._on_load)

    def ask(self) -> None:
        """Ask how the file fits, unless that is known or asked already."""
        self._typing.stop()
        wish = self._wish()
        if wish is not None and self._preview is None and wish != self._asked:
            self._asked = wish
            self._say(tr("Reading…"), "secondary")
            self.wanted.emit(*wish)

    def waits_for(self, path: str, prefix: str) -> bool:
        """Return whether an answer is about what stands in the fields."""
        return (path, prefix) == self._asked

    def show_preview(self, preview: WeightsPreview) -> None:
        """Show how each tensor fits, and how many layers would start from the file."""
        self._preview = preview
        self._pages.setCurrentWidget(self.table)
        self.table.show_preview(preview)
        self.button.setEnabled(bool(preview.nodes))
        fits = "ok" if preview.is_whole else "warn"
        self._say(_summary(preview), fits if preview.nodes else "error")

    def show_error(self, words: str) -> None:
        """Say why there is nothing to show."""
        self._forget()
        self._say(words, "error")

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Ask nothing any more."""
        self._typing.stop()
        super().hideEvent(event)

    def _wish(self) -> tuple[str, str] | None:
        """Return the path and the prefix that stand in the fields."""
        path = self.path.text().strip()
        if not path:
            return None
        prefix = self.prefix.text().strip().rstrip(".")
        with suppress(RuntimeError):  # there is no such user
            path = str(at_home(path))
        return str(Path(path).absolute()), prefix

    def _on_typed(self) -> None:
        self._forget()
        if not self.path.text().strip():
            self._pages.setCurrentWidget(self.recent)
        self._say(_how_to(), "secondary")
        self._typing.start()

    def _forget(self) -> None:
        """Take back what no longer belongs to the words above."""
        self._preview = self._asked = None
        self.table.show_preview(None)
        self.button.setEnabled(False)

    def _say(self, words: str, role: str) -> None:
        polish(self.facts, "role", role)
        self.facts.setText(words)

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


def _how_to() -> str:
    return tr(
        "Choose a run, or a file: safetensors, GGUF, or PyTorch’s .pt, .pth, .bin."
    )


def _summary(preview: WeightsPreview) -> str:
    counts = {fit: preview.count(fit) for fit in _FITS}
    words = [tr("{matched} matched, {missing} missing, {differs} differ.", **counts)]
    if preview.num_new:
        words.append(tr("New, at their own values: {n}.", n=preview.num_new))
    if preview.unused:
        words.append(
            tr(
                "Of the file, {n:tensor is|tensors are} not used.",
                n=len(preview.unused),
            )
        )
    if preview.nodes:
        names = ", ".join(preview.nodes)
        words.append(tr("These will start from the file: {names}.", names=names))
    else:
        words.append(tr("No layer fits completely; a prefix may be missing."))
    return " ".join(words)
