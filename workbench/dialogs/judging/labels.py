"""Labels that are probably wrong: looked through, corrected, or left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHeaderView,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.theme import text
from workbench.theme.style import polish

_WIDTH_PX, _HEIGHT_PX, _DONE = 760, 560, 6
Change = tuple[int, str] | tuple[int]


class LabelsDialog(Dialog):
    """Fills itself once the network was trained without each part; Cancel ends that.

    Args:
        can_correct: The document brings the data: what is corrected stands in it.
        parent: The window.

    Attributes:
        can_correct: As the argument; it can turn out when the result comes.
    """

    corrected = Signal(object)  # list of (sample, label), or (sample,) to leave it out

    def __init__(self, *, can_correct: bool, parent: QWidget | None = None) -> None:
        super().__init__(tr("Wrong labels"), parent)
        self.resize(_WIDTH_PX, _HEIGHT_PX)
        self.can_correct = can_correct
        words = tr(
            "The network is trained several times, each time without another part of "
            "the data, and asked about that part…"
        )
        self.head = self.add_text(words, "secondary")
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setTextVisible(False)
        self.box.addWidget(self.progress)
        self.table = self._table()
        self.box.addWidget(self.table, 1)
        self.note = self.add_text("", "secondary")
        self.take = self.add_button(tr("Take the proposed label"))
        self.drop = self.add_button(tr("Leave out"))
        self.leave = self.add_button(tr("Cancel"))
        self.take.clicked.connect(lambda: self._correct(takes=True))
        self.drop.clicked.connect(lambda: self._correct(takes=False))
        self.leave.clicked.connect(self.reject)
        self._offer()

    def _table(self) -> QTreeWidget:
        table = QTreeWidget()
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        table.setAccessibleName(tr("Labels that are probably wrong"))
        table.setHeaderLabels(
            [
                tr("Sample"),
                tr("Label"),
                tr("Proposed"),
                tr("How sure"),
                tr("While it trained"),
                tr("Forgotten"),
                tr("Done"),
            ]
        )
        header = table.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.itemSelectionChanged.connect(self._offer)
        table.hide()
        return table

    def show_record(self, record: Mapping[str, Any]) -> None:
        """Take a line of the engine: how much is done, or the result."""
        if "share" in record:
            self.progress.setValue(round(100 * float(record["share"])))
            return
        listed = record.get("listed", ())
        for each in listed:
            self.table.addTopLevelItem(_row(each))
        self.progress.hide()
        self.table.setVisible(bool(listed))
        self.leave.setText(tr("Close"))
        count, total = int(record.get("suspects", 0)), int(record.get("samples", 0))
        said = tr("{k} of {n:label|labels} are probably wrong, the surest first.",
                  k=text.count(count), n=text.count(total))  # fmt: skip
        if not count:
            said = tr("No label looks wrong.")
        self.head.setText(said)
        if not self.can_correct and count:
            words = tr(
                "Samples of your own files can be corrected here, while the document "
                "on the canvas brings the very file of the run."
            )
            self.note.setText(words)
        self._offer()

    def show_failure(self, words: str) -> None:
        """Say why there is no result."""
        self.progress.hide()
        self.leave.setText(tr("Close"))
        polish(self.head, "role", "error")
        self.head.setText(words)

    def _offer(self) -> None:
        """Offer what can be done with what is selected."""
        can = self.can_correct and bool(self.table.selectedItems())
        self.take.setEnabled(can)
        self.drop.setEnabled(can)

    def _correct(self, *, takes: bool) -> None:
        changes: list[Change] = []
        for item in self.table.selectedItems():
            record = item.data(0, Qt.ItemDataRole.UserRole)
            row, proposed = int(record["row"]), str(record["proposed"])
            changes.append((row, proposed) if takes else (row,))
            item.setText(_DONE, proposed if takes else tr("left out"))
        self.corrected.emit(changes)

    def show_corrected(self, changes: Sequence[Change]) -> None:
        """Say that changes stand in the document."""
        words = tr(
            "{n:sample is|samples are} corrected in the document; the next run counts "
            "with it. Undo takes it back.",
            n=text.count(len(changes)),
        )
        self.note.setText(words)


def _row(record: Mapping[str, Any]) -> QTreeWidgetItem:
    mean, spread = float(record["mean"]), float(record["spread"])
    item = QTreeWidgetItem(
        [
            text.count(int(record["row"]) + 1),
            text.word(str(record["label"])),
            text.word(str(record["proposed"])),
            text.percent(float(record["share"]), steady=True),
            f"{text.percent(mean, steady=True)} ± {text.percent(spread, steady=True)}",
            f"{int(record['forgotten'])}×",
            "",
        ]
    )
    item.setData(0, Qt.ItemDataRole.UserRole, dict(record))
    tip = tr("Mean probability of the label over the epochs, and its spread")
    item.setToolTip(4, tip)
    return item
