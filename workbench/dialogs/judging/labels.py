"""Labels that are probably wrong: looked through, corrected, or left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHeaderView,
    QProgressBar,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from engine.i18n import tr
from workbench.dialogs.base import Dialog
from workbench.dialogs.judging.data_map import DataMap, mapped
from workbench.theme import text
from workbench.theme.style import polish

_WIDTH_PX, _HEIGHT_PX, _DONE = 1120, 600, 6
Change = tuple[int, str] | tuple[int]


class LabelsDialog(Dialog):
    """Fills itself once the network was trained without each part; Cancel ends that.

    Args:
        can_correct: The document brings the data: what is corrected stands in it.
        parent: The window.

    Attributes:
        can_correct: As the argument; it can turn out when the result comes.
        map: All samples, by how sure and how steady the network was of their labels.
    """

    topic = "panel/labels"
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
        self.map = DataMap()
        self.map.hide()
        self.map.picked.connect(self._pick)
        self._samples: list[Mapping[str, Any]] = []
        parts = QSplitter()
        parts.addWidget(self.map)
        parts.addWidget(self.table)
        parts.setStretchFactor(0, 5)
        parts.setStretchFactor(1, 8)
        parts.setChildrenCollapsible(False)
        self.box.addWidget(parts, 1)
        self.said = self.add_text("", "secondary")
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
        table.itemSelectionChanged.connect(self._on_selected)
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
        self._samples = list(record.get("map", ()))
        self.map.show_map(mapped(self._samples))
        self.map.setVisible(bool(self._samples))
        self.table.setVisible(bool(listed or self._samples))
        self.leave.setText(tr("Close"))
        count, total = int(record.get("suspects", 0)), int(record.get("samples", 0))
        said = tr("Probably wrong, the surest first: {k} of {n:label|labels}",
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
        chosen = [_record_of(item) for item in self.table.selectedItems()]
        is_other = any(each["label"] != each["proposed"] for each in chosen)
        self.take.setEnabled(self.can_correct and is_other)
        self.drop.setEnabled(self.can_correct and bool(chosen))

    def _on_selected(self) -> None:
        """Ring the sample on the map, and say what is known of it."""
        self._offer()
        found = self.table.selectedItems()
        self.said.setText("")
        self.map.choose(-1)
        if len(found) == 1:
            record = _record_of(found[0])
            self.said.setText(_words(record))
            rows = [each["row"] for each in self._samples]
            self.map.choose(rows.index(record["row"]) if record["row"] in rows else -1)

    def _pick(self, index: int) -> None:
        """Select a sample of the map in the table; it is added where it isn't there."""
        record = self._samples[index]
        items = (
            self.table.topLevelItem(n) for n in range(self.table.topLevelItemCount())
        )
        known = {_record_of(item)["row"]: item for item in items if item is not None}
        item = known.get(record["row"])
        if item is None:
            item = _row(record)
            self.table.addTopLevelItem(item)
        self.table.clearSelection()
        item.setSelected(True)
        self.table.scrollToItem(item)

    def _correct(self, *, takes: bool) -> None:
        changes: list[Change] = []
        for item in self.table.selectedItems():
            record = _record_of(item)
            if takes and record["label"] == record["proposed"]:
                continue
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


def _record_of(item: QTreeWidgetItem) -> dict[str, Any]:
    found: dict[str, Any] = item.data(0, Qt.ItemDataRole.UserRole)
    return found


def _words(record: Mapping[str, Any]) -> str:
    """Return what is known of a sample."""
    answer = tr(
        "answered “{proposed}” ({share})",
        proposed=text.word(str(record["proposed"])),
        share=text.percent(float(record["share"])),
    )
    learnt = tr(
        "its label had {mean} on average while it trained, ± {spread}",
        mean=text.percent(float(record["mean"])),
        spread=text.percent(float(record["spread"])),
    )
    return tr(
        "Sample {row}: “{label}”, {answer}; {learnt}; forgotten {n}×.",
        row=text.count(int(record["row"]) + 1),
        label=text.word(str(record["label"])),
        answer=answer,
        learnt=learnt,
        n=int(record["forgotten"]),
    )


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
