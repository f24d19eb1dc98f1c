"""Is B better than A? Which projects, how many seeds, and the answer in words."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.bench.better import Compared, Seeded
from workbench.dialogs.base import Dialog
from workbench.dialogs.bench.pair_chart import PairChart
from workbench.theme.label import Label, beside
from workbench.theme.line import WholeNumber
from workbench.theme.style import polish

MORE = 5
"""Seeds that are added after an answer."""
_MOST_SEEDS = 200


class BetterDialog(Dialog):
    """Asks what is compared, shows each seed as it ends, and the answer.

    Args:
        documents: Words for a project that B can be compared with → its text.
        parent: The window.

    Attributes:
        answer: The last one, or None.
    """

    topic = "panel/better"
    wanted = Signal(str, int, object)  # text of A, seeds, what is known or None
    unwanted = Signal()  # it is to stop
    file_wanted = Signal(object)  # Path of a project

    def __init__(
        self, documents: dict[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Is B better than A?"), parent)
        self.resize(560, 430)
        self.answer: Compared | None = None
        self.is_stopping = False
        self._first: list[float] = []
        self._second: list[float] = []
        self.head = self.add_text(tr("Is this project better?"), "title")
        words = tr(
            "Both are trained with the same seeds, in pairs: what a seed does to both "
            "leaves no trace in their difference. The seeds are fixed now."
        )
        self.told = self.add_text(words, "secondary")
        self.box.addLayout(self._form(documents))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.box.addWidget(self.progress)
        self.doing = self.add_text("", "secondary")
        self.chart = PairChart()
        self.box.addWidget(self.chart)
        self.box.addStretch(1)
        self._add_buttons()
        self._set(busy=False)

    def _form(self, documents: dict[str, str]) -> QFormLayout:
        form = QFormLayout()
        form.setVerticalSpacing(8)
        self.first = QComboBox()
        self.first.setAccessibleName("A")
        for name, text in documents.items():
            self.first.addItem(name, text)
        self.browse = QPushButton(tr("Browse…"))
        self.browse.clicked.connect(self._on_browse)
        row = QHBoxLayout()
        row.addWidget(self.first, 1)
        row.addWidget(self.browse)
        self.seeds = WholeNumber()
        self.seeds.setRange(3, _MOST_SEEDS)
        self.seeds.setValue(5)
        self.seeds.setFixedWidth(96)
        form.addRow(beside("A"), row)
        form.addRow(Label("B"), Label(tr("This project, as it is now")))
        form.addRow(beside(tr("Seeds")), self.seeds)
        return form

    def _add_buttons(self) -> None:
        self.stop = self.add_button(tr("Cancel"))
        self.leave = self.add_button(tr("Close"))
        self.more = self.add_button(tr("{n:more seed|more seeds} of each", n=MORE))
        self.go = self.add_button(tr("Compare"), accent=True)
        self.stop.clicked.connect(self._on_stop)
        self.leave.clicked.connect(self.reject)
        self.more.clicked.connect(self._on_more)
        self.go.clicked.connect(self._on_go)

    def add_file(self, name: str, text: str) -> None:
        """Offer a project, and choose it."""
        self.first.addItem(name, text)
        self.first.setCurrentIndex(self.first.count() - 1)
        self._set(busy=False)

    def show_seed(self, told: Seeded) -> None:
        """Show one training that has ended."""
        (self._first, self._second)[told.which].append(told.value)
        self.chart.show_scores(self._first, self._second)
        self.progress.setRange(0, told.total)
        self.progress.setValue(told.done)
        words = tr("{done} of {n:training|trainings}", done=told.done, n=told.total)
        self.doing.setText(words)

    def show_answer(self, told: Compared) -> None:
        """Say which one is better."""
        self.answer = told
        self._first, self._second = [*told.first], [*told.second]
        self.chart.show_scores(self._first, self._second)
        heads = {
            "first": tr("No: A is better"),
            "second": tr("Yes, B is better"),
            "unshown": tr("Not shown: it may be chance"),
            "same": tr("They are the same"),
        }
        self.head.setText(heads[told.outcome])
        self.told.setText(told.text)
        self._set(busy=False)

    def show_failure(self, text: str) -> None:
        """Say why there is no answer."""
        polish(self.told, "role", "error")
        self.told.setText(text)
        self._set(busy=False)

    def reject(self) -> None:
        """Close, and stop what is going on."""
        self.unwanted.emit()
        super().reject()

    def _set(self, *, busy: bool) -> None:
        for widget in (self.progress, self.doing, self.stop):
            widget.setVisible(busy)
        self.stop.setEnabled(True)
        self.leave.setVisible(not busy)
        self.more.setVisible(not busy and self.answer is not None)
        self.go.setVisible(not busy)
        self.go.setEnabled(self.first.count() > 0)
        for field in (self.first, self.browse, self.seeds):
            field.setEnabled(not busy)

    def _begin(self, seeds: int, known: Compared | None) -> None:
        self.is_stopping = False
        self._first = [*known.first] if known else []
        self._second = [*known.second] if known else []
        self.chart.show_scores(self._first, self._second)
        polish(self.told, "role", "secondary")
        self.doing.setText(tr("Nothing of your project is changed."))
        self.progress.setRange(0, 0)
        self._set(busy=True)
        self.wanted.emit(str(self.first.currentData()), seeds, known)

    def _on_go(self) -> None:
        self.answer = None
        self.head.setText(tr("Is this project better?"))
        self._begin(self.seeds.value(), None)

    def _on_more(self) -> None:
        if self.answer is not None:
            self._begin(len(self.answer.seeds) + MORE, self.answer)

    def _on_stop(self) -> None:
        self.is_stopping = True
        self.stop.setEnabled(False)
        self.doing.setText(tr("Stopping…"))
        self.unwanted.emit()

    def _on_browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Project"), "", "*.bpw")
        if path:
            self.file_wanted.emit(Path(path))
