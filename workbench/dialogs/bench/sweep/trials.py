"""The trials of a sweep as a table, the best first."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from engine.i18n import tr
from engine.protocol.bench.sweep import SweepTold, SweepTrial
from workbench.canvas.cards import labels
from workbench.dialogs.bench.sweep.parallel import value_words
from workbench.theme import current, fonts
from workbench.theme.text import count, duration, tip, word

MOST_ROWS = 200
_NUMBER = Qt.ItemDataRole.UserRole


class TrialTable(QTreeWidget):
    """A row for each trial.

    Signals:
        chosen: Number of the trial that is selected; −1 for none.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(tr("Trials"))
        self.setSelectionMode(QTreeWidget.SelectionMode.SingleSelection)
        self.setMinimumHeight(120)
        self.itemSelectionChanged.connect(lambda: self.chosen.emit(self.current))

    @property
    def current(self) -> int:
        """Number of the trial that is selected; −1 for none."""
        items = self.selectedItems()
        return int(items[0].data(0, _NUMBER)) if items else -1

    def choose(self, number: int) -> None:
        """Select a trial, if it is shown."""
        for row in range(self.topLevelItemCount()):
            item = self.topLevelItem(row)
            if item is not None and item.data(0, _NUMBER) == number:
                self.setCurrentItem(item)

    def show_sweep(self, told: SweepTold) -> None:
        """Show what is known now; what was selected stays so."""
        kept, place = self.current, self.verticalScrollBar().value()
        self.blockSignals(True)
        self.clear()
        names = [word(name, 40) for name in told.names.values()]
        self.setHeaderLabels([tr("Trial"), told.score_words, *names, tr("State")])
        for column, name in enumerate(told.names.values(), 2):
            self.headerItem().setToolTip(column, tip(name))
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        for column in (0, header.count() - 1):  # what became of it is not cut
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        ranked = told.ranked
        known = {trial.number for trial in ranked}
        others = [t for t in reversed(told.trials) if t.number not in known]
        running = [t for t in others if t.state == "begun"]
        lost = [t for t in others if t.state != "begun"]
        for trial in [*running, *ranked, *lost][:MOST_ROWS]:
            is_best = bool(ranked) and trial is ranked[0]
            self.addTopLevelItem(_item(told, trial, is_best=is_best))
        self.choose(kept)
        self.verticalScrollBar().setValue(place)
        self.blockSignals(False)


def _item(told: SweepTold, trial: SweepTrial, *, is_best: bool) -> QTreeWidgetItem:
    values = [value_words(trial.point.get(key)) for key in told.names]
    number, score = str(trial.number + 1), score_words(told, trial)
    state = state_words(told, trial)
    item = QTreeWidgetItem([number, score, *values, state])
    item.setData(0, _NUMBER, trial.number)
    item.setToolTip(len(values) + 2, tip(trial.words or state))
    tokens = current()
    if is_best:
        for column in range(2):
            item.setFont(column, fonts.ui(weight=fonts.SEMIBOLD))
        item.setForeground(1, QBrush(QColor(tokens.text("ok", "bg1"))))
    elif trial.state != "done":
        for column in range(item.columnCount()):
            item.setForeground(column, QBrush(QColor(tokens.fg2)))
    return item


def score_words(told: SweepTold, trial: SweepTrial) -> str:
    """Return the score of a trial, or a dash while there is none."""
    if trial.value != trial.value:
        return "–"
    return labels.value(trial.value, told.kind)


def state_words(told: SweepTold, trial: SweepTrial) -> str:
    """Return what has become of a trial, and how long it took."""
    if trial.state == "begun":
        if not told.is_running:
            return tr("waits, step {step}", step=count(trial.step))
        return tr("trains, step {step}", step=count(trial.step))
    if trial.state == "done":
        return duration(trial.seconds)
    if trial.state == "pruned":
        return tr("stopped: worse than most")
    return tr("failed")
