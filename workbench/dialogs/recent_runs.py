"""The runs that were made last, with how good they got, to pick weights from."""

from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QColor, QHideEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from engine.folder.recent import RecentRun, newest
from engine.i18n import tr
from workbench import theme
from workbench.theme import text
from workbench.theme.guarded import guarded
from workbench.theme.text import tip, word

MOST = 30
"""So many are listed; any other can be chosen by its folder."""
_PATH = Qt.ItemDataRole.UserRole
_SCORE, _STEP = 1, 2


class RecentRuns(QTreeWidget):
    """A row for each run; they come one by one, between two events.

    Signals:
        chosen: Folder of a run that was clicked or entered.
        filled: All have been read.
    """

    chosen = Signal(str)
    filled = Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(tr("Recent runs"))
        words = [
            tr("Recent runs"),
            tr("Best validation loss"),
            tr("Steps"),
            tr("Begun"),
        ]
        self.setHeaderLabels(words)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)
        self._waiting = newest(folder, 4 * MOST)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_idle)
        self._timer.start()

    def _on_idle(self) -> None:
        """Read one more."""
        try:
            run = next(self._waiting)
        except StopIteration:
            self._end()
            return
        if run is not None and run.step:
            self._add(run)
        if self.topLevelItemCount() >= MOST:
            self._end()

    def _end(self) -> None:
        self._timer.stop()
        if not self.topLevelItemCount():
            nothing = QTreeWidgetItem([tr("None yet: Train makes the first.")])
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addTopLevelItem(nothing)
        self.filled.emit()

    def _add(self, run: RecentRun) -> None:
        loss = "—" if run.loss is None else f"{run.loss:.4g}"
        words = [word(run.name), loss, text.count(run.step), _when(run.created)]
        item = QTreeWidgetItem(words)
        item.setData(0, _PATH, str(run.folder))
        item.setToolTip(0, tip(str(run.folder)))
        for column in (_SCORE, _STEP):
            item.setTextAlignment(
                column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
        item.setForeground(3, QBrush(QColor(theme.current().fg2)))
        self.addTopLevelItem(item)

    def _choose(self, item: QTreeWidgetItem, _column: int) -> None:
        if item.data(0, _PATH):
            self.chosen.emit(str(item.data(0, _PATH)))

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Read no more."""
        super().hideEvent(event)
        self._timer.stop()


def _when(created: str) -> str:
    """Return a time as people here write it; empty for one that is none."""
    began = QDateTime.fromString(created, Qt.DateFormat.ISODate).toLocalTime()
    return QLocale().toString(began, QLocale.FormatType.ShortFormat)
