"""The list of runs: its search, its order, and what can be done with those chosen."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.past_runs import RunSummary
from workbench.app.shelf import rows
from workbench.app.shelf.card import RunCard
from workbench.app.shelf.rows import RunRows
from workbench.session.past.shelf import RunShelf
from workbench.theme import icons
from workbench.theme.guarded import guarded
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import count, word
from workbench.theme.tokens import SPACE_S

_TYPING_MS, _SOON_MS = 80, 60
_SORT_PX, _WIDE_PX, _HIGH_PX, _MOST_PX = 112, 320, 400, 360
_Flag = QItemSelectionModel.SelectionFlag


class RunList(QListView):
    """Cards of runs; Enter opens, Delete deletes, F2 renames, S stars."""

    opened = Signal()
    delete_wanted = Signal()
    rename_wanted = Signal()
    star_wanted = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setItemDelegate(RunCard(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(tr("Runs"))
        self.customContextMenuRequested.connect(self.menu_wanted)
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Act on what is chosen."""
        wanted = {
            Qt.Key.Key_Return: self.opened,
            Qt.Key.Key_Enter: self.opened,
            Qt.Key.Key_Delete: self.delete_wanted,
            Qt.Key.Key_F2: self.rename_wanted,
            Qt.Key.Key_S: self.star_wanted,
        }.get(Qt.Key(event.key()))
        if wanted is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            wanted.emit()


class RunsPanel(QWidget):
    """Shows a shelf.

    Args:
        shelf: All runs.

    Signals:
        needed: It is in sight: somebody should see that the runs are read.
    """

    needed = Signal()
    changed = Signal()  # which are chosen

    def __init__(self, shelf: RunShelf) -> None:
        super().__init__()
        self._shelf = shelf
        polish(self, "panel", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMaximumWidth(_MOST_PX)
        self.list, self.rows = RunList(), RunRows(self)
        self.list.setModel(self.rows)
        self.search, self.sort = QLineEdit(), QComboBox()
        self.starred, self.words = QToolButton(), Label()
        self.compare = QPushButton(tr("Compare"))
        self.open = QPushButton(tr("Open"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.show_runs)
        self._lay_out()
        self._connect()
        self.show_runs()

    def _lay_out(self) -> None:
        self.search.setPlaceholderText(tr("Search, or #tag"))
        self.search.setAccessibleName(tr("Search the runs"))
        self.search.setClearButtonEnabled(True)
        self.sort.addItems(rows.sort_words())
        self.sort.setMaximumWidth(_SORT_PX)
        self.sort.setAccessibleName(tr("Order of the runs"))
        self.starred.setCheckable(True)
        self.starred.setToolTip(tr("Only starred runs"))
        self.starred.setAccessibleName(tr("Only starred runs"))
        icons.bind(self.starred, "star")
        top, foot = QHBoxLayout(), QHBoxLayout()
        for box in (top, foot):
            box.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
            box.setSpacing(SPACE_S)
        top.addWidget(self.search, 1)
        top.addWidget(self.starred)
        top.addWidget(self.sort)
        polish(self.words, "role", "secondary")
        foot.addWidget(self.words, 1)
        for button in (self.compare, self.open):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        self._shelf.changed.connect(lambda: self._soon(_SOON_MS))
        self.search.textChanged.connect(lambda _text: self._soon(_TYPING_MS))
        self.sort.currentIndexChanged.connect(lambda _index: self.show_runs())
        self.starred.toggled.connect(self._on_starred)
        self.open.clicked.connect(self.list.opened)
        chosen = self.list.selectionModel()
        chosen.selectionChanged.connect(lambda _new, _old: self._offer())

    def _soon(self, delay_ms: int) -> None:
        if not self._timer.isActive():
            self._timer.start(delay_ms)

    def _on_starred(self, on: bool) -> None:
        icons.bind(self.starred, "star-full" if on else "star", "warn" if on else "fg2")
        self.show_runs()

    @property
    def chosen(self) -> list[RunSummary]:
        """The runs that are selected, in the order of the list, as they are now."""
        indices = self.list.selectionModel().selectedRows()
        shown = [self.rows.shown[i.row()] for i in sorted(indices, key=_row)]
        return [self._shelf.runs.get(run.run, run) for run in shown]

    def choose(self, runs: Sequence[str]) -> None:
        """Select runs, and show the first of them."""
        model = self.list.selectionModel()
        model.clearSelection()
        indices = [self.rows.index(self.rows.row_of(run)) for run in runs]
        for index in (each for each in indices if each.isValid()):
            model.select(index, _Flag.Select)
        if indices and indices[0].isValid():
            model.setCurrentIndex(indices[0], _Flag.NoUpdate)
            self.list.scrollTo(indices[0])

    def mark_current(self, run: str, *, trains: bool = False) -> None:
        """Mark the run that the window shows; empty for none.

        Args:
            run: Name of its folder.
            trains: It goes on.
        """
        card = self.list.itemDelegate()
        if isinstance(card, RunCard) and (card.current, card.trains) != (run, trains):
            card.current, card.trains = run, trains
            self.list.viewport().update()
            self._offer()

    def show_runs(self) -> None:
        """Show what is found, in its order; what was chosen stays so."""
        kept = [run.run for run in self.chosen]
        place = self.list.verticalScrollBar().value()
        here = self.list.currentIndex().data(rows.RUN)
        runs = [*self._shelf.runs.values()]
        words, starred = self.search.text(), self.starred.isChecked()
        shown = rows.found(runs, words, starred=starred)
        self.rows.show(rows.ordered(shown, rows.SORTS[self.sort.currentIndex()]))
        self.choose([])
        model = self.list.selectionModel()
        for row in map(self.rows.row_of, kept):
            if row >= 0:
                model.select(self.rows.index(row), _Flag.Select)
        row = self.rows.row_of(here.run) if here else -1
        if row >= 0:
            model.setCurrentIndex(self.rows.index(row), _Flag.NoUpdate)
        self.list.verticalScrollBar().setValue(place)
        self._offer()

    @property
    def compared(self) -> list[RunSummary]:
        """What would be compared: a single run with the one that the window shows."""
        chosen, card = self.chosen, self.list.itemDelegate()
        here = card.current if isinstance(card, RunCard) else ""
        if len(chosen) == 1 and here in self._shelf.runs and here != chosen[0].run:
            return [self._shelf.runs[here], *chosen]
        return chosen if len(chosen) > 1 else []

    def _offer(self) -> None:
        """Say how many there are, and offer what can be done."""
        number, all_, compared = len(self.chosen), len(self._shelf.runs), self.compared
        self.open.setEnabled(number == 1)
        self.compare.setEnabled(bool(compared))
        for button in (self.open, self.compare):
            button.setVisible(all_ > 0)  # the words need the room
        tip = tr("Choose two runs or more")
        if compared:
            names = [word(run.heading) for run in compared[:2]]
            tip = tr("{one} beside {other}", one=names[0], other=names[1])
        self.compare.setToolTip(tip if len(compared) < 3 else "")
        self.words.setText(self._facts(number, all_))
        self.changed.emit()

    def _facts(self, number: int, all_: int) -> str:
        shown = len(self.rows.shown)
        if not self._shelf.is_whole and not all_:
            return tr("Reading…")
        if not all_:
            return tr("None yet: Train makes the first.")
        if number > 1:
            return tr("{n} chosen", n=number)
        if number == 1 and all_ > 1:
            return tr("Ctrl+click: more")
        if shown < all_:
            return tr("{n} of {all}", n=count(shown), all=count(all_))
        return tr("{n:run|runs}", n=count(all_))

    def sizeHint(self) -> QSize:
        """Return room for a card with its words."""
        return QSize(_WIDE_PX, _HIGH_PX)

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Have the runs read."""
        super().showEvent(event)
        self.needed.emit()


def _row(index: QModelIndex) -> int:
    return index.row()
